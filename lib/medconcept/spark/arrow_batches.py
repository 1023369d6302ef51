"""How many rows Spark hands to a Python worker at a time, for rows that hold files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import SparkSession


@contextmanager
def small_batches(spark: SparkSession, rows: int) -> Iterator[None]:
    """While this lasts, Spark hands so many rows at a time to a worker: by default 10,000, however large."""
    setting = "spark.sql.execution.arrow.maxRecordsPerBatch"
    before = str(spark.conf.get(setting))
    spark.conf.set(setting, str(rows))
    try:
        yield
    finally:
        spark.conf.set(setting, before)
