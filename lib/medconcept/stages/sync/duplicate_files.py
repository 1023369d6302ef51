"""Which of several files with the same bytes holds them."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def assign_holders(rows: DataFrame, current: DataFrame) -> DataFrame:
    """Let one file of each content hold the bytes: the first by source and key; the others name it.

    One row in, one row out. `current` gives bytes where the row that held them must pass them on.
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
