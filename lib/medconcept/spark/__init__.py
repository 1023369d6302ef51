"""Spark itself: the session, files on any Hadoop file system, files and counters for workers."""
