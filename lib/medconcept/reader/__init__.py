"""Reading a lake without Spark: its tables at the versions of a commit, and questions in SQL (pure)."""
