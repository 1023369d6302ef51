"""The open refusals of the quarantine ledger."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def open_quarantine(ledger: DataFrame) -> DataFrame:
    """Return the open refusals: the last event of each file, checksum and reason, where it is `opened`."""
    key = ["source", "source_key", "source_sha256", "parser_version", "reason"]
    last = Window.partitionBy(*key).orderBy(F.desc("at"), F.desc("event"))
    return ledger.withColumn("_n", F.row_number().over(last)).where("_n = 1 AND event = 'opened'").drop("_n")
