"""The plan of resolve_images: which graphics to look at, the file of each, and what is to be done with it."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.config import settings_digest
from medconcept.images.statuses import TEMPORARY, Status
from medconcept.lake import transaction
from medconcept.rights import OptOutList
from medconcept.stages.context import Articles, Context
from medconcept.stages.images.graphics import (
    OF_ARTICLE,
    graphic_rows,
    key_media,
    match_bucket,
    match_files,
    unreferenced_files,
    with_rights,
)
from medconcept.stages.images.sources import (
    MediaSource,
    archive_media,
    archives_of,
    folder_media,
)
from medconcept.stages.opt_out import opted_out
from medconcept.tables import TABLES
from medconcept.workers.images.media_objects import OBJECTS, media_objects
from medconcept.workers.sync.archive_members import MEMBER_SEPARATOR

IDENTITY = ("figure_key", "article_key", "href", "file", "file_etag", "file_md5", "how", "is_thumbnail")
STATED = ("status", "detail")
# WITHHOLD: the bytes are known by their checksum, which the opt-out list names.
KEEP, EXAMINE, STATE, WITHHOLD = "keep", "examine", "state", "withhold"
TEMPORARY_CODES = tuple(status.value for status in TEMPORARY)
RESOLVED, OPTED_OUT = Status.RESOLVED.value, Status.OPTED_OUT.value
_LATER = tuple(code for code in TEMPORARY_CODES if code != Status.NO_SOURCE.value)
_OF_MEDIA = ("uri", "size", "etag", "md5")


@dataclass
class Plan:
    """What one run is to do: a row for each graphic of an affected article, with its `action`."""

    rows: DataFrame
    affected: DataFrame  # the articles whose rows in `images` change: article_key
    counts: dict[str, int]
    todo: int


def plan_folder(context: Context) -> str:
    """The name of the staging folder in which a plan outlasts the commits of its run."""
    return f"{context.run_id}-plan"


def _written(context: Context, name: str, rows: DataFrame) -> DataFrame:
    return transaction.stage(context.lake, plan_folder(context), name, rows)


def articles_to_look_at(context: Context, source: MediaSource | None) -> Articles | None:
    """The articles to look at: those that changed in the lake, or whose images may be reached by now.

    None for all: where media may have changed without the lake (folders and archives), and where the last
    run did not come to its end.
    """
    is_bucket = source is not None and source.kind == "bucket"
    happened = context.since()
    if happened is None or not is_bucket or not _has_ended(context):
        return None
    changed = happened.scopes("articles", "figures")
    files = happened.scopes("raw_articles")
    if changed is None or files is None:
        return None
    current = context.read("articles").where("is_current").select("article_key", "source", "source_key")
    of_files = current.join(files, ["source", "source_key"], "left_semi").select("article_key")
    waiting = context.read("images").where(F.col("status").isin(*_LATER)).select("article_key")
    return context.articles_of("looked at", changed.unionByName(of_files).unionByName(waiting).distinct())


def _has_ended(context: Context) -> bool:
    """Whether the last run of the job came to its end, not only to the end of a batch."""
    runs = context.lake.read("runs").where((F.col("job") == context.job) & (F.col("event") != "start"))
    last = runs.agg(F.max_by("event", "at").alias("event")).collect()[0]["event"]
    return bool(last == "end")


def make_plan(context: Context, source: MediaSource | None, articles: Articles | None) -> Plan:
    """Match the graphics of these articles, or of all, and compare the outcome with `images`."""
    options = context.config.images
    about = context.rows_of("articles", articles, cache_columns=[*OF_ARTICLE, "language"])
    figures = context.rows_of("figures", articles)
    graphics = graphic_rows(figures, about, options.only)
    graphics = _written(context, "graphics", graphics)
    current = context.rows_of("images", articles)
    found, counts = _planned(context, source, graphics.where(_is_of(source)), current)
    rows = graphics.select("image_key", "figure_key", "article_key", "href", "is_requested").join(
        found, "image_key", "left"
    )
    if options.derive is None:
        rows = rows.withColumn("may_derive", F.lit(False))
    else:
        rows = rows.join(with_rights(graphics), "image_key")
    entries = context.opt_out
    named = opted_out(context.lake.spark, figures, about, entries)
    if named is None:
        rows = rows.withColumn("is_named", F.lit(False))
    else:
        rows = rows.join(named.withColumn("_named", F.lit(True)), "figure_key", "left")
        rows = rows.withColumn("is_named", F.coalesce("_named", F.lit(False))).drop("_named")
        # No file is theirs, whether or not this run has looked for one.
        file = {name: F.when(~F.col("is_named"), F.col(name)) for name in _NO_FILE if name != "status"}
        rows = rows.withColumns(file)
    rows = _written(context, "plan", _with_actions(context, rows, current, entries))
    gone = current.join(rows, "image_key", "left_anti").select("article_key")
    differs = rows.where("differs").select("article_key").unionByName(gone).distinct()
    affected = _written(context, "affected", differs)
    return Plan(rows, affected, counts, rows.where(F.col("action") == EXAMINE).count())


def _is_of(source: MediaSource | None) -> Column:
    """True for the graphics of articles that the source holds; sources of two kinds may share a name."""
    if source is None:
        return F.lit(False)
    is_member = F.col("source_key").contains(MEMBER_SEPARATOR)
    return (F.col("source") == source.name) & (is_member if source.kind == "archives" else ~is_member)


def _planned(
    context: Context,
    source: MediaSource | None,
    graphics: DataFrame,
    current: DataFrame,
) -> tuple[DataFrame, dict[str, int]]:
    """The file of each graphic of the source: image_key, status, detail, file, how, …; and counts of media.

    Graphics of archives that have not changed have no row.
    """
    spark, config = context.lake.spark, context.config
    if source is None:
        return graphics.select("image_key").where(F.lit(False)).transform(_no_files), {}
    if source.kind == "bucket":
        raw = context.read("raw_articles").where(F.col("source") == source.name)
        matched = _written(context, "matched", match_bucket(graphics, raw))
        of_source = matched.join(graphics.select("image_key", "source_key"), "image_key")
        files = of_source.mapInArrow(media_objects, OBJECTS)
        counts = {"media.unreferenced": _sum(matched, "unreferenced")}
        return files, counts
    listed = None
    if source.kind == "folder":
        listed = _written(context, "media", folder_media(spark, str(source.root)))
        media = listed
    else:
        archives = _changed_archives(context, archives_of(spark, config), graphics, current)
        archives = _written(context, "archives", archives)
        graphics = graphics.withColumn("archive", F.substring_index("source_key", MEMBER_SEPARATOR, 1)).join(
            archives.select("archive", F.col("etag").alias("archive_etag")), "archive"
        )
        listed = _written(context, "media", archive_media(spark, config, archives))
        media = listed.where(F.col("reason").isNull())
    keyed = _written(context, "keys", key_media(media))
    sources = context.read("articles").where(F.col("source") == source.name)
    matched = _written(context, "matched", match_files(graphics, keyed, sources))
    etag = F.col("etag") if source.kind == "folder" else F.coalesce("etag", "archive_etag")
    files = matched.join(media.select(F.col("name").alias("file"), *_OF_MEDIA), "file", "left")
    if source.kind == "archives":
        files = files.join(graphics.select("image_key", "archive_etag"), "image_key")
    files = files.select(
        "image_key", "status", "detail", "file", "how", "is_thumbnail", etag.alias("file_etag"),
        F.col("md5").alias("file_md5"), "uri", F.col("size").alias("source_size"),
    )  # fmt: skip
    counts = {
        "media.listed": keyed.where("is_image").count(),
        "media.unreferenced": unreferenced_files(matched, keyed).count(),
    }
    if source.kind == "archives":
        reasons = listed.where(F.col("reason").isNotNull()).groupBy("reason").count().collect()
        counts |= {f"media.{row['reason']}": row["count"] for row in reasons}
    return files, counts


_NO_FILE = {
    "status": "string", "detail": "string", "file": "string", "how": "string", "is_thumbnail": "boolean",
    "file_etag": "string", "file_md5": "string", "uri": "string", "source_size": "long",
}  # fmt: skip


def _no_files(rows: DataFrame) -> DataFrame:
    return rows.select("*", *(F.lit(None).cast(kind).alias(name) for name, kind in _NO_FILE.items()))


def _changed_archives(
    context: Context, archives: DataFrame, graphics: DataFrame, current: DataFrame
) -> DataFrame:
    """The archives of which a graphic has no row in `images`, or one from another state or examination."""
    known = current.select("image_key", F.col("href").alias("_href"), "file_etag", "examined_with", "status")
    each = graphics.select(
        "image_key", "href", F.substring_index("source_key", MEMBER_SEPARATOR, 1).alias("archive")
    ).join(known, "image_key", "left")
    stale = (
        F.col("_href").isNull()
        | (F.col("_href") != F.col("href"))
        | ~F.col("file_etag").eqNullSafe(F.col("etag"))
        | (F.col("examined_with") != examination(context))
        | F.col("status").isin(*TEMPORARY_CODES)
    )
    if context.previous is None or not _has_ended(context):  # another filter may let others pass
        stale = F.lit(True)
    there = each.join(archives.select("archive", "etag"), "archive")
    return archives.join(there.where(stale).select("archive").distinct(), "archive", "left_semi")


def examination(context: Context) -> str:
    """The digest of all that decides what is stored of given bytes."""
    return settings_digest(*context.config.images.examination())


def _with_actions(context: Context, rows: DataFrame, current: DataFrame, entries: OptOutList) -> DataFrame:
    """Add the current row of each graphic as `current`, what is to be done, and whether the row changes.

    Graphics of another source, or of an archive that has not changed, keep their row.
    """
    names = [c.name for c in TABLES["images"].columns]
    derives = context.config.images.derive is not None
    known = current.select("image_key", F.struct(*names).alias("current"))
    rows = rows.join(known, "image_key", "left")
    was = F.col("current")
    is_out = F.col("status").isNull()
    leaves_out = (F.col("status") == RESOLVED) & ~F.col("is_requested")
    status = F.when(F.col("is_named"), F.lit(OPTED_OUT)).when(is_out, F.lit(Status.NO_SOURCE.value))
    status = status.when(leaves_out, Status.NOT_REQUESTED.value).otherwise(F.col("status"))
    has_named_bytes = has_opted_out(was["sha256"], entries) & ~F.col("is_named")
    is_let_in = (was["status"] == OPTED_OUT) & ~has_named_bytes
    is_kept = is_out & was.isNotNull() & ~F.col("is_named") & ~is_let_in
    rows = rows.withColumn("is_out", is_kept).withColumn("status", status)
    # An object that the row already describes is neither fetched nor decoded again.
    unchanged = F.when(
        was["file_md5"].isNotNull() & F.col("file_md5").isNotNull(), was["file_md5"] == F.col("file_md5")
    ).otherwise(
        was["file_etag"].eqNullSafe(F.col("file_etag")) & was["file_md5"].eqNullSafe(F.col("file_md5"))
    )
    same_bytes = was["file"].eqNullSafe(F.col("file")) & unchanged
    is_done = (was["examined_with"] == examination(context)) & ~was["status"].isin(*TEMPORARY_CODES)
    same_role = was["is_thumbnail"].eqNullSafe(F.col("is_thumbnail"))
    has_copy = ~F.col("may_derive") | (was["status"] != RESOLVED) | was["derived_sha256"].isNotNull()
    reusable = same_bytes & is_done & same_role & (has_copy if derives else F.lit(True))
    reusable = reusable & ~is_let_in
    action = (
        F.when(has_named_bytes & (F.col("is_out") | same_bytes), WITHHOLD)
        .when(F.col("is_out"), KEEP)
        .when(F.col("status") != RESOLVED, STATE)
        .when(F.coalesce(reusable, F.lit(False)), KEEP)
        .otherwise(EXAMINE)
    )
    rows = rows.withColumn("action", action)
    others = [~F.col(name).eqNullSafe(was[name]) for name in IDENTITY]
    stated = [~F.col(name).eqNullSafe(was[name]) for name in STATED]
    loses_copy = ~F.col("may_derive") & was["derived_sha256"].isNotNull()
    differs = (
        F.when(was.isNull() | (F.col("action") == EXAMINE), True)
        .when((F.col("action") == WITHHOLD) & (was["status"] != OPTED_OUT), True)
        .when(F.col("is_out"), F.col("article_key") != was["article_key"])
        .when(F.col("action") == WITHHOLD, _any(others))
        .when(F.col("action") == STATE, _any([*others, *stated]))
        .otherwise(_any([*others, loses_copy]))
    )
    return rows.withColumn("differs", differs).withColumn(
        "kept_sha256", F.when(same_bytes & (was["status"] == RESOLVED), was["sha256"])
    )


def has_opted_out(sha256: Column, entries: OptOutList) -> Column:
    """True where the opt-out list names this checksum of an image, never null."""
    if not entries.image_sha256:
        return F.lit(False)
    return F.coalesce(sha256.isin(*entries.image_sha256), F.lit(False))


def _any(conditions: list[Column]) -> Column:
    result = F.lit(False)
    for condition in conditions:
        result = result | F.coalesce(condition, F.lit(False))
    return result


def _sum(rows: DataFrame, name: str) -> int:
    return int(rows.agg(F.sum(name).alias("n")).collect()[0]["n"] or 0)
