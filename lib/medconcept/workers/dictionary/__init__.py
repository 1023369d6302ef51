"""Work of Spark workers for build_dictionary: read terminologies, compile names."""
