"""The bytes of images, by their checksums."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.lake.lake import Commit, Lake


def read_image_bytes(
    lake: Lake, sha256s: Sequence[str], *, kind: str = "original", at: Commit | None = None
) -> DataFrame:
    """The rows of `image_bytes` with these checksums, of originals or of `derived` copies.

    Little more is read than those bytes, for up to some thousands of checksums: files, row groups and pages
    are passed over by their statistics.
    """
    lake = lake.with_new_session()
    # Longer lists are passed to Parquet as a range only, which nearly all pages lie in.
    lake.spark.conf.set("spark.sql.parquet.pushdown.inFilterThreshold", str(max(10, len(sha256s))))
    rows = lake.read("image_bytes", at)
    return rows.where((F.col("kind") == kind) & F.col("sha256").isin(*sha256s))
