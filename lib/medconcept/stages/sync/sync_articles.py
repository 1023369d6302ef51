"""sync_articles: bring the articles of a source into `raw_articles`, each read once.

A source is a bucket like PMC's (see sync_bucket), a folder of files, or archives in a folder.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.sources.bucket import is_bucket
from medconcept.stages.context import Context
from medconcept.stages.stage import Stage, StageOutput
from medconcept.stages.sync import article_events, bucket_sync
from medconcept.stages.sync.archive import is_archive, list_archives, read_members
from medconcept.stages.sync.duplicate_files import assign_holders
from medconcept.stages.sync.folder import list_folder, read_files
from medconcept.tables import TABLES
from medconcept.workers.sync.archive_members import MEMBER_SEPARATOR


def build(context: Context) -> StageOutput | Iterator[StageOutput] | None:
    """Land what the source has more than the lake; nothing where it has nothing more."""
    address = context.config.sync.input
    if address and is_bucket(address):
        return bucket_sync.build(context)
    return build_from_archives(context) if address and is_archive(address) else build_from_files(context)


def build_from_archives(context: Context) -> StageOutput | None:
    """Land the article files of archives that are new or have changed; None where there are none.

    An archive stands for all its members: a member that is gone from a newer archive of the same name
    leaves the lake. An archive that is gone stays in it.
    """
    spark, config = context.lake.spark, context.config.sync
    current = context.read("raw_articles")
    archive = F.substring_index("source_key", MEMBER_SEPARATOR, 1)
    known = current.where(F.col("source_key").contains(MEMBER_SEPARATOR)).select(
        "source", archive.alias("archive"), "etag"
    )
    unseen = list_archives(spark, config).join(known, ["source", "archive", "etag"], "left_anti")
    unseen = context.checkpoint("archives", unseen)
    if unseen.isEmpty():
        return None
    found = context.checkpoint("members", read_members(spark, unseen, config))
    landed = _with_checksum(found.where("reason IS NULL"))
    refused = article_events.refusals_of(
        context, found, current_of=unseen.select("source", F.col("archive").alias("of"))
    )
    old = current.join(
        unseen.select("source", "archive"),
        (current.source == unseen.source) & (archive == F.col("archive")),
        "left_semi",
    )
    same = [F.col(f"n.{c}").eqNullSafe(F.col(f"o.{c}")) for c in ("source", "source_key", "source_sha256")]
    added = landed.alias("n").join(old.alias("o"), same, "left_anti")
    gone = old.alias("n").join(landed.alias("o"), same, "left_anti")
    if added.isEmpty() and gone.isEmpty():
        return None if refused.isEmpty() else StageOutput(ledgers={"quarantine": refused})
    context.begin()
    scope = _scope(current, landed).unionByName(old).dropDuplicates(list(TABLES["raw_articles"].key))
    scope = context.checkpoint("scope", scope)
    both = landed.select("source", "source_key").unionByName(old.select("source", "source_key"))
    kept = scope.join(both, ["source", "source_key"], "left_anti")
    rows = assign_holders(landed.unionByName(kept.select(*landed.columns)), scope)
    refusals = {r["reason"]: r["count"] for r in found.groupBy("reason").count().collect() if r["reason"]}
    return StageOutput(
        tables={"raw_articles": (rows, scope)},
        ledgers={"quarantine": refused},
        counts={
            "archives.read": unseen.count(),
            "files.landed": landed.count(),
            **{f"refused.{name}": count for name, count in refusals.items()},
        },
    )


def build_from_files(context: Context) -> StageOutput | None:
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
    # Written down: Delta looks for deletion vectors of a table anew for each plan that reads it.
    scope = context.checkpoint("scope", _scope(current, changed))
    kept = scope.join(changed.select("source", "source_key"), ["source", "source_key"], "left_anti")
    rows = assign_holders(changed.unionByName(kept.select(*changed.columns)), scope)
    return StageOutput(
        tables={"raw_articles": (rows, scope)},
        counts={"files.listed": listing.count(), "files.landed": changed.count()},
    )


def _with_checksum(fetched: DataFrame) -> DataFrame:
    """The columns of a file that came without any metadata."""
    of_buckets = ("md5", "left_out", "metadata", "metadata_etag")
    types = {c.name: c.dataType for c in TABLES["raw_articles"].columns}
    return fetched.select(
        "source",
        "source_key",
        "size",
        "etag",
        F.sha2("content", 256).alias("source_sha256"),
        "content",
        *[F.lit(None).cast(types[name]).alias(name) for name in of_buckets],
        F.current_timestamp().alias("fetched_at"),
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
    version=1,
    inputs=(),
    settings=lambda context: (),
    build=build,
    looks_outside=True,
)
