"""Articles in a folder of any Hadoop file system."""

from __future__ import annotations

import hashlib

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from medconcept.config import SyncConfig
from medconcept.errors import ConfigError, InputError
from medconcept.spark.hadoop_files import HadoopFiles, reason


def list_folder(spark: SparkSession, config: SyncConfig) -> DataFrame:
    """List the article files of a folder, at any depth, without reading them.

    Returns one row for each file: source, source_key, size, etag, _uri. Raises InputError if the folder does
    not exist or no file matches the include patterns.
    """
    if not config.input:
        raise ConfigError("sync_articles needs a folder: --input DIR, or sync.input in the configuration")
    files = HadoopFiles(spark, config.input)
    if not files.exists(""):
        raise InputError(f"{config.input}: no such folder")
    source = config.source or source_name(files.root)
    pattern = "{" + ",".join(config.include) + "}"
    reader = (
        spark.read.format("binaryFile")
        .option("recursiveFileLookup", "true")
        .option("pathGlobFilter", pattern)
    )
    try:
        listing = reader.load(files.root)
        empty = listing.limit(1).select("path").isEmpty()
    except Exception as error:
        raise InputError(f"{config.input}: {reason(error)}") from error
    if empty:
        problem = "is empty" if not files.list("") else f"holds no article file ({', '.join(config.include)})"
        raise InputError(f"{config.input}: the folder {problem}")
    return listing.select(
        F.lit(source).alias("source"),
        path_within(files.root).alias("source_key"),
        F.col("length").alias("size"),
        file_etag().alias("etag"),
        F.col("path").alias("_uri"),
    )


def path_within(root: str) -> Column:
    """The `path` of a binaryFile row relative to the root that was listed."""
    # Spark writes local paths as file:/x where Hadoop writes file:///x.
    plain = F.regexp_replace("path", "^file:/+", "file:/")
    prefix = root.rstrip("/").replace("file:///", "file:/") + "/"
    return plain.substr(F.lit(len(prefix) + 1), F.length(plain))


def file_etag() -> Column:
    """What says that a binaryFile row's file is unchanged: its size and modification time."""
    return F.concat_ws("-", F.col("length").cast("string"), F.unix_micros("modificationTime").cast("string"))


def read_files(spark: SparkSession, listing: DataFrame, config: SyncConfig) -> DataFrame:
    """Read the files of a listing: returns it with `content`, null for files over the size limit."""
    files = HadoopFiles(spark, str(config.input))
    pattern = "{" + ",".join(config.include) + "}"
    contents = (
        spark.read.format("binaryFile")
        .option("recursiveFileLookup", "true")
        .option("pathGlobFilter", pattern)
        .load(files.root)
        .where(F.col("length") <= config.max_bytes)
        .select(F.col("path").alias("_uri"), "content")
    )
    return listing.join(contents, "_uri", "left")


def source_name(root: str) -> str:
    """Return a name for a folder that is unique to its path and does not reveal the path.

    >>> source_name("file:/data/articles")[:9]
    'articles-'
    """
    name = root.rstrip("/").rsplit("/", 1)[-1]
    return f"{name}-{hashlib.sha256(root.encode()).hexdigest()[:8]}"
