"""Which mentions become concepts of triplets: by their flags, and by their confidence."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def has_flag(flags: tuple[str, ...]) -> Column:
    """True for a mention that has one of these flags."""
    return F.arrays_overlap("flags", F.array(*map(F.lit, flags))) if flags else F.lit(False)


def is_below(confidence: float | None) -> Column:
    """True for a mention with less confidence; false where none was computed, or if no limit is set."""
    return F.lit(False) if confidence is None else F.coalesce(F.col("confidence") < confidence, F.lit(False))


def chosen_mentions(mentions: DataFrame, flags: tuple[str, ...], confidence: float | None) -> DataFrame:
    """The mentions that have none of these flags, and no less confidence."""
    return mentions.where(~has_flag(flags) & ~is_below(confidence))


def mention_counts(figures: DataFrame) -> dict[str, int]:
    """Count the mentions of concepts: mentions.in = mentions.used + mentions.excluded + mentions.confidence.

    `figures` have the numbers of each: `mentions`, `excluded_mentions` (by a flag) and `unsure_mentions`.
    """
    columns = {"in": "mentions", "excluded": "excluded_mentions", "confidence": "unsure_mentions"}
    row = figures.agg(*(F.sum(column).alias(name) for name, column in columns.items())).collect()[0]
    found = {name: int(row[name] or 0) for name in columns}
    found["used"] = found["in"] - found["excluded"] - found["confidence"]
    return {f"mentions.{name}": count for name, count in found.items()}
