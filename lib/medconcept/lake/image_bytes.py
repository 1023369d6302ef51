"""The bytes of images, by their checksums."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.lake.lake import Commit, Lake


def read_image_bytes(
    lake: Lake, sha256s: Sequence[str], *, kind: str = "original", at: Commit | None = None
) -> DataFrame:
    """The rows of `image_bytes` with these checksums, of originals or of `derived` copies.

    Little more is read than those bytes: files, row groups and pages are passed over by their statistics.
    Meant for up to some hundreds of checksums; a join serves those who want most of the table.
    """
    rows = lake.read("image_bytes", at)
    return rows.where((F.col("kind") == kind) & _is_one_of(sorted(set(sha256s))))


def _is_one_of(values: Sequence[str]) -> Column:
    """True for a sha256 among these. Not `isin`: of more than ten values Spark gives Parquet only the range.

    The tree of conditions is balanced, so that Spark's recursion stays shallow.
    """
    if len(values) <= 1:
        return F.col("sha256") == values[0] if values else F.lit(False)
    middle = len(values) // 2
    return _is_one_of(values[:middle]) | _is_one_of(values[middle:])
