"""Which rows of a release an export has, in which shards: DataFrames in, DataFrames out."""
