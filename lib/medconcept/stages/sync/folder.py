"""Articles in a folder of any Hadoop file system, and their sidecars (docs/sync.md)."""

from __future__ import annotations

import hashlib

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from medconcept.config import SyncConfig
from medconcept.errors import ConfigError, InputError
from medconcept.jats import SIDECAR_ENDING
from medconcept.spark.hadoop_files import HadoopFiles, reason

SIDECAR_BYTES = 64 * 1024


def list_folder(spark: SparkSession, config: SyncConfig) -> DataFrame:
    """List the article files of a folder, at any depth, without reading them.

    Returns one row for each file: source, source_key, size, etag, _uri, and _sidecar_uri, null without a
    sidecar; the etag is of both. Raises InputError if the folder does not exist or no file matches the
    include patterns.
    """
    if not config.input:
        raise ConfigError("sync_articles needs a folder: --input DIR, or sync.input in the configuration")
    files = HadoopFiles(spark, config.input)
    if not files.exists(""):
        raise InputError(f"{config.input}: no such folder")
    source = config.source or source_name(files.root)
    try:
        listing = _files(spark, files.root, config)
        articles = listing.where(~_is_sidecar())
        empty = articles.limit(1).select("path").isEmpty()
    except Exception as error:
        raise InputError(f"{config.input}: {reason(error)}") from error
    if empty:
        problem = "is empty" if not files.list("") else f"holds no article file ({', '.join(config.include)})"
        raise InputError(f"{config.input}: the folder {problem}")
    article_path = F.expr(f"substr(path, 1, length(path) - {len(SIDECAR_ENDING)})")
    sidecars = listing.where(_is_sidecar()).select(
        article_path.alias("_uri"), F.col("path").alias("_sidecar_uri"), file_etag().alias("_sidecar_etag")
    )
    listed = articles.select(
        F.lit(source).alias("source"),
        path_within(files.root).alias("source_key"),
        F.col("length").alias("size"),
        file_etag().alias("etag"),
        F.col("path").alias("_uri"),
    )
    both = listed.join(sidecars, "_uri", "left")
    return both.withColumn("etag", F.concat_ws("+", "etag", "_sidecar_etag")).drop("_sidecar_etag")


def _files(spark: SparkSession, root: str, config: SyncConfig) -> DataFrame:
    """The article files of a folder and their sidecars: rows of Spark's binaryFile."""
    patterns = [pattern for name in config.include for pattern in (name, f"{name}{SIDECAR_ENDING}")]
    reader = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
    return reader.option("pathGlobFilter", "{" + ",".join(patterns) + "}").load(root)


def _is_sidecar() -> Column:
    return F.col("path").endswith(SIDECAR_ENDING)


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
    """Read the files of a listing: returns it with `content`, null for files over the limit, and `sidecar`.

    A sidecar is text, whatever its bytes are; one of over 64 KiB is not read, and its text says so.
    """
    files = _files(spark, HadoopFiles(spark, str(config.input)).root, config)
    contents = files.where(~_is_sidecar() & (F.col("length") <= config.max_bytes)).select(
        F.col("path").alias("_uri"), "content"
    )
    text = F.when(F.col("length") <= SIDECAR_BYTES, F.decode("content", "UTF-8"))
    sidecars = files.where(_is_sidecar()).select(
        F.col("path").alias("_sidecar_uri"),
        text.otherwise(F.lit(f"over {SIDECAR_BYTES} bytes, not read")).alias("sidecar"),
    )
    return listing.join(contents, "_uri", "left").join(sidecars, "_sidecar_uri", "left")


def source_name(root: str) -> str:
    """Return a name for a folder that is unique to its path and does not reveal the path.

    >>> source_name("file:/data/articles")[:9]
    'articles-'
    """
    name = root.rstrip("/").rsplit("/", 1)[-1]
    return f"{name}-{hashlib.sha256(root.encode()).hexdigest()[:8]}"
