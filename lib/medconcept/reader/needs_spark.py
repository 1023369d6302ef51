"""What the reader leaves to Spark."""


class NeedsSpark(Exception):
    """The reader cannot answer, or not for certain as Spark would; the message says why."""
