"""The quarantine ledger: which refusals are open, and which of them are a gate's."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

GATE = "gate:"
EXPECTATION = "expectation"  # the reason of a gate's entries


def open_quarantine(ledger: DataFrame) -> DataFrame:
    """Return the open refusals: the last event of each file, checksum and reason, where it is `opened`."""
    key = ["source", "source_key", "source_sha256", "parser_version", "reason"]
    last = Window.partitionBy(*key).orderBy(F.desc("at"), F.desc("event"))
    return ledger.withColumn("_n", F.row_number().over(last)).where("_n = 1 AND event = 'opened'").drop("_n")


def left_without_rows() -> Column:
    """True for entries of gates after parse_articles: the article is in the lake, without that job's rows."""
    of_files = [refused_by_gate(job) for job in ("sync_articles", "parse_articles")]
    return F.startswith("parser_version", F.lit(GATE)) & ~F.col("parser_version").isin(of_files)


def refused_by_gate(job: str) -> str:
    """The `parser_version` of entries by which the gate of a job took an article out of its batch.

    >>> refused_by_gate("parse_articles")
    'gate:parse_articles'
    """
    return GATE + job
