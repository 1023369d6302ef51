"""Where the media of articles are: the source that `sync.input` names, and what lies there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from medconcept.config import Config
from medconcept.errors import InputError
from medconcept.sources.bucket import is_bucket, parse_bucket
from medconcept.spark.hadoop_files import NO_PATTERNS, HadoopFiles, reason
from medconcept.stages.sync.archive import is_archive, list_archives, with_contents
from medconcept.stages.sync.folder import file_etag, path_within, source_name
from medconcept.workers.images.list_archives import MEMBERS, list_members

MEDIA = "name string, uri string, size long, etag string, md5 string"


@dataclass(frozen=True)
class MediaSource:
    """The configured source: its name in raw_articles, its kind, its root (None for a bucket)."""

    name: str
    kind: Literal["bucket", "folder", "archives"]
    root: str | None


def media_source(spark: SparkSession, config: Config) -> MediaSource | None:
    """The source of `sync.input`; None if none is configured. Raises InputError if its folder is missing."""
    sync = config.sync
    if not sync.input:
        return None
    if is_bucket(sync.input):
        return MediaSource(sync.source or parse_bucket(sync.input, sync.bucket).name, "bucket", None)
    in_archives = is_archive(sync.input)
    folder = (sync.input.rpartition("/")[0] or ".") if in_archives else sync.input
    files = HadoopFiles(spark, folder)
    if not files.exists(""):
        raise InputError(f"{folder}: no such folder")
    kind: Literal["folder", "archives"] = "archives" if in_archives else "folder"
    return MediaSource(sync.source or source_name(files.root), kind, files.root)


def folder_media(spark: SparkSession, root: str) -> DataFrame:
    """The files of a folder at any depth, by Spark, without reading them: rows of MEDIA."""
    try:
        reader = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
        files = reader.option(*NO_PATTERNS).load(root)
    except Exception as error:
        raise InputError(f"{root}: {reason(error)}") from error
    return files.select(
        path_within(root).alias("name"),
        F.col("path").alias("uri"),
        F.col("length").alias("size"),
        file_etag().alias("etag"),
        F.lit(None).cast("string").alias("md5"),
    )


def archives_of(spark: SparkSession, config: Config) -> DataFrame:
    """The archives of the source: archive, etag, size, uri."""
    return list_archives(spark, config.sync).where("reason IS NULL").drop("source", "reason", "detail")


def archive_media(spark: SparkSession, config: Config, archives: DataFrame) -> DataFrame:
    """The members of archives: rows of MEDIA and `reason`, which says why a row names no file."""
    columns = with_contents(spark, archives, config.sync).select("archive", "etag", "uri", "blob")
    spread = columns.repartition(4 * spark.sparkContext.defaultParallelism)
    most = config.images.limits.bytes
    return spread.mapInArrow(partial(list_members, max_bytes=most), MEMBERS)
