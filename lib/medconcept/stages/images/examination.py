"""The files of a plan, each read and examined once, by the way in which its source is read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.sources.bucket import parse_bucket
from medconcept.spark.arrow_batches import small_batches
from medconcept.spark.hadoop_files import NO_PATTERNS
from medconcept.spark.progress import Count, Counter
from medconcept.stages.context import Context
from medconcept.stages.images.sources import MediaSource, archives_of
from medconcept.stages.sync.archive import with_contents
from medconcept.stages.sync.inventory_plan import tasks_per_machine
from medconcept.workers.images.examine_files import (
    EXAMINED,
    Task,
    examine_fetched,
    examine_given,
    examine_local,
    examine_members,
)
from medconcept.workers.sync.archive_members import MEMBER_SEPARATOR

# Files of which Spark hands the bytes to a worker at a time; each may be as large as images.limits.bytes.
BATCH_FILES = 4
TASK_FILES = 256  # files a task: long enough to keep a child process busy, short enough to show progress
_FILE = ("file", "is_thumbnail", "may_derive", "size", "md5")


def examined(context: Context, source: MediaSource, todo: DataFrame, name: str, progress: Count) -> DataFrame:
    """Rows of EXAMINED for the files of `todo`, computed once.

    `todo` has one row for each graphic: file, is_thumbnail, may_derive, size, md5, uri, and sha256, the
    checksum of the very same file if its bytes are in image_bytes. Those are taken from there; the others
    are read from the source.
    """
    spark, options = context.lake.spark, context.config.images
    task = Task(options.settings(), options.keep == "bytes", options.derive)
    files = todo.groupBy("file", "is_thumbnail").agg(
        F.max("may_derive").alias("may_derive"),
        *(F.first(name, ignorenulls=True).alias(name) for name in ("size", "md5", "uri", "sha256")),
    )
    kept = (
        context.read("image_bytes").where("kind = 'original'").select("sha256", "content")
        if context.has_rows("image_bytes")
        else None
    )
    files = context.checkpoint(f"files-{name}", files)
    count = files.count()
    tasks = max(1, min(-(-count // 16), max(spark.sparkContext.defaultParallelism, -(-count // TASK_FILES))))
    here = None
    if kept is not None and not files.where(F.col("sha256").isNotNull()).isEmpty():
        here = files.join(kept, "sha256").select(*_FILE, "content")
        files = files.join(kept.select("sha256"), "sha256", "left_anti")
    with small_batches(spark, BATCH_FILES), context.progress.counting(spark, progress) as counter:
        rows = _from_source(context, source, files, tasks, task, counter)
        if here is not None:
            rows = rows.unionByName(
                here.mapInArrow(partial(examine_given, task=task, counter=counter), EXAMINED)
            )
        return context.checkpoint(f"examined-{name}", rows)


def _from_source(
    context: Context, source: MediaSource, files: DataFrame, tasks: int, task: Task, counter: Counter
) -> DataFrame:
    spark, sync = context.lake.spark, context.config.sync
    work: Callable[..., Any]
    if source.kind == "bucket":
        rows = files.select("file", "is_thumbnail", "may_derive", "md5")
        bucket = parse_bucket(str(sync.input), sync.bucket)
        work = partial(examine_fetched, bucket=bucket, share=tasks_per_machine(spark))
    elif source.kind == "archives":
        one = F.struct(*_FILE)
        wanted = files.groupBy(F.substring_index("file", MEMBER_SEPARATOR, 1).alias("archive")).agg(
            F.collect_list(one).alias("files")
        )
        archives = with_contents(spark, archives_of(spark, context.config).join(wanted, "archive"), sync)
        rows, work = archives.select("archive", "uri", "blob", "files"), examine_members
    elif str(source.root).startswith("file:"):
        rows = files.select(*_FILE, "uri")
        work = partial(examine_local, root=str(source.root).removeprefix("file:"))
    else:
        return with_bytes(files).mapInArrow(partial(examine_given, task=task, counter=counter), EXAMINED)
    return rows.repartition(tasks).mapInArrow(partial(work, task=task, counter=counter), EXAMINED)


def with_bytes(files: DataFrame) -> DataFrame:
    """The files of a batch with their bytes, of any Hadoop file system: the files named alone are read."""
    # Names, not data: a batch has about images.batch_images of them.
    uris = [row["uri"] for row in files.select("uri").distinct().collect()]
    if not uris:
        return files.select(*_FILE, F.lit(None).cast("binary").alias("content")).where(F.lit(False))
    reader = files.sparkSession.read.format("binaryFile")
    # Not taken for patterns: a file may be called f[1].jpg.
    contents = reader.option(*NO_PATTERNS).load(uris).select(F.col("path").alias("uri"), "content")
    return files.join(contents, "uri").select(*_FILE, "content")
