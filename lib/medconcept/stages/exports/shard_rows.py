"""From selected rows to shards on disk: the plan of all shards, those that are whole, those to write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import log

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from medconcept.exports.features import IMAGE
from medconcept.exports.sample_key import shard_name
from medconcept.exports.shards import ShardEntry
from medconcept.spark.arrow_batches import small_batches
from medconcept.spark.progress import Counter
from medconcept.stages.exports.plan import GROUP, with_shards
from medconcept.workers.exports.write_shards import (
    CHECKSUM,
    CONTENT,
    FORMAT,
    SHARD,
    SIZE,
    WRITTEN,
    ExportTask,
    check_files,
    check_shards,
    write_shards,
)

# Bytes of rows that Spark hands to a worker at a time.
_BATCH_BYTES, _BATCH_ROWS = 32_000_000, 1000


@dataclass(frozen=True)
class PlannedShard:
    """A shard that is to be there: its name, its place in the plan, its rows and their size in bytes."""

    name: str
    folder: str
    split: str
    number: int
    rows: int
    largest: int


def planned(rows: DataFrame, largest: int) -> tuple[DataFrame, list[PlannedShard]]:
    """Rows with `_number`, and the shards that they make; of rows as `with_shards` takes them."""
    rows = with_shards(rows, largest).persist()
    found = (
        rows.groupBy(*GROUP, "_number")
        .agg(F.count(F.lit(1)).alias("rows"), F.max("_size").alias("largest"))
        .orderBy(*GROUP, "_number")
        .collect()  # a row for each shard
    )
    shards = []
    for group in dict.fromkeys((row["_folder"], row["split"]) for row in found):
        own = [row for row in found if (row["_folder"], row["split"]) == group]
        for place, row in enumerate(own):
            name = shard_name(*group, place, len(own), "")
            shards.append(PlannedShard(name, *group, row["_number"], row["rows"], row["largest"]))
    return rows, shards


def whole_shards(spark: SparkSession, names: Sequence[str], folder: str) -> dict[str, ShardEntry]:
    """The entries of those shards whose files are there with their checksums; workers read the files."""
    if not names:
        return {}
    check = partial(check_shards, folder=folder)
    parts = spark.sparkContext.parallelize(list(names), min(len(names), 1000)).mapPartitions(check)
    return {name: ShardEntry.of_text(entry) for name, entry in parts.collect() if entry is not None}


def wrong_files(spark: SparkSession, files: Mapping[str, str], folder: str) -> list[str]:
    """The paths of files that do not have the SHA-256 that is stated for them, sorted."""
    check = partial(check_files, folder=folder)
    parts = spark.sparkContext.parallelize(list(files.items()), min(len(files), 1000) or 1)
    return sorted(parts.mapPartitions(check).collect())


def written(
    rows: DataFrame,
    plan: DataFrame,
    shards: Sequence[PlannedShard],
    images: DataFrame | None,
    task: ExportTask,
    counter: Counter,
) -> list[ShardEntry]:
    """Write shards, each by one task, and return their entries.

    `rows` have the columns of the files, `plan` the shard and place of each, `images` the rows of
    image_bytes of the kind that is exported, where the files have images.
    """
    spark = rows.sparkSession
    slots = _slots(spark, len(shards))
    names = [
        (shard.folder, shard.split, shard.number, shard.name, slot)
        for shard, slot in zip(shards, slots, strict=True)
    ]
    todo = spark.createDataFrame(
        names, f"_folder string, split string, _number int, {SHARD} string, _slot int"
    )
    places = plan.join(F.broadcast(todo), [*GROUP, "_number"])
    kept = ["triplet_key", "_order", SIZE, SHARD, "_slot"]
    has_image = IMAGE in task.schema.names
    wide = rows.join(places.select(*kept, *([CHECKSUM, FORMAT] if has_image else [])), "triplet_key")
    if has_image:
        assert images is not None
        contents = images.select(F.col("sha256").alias(CHECKSUM), F.col("content").alias(CONTENT))
        wide = wide.join(contents, CHECKSUM, "left")  # rows without an image, and those whose bytes are gone
    wide = (
        wide.repartition(len(shards), "_slot").sortWithinPartitions(SHARD, "_order").drop("_order", "_slot")
    )
    largest = max(shard.largest for shard in shards)
    with small_batches(spark, max(1, min(_BATCH_ROWS, _BATCH_BYTES // max(1, largest)))):
        done = wide.mapInArrow(partial(write_shards, task=task, counter=counter), WRITTEN)
        return [ShardEntry.of_text(row["entry"]) for row in done.collect()]  # a row for each shard


def _slots(spark: SparkSession, count: int) -> list[int]:
    """Numbers that Spark's own hash spreads over as many partitions, one each: every shard has its task."""
    place = F.pmod(F.hash(F.col("id").cast("int")), F.lit(count))
    tried = 10 * count + int(2 * count * log(count))
    while True:
        found = spark.range(tried).groupBy(place.alias("place")).agg(F.min("id").alias("id")).collect()
        if len(found) == count:
            return sorted(row["id"] for row in found)
        tried *= 2
