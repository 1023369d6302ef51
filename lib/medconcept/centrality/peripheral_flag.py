"""Add to mentions the centrality of their concept, and the flag "peripheral" for low ones."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

PERIPHERAL = "peripheral"


def with_centrality(mentions: DataFrame, centralities: DataFrame, cut: float) -> DataFrame:
    """Join mentions with the centrality of their figure and concept; flag those below the cut."""
    return flag_peripheral(mentions.join(centralities, ["figure_key", "concept_id"], "left"), cut)


def flag_peripheral(mentions: DataFrame, cut: float) -> DataFrame:
    """Set the flag "peripheral" for mentions with a centrality below the cut; remove it from all others."""
    others = F.array_remove("flags", PERIPHERAL)
    below = F.col("centrality") < cut
    return mentions.withColumn(
        "flags", F.when(below, F.array_sort(F.array_append(others, PERIPHERAL))).otherwise(others)
    )
