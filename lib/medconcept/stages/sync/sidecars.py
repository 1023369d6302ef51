"""Sidecars: files next to the articles of a folder, which state what their XML lacks (docs/sync.md)."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from medconcept.config import SyncConfig
from medconcept.jats import SIDECAR_ENDING
from medconcept.spark.hadoop_files import HadoopFiles
from medconcept.stages.sync.folder import file_etag, path_within

MAX_BYTES = 64 * 1024


def with_sidecars(listing: DataFrame, spark: SparkSession, config: SyncConfig) -> DataFrame:
    """Return a listing of a folder's articles without the sidecars in it, whose states join the etags.

    So an article whose sidecar changed, came or went counts as changed.
    """
    sidecars = _files(spark, config).select("source_key", file_etag().alias("_sidecar_etag"))
    articles = listing.where(~F.col("source_key").endswith(SIDECAR_ENDING))
    both = articles.join(sidecars, "source_key", "left")
    etag = F.concat_ws("+", "etag", "_sidecar_etag")
    return both.withColumn("etag", etag).select(*listing.columns)


def with_sidecar_texts(files: DataFrame, spark: SparkSession, config: SyncConfig) -> DataFrame:
    """Add `sidecar` to articles of a folder: the text, null without one.

    It is text whatever its bytes are; one of over 64 KiB is not read, and its text says so.
    """
    text = F.when(F.col("length") <= MAX_BYTES, F.decode("content", "UTF-8"))
    texts = _files(spark, config).select(
        "source_key", text.otherwise(F.lit(f"over {MAX_BYTES} bytes, not read")).alias("sidecar")
    )
    return files.join(texts, "source_key", "left")


def _files(spark: SparkSession, config: SyncConfig) -> DataFrame:
    """The sidecars of a folder, as rows of Spark's binaryFile with the source_key of their articles."""
    root = HadoopFiles(spark, str(config.input)).root
    pattern = "{" + ",".join(f"{name}{SIDECAR_ENDING}" for name in config.include) + "}"
    reader = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
    rows = reader.option("pathGlobFilter", pattern).load(root).withColumn("_key", path_within(root))
    key = F.expr(f"substr(_key, 1, length(_key) - {len(SIDECAR_ENDING)})")
    return rows.withColumn("source_key", key).drop("_key")
