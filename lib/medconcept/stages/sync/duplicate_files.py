"""Files with the same bytes: one row holds the bytes, the others refer to it."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def assign_holders(rows: DataFrame, current: DataFrame) -> DataFrame:
    """Keep the bytes in one row of equal files, the first by source and key; the others name it.

    One row in, one row out. If another row than before is to hold the bytes, they are taken from `current`.
    """
    bytes_of = (
        rows.select("source_sha256", "content")
        .unionByName(current.select("source_sha256", "content"))
        .where(F.col("content").isNotNull())
        .dropDuplicates(["source_sha256"])
    )
    place = F.row_number().over(Window.partitionBy("source_sha256").orderBy("source", "source_key"))
    holder = F.first(F.concat_ws("/", "source", "source_key")).over(
        Window.partitionBy("source_sha256").orderBy("source", "source_key")
    )
    is_duplicate = F.col("source_sha256").isNotNull() & (F.col("_place") > 1)
    return (
        rows.drop("content")
        .withColumns({"_place": place, "_holder": holder})
        .join(bytes_of, "source_sha256", "left")
        .withColumn("duplicate_of", F.when(is_duplicate, F.col("_holder")))
        .withColumn("content", F.when(~is_duplicate, F.col("content")))
        .drop("_place", "_holder")
    )
