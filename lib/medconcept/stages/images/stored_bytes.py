"""Which bytes `image_bytes` gains and loses with the rows of `images`."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.lake.changes import compared
from medconcept.stages.context import Articles, Context
from medconcept.stages.images.plan import RESOLVED
from medconcept.tables import TABLES

KEY = ("kind", "sha256")


def bytes_to_add(
    context: Context, target: DataFrame, results: DataFrame | None, name: str
) -> DataFrame | None:
    """The rows to add to `image_bytes` for these rows of `images`, one for each content; None if there are
    none.

    `results` are rows of EXAMINED, the files that were examined.
    """
    if results is None:
        return None
    each = [
        results.where(F.col(bytes_column).isNotNull()).select(
            "file",
            "is_thumbnail",
            F.lit(kind).alias("kind"),
            F.col(sha256).alias("sha256"),
            F.col(format_column).alias("format"),
            F.col(bytes_column).alias("content"),
        )
        for kind, sha256, format_column, bytes_column in (
            ("original", "sha256", "format", "content"),
            ("derived", "derived_sha256", "derived_format", "derived"),
        )
    ]
    files = each[0].unionByName(each[1])
    stored = context.read("image_bytes").select(*KEY)
    used = referred(target, context.config.images.keep == "bytes")
    # One file of each content, chosen without its bytes.
    first = (
        files.select(*KEY, "file", "is_thumbnail")
        .join(stored, list(KEY), "left_anti")
        .join(used, list(KEY), "left_semi")
        .groupBy(*KEY)
        .agg(F.min(F.struct("file", "is_thumbnail")).alias("_file"))
        .select(*KEY, "_file.*")
    )
    first = context.checkpoint(f"new-bytes-{name}", first)
    if first.isEmpty():
        return None
    rows = files.join(F.broadcast(first), [*KEY, "file", "is_thumbnail"])
    return rows.select(*KEY, F.octet_length("content").cast("long").alias("size"), "format", "content")


def bytes_to_remove(context: Context, articles: Articles, target: DataFrame, name: str) -> DataFrame | None:
    """The current rows of `image_bytes` that no row of `images` refers to any more; None if there are none.

    `target` are all rows of `images` of these articles.
    """
    if not context.has_rows("image_bytes"):
        return None
    keeps = context.config.images.keep == "bytes"
    stored = context.read("image_bytes").select(*compared(TABLES["image_bytes"], whole_scopes=False))
    before = referred(context.rows_of("images", articles), keeps=True)
    lost = before.join(referred(target, keeps), list(KEY), "left_anti").join(stored, list(KEY), "left_semi")
    lost = context.checkpoint(f"lost-{name}", lost)
    if lost.isEmpty():
        return None
    others = context.read("images").join(articles.keys, "article_key", "left_anti")
    gone = stored.join(lost, list(KEY), "left_semi").join(referred(others, keeps), list(KEY), "left_anti")
    gone = context.checkpoint(f"gone-{name}", gone)
    return None if gone.isEmpty() else gone


def referred(images: DataFrame, keeps: bool) -> DataFrame:
    """kind and sha256 of the bytes that rows of `images` refer to, of originals only if bytes are kept."""
    resolved = images.where(F.col("status") == RESOLVED)
    copies = resolved.where("derived_sha256 IS NOT NULL").select(
        F.lit("derived").alias("kind"), F.col("derived_sha256").alias("sha256")
    )
    if not keeps:
        return copies.distinct()
    return resolved.select(F.lit("original").alias("kind"), "sha256").unionByName(copies).distinct()
