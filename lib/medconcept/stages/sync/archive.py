"""Articles in archives (.tar, .tar.gz, .tgz, .zip) of any Hadoop file system, streamed by the executors."""

from __future__ import annotations

import re
from functools import partial

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from medconcept.config import SyncConfig
from medconcept.errors import InputError
from medconcept.spark.hadoop_files import NO_PATTERNS, HadoopFiles
from medconcept.stages.sync.folder import listed, source_name
from medconcept.workers.sync.archive_members import SCHEMA, read_archives
from medconcept.workers.sync.folder_files import COUNTED
from medconcept.workers.sync.name_patterns import any_case

ENDINGS = (".tar", ".tar.gz", ".tgz", ".zip")
# Archives on other file systems than the worker's own are read whole, by Spark's binaryFile, in the JVM.
WHOLE_BYTES = 1024**3


def is_archive(address: str) -> bool:
    """True for the path of an archive, or a pattern of such paths.

    >>> is_archive("bulk/PMC000.tar.gz"), is_archive("bulk/*.zip"), is_archive("articles")
    (True, True, False)
    """
    return address.lower().endswith(ENDINGS)


def list_archives(spark: SparkSession, config: SyncConfig) -> DataFrame:
    """List the archives at an address: source, archive, etag, size, uri, reason, detail.

    `reason` is null for an archive that can be read. Raises InputError if none exists.
    """
    address = str(config.input)
    folder, _, pattern = address.rpartition("/")
    files = HadoopFiles(spark, folder or ".")
    if not files.exists(""):
        raise InputError(f"{folder}: no such folder")
    # The name of an archive may hold what means something in a pattern.
    exact = re.sub(r"[*?[]", lambda m: f"[{m[0]}]", pattern).translate(str.maketrans("{}", "??"))
    include = (exact if files.exists(pattern) else pattern,)
    found = listed(spark, files, config.source or source_name(files.root), include, recursive=False)
    archives = found.where(~F.coalesce(F.col("reason").isin(*COUNTED), F.lit(False)))
    if archives.isEmpty():
        raise InputError(f"{address}: no such archive")
    return archives.withColumnRenamed("source_key", "archive")


def read_members(spark: SparkSession, archives: DataFrame, config: SyncConfig) -> DataFrame:
    """Read the article files of archives: one row for each file or refusal, in archive_members.SCHEMA."""
    columns = with_contents(spark, archives, config).select("source", "archive", "etag", "uri", "blob")
    spread = columns.repartition(4 * spark.sparkContext.defaultParallelism)
    return spread.mapInArrow(
        partial(read_archives, include=config.include, max_bytes=config.max_bytes), SCHEMA
    )


def with_contents(spark: SparkSession, archives: DataFrame, config: SyncConfig) -> DataFrame:
    """Add `blob`, the bytes of an archive, to rows with archive, size and uri; null if workers read it.

    Archives on the worker's own file system (disks, mounted volumes) are streamed. Raises InputError if an
    archive on another file system is larger than 1 GiB.
    """
    is_local = F.col("uri").rlike("^file:")
    large = archives.where(~is_local & (F.col("size") > WHOLE_BYTES)).limit(1).collect()
    if large:
        raise InputError(
            f"{large[0]['archive']}: {large[0]['size']} bytes; archives of over 1 GiB are read only from "
            "mounted file systems"
        )
    local = archives.where(is_local).withColumn("blob", F.lit(None).cast("binary"))
    remote = archives.where(~is_local)
    if remote.isEmpty():
        return local
    folder, _, pattern = str(config.input).rpartition("/")
    files = HadoopFiles(spark, folder or ".")
    contents = (
        spark.read.format("binaryFile")
        .option("pathGlobFilter", any_case(pattern))
        .option(*NO_PATTERNS)
        .load(files.root)
        .select(F.col("path").alias("uri"), F.col("content").alias("blob"))
    )
    return local.unionByName(remote.join(contents, "uri"))
