"""resolve_images: the file of each graphic, verified and measured, to `images` and `image_bytes`.

A run plans first: it matches the graphics of the articles that may have changed with the names of the media
at their source, and compares the outcome with `images`. Only files that are new, changed, or were not
reached last time are then read and examined, in batches of articles, each of which is one commit.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.lake import transaction
from medconcept.rights import OptOutList
from medconcept.spark.progress import Count
from medconcept.stages.context import Context
from medconcept.stages.images.examination import examined
from medconcept.stages.images.plan import (
    EXAMINE,
    IDENTITY,
    KEEP,
    OPTED_OUT,
    STATE,
    STATED,
    TEMPORARY_CODES,
    WITHHOLD,
    Plan,
    articles_to_look_at,
    examination,
    has_opted_out,
    make_plan,
    plan_folder,
)
from medconcept.stages.images.sources import MediaSource, media_source
from medconcept.stages.images.stored_bytes import bytes_to_add, bytes_to_remove
from medconcept.stages.stage import SideResult, Stage, StageOutput
from medconcept.tables import TABLES
from medconcept.workers.images.examine_files import MEASURES

INPUTS = ("articles", "figures", "raw_articles")


def build(context: Context) -> Iterator[StageOutput]:
    """Yield one StageOutput for each batch of articles whose images changed; nothing if none did."""
    try:
        yield from _batches(context)
    finally:
        context.lake.files.delete(f"{transaction.STAGING}/{plan_folder(context)}")


def _batches(context: Context) -> Iterator[StageOutput]:
    source = media_source(context.lake.spark, context.config)
    articles = articles_to_look_at(context, source)
    if articles is not None and articles.keys.isEmpty():
        return
    plan = make_plan(context, source, articles)
    if plan.affected.isEmpty():
        if articles is not None:  # looked at in vain, and not again: they are up to date as of this commit
            yield StageOutput(counts=plan.counts)
        return
    context.begin()
    batches = max(1, -(-plan.todo // context.config.images.batch_images))
    place = F.pmod(F.xxhash64("article_key"), F.lit(batches))
    progress = Count("images", plan.todo)
    for n in range(batches):
        affected = plan.affected.where(place == n)
        output = _batch(context, source, plan, affected, n, progress)
        output.counts = plan.counts if n == 0 else {}
        output.more = n + 1 < batches
        yield output
        context = context.renewed()


def _batch(
    context: Context, source: MediaSource | None, plan: Plan, affected: DataFrame, n: int, progress: Count
) -> StageOutput:
    """Examine what is to be examined of these articles; the rows of both tables that follow from it."""
    articles = context.articles_of("affected", affected)
    rows = plan.rows.join(articles.keys, "article_key", "left_semi")
    todo = rows.where(F.col("action") == EXAMINE)
    tables: dict[str, tuple[DataFrame, DataFrame]] = {}
    results = None
    if plan.todo and source is not None:
        wanted = todo.select(
            "file", "is_thumbnail", "may_derive", F.col("source_size").alias("size"),
            F.col("file_md5").alias("md5"), "uri", F.col("kept_sha256").alias("sha256"),
        )  # fmt: skip
        results = examined(context, source, wanted, str(n), progress)
    entries = context.opt_out
    target = context.checkpoint(f"images-{n}", image_rows(rows, results, examination(context), entries))
    tables["images"] = (target, context.current_rows("images", articles))
    new = bytes_to_add(context, target, results, str(n))
    gone = bytes_to_remove(context, articles, target, str(n))
    if new is not None or gone is not None:
        nothing = context.read("image_bytes").where(F.lit(False))
        tables["image_bytes"] = (nothing if new is None else new, nothing if gone is None else gone)
    return StageOutput(
        tables=tables,
        side_result=lambda: SideResult(_counts(rows, target, results)),
        articles=articles,
        gate_against=("figures",),
        inserts_only=() if gone is not None else ("image_bytes",),
    )


def image_rows(rows: DataFrame, results: DataFrame | None, settings: str, entries: OptOutList) -> DataFrame:
    """The rows of `images` for rows of a plan, of which those to be examined take what `results` say.

    Of an image that the opt-out list `entries` names by its checksum, that alone is stated.
    """
    names = [c.name for c in TABLES["images"].columns]
    types = {c.name: c.dataType for c in TABLES["images"].columns}
    was = F.col("current")

    def selected(part: DataFrame, **values: Column) -> DataFrame:
        nothing = {name: F.lit(None).cast(types[name]) for name in names}
        own = {name: F.col(name) for name in ("image_key", *IDENTITY, *STATED)}
        return part.select(*(c.alias(name) for name, c in (nothing | own | values).items()))

    kept_values = {name: was[name] for name in (*STATED, "examined_with", *MEASURES)} | {
        "derived_sha256": F.when(F.col("may_derive") | F.col("is_out"), was["derived_sha256"])
    }
    out_values = {name: F.when(F.col("is_out"), was[name]).otherwise(F.col(name)) for name in IDENTITY}
    kept = selected(rows.where(F.col("action") == KEEP), **(out_values | kept_values))
    withheld_values = {
        **{name: was[name] for name in ("sha256", "examined_with")},
        "status": F.lit(OPTED_OUT),
        "detail": F.lit(None).cast("string"),
    }
    kept = kept.unionByName(
        selected(rows.where(F.col("action") == WITHHOLD), **(out_values | withheld_values))
    )
    stated = selected(rows.where(F.col("action") == STATE))
    both = kept.unionByName(stated)
    if results is None:
        return both
    slim = results.drop("content", "derived", "derived_format", "received")
    todo = rows.where(F.col("action") == EXAMINE).drop("status", "detail")
    joined = todo.join(slim, ["file", "is_thumbnail"])
    done = {
        "examined_with": F.when(~F.col("status").isin(*TEMPORARY_CODES), F.lit(settings)),
        "derived_sha256": F.when(F.col("may_derive"), F.col("derived_sha256")),
    }
    examined = selected(joined, **{name: F.col(name) for name in MEASURES}, **done)
    if not entries.image_sha256:
        return both.unionByName(examined)
    is_named = has_opted_out(F.col("sha256"), entries)
    values = {name: F.when(~is_named, F.col(name)) for name in ("detail", "derived_sha256", *MEASURES)}
    values |= {
        "sha256": F.col("sha256"),
        "status": F.when(is_named, F.lit(OPTED_OUT)).otherwise(F.col("status")),
    }
    return both.unionByName(examined.withColumns(values))


def _counts(rows: DataFrame, target: DataFrame, results: DataFrame | None) -> dict[str, int]:
    """images.in = images.resolved + each reason, over the articles of the batch; and what it took."""
    counted = {row["status"]: row["count"] for row in target.groupBy("status").count().collect()}
    counts = {"images.in": sum(counted.values())} | {f"images.{name}": n for name, n in counted.items()}
    counts["images.unchanged"] = rows.where((F.col("action") == KEEP) & ~F.col("differs")).count()
    if results is not None:
        row = results.agg(F.count(F.lit(1)).alias("n"), F.sum("received").alias("bytes")).collect()[0]
        counts["files.examined"] = row["n"]
        if row["bytes"]:
            counts["bytes.fetched"] = row["bytes"]
    return counts


STAGE = Stage(
    name="resolve_images",
    version=2,
    inputs=INPUTS,
    settings=lambda context: (
        context.config.images,
        context.config.sync.source or context.config.sync.input,
        context.opt_out.digest,
    ),
    build=build,
    looks_outside=True,
    by_article=("images",),
)
