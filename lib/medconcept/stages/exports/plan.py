"""Shards of an export: which rows each has. The same rows give the same shards, whatever the partitioning."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

GROUP = ("_folder", "split")
_DIGITS = 2  # of `_order`: rows are summed up in 256 ranges, so that no task has to sort a whole group


def with_shards(rows: DataFrame, largest: int) -> DataFrame:
    """Rows with `_number`, that of their shard in its folder and split; numbers may leave some out.

    Reads `_folder`, `split`, `_order` (hexadecimal, unique) and `_size` in bytes. Rows are taken in the order
    of `_order`; a shard has at most `largest` bytes, unless a single row is larger than half of that, and the
    shards of a folder and split are about equally large.
    """
    rows = rows.withColumn("_range", F.substring("_order", 1, _DIGITS))
    ranges = rows.groupBy(*GROUP, "_range").agg(F.sum("_size").alias("_sum"), F.max("_size").alias("_most"))
    group = Window.partitionBy(*GROUP)
    before = group.orderBy("_range").rowsBetween(Window.unboundedPreceding, -1)
    ranges = ranges.withColumns(
        {
            "_begin": F.coalesce(F.sum("_sum").over(before), F.lit(0)),
            "_total": F.sum("_sum").over(group),
            "_most": F.max("_most").over(group),
        }
    ).withColumn("_bytes", _even(F.col("_total"), F.col("_most"), largest))
    within = Window.partitionBy(*GROUP, "_range").orderBy("_order")
    within = within.rowsBetween(Window.unboundedPreceding, -1)
    rows = rows.withColumn("_within", F.coalesce(F.sum("_size").over(within), F.lit(0)))
    ranges = F.broadcast(ranges.select(*GROUP, "_range", "_begin", "_bytes"))
    number = F.floor((F.col("_begin") + F.col("_within")) / F.col("_bytes")).cast("int")
    return (
        rows.join(ranges, [*GROUP, "_range"])
        .withColumn("_number", number)
        .drop("_range", "_within", "_begin", "_bytes")
    )


def _even(total: Column, most: Column, largest: int) -> Column:
    """The bytes of a shard: as many as leave room for its last row, equal for all shards of the group."""
    room = F.greatest(F.lit(largest) - most, F.lit(largest // 2), F.lit(1))
    return F.greatest(F.ceil(total / F.ceil(total / room)), F.lit(1))
