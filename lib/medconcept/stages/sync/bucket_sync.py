"""sync_articles from a bucket: compare with the inventory, fetch in batches, one commit for each batch.

A batch is all changes of some articles: new versions, versions that they replace, withdrawn articles. The
lake's rows afterwards depend on the inventory and the bucket alone: a sync every day and a single sync on the
last day end with equal rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.config import SyncConfig
from medconcept.errors import ConfigError, InputError
from medconcept.lake import transaction
from medconcept.sources.bucket import Bucket, parse_bucket
from medconcept.sources.inventory_manifest import Manifest, newest_manifest
from medconcept.spark.progress import Count
from medconcept.stages.context import Context
from medconcept.stages.stage import StageOutput
from medconcept.stages.sync import article_events, inventory_plan
from medconcept.stages.sync.duplicate_files import assign_holders
from medconcept.stages.sync.inventory_plan import NEW, TO_DO, UP_TO_DATE, UPDATE, WITHDRAWN
from medconcept.tables import TABLES
from medconcept.workers.sync.fetch_articles import FETCHED, SelectionRules, fetch_batches

FEW_LOST = 1000
# An article of which only the metadata changed keeps its bytes. They are copied from the lake, which reads
# the bytes of all its articles; if fewer than one article in this many is updated, downloading costs less.
REREAD_RATIO = 20
_SLIM = ("source", "source_key", "source_sha256")


@dataclass
class Plan:
    """The work of one run: rows of `pmc, version, class, place, batch`, and the counts of the inventory."""

    rows: DataFrame
    inventory: DataFrame
    counts: dict[str, int]
    batches: int
    todo: int
    complete: bool
    copies_bytes: bool  # whether unchanged bytes are copied from the lake instead of downloaded


def address_of(config: SyncConfig) -> tuple[Bucket, str]:
    """Return the bucket of a configuration and the name of its source. Raises ConfigError."""
    if not config.input:
        raise ConfigError("sync_articles needs a source: --input s3://BUCKET, or sync.input")
    bucket = parse_bucket(config.input, config.bucket)
    return bucket, config.source or bucket.name


def build(context: Context) -> Iterator[StageOutput]:
    """Yield one StageOutput for each batch that changes the lake."""
    config = context.config.sync
    bucket, source = address_of(config)
    manifest = newest_manifest(bucket, str(config.input))
    context.log(f"sync_articles: inventory of {manifest.day}, {len(manifest.parts)} parts")
    try:
        yield from _batches(context, bucket, source, manifest)
    finally:
        context.lake.files.delete(f"{transaction.STAGING}/{context.run_id}-plan")


def _batches(context: Context, bucket: Bucket, source: str, manifest: Manifest) -> Iterator[StageOutput]:
    plan = make_plan(context, bucket, source, manifest)
    config = context.config.sync
    context.log(f"sync_articles: {article_events.summary_line(plan.counts)}")
    plan_counts = dict(plan.counts)  # go with the first commit
    fetched = Count("articles", plan.todo)
    landed = _landed(context, source) if config.select.limit else 0
    unlisted_refusals = (
        article_events.refusals_no_longer_listed(context, source, plan.inventory, config.select)
        if plan.complete
        else None
    )
    for n in range(max(plan.batches, 1)):
        room = None if config.select.limit is None else max(0, config.select.limit - landed)
        batch = plan.rows.where(F.col("batch") == n)
        if room == 0:
            batch = batch.where(F.col("class") != NEW)
        is_last = n + 1 >= plan.batches
        work, new = _batch(context, bucket, source, batch, fetched, room, plan) if plan.batches else (None, 0)
        if is_last and unlisted_refusals is not None:
            work = work or StageOutput()
            events = article_events.closing_events(context, unlisted_refusals)
            work.ledgers = {
                "quarantine": events.unionByName(work.ledgers["quarantine"]) if work.ledgers else events
            }
        landed += new
        if work is not None:
            work.counts = {**work.counts, **plan_counts}
            work.more, plan_counts = not is_last, {}
            yield work
        context = context.renewed()


def make_plan(context: Context, bucket: Bucket, source: str, manifest: Manifest) -> Plan:
    """Read the inventory, compare it, and write the work list next to the staged batches."""
    config, spark = context.config.sync, context.lake.spark
    own = f"{context.run_id}-plan"
    inventory = transaction.stage(
        context.lake, own, "inventory", inventory_plan.read_inventory(spark, bucket, manifest)
    )
    counts = inventory_plan.inventory_counts(inventory)
    complete = inventory_plan.is_complete(counts)
    if not complete:
        context.log(f"sync_articles: warning: {_in_line(counts)}; nothing is withdrawn after this inventory")
    if not counts["inventory.rows"]:
        raise InputError(
            f"{config.input}/{manifest.key}: the inventory names no article ({_in_line(counts)})"
        )
    in_lake = inventory_plan.lake_versions(
        context.read("raw_articles"),
        source,
        config.select,
        config.max_bytes,
        context.opt_out,
    )
    each = inventory_plan.compare(inventory, in_lake, config.select, complete=complete, spark=spark)
    # One pass writes the work list and counts all classes.
    observed, counted = inventory_plan.count_classes(each)
    todo = transaction.stage(
        context.lake,
        own,
        "todo",
        observed.where(F.col("class").isin(*TO_DO)).withColumn("place", inventory_plan.place()),
    )
    counts.update(counted())
    total = sum(counts.get(f"articles.{name}", 0) for name in TO_DO)
    _refuse_emptied(config, counts, manifest)
    size = config.batch_articles
    if config.select.limit is not None and counts.get("articles.new", 0):
        size = min(size, max(64, config.select.limit))
    batches = -(-total // size)
    rows = todo.withColumn(
        "batch", F.least(F.lit(batches - 1), F.floor(F.col("place") * batches).cast("int"))
    )
    updates = counts.get("articles.update", 0)
    copies_bytes = updates * REREAD_RATIO >= _articles_in_lake(counts)
    return Plan(rows, inventory, counts, batches, total, complete, copies_bytes)


def _batch(
    context: Context,
    bucket: Bucket,
    source: str,
    batch: DataFrame,
    progress: Count,
    room: int | None,
    plan: Plan,
) -> tuple[StageOutput | None, int]:
    """Fetch one batch; returns its output, None if it changes nothing, and the number of articles it adds."""
    config, spark = context.config.sync, context.lake.spark
    grain = ["pmc", "version"] if config.select.all_versions else ["pmc"]
    batch = context.checkpoint("batch", batch)
    todo = {row["class"]: row["count"] for row in batch.groupBy("class").count().collect()}
    if not todo:
        return None, 0
    raw = context.read("raw_articles")
    slim = raw.where(F.col("source") == source).withColumn("content", F.lit(None).cast("binary"))
    units = batch.select(*grain)
    old = _with_pmc(slim).join(F.broadcast(units), grain, "left_semi")
    has_old = todo.get(UPDATE) or todo.get(WITHDRAWN)
    old = context.cache("old", old) if has_old else old.where(F.lit(False))
    requests = _requests(context, batch.where(F.col("class") != WITHDRAWN), source, grain, plan)
    count = todo.get(NEW, 0) + todo.get(UPDATE, 0)
    # Articles refused before are requested again, and as a rule refused again, which changes nothing.
    if count and (context.begun or count > article_events.open_refusals(context, source).count()):
        context.begin()
    wanted = SelectionRules(
        config.select.licences,
        config.select.manuscripts,
        config.select.historical_ocr,
        config.max_bytes,
        context.opt_out,
    )
    share = inventory_plan.tasks_per_machine(spark)
    tasks = _tasks(count, spark.sparkContext.defaultParallelism)
    with context.progress.counting(spark, progress) as counter:
        fetched = context.checkpoint(
            "fetched",
            requests.repartition(tasks).mapInArrow(
                partial(fetch_batches, bucket=bucket, rules=wanted, share=share, counter=counter), FETCHED
            ),
        )
    if room is not None:
        fetched = _within(fetched, batch, room)
    if count >= article_events.MIN_REQUESTS:
        article_events.require_responding_server(fetched, str(config.input))
    return _work(context, source, batch, fetched, old, grain)


def _work(
    context: Context, source: str, batch: DataFrame, fetched: DataFrame, old: DataFrame, grain: list[str]
) -> tuple[StageOutput | None, int]:
    raw = context.read("raw_articles")
    # An article with a temporary failure keeps its current rows, in all versions.
    waiting = fetched.where("temporary").select(*grain).distinct()
    old = old.join(F.broadcast(waiting), grain, "left_anti")
    received = fetched.where(F.col("reason").isNull()).join(F.broadcast(waiting), grain, "left_anti")
    classified = article_events.classify(received, old, batch, grain)
    new = _rows(context, source, received, raw)
    names = context.checkpoint("names", new.select("source", "source_key", "source_sha256"))
    refusals = article_events.refusal_events(context, source, fetched)
    shas = (
        names.select("source_sha256")
        .unionByName(old.select("source_sha256"))
        .where("source_sha256 IS NOT NULL")
    )
    own = names.select("source", "source_key").unionByName(old.select("source", "source_key")).distinct()
    others = (
        raw.select(*_SLIM)
        .join(F.broadcast(shas.distinct()), "source_sha256", "left_semi")
        .join(F.broadcast(own), ["source", "source_key"], "left_anti")
    )
    columns = [c.name for c in TABLES["raw_articles"].columns if c.name != "duplicate_of"]
    current = old.select(*raw.columns)
    equal = names.groupBy("source_sha256").count().where("source_sha256 IS NOT NULL AND count > 1")
    gone = old.join(F.broadcast(received.select("pmc", "version")), ["pmc", "version"], "left_anti")
    # Small queries, whose time is mostly planning on the driver: two are planned while a third runs.
    with ThreadPoolExecutor(max_workers=3) as pool:
        has_others = pool.submit(lambda: not others.isEmpty())
        has_equal = pool.submit(lambda: not equal.isEmpty())
        has_refusals = pool.submit(lambda: not refusals.isEmpty())
        counted = pool.submit(article_events.batch_counts, classified, fetched)
        removed = pool.submit(gone.count)
    if has_others.result():
        alike = raw.join(F.broadcast(others.select("source_sha256").distinct()), "source_sha256", "left_semi")
        kept = alike.join(F.broadcast(own), ["source", "source_key"], "left_anti")
        rows = assign_holders(new.select(*columns).unionByName(kept.select(*columns)), alike)
        current = current.unionByName(kept)
    elif has_equal.result():
        rows = assign_holders(new.select(*columns), new.select(*columns).where(F.lit(False)))
    else:  # the usual case, in which the bytes need not be shuffled by their checksum
        rows = new.select(*columns, F.lit(None).cast("string").alias("duplicate_of"))
    counts = {**counted.result(), "articles.removed": removed.result()}
    changes = counts.get("articles.written", 0) + counts["articles.removed"]
    if not changes and not has_refusals.result():
        return None, 0
    work = StageOutput(
        tables={"raw_articles": (rows, current)} if changes else {},
        ledgers={"quarantine": refusals},
        counts={k: v for k, v in counts.items() if v},
        inserts_only=("raw_articles",) if current.isEmpty() else (),
    )
    return work, counts.get("events.new", 0)


def _requests(context: Context, batch: DataFrame, source: str, grain: list[str], plan: Plan) -> DataFrame:
    """Return the requests for a batch: pmc, version, key, state, known_md5."""
    own = f"{context.run_id}-plan"
    inventory = transaction.staged(context.lake, own, "inventory").where(F.col("pmc").isNotNull())
    each = inventory.select(
        "pmc",
        "version",
        "key",
        inventory_plan.state().alias("state"),
        inventory_plan.packed(F.col("version"), inventory_plan.state()).alias("inv"),
    )
    requests = each.join(F.broadcast(batch.select(*grain, "inv", "place")), [*grain, "inv"])
    # A version under two keys, or listed twice, is requested once.
    once = requests.groupBy("pmc", "version").agg(
        F.min_by("key", F.struct(~F.col("key").startswith("metadata/"), "key")).alias("key"),
        F.min("state").alias("state"),
    )
    if not plan.copies_bytes:
        return once.withColumn("known_md5", F.lit(None).cast("string"))
    config = context.config.sync
    in_lake = inventory_plan.lake_versions(
        context.read("raw_articles").join(
            F.broadcast(batch.select(F.concat(F.lit("PMC"), "pmc").alias("_id"))),
            F.col("metadata.pmcid") == F.col("_id"),
            "left_semi",
        ),
        source,
        config.select,
        config.max_bytes,
    ).select("pmc", "version", F.col("md5").alias("known_md5"))
    return once.join(F.broadcast(in_lake), ["pmc", "version"], "left")


def _rows(context: Context, source: str, received: DataFrame, raw: DataFrame) -> DataFrame:
    """Return the rows of received articles; unchanged bytes are copied from the lake."""
    key = F.format_string("PMC%d.%d/PMC%d.%d.xml", "pmc", "version", "pmc", "version")
    rows = received.select(
        F.lit(source).alias("source"),
        key.alias("source_key"),
        "size",
        "source_sha256",
        "content",
        F.col("state").alias("etag"),
        "md5",
        "left_out",
        "metadata",
        F.col("state").alias("metadata_etag"),
        F.lit(None).cast("string").alias("sidecar"),
        "fetched_at",
        "unchanged",
    )
    same = rows.where("unchanged")
    if same.isEmpty():
        return rows.drop("unchanged")
    same_keys = F.broadcast(same.select("source", "source_key"))
    before = raw.join(same_keys, ["source", "source_key"], "left_semi").select(
        "source", "source_key", F.col("size").alias("_size"), "source_sha256", F.col("md5").alias("_md5")
    )
    before = context.checkpoint("before", before)
    # One row of each content holds the bytes; only here are they searched in the whole lake.
    shas = F.broadcast(before.select("source_sha256").distinct())
    holders = raw.where("duplicate_of IS NULL").join(shas, "source_sha256", "left_semi")
    contents = holders.select("source_sha256", F.col("content").alias("_content")).dropDuplicates(
        ["source_sha256"]
    )
    with_content = before.join(contents, "source_sha256", "left")
    filled = (
        same.drop("size", "source_sha256", "content", "md5")
        .join(with_content, ["source", "source_key"])
        .withColumnsRenamed({"_size": "size", "_content": "content", "_md5": "md5"})
    )
    return rows.where("NOT unchanged").unionByName(filled.select(*rows.columns)).drop("unchanged")


def _with_pmc(raw: DataFrame) -> DataFrame:
    return raw.withColumns(
        {"pmc": F.substring("metadata.pmcid", 4, 12).cast("long"), "version": F.col("metadata.version")}
    )


def _within(fetched: DataFrame, batch: DataFrame, room: int) -> DataFrame:
    """Return the fetched articles with only the first `room` new ones, by their place."""
    new = batch.where(F.col("class") == NEW).select("pmc", "place")
    received = fetched.where("reason IS NULL AND left_out IS NULL").select("pmc").distinct()
    over = new.join(received, "pmc").orderBy("place").offset(room).select("pmc")
    return fetched.join(F.broadcast(over), "pmc", "left_anti")


def _landed(context: Context, source: str) -> int:
    raw = context.read("raw_articles").where((F.col("source") == source) & F.col("left_out").isNull())
    return int(raw.select("metadata.pmcid").distinct().count())


def _tasks(articles: int, cores: int) -> int:
    """Return a number of tasks: long enough to keep requests in flight, short enough to show progress."""
    return max(1, min(-(-articles // 64), max(cores, -(-articles // 1000))))


def _refuse_emptied(config: SyncConfig, counts: dict[str, int], manifest: Manifest) -> None:
    lost, in_lake = counts.get("articles.withdrawn", 0), _articles_in_lake(counts)
    if lost > max(FEW_LOST, config.withdraw_at_most * in_lake):
        raise InputError(
            f"{config.input}/{manifest.key}: the inventory lacks {lost} of {in_lake} articles in the lake; "
            "nothing was withdrawn (sync.withdraw_at_most allows more)"
        )


def _articles_in_lake(counts: dict[str, int]) -> int:
    """Return how many articles of the source are in the lake."""
    return sum(counts.get(f"articles.{name}", 0) for name in (UP_TO_DATE, UPDATE, WITHDRAWN))


def _in_line(counts: dict[str, int]) -> str:
    return ", ".join(f"{name.removeprefix('inventory.')} {n}" for name, n in sorted(counts.items()))
