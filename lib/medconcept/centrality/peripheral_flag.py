"""Mentions with the centrality of their concept, and the flag of what a caption is not about."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

PERIPHERAL = "peripheral"


def with_centrality(mentions: DataFrame, found: DataFrame, cut: float) -> DataFrame:
    """Mentions with what was `found` of their figure and concept, flagged where it is below the cut."""
    return flag_peripheral(mentions.join(found, ["figure_key", "concept_id"], "left"), cut)


def flag_peripheral(mentions: DataFrame, cut: float) -> DataFrame:
    """Mentions with the flag "peripheral" where their centrality is below the cut, and nowhere else."""
    others = F.array_remove("flags", PERIPHERAL)
    below = F.col("centrality") < cut
    return mentions.withColumn(
        "flags", F.when(below, F.array_sort(F.array_append(others, PERIPHERAL))).otherwise(others)
    )
