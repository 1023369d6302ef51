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
from medconcept.stages.sync.sidecars import with_sidecar_texts, with_sidecars
from medconcept.tables import TABLES
from medconcept.workers.sync.archive_members import MEMBER_SEPARATOR

_FILE = ("source", "source_key")


def build(context: Context) -> StageOutput | Iterator[StageOutput] | None:
    """Land the articles that are new or changed at the source; None if there are none."""
    address = context.config.sync.input
    if address and is_bucket(address):
        return bucket_sync.build(context)
    return build_from_archives(context) if address and is_archive(address) else build_from_files(context)


def build_from_archives(context: Context) -> StageOutput | None:
    """Land the article files of archives that are new or have changed; None if there are none.

    A changed archive replaces all its members: a member that the newer archive lacks is deleted from the
    lake. The members of an archive that is gone from the source stay in the lake.
    """
    spark, config = context.lake.spark, context.config.sync
    current = context.read("raw_articles")
    archive = F.substring_index("source_key", MEMBER_SEPARATOR, 1)
    landed_archives = current.where(F.col("source_key").contains(MEMBER_SEPARATOR)).select(
        "source", archive.alias("archive"), "etag"
    )
    unseen = list_archives(spark, config).join(landed_archives, ["source", "archive", "etag"], "left_anti")
    unseen = context.checkpoint("archives", unseen)
    if unseen.isEmpty():
        return None
    members = context.checkpoint("members", read_members(spark, unseen, config))
    landed = _with_checksum(members.where("reason IS NULL"))
    refused = article_events.archive_refusal_events(
        context, members, archives=unseen.select("source", F.col("archive").alias("of"))
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
    refusals = {r["reason"]: r["count"] for r in members.groupBy("reason").count().collect() if r["reason"]}
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
    """Land the files of a folder that are new or have changed, or whose sidecars have; None without any.

    A sync adds and replaces files. A file that is gone from the folder stays in the lake.
    """
    current = context.read("raw_articles")
    spark, config = context.lake.spark, context.config.sync
    listing = with_sidecars(list_folder(spark, config), spark, config)
    # Files that were over a former size limit and are within the current one have not been read yet.
    too_large = F.col("content").isNull() & F.col("duplicate_of").isNull()
    readable = current.where(~(too_large & (F.col("size") <= context.config.sync.max_bytes)))
    landed_files = readable.select("source", "source_key", "etag")
    unseen = listing.join(landed_files, ["source", "source_key", "etag"], "left_anti")
    if unseen.isEmpty():
        return None
    context.begin()
    fetched = with_sidecar_texts(read_files(spark, unseen, config), spark, config)
    landed = context.checkpoint("landed", _with_checksum(fetched))
    same = [F.col(f"n.{c}").eqNullSafe(F.col(f"o.{c}")) for c in (*_FILE, "source_sha256", "sidecar")]
    changed = landed.alias("n").join(current.alias("o"), same, "left_anti")
    if changed.isEmpty():
        return None  # other times, same bytes
    # Checkpointed, since Delta reads the deletion vectors of a table again for each plan that uses it.
    scope = context.checkpoint("scope", _scope(current, changed))
    kept = scope.join(changed.select("source", "source_key"), ["source", "source_key"], "left_anti")
    rows = assign_holders(changed.unionByName(kept.select(*changed.columns)), scope)
    return StageOutput(
        tables={"raw_articles": (rows, scope)},
        counts=_counts(listing, changed),
    )


def _counts(listing: DataFrame, changed: DataFrame) -> dict[str, int]:
    row = changed.agg(F.count(F.lit(1)).alias("files"), F.count("sidecar").alias("sidecars")).collect()[0]
    counts = {"files.listed": listing.count(), "files.landed": int(row["files"])}
    return counts | ({"sidecars.landed": int(row["sidecars"])} if row["sidecars"] else {})


def _with_checksum(fetched: DataFrame) -> DataFrame:
    """Return files in the columns of `raw_articles`; those that their kind of source has not are null."""
    others = ("md5", "left_out", "metadata", "metadata_etag", "sidecar")
    types = {c.name: c.dataType for c in TABLES["raw_articles"].columns}
    return fetched.select(
        "source",
        "source_key",
        "size",
        "etag",
        F.sha2("content", 256).alias("source_sha256"),
        "content",
        *(
            F.col(name) if name in fetched.columns else F.lit(None).cast(types[name]).alias(name)
            for name in others
        ),
        F.current_timestamp().alias("fetched_at"),
    )


def _scope(current: DataFrame, changed: DataFrame) -> DataFrame:
    """Return the current rows that are replaced, or that have the same bytes as a replaced or new row."""
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
