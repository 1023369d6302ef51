"""sync_articles: bring the files of a source into `raw_articles`, each read once."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from medconcept import __version__
from medconcept.config import settings_digest
from medconcept.sources.folder import list_folder, read_files
from medconcept.stages.runner import Context, Stage, Work
from medconcept.tables import TABLES


def build(context: Context) -> Work | None:
    """Land what the folder has more than the lake; None where it has nothing more.

    A sync adds and replaces files. A file that is gone from the folder stays in the lake.
    """
    current = context.read("raw_articles")
    listing = list_folder(context.lake.spark, context.config.sync)
    # What was over the size limit and no longer is has not been read yet.
    too_large = F.col("content").isNull() & F.col("duplicate_of").isNull()
    readable = current.where(~(too_large & (F.col("size") <= context.config.sync.max_bytes)))
    known = readable.select("source", "source_key", "etag")
    unseen = listing.join(known, ["source", "source_key", "etag"], "left_anti")
    if unseen.isEmpty():
        return None
    context.begin()
    fetched = read_files(context.lake.spark, unseen, context.config.sync)
    landed = context.checkpoint("landed", _with_checksum(fetched))
    same = current.select("source", "source_key", "source_sha256")
    changed = landed.join(same, ["source", "source_key", "source_sha256"], "left_anti")
    if changed.isEmpty():
        return None  # touched, not changed
    scope = _scope(current, changed)
    kept = scope.join(changed.select("source", "source_key"), ["source", "source_key"], "left_anti")
    rows = assign_holders(changed.unionByName(kept.select(*changed.columns)), current)
    return Work(
        tables={"raw_articles": (rows, scope)},
        counts={"files.listed": listing.count(), "files.landed": changed.count()},
    )


def assign_holders(rows: DataFrame, current: DataFrame) -> DataFrame:
    """Let one file of each content hold the bytes: the first by source and key; the others name it.

    One row in, one row out. `current` gives bytes where the row that held them must pass them on.
    """
    bytes_of = (
        rows.select("source_sha256", "content")
        .unionByName(current.select("source_sha256", "content"))
        .where(F.col("content").isNotNull())
        .dropDuplicates(["source_sha256"])
    )
    place = F.row_number().over(Window.partitionBy("source_sha256").orderBy("source", "source_key"))
    holder = F.first(F.concat_ws("/", "source", "source_key")).over(
        Window.partitionBy("source_sha256").orderBy("source", "source_key")
    )
    is_duplicate = F.col("source_sha256").isNotNull() & (F.col("_place") > 1)
    return (
        rows.drop("content")
        .withColumns({"_place": place, "_holder": holder})
        .join(bytes_of, "source_sha256", "left")
        .withColumn("duplicate_of", F.when(is_duplicate, F.col("_holder")))
        .withColumn("content", F.when(~is_duplicate, F.col("content")))
        .drop("_place", "_holder")
    )


def _with_checksum(fetched: DataFrame) -> DataFrame:
    return fetched.select(
        "source", "source_key", "size", "etag", F.sha2("content", 256).alias("source_sha256"), "content"
    )


def _scope(current: DataFrame, changed: DataFrame) -> DataFrame:
    """Rows whose place among equals may change: those replaced, and all with the old or new checksums."""
    replaced = current.join(changed.select("source", "source_key"), ["source", "source_key"], "left_semi")
    sums = changed.select("source_sha256").unionByName(replaced.select("source_sha256")).distinct()
    alike = current.join(sums, "source_sha256", "left_semi")
    return (
        alike.unionByName(replaced).dropDuplicates(list(TABLES["raw_articles"].key)).select(*current.columns)
    )


STAGE = Stage(
    name="sync_articles",
    inputs=(),
    settings=lambda context: settings_digest(__version__),
    build=build,
    looks_outside=True,
)
