"""Articles in a folder of any Hadoop file system, and their sidecars (docs/sync.md).

A folder of the workers' own file system (`file:`) is listed and read by Python workers, since Spark's reader
follows links and leaves files out. Other file systems have neither links nor odd names; Spark reads them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from medconcept.config import SyncConfig
from medconcept.errors import ConfigError, InputError
from medconcept.jats import SIDECAR_ENDING
from medconcept.spark.hadoop_files import NO_PATTERNS, HadoopFiles
from medconcept.workers.sync.folder_files import (
    COUNTED,
    LISTED,
    OTHER_FILE,
    SIDECAR,
    SIDECAR_BYTES,
    SIDECAR_TOO_LARGE,
    list_files,
    read_listed,
)
from medconcept.workers.sync.name_patterns import any_case, name_pattern

HIDDEN = "hidden_name"  # a name that Spark's reader of files passes over
COLUMNS = ("source", "source_key", "size", "etag", "uri", "reason", "detail")


def list_folder(spark: SparkSession, config: SyncConfig) -> DataFrame:
    """List all files of a folder, at any depth, without reading them.

    Returns one row for each file: source, source_key, size, etag, uri, reason, detail, sidecar_uri. `reason`
    is null for an article file that can be read; `sidecar_uri` is null without a sidecar, else the etag is of
    both. Raises InputError if the folder does not exist.
    """
    if not config.input:
        raise ConfigError("sync_articles needs a folder: --input DIR, or sync.input in the configuration")
    files = HadoopFiles(spark, config.input)
    if not files.exists(""):
        raise InputError(f"{config.input}: no such folder")
    if files.is_file(""):
        raise InputError(f"{config.input}: is a file; give its folder, and --include for one file of it")
    return _with_sidecars(listed(spark, files, folder_source(spark, config), config.include))


def _with_sidecars(rows: DataFrame) -> DataFrame:
    article = F.expr(f"substr(source_key, 1, length(source_key) - {len(SIDECAR_ENDING)})")
    sidecars = rows.where(F.col("reason") == SIDECAR).select(
        article.alias("source_key"), F.col("uri").alias("sidecar_uri"), F.col("etag").alias("_sidecar_etag")
    )
    both = rows.join(sidecars, "source_key", "left")
    return both.withColumn("etag", F.concat_ws("+", "etag", "_sidecar_etag")).drop("_sidecar_etag")


def folder_source(spark: SparkSession, config: SyncConfig) -> str:
    """The name of the folder's source."""
    return config.source or source_name(HadoopFiles(spark, str(config.input)).root)


def listed(
    spark: SparkSession, files: HadoopFiles, source: str, include: Sequence[str], *, recursive: bool = True
) -> DataFrame:
    """List the files of a folder that exists: COLUMNS, sidecars as files of their own."""
    if files.root.startswith("file:"):
        # Hadoop writes a local path as file:/x, with its characters as they are.
        root = files.root.removeprefix("file:")
        start = spark.range(1, numPartitions=1)
        rows = start.mapInArrow(
            partial(list_files, root=root, include=tuple(include), recursive=recursive), LISTED
        )
    else:
        rows = _listed_by_hadoop(spark, files, include, recursive)
    return rows.withColumn("source", F.lit(source)).select(*COLUMNS)


def counts_by_reason(listing: DataFrame, config: SyncConfig) -> dict[str, int]:
    """Count the files of a listing by reason, "" for those to read; raises InputError if none is an article.

    >>> from unittest.mock import Mock
    >>> listing = Mock()
    >>> listing.groupBy("reason").count().collect.return_value = [{"reason": "other_file", "count": 2}]
    >>> counts_by_reason(listing, SyncConfig(input="in", include=("*.xml",)))
    Traceback (most recent call last):
    medconcept.errors.InputError: in: the folder holds no article file (*.xml)
    """
    counts = {r["reason"] or "": int(r["count"]) for r in listing.groupBy("reason").count().collect()}
    if not set(counts) - set(COUNTED):
        problem = f"holds no article file ({', '.join(config.include)})" if counts else "is empty"
        raise InputError(f"{config.input}: the folder {problem}")
    return counts


def folder_line(counts: dict[str, int]) -> str:
    """What a folder holds, in one line.

    >>> folder_line({"": 3, "other_file": 2, "dangling_link": 1})
    'the folder holds 6 files: 3 to read, 2 other_file, 1 dangling_link'
    """
    each = ", ".join(f"{count:,} {name or 'to read'}" for name, count in counts.items())
    return f"the folder holds {sum(counts.values()):,} files: {each}"


def read_files(spark: SparkSession, listing: DataFrame, config: SyncConfig) -> DataFrame:
    """Read the files of a listing: returns it with `content`, null over the size limit or with a reason, and
    `sidecar`, the text of the sidecar, which says so where that is too large."""
    files, listing = HadoopFiles(spark, str(config.input)), listing.select(*COLUMNS, "sidecar_uri")
    if files.root.startswith("file:"):
        spread = listing.repartition(4 * spark.sparkContext.defaultParallelism)
        read = partial(read_listed, columns=listing.columns, max_bytes=config.max_bytes)
        columns = f"source string, {LISTED}, sidecar_uri string, content binary, sidecar string"
        return spread.mapInArrow(read, columns)
    is_sidecar = F.col("path").endswith(SIDECAR_ENDING)
    read_in = (
        spark.read.format("binaryFile")
        .option("recursiveFileLookup", "true")
        .option("pathGlobFilter", "{" + ",".join(_patterns(config.include)) + "}")
        .option(*NO_PATTERNS)
        .load(files.root)
    )
    contents = read_in.where(~is_sidecar & (F.col("length") <= config.max_bytes)).select(
        F.col("path").alias("uri"), "content"
    )
    text = F.when(F.col("length") <= SIDECAR_BYTES, F.decode("content", "UTF-8"))
    sidecars = read_in.where(is_sidecar).select(
        F.col("path").alias("sidecar_uri"), text.otherwise(F.lit(SIDECAR_TOO_LARGE)).alias("sidecar")
    )
    # Spark's reader leaves empty files out.
    empty = F.when(F.col("size") == 0, F.lit(b""))
    return (
        listing.join(contents, "uri", "left")
        .join(sidecars, "sidecar_uri", "left")
        .select(*listing.columns, F.coalesce("content", empty).alias("content"), "sidecar")
    )


def _patterns(include: Sequence[str]) -> list[str]:
    return [any_case(pattern) for name in include for pattern in (name, f"{name}{SIDECAR_ENDING}")]


def path_within(root: str) -> Column:
    """The `path` of a binaryFile row relative to the root that was listed."""
    # Spark writes local paths as file:/x where Hadoop writes file:///x.
    plain = F.regexp_replace("path", "^file:/+", "file:/")
    prefix = root.rstrip("/").replace("file:///", "file:/") + "/"
    return plain.substr(F.lit(len(prefix) + 1), F.length(plain))


def file_etag() -> Column:
    """What says that a binaryFile row's file is unchanged: its size and modification time."""
    return F.concat_ws("-", F.col("length").cast("string"), F.unix_micros("modificationTime").cast("string"))


def source_name(root: str) -> str:
    """Return a name for a folder that is unique to its path and does not reveal the path.

    >>> source_name("file:/data/articles")[:9]
    'articles-'
    """
    name = root.rstrip("/").rsplit("/", 1)[-1]
    return f"{name}-{hashlib.sha256(root.encode()).hexdigest()[:8]}"


def _listed_by_hadoop(
    spark: SparkSession, files: HadoopFiles, include: Sequence[str], recursive: bool
) -> DataFrame:
    wanted = name_pattern(include)
    rows = []
    for name, size, changed in files.walk_files(recursive=recursive):
        *_, base = name.split("/")
        why = None
        if not wanted.fullmatch(base.removesuffix(SIDECAR_ENDING)):
            why = OTHER_FILE
        elif any(part.startswith(("_", ".")) for part in name.split("/")):
            why = HIDDEN
        elif base.endswith(SIDECAR_ENDING):
            why = SIDECAR
        detail = "Spark reads no names that begin with _ or ." if why == HIDDEN else None
        rows.append((name, size, f"{size}-{changed * 1000}", files.uri(name), why, detail))
    return spark.createDataFrame(rows, LISTED)
