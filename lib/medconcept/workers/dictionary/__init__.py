"""What workers do for build_dictionary: read terminologies, compile names."""
