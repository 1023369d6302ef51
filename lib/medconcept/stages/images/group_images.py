"""group_images: which files of images have the same pixels or look the same, pinned as `image_groups`.

No other job writes that table and `medconcept run` does not run this one, so that groups, on which splits
depend, change when this is requested and not with each new article. One task compares the hashes of all
images (docs/benchmarks.md); pixels are compared only of files that look the same.
"""

from __future__ import annotations

from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.errors import LakeError
from medconcept.images.duplicates import METHOD
from medconcept.images.statuses import Flag, Status
from medconcept.spark.progress import Count
from medconcept.stages.context import Context
from medconcept.stages.images import exact_groups
from medconcept.stages.stage import Stage, StageOutput
from medconcept.workers.images.group_files import GROUPED, group_files

UNINFORMATIVE = (Flag.BLANK.value, Flag.LOW_INFORMATION.value)


def settings(context: Context) -> tuple[object, ...]:
    """What is grouped, and how."""
    return (METHOD, context.config.images.distance, context.head.versions.get("images", 0))


def build(context: Context) -> StageOutput | None:
    """Group; None where these very images were grouped last."""
    if context.previous is not None:
        return None
    if not context.has_rows("images"):
        raise LakeError(f"{context.lake.root}: there are no images to group; run resolve_images first")
    context.begin()
    files = context.checkpoint("files", distinct_files(context.read("images")))
    with context.progress.counting(context.lake.spark, Count("images", files.count)) as counter:
        work = partial(group_files, distance=context.config.images.distance, counter=counter)
        hashed = files.select("sha256", "pixel_sha256", "phash", "takes_part")
        near = context.checkpoint("near-groups", hashed.coalesce(1).mapInArrow(work, GROUPED))
    wanted = context.checkpoint("candidates", exact_groups.candidates(files, near))
    digests = exact_groups.pixel_digests(context, wanted)
    rows = context.checkpoint("groups", exact_groups.with_exact_groups(near, digests))
    sizes = rows.groupBy("near_group").agg(
        F.count(F.lit(1)).alias("n"), F.count_distinct("exact_group").alias("exact")
    )
    row = sizes.agg(
        F.sum("n").alias("files"),
        F.sum("exact").alias("distinct"),
        F.count(F.lit(1)).alias("groups"),
        F.max("n").alias("largest"),
    ).collect()[0]
    counts = {
        "files.in": row["files"] or 0,
        "files.distinct_pixels": row["distinct"] or 0,
        "files.compared_by_pixels": wanted.count(),
        "groups": row["groups"],
        "groups.largest": row["largest"] or 0,
        **{name: counter.value.get(name, 0) for name in ("pairs_left_out", "chains_divided")},
    }
    return StageOutput(
        tables={"image_groups": (rows, context.read("image_groups"))},
        counts=counts,
    )


def distinct_files(images: DataFrame) -> DataFrame:
    """One row for each distinct file of a resolved image: sha256, its measures, takes_part."""
    resolved = images.where(F.col("status") == Status.RESOLVED.value)
    return resolved.groupBy("sha256").agg(
        *(F.min(name).alias(name) for name in ("pixel_sha256", "phash", "width", "height")),
        F.min(~F.arrays_overlap("flags", F.array(*map(F.lit, UNINFORMATIVE)))).alias("takes_part"),
    )


STAGE = Stage(name="group_images", version=2, inputs=(), settings=settings, build=build, looks_outside=True)
