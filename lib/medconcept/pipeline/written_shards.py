"""Planned shards of one schema to files: those of a run before are kept, and every shard has its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from medconcept.errors import ExportError, LakeDamaged
from medconcept.exports.shards import ShardEntry
from medconcept.exports.target import Target
from medconcept.spark.progress import Count, Progress
from medconcept.stages.exports.shard_rows import PlannedShard, written, wrong_files
from medconcept.workers.exports.write_shards import ExportTask


def write_part(
    spark: SparkSession,
    rows: DataFrame,
    plan: DataFrame,
    shards: Sequence[PlannedShard],
    kept: Mapping[str, ShardEntry],
    images: DataFrame | None,
    task: ExportTask,
    progress: Progress,
) -> dict[str, ShardEntry]:
    """Write the shards that are not kept; returns the entry of every shard that there is, by its name."""
    todo = [shard for shard in shards if shard.name not in kept]
    names = {shard.name for shard in shards}
    done = {name: entry for name, entry in kept.items() if name in names}
    if todo:
        with progress.counting(spark, Count("rows", sum(shard.rows for shard in todo))) as counter:
            new = written(rows, plan, todo, images, task, counter)
        done |= {entry.name: entry for entry in new}
    return done


def check_written(target: Target, shards: Sequence[PlannedShard], done: Mapping[str, ShardEntry]) -> None:
    """Raise unless every planned shard has its rows, in files that this machine sees."""
    for shard in shards:
        entry = done.get(shard.name)
        if entry is None or entry.rows != shard.rows:
            have = "no" if entry is None else f"{entry.rows:,}"
            raise LakeDamaged(
                f"{shard.name}: {have} of {shard.rows:,} rows were found again in triplets and "
                "image_bytes; put the tables back from a copy"
            )
        for file in entry.files:
            path = target.working / file.path
            if not path.exists() or path.stat().st_size != file.bytes:
                raise ExportError(
                    f"--out {target.folder}: a worker wrote {file.path}, which this machine does not see; "
                    "name a folder that all machines share"
                )


def whole_manifest(spark: SparkSession, target: Target, again: str) -> dict[str, Any]:
    """The manifest of a finished folder, every file of which has its checksum.

    Raises ExportError where one has not; `again` says what to do then.
    """
    manifest = target.manifest()
    files = {file["path"]: file["sha256"] for file in manifest["files"]}
    if wrong := wrong_files(spark, files, str(target.folder)):
        raise ExportError(
            f"{target.folder}: {wrong[0]} is not the file that was exported ({len(wrong)} such files); "
            f"{again}"
        )
    return manifest
