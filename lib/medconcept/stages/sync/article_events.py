"""What happened to the articles of a batch: events by kind, refusals opened and closed, counts."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.errors import InputError
from medconcept.lake import transaction
from medconcept.lake.quarantine import open_quarantine
from medconcept.sources.options import Selection
from medconcept.stages.context import Context
from medconcept.stages.sync.inventory_plan import NEW, TO_DO, UPDATE, WITHDRAWN

# Refusals of this job, in the column that names the parser for those of the parser.
REFUSED_BY = "sync_articles"
DEAD = 50


def classify(got: DataFrame, old: DataFrame, batch: DataFrame, grain: list[str]) -> DataFrame:
    """One row a unit of the batch with a column, true or false, for each kind of event.

    An article that comes in is `new` and nothing else. One that was there may be several at once: a new
    version that is retracted and has another licence is `superseded`, `retracted` and `licence`.
    """
    after = _newest(got, grain, "new")
    before = _newest(old, grain, "old")
    each = batch.select(*grain, "class").join(after, grain, "left").join(before, grain, "left")
    known = F.col("class") == UPDATE
    there, was = F.col("new").isNotNull(), F.col("old").isNotNull()
    both = known & there & was
    is_in, was_in = F.col("new.left_out").isNull(), F.col("old.left_out").isNull()
    superseded = both & (F.col("new.version") > F.col("old.version"))
    same_version = both & (F.col("new.version") == F.col("old.version"))
    changed = same_version & is_in & was_in & ~F.col("new.md5").eqNullSafe(F.col("old.md5"))
    retracted, was_retracted = _true("new.metadata.is_retracted"), _true("old.metadata.is_retracted")
    licence = both & ~F.col("new.metadata.licence_code").eqNullSafe(F.col("old.metadata.licence_code"))
    kinds = {
        "new": (F.col("class") == NEW) & there & is_in,
        "left_out": there & ~is_in & ((F.col("class") == NEW) | (was & was_in)),
        "let_in": both & is_in & ~was_in,
        "changed": changed,
        "superseded": superseded,
        "version_withdrawn": both & (F.col("new.version") < F.col("old.version")),
        "withdrawn": F.col("class") == WITHDRAWN,
        "retracted": both & retracted & ~was_retracted,
        "retraction_lifted": both & ~retracted & was_retracted,
        "licence": licence,
        "refused": known & ~there & was,
    }
    some = F.lit(False)
    for kind in kinds.values():
        some = some | F.coalesce(kind, F.lit(False))
    kinds["metadata"] = both & ~some
    return each.select(*grain, *[F.coalesce(v, F.lit(False)).alias(k) for k, v in kinds.items()])


def counts_of(events: DataFrame, fetched: DataFrame) -> dict[str, int]:
    """Events, refusals and traffic of a batch, by name."""
    kinds = [c for c in events.columns if c not in ("pmc", "version")]
    found = events.agg(*[F.count_if(F.col(k)).alias(k) for k in kinds]).collect()[0]
    counts = {f"events.{k}": int(found[k]) for k in kinds}
    each = fetched.groupBy("reason", "left_out").agg(
        F.count(F.lit(1)).alias("n"),
        *[F.sum(F.coalesce(c, F.lit(0))).alias(c) for c in ("requests", "retries", "received")],
    )
    for row in each.collect():
        for name in ("requests", "retries", "received"):
            counts[f"transfer.{name}"] = counts.get(f"transfer.{name}", 0) + int(row[name])
        if row["reason"]:
            counts[f"refused.{row['reason']}"] = counts.get(f"refused.{row['reason']}", 0) + int(row["n"])
        else:
            counts["articles.written"] = counts.get("articles.written", 0) + int(row["n"])
            if row["left_out"]:
                counts[f"left_out.{row['left_out']}"] = int(row["n"])
    return counts


def refusals(context: Context, source: str, fetched: DataFrame) -> DataFrame:
    """Events for `quarantine`: what was refused now and was not, what was and is not any more."""
    key = F.format_string("PMC%d.%d/PMC%d.%d.xml", "pmc", "version", "pmc", "version")
    looked_at = fetched.select(F.lit(source).alias("source"), key.alias("source_key"), "reason", "detail")
    was_open, now = open_of(context, source), _opened(looked_at)
    same = ["source", "source_key", "reason"]
    opened = now.join(was_open, same, "left_anti")
    again = was_open.join(
        F.broadcast(looked_at.select("source", "source_key")), ["source", "source_key"], "left_semi"
    )
    ended = again.join(now, same, "left_anti").withColumn("event", F.lit("closed"))
    return stamped(context, opened.unionByName(ended.select(*opened.columns)))


def refusals_of(context: Context, found: DataFrame, *, current_of: DataFrame) -> DataFrame:
    """Events for `quarantine` of archives: `found` has all that was met in the archives of `current_of`."""
    now = _opened(found)
    ledger = context.lake.read("quarantine").where(F.col("parser_version") == REFUSED_BY)
    was_open = open_quarantine(ledger).withColumn("of", F.substring_index("source_key", "!/", 1))
    was_open = was_open.join(F.broadcast(current_of), ["source", "of"], "left_semi").drop("of")
    same = ["source", "source_key", "reason"]
    opened = now.join(was_open, same, "left_anti")
    ended = was_open.join(now, same, "left_anti").withColumn("event", F.lit("closed"))
    return stamped(context, opened.unionByName(ended.select(*opened.columns)))


def open_of(context: Context, source: str) -> DataFrame:
    """The refusals of this job that stand for a source, the one of this run."""
    name = "open refusals"
    if name not in context.held:
        ledger = context.lake.read("quarantine")
        own = (F.col("parser_version") == REFUSED_BY) & (F.col("source") == source)
        context.hold(name, open_quarantine(ledger.where(own)))
    return context.held[name]


def no_longer_listed(
    context: Context, source: str, inventory: DataFrame, selection: Selection
) -> DataFrame | None:
    """Refusals that stand for versions which the inventory does not have, or has a newer one of."""
    was_open = open_of(context, source)
    parts = (
        F.regexp_extract("source_key", r"^PMC(\d+)\.(\d+)/", 1),
        F.regexp_extract("source_key", r"^PMC(\d+)\.(\d+)/", 2),
    )
    # Beside the plan: what is staged for a batch goes with its commit.
    was_open = transaction.stage(
        context.lake,
        f"{context.run_id}-plan",
        "open",
        was_open.withColumns({"pmc": parts[0].cast("long"), "version": parts[1].cast("int")}),
    )
    if was_open.isEmpty():
        return None
    listed = inventory.join(F.broadcast(was_open.select("pmc").distinct()), "pmc", "left_semi")
    if not selection.all_versions:
        listed = listed.groupBy("pmc").agg(F.max("version").alias("version"))
    gone = was_open.join(listed.select("pmc", "version").distinct(), ["pmc", "version"], "left_anti")
    return None if gone.isEmpty() else gone.drop("pmc", "version")


def closed(context: Context, gone: DataFrame) -> DataFrame:
    """The events that close refusals."""
    return stamped(context, gone.withColumn("event", F.lit("closed")))


def refuse_a_dead_server(fetched: DataFrame, address: str) -> None:
    """Raise InputError where a batch of some size brought nothing but answers that may pass."""
    found = {r["reason"]: r["count"] for r in fetched.where("temporary").groupBy("reason").count().collect()}
    total = sum(found.values())
    if total >= DEAD and fetched.where("NOT temporary").isEmpty():
        worst = max(found, key=lambda reason: found[reason])
        raise InputError(
            f"{address}: none of {total} objects could be had ({worst}: {found[worst]}); try again later"
        )


def in_words(counts: dict[str, int]) -> str:
    """One line for what a plan counted.

    >>> in_words({"inventory.rows": 9, "articles.new": 2, "articles.up to date": 7})
    '9 versions listed; 7 up to date, 2 new'
    """
    order = ("up to date", *TO_DO, "not selected", "unsure")
    told = [f"{counts[f'articles.{name}']:,} {name}" for name in order if counts.get(f"articles.{name}")]
    return f"{counts['inventory.rows']:,} versions listed; {', '.join(told) or 'none of them known'}"


def _newest(rows: DataFrame, grain: list[str], name: str) -> DataFrame:
    what = F.struct("version", "md5", "left_out", "metadata")
    return rows.groupBy(*grain).agg(F.max_by(what, "version").alias(name))


def _true(name: str) -> Column:
    return F.coalesce(F.col(name), F.lit(False))


def stamped(context: Context, events: DataFrame) -> DataFrame:
    """Events for `quarantine` with the run that tells them."""
    return events.withColumns(
        {"run_id": F.lit(context.run_id), "at": F.lit(context.started_at).cast("timestamp")}
    )


def _opened(looked_at: DataFrame) -> DataFrame:
    """What was refused among what was looked at, as rows that open an entry of `quarantine`."""
    return looked_at.where("reason IS NOT NULL").select(
        "source",
        "source_key",
        F.lit(None).cast("string").alias("source_sha256"),
        F.lit(REFUSED_BY).alias("parser_version"),
        F.lit("opened").alias("event"),
        "reason",
        F.lit(None).cast("string").alias("place"),
        "detail",
    )
