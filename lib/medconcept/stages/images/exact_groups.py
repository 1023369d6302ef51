"""Files with the same pixels, looked for among those that look the same, so that few are decoded again."""

from __future__ import annotations

from functools import partial

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from medconcept.spark.arrow_batches import small_batches
from medconcept.spark.progress import Count
from medconcept.stages.context import Context
from medconcept.stages.images.examination import BATCH_FILES
from medconcept.workers.images.digest_pixels import DIGESTS, digest_pixels


def candidates(files: DataFrame, groups: DataFrame) -> DataFrame:
    """Files of which another has the same size in pixels and may have the same pixels.

    That is one of the same near group; or, for low-information images, which are in none, any other of them.
    `files` are sha256, pixel_sha256, width and height, `groups` rows of `group_files`.
    """
    like = F.when(F.col("takes_part"), F.col("near_group"))  # null, one group of all others, without
    alike = Window.partitionBy(like, "width", "height")
    both = files.select("sha256", "pixel_sha256", "width", "height").join(
        groups.select("sha256", "near_group", "takes_part"), "sha256"
    )
    return both.withColumn("_alike", F.count(F.lit(1)).over(alike)).where("_alike > 1").drop("_alike")


def pixel_digests(context: Context, wanted: DataFrame) -> DataFrame:
    """sha256 and pixel_sha256 of files, those not known yet from the bytes in `image_bytes`.

    A file whose bytes are not kept has no row.
    """
    known = wanted.where("pixel_sha256 IS NOT NULL").select("sha256", "pixel_sha256")
    missing = wanted.where("pixel_sha256 IS NULL").select("sha256")
    if not context.has_rows("image_bytes") or missing.isEmpty():
        return known
    kept = context.read("image_bytes").where("kind = 'original'").select("sha256", "content")
    spark = context.lake.spark
    with (
        small_batches(spark, BATCH_FILES),
        context.progress.counting(spark, Count("images", missing.count)) as counter,
    ):
        work = partial(digest_pixels, settings=context.config.images.settings(), counter=counter)
        rows = kept.join(missing, "sha256").select("sha256", "content").mapInArrow(work, DIGESTS)
        return context.checkpoint("digests", rows.where("pixel_sha256 IS NOT NULL")).unionByName(known)


def with_exact_groups(groups: DataFrame, digests: DataFrame) -> DataFrame:
    """`groups` with `exact_group` by these pixel digests; files without one keep theirs.

    A low-information image, whose near group is its exact group, follows.
    """
    first = F.min("sha256").over(Window.partitionBy("pixel_sha256"))
    exact = digests.select("sha256", first.alias("_exact"))
    joined = groups.join(exact, "sha256", "left")
    return joined.withColumns(
        {
            "exact_group": _or("_exact", "exact_group"),
            "near_group": F.when(F.col("takes_part"), F.col("near_group")).otherwise(
                _or("_exact", "near_group")
            ),
        }
    ).drop("_exact")


def _or(name: str, other: str) -> Column:
    return F.coalesce(F.col(name), F.col(other))
