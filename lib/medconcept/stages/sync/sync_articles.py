"""sync_articles: bring the articles of a source into `raw_articles`, each read once.

A source is a bucket like PMC's (see bucket_sync.py), a folder of files, or archives in a folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from medconcept.config import Config
from medconcept.errors import InputError
from medconcept.sources.bucket import is_bucket
from medconcept.sources.inventory_manifest import newest_manifest
from medconcept.stages.context import Context
from medconcept.stages.stage import Stage, StageOutput
from medconcept.stages.sync import article_events, bucket_sync, opted_out_files
from medconcept.stages.sync.archive import is_archive, list_archives, read_members
from medconcept.stages.sync.article_events import folder_refusal_events
from medconcept.stages.sync.bucket_sync import FEW_LOST
from medconcept.stages.sync.duplicate_files import assign_holders
from medconcept.stages.sync.folder import (
    HIDDEN,
    counts_by_reason,
    folder_line,
    folder_source,
    list_folder,
    read_files,
)
from medconcept.tables import TABLES
from medconcept.workers.sync.archive_members import MEMBER_SEPARATOR
from medconcept.workers.sync.folder_files import REFUSED, UNREADABLE

FOLDER_REASONS = (*REFUSED, HIDDEN)

_FILE = ("source", "source_key")


def build(context: Context) -> Iterator[StageOutput]:
    """Yield what is new or changed at the source; nothing if nothing is."""
    address = context.config.sync.input
    return bucket_sync.build(context) if address and is_bucket(address) else _without_opted_out(context)


def _without_opted_out(context: Context) -> Iterator[StageOutput]:
    """Yield the rows of a folder or of archives, first those that lose their bytes to the opt-out list."""
    if (emptied := opted_out_files.emptied(context)) is not None:
        yield emptied
        context = context.renewed()
    address = context.config.sync.input
    land = build_from_archives if address and is_archive(address) else build_from_files
    output = opted_out_files.without_opted_out(context, land(context))
    if output is not None:
        yield output


def require_articles(spark: SparkSession, config: Config) -> None:
    """Raise InputError where the source is missing or names no article: a mistyped one makes no lake."""
    address = config.sync.input
    if address and is_bucket(address):
        newest_manifest(bucket_sync.address_of(config.sync)[0], address)
    elif address and is_archive(address):
        list_archives(spark, config.sync)
    else:
        counts_by_reason(list_folder(spark, config.sync), config.sync)


def build_from_archives(context: Context) -> StageOutput | None:
    """Land the article files of archives that are new or have changed; None if there are none.

    A changed archive replaces all its members: a member that the newer archive lacks is deleted from the
    lake. The members of an archive that is gone from the source stay in the lake.
    """
    spark, config = context.lake.spark, context.config.sync
    current = context.read("raw_articles")
    archive = F.substring_index("source_key", MEMBER_SEPARATOR, 1)
    members_of_lake = current.where(F.col("source_key").contains(MEMBER_SEPARATOR))
    landed_archives = (
        members_of_lake.groupBy("source", archive.alias("archive"), "etag")
        .agg(F.max(opted_out_files.is_let_in(context)).alias("_is_let_in"))
        .where(~F.col("_is_let_in"))
    )
    listing = context.cache("listing", list_archives(spark, config))
    unseen = listing.where("reason IS NULL").join(landed_archives, ["source", "archive", "etag"], "left_anti")
    # Archives that cannot be read are refused in every run, and open again nothing that is open.
    refusals = listing.where("reason IS NOT NULL")
    if unseen.isEmpty() and refusals.isEmpty():
        return None
    members = read_members(spark, unseen, config)
    own = refusals.withColumnRenamed("archive", "source_key").withColumn(
        "content", F.lit(None).cast("binary")
    )
    members = context.checkpoint("members", members.unionByName(own.select(*members.columns)))
    landed = _with_checksum(members.where("reason IS NULL"))
    refused = article_events.archive_refusal_events(
        context,
        members,
        archives=unseen.unionByName(refusals).select("source", F.col("archive").alias("of")),
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
    by_reason = {r["reason"]: r["count"] for r in members.groupBy("reason").count().collect() if r["reason"]}
    return StageOutput(
        tables={"raw_articles": (rows, scope)},
        ledgers={"quarantine": refused},
        counts={
            "archives.read": unseen.count(),
            "files.landed": landed.count(),
            **{f"refused.{name}": count for name, count in by_reason.items()},
        },
    )


def build_from_files(context: Context) -> StageOutput | None:
    """Land the files of a folder that are new or have changed, or whose sidecars have; None without any.

    A sync adds and replaces files. A file that is gone from the folder stays in the lake, unless the
    configuration says `prune`.
    """
    spark, config = context.lake.spark, context.config.sync
    current = context.read("raw_articles")
    listing = context.cache("listing", list_folder(spark, config))
    found = counts_by_reason(listing, config)
    context.log(f"sync_articles: {folder_line(found)}")
    source = folder_source(spark, config)
    gone = gone_files(context, current.where(F.col("source") == source), listing, found)
    # Files that were over a former size limit and are within the current one have not been read yet.
    too_large = F.col("content").isNull() & F.col("duplicate_of").isNull() & F.col("left_out").isNull()
    readable = current.where(~(too_large & (F.col("size") <= config.max_bytes)))
    landed_files = readable.where(~opted_out_files.is_let_in(context)).select("source", "source_key", "etag")
    unseen = listing.where("reason IS NULL").join(landed_files, ["source", "source_key", "etag"], "left_anti")
    refused = listing.where(F.col("reason").isin(*FOLDER_REASONS))
    was_refused = context.has_rows("quarantine") or not found.keys().isdisjoint(FOLDER_REASONS)
    refusal_events = partial(folder_refusal_events, context, source, reasons=FOLDER_REASONS, listing=listing)
    counts = {f"files.{reason or 'to_read'}": count for reason, count in found.items()}
    counts["files.listed"] = sum(found.values())
    if unseen.isEmpty() and gone is None:
        events = refusal_events(refused) if was_refused else None
        return None if events is None else StageOutput(ledgers={"quarantine": events}, counts=counts)
    context.begin()
    fetched = _with_checksum(read_files(spark, unseen, config), "reason", "detail")
    fetched = context.checkpoint("fetched", fetched)
    unread = fetched.where("reason IS NOT NULL").select("source", "source_key", "reason", "detail")
    refused = refused.select(*unread.columns).unionByName(unread)
    events = refusal_events(refused)
    ledgers = {} if events is None else {"quarantine": events}
    landed = fetched.where("reason IS NULL").drop("reason", "detail")
    same = [F.col(f"n.{c}").eqNullSafe(F.col(f"o.{c}")) for c in (*_FILE, "source_sha256", "sidecar")]
    changed = landed.alias("n").join(current.alias("o"), same, "left_anti")
    if changed.isEmpty() and gone is None:  # other times, same bytes
        return StageOutput(ledgers=ledgers, counts=counts) if ledgers else None
    replaced = changed.select("source", "source_key", "source_sha256")
    if gone is not None:
        replaced = replaced.unionByName(gone.select(*replaced.columns))
    # Checkpointed, since Delta reads the deletion vectors of a table again for each plan that uses it.
    scope = context.checkpoint("scope", _scope(current, replaced))
    kept = scope.join(replaced.select("source", "source_key"), ["source", "source_key"], "left_anti")
    rows = assign_holders(changed.unionByName(kept.select(*changed.columns)), scope)
    return StageOutput(
        tables={"raw_articles": (rows, scope)},
        ledgers=ledgers,
        counts={
            **counts,
            "files.landed": changed.count(),
            **({} if gone is None else {"files.pruned": gone.count()}),
        },
    )


def gone_files(
    context: Context, current: DataFrame, listing: DataFrame, found: dict[str, int]
) -> DataFrame | None:
    """Return the rows of files that are gone from the folder and leave the lake; None if none does.

    Raises InputError if more are gone than `withdraw_at_most` allows. Without `prune` they are only logged.
    """
    config = context.config.sync
    # Rows that a bucket or an archive brought under the same name of the source are not this folder's.
    own = current.where(F.col("metadata.version").isNull() & ~F.col("source_key").contains(MEMBER_SEPARATOR))
    gone = own.join(listing, ["source", "source_key"], "left_anti")
    lost = gone.count()
    if not lost:
        return None
    names = [row["source_key"] for row in gone.select("source_key").orderBy("source_key").limit(3).collect()]
    line = f"{lost:,} files of the lake are gone from the folder ({', '.join(names)}{', …' * (lost > 3)})"
    if not config.prune:
        context.log(f"sync_articles: {line}; --prune takes them out")
        return None
    if found.get(UNREADABLE):
        context.log(f"sync_articles: {line}; nothing is taken out, since parts of it cannot be read")
        return None
    if lost > max(FEW_LOST, config.withdraw_at_most * own.count()):
        raise InputError(f"{config.input}: {line}; nothing was taken out (sync.withdraw_at_most allows more)")
    context.log(f"sync_articles: {line}; they are taken out of the lake")
    return gone


def _with_checksum(fetched: DataFrame, *further: str) -> DataFrame:
    """Return files in the columns of `raw_articles` and `further`; those without a source are null."""
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
        *further,
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
    check=require_articles,
    by_article=("raw_articles",),
)
