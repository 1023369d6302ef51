"""Spark: the session, its log, files on any Hadoop file system, files and counters for workers, progress."""
