"""Events of a batch of articles: changes by kind, refusals opened and closed, counts."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.errors import InputError
from medconcept.lake import transaction
from medconcept.lake.quarantine import open_quarantine, refused_by_gate
from medconcept.sources.options import Selection
from medconcept.stages.context import Context
from medconcept.stages.sync.inventory_plan import NEW, TO_DO, UPDATE, WITHDRAWN

# Marks refusals of this job in `parser_version`, where refusals of the parser have its version.
REFUSED_BY = "sync_articles"
MIN_REQUESTS = 50  # of a batch, from which on a server that answers none of them counts as down


def classify(fetched: DataFrame, old: DataFrame, batch: DataFrame, grain: list[str]) -> DataFrame:
    """Return one row for each unit of the batch, with a boolean column for each kind of event.

    An article that was not in the lake is `new` and nothing else. For other articles several may be true: a
    new version that is retracted and has another licence is `superseded`, `retracted` and `licence`.
    """
    after = _newest(fetched, grain, "new")
    before = _newest(old, grain, "old")
    each = batch.select(*grain, "class").join(after, grain, "left").join(before, grain, "left")
    is_update = F.col("class") == UPDATE
    has_new, has_old = F.col("new").isNotNull(), F.col("old").isNotNull()
    both = is_update & has_new & has_old
    is_in, was_in = F.col("new.left_out").isNull(), F.col("old.left_out").isNull()
    superseded = both & (F.col("new.version") > F.col("old.version"))
    same_version = both & (F.col("new.version") == F.col("old.version"))
    changed = same_version & is_in & was_in & ~F.col("new.md5").eqNullSafe(F.col("old.md5"))
    retracted, was_retracted = _true("new.metadata.is_retracted"), _true("old.metadata.is_retracted")
    licence = both & ~F.col("new.metadata.licence_code").eqNullSafe(F.col("old.metadata.licence_code"))
    kinds = {
        "new": (F.col("class") == NEW) & has_new & is_in,
        "left_out": has_new & ~is_in & ((F.col("class") == NEW) | (has_old & was_in)),
        "let_in": both & is_in & ~was_in,
        "changed": changed,
        "superseded": superseded,
        "version_withdrawn": both & (F.col("new.version") < F.col("old.version")),
        "withdrawn": F.col("class") == WITHDRAWN,
        "retracted": both & retracted & ~was_retracted,
        "retraction_lifted": both & ~retracted & was_retracted,
        "licence": licence,
        "refused": is_update & ~has_new & has_old,
    }
    any_kind = F.lit(False)
    for kind in kinds.values():
        any_kind = any_kind | F.coalesce(kind, F.lit(False))
    kinds["metadata"] = both & ~any_kind
    return each.select(*grain, *[F.coalesce(v, F.lit(False)).alias(k) for k, v in kinds.items()])


def batch_counts(events: DataFrame, fetched: DataFrame) -> dict[str, int]:
    """Count the events, refusals and traffic of a batch, by name."""
    kinds = [c for c in events.columns if c not in ("pmc", "version")]
    by_kind = events.agg(*[F.count_if(F.col(k)).alias(k) for k in kinds]).collect()[0]
    counts = {f"events.{k}": int(by_kind[k]) for k in kinds}
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


def refusal_events(context: Context, source: str, fetched: DataFrame) -> DataFrame:
    """Return the events for `quarantine`: refusals that are new, and those that have ended."""
    key = F.format_string("PMC%d.%d/PMC%d.%d.xml", "pmc", "version", "pmc", "version")
    files = fetched.select(F.lit(source).alias("source"), key.alias("source_key"), "reason", "detail")
    was_open, now = open_refusals(context, source), _opened(files)
    same = ["source", "source_key", "reason"]
    opened = now.join(was_open, same, "left_anti")
    retried = was_open.join(
        F.broadcast(files.select("source", "source_key")), ["source", "source_key"], "left_semi"
    )
    ended = retried.join(now, same, "left_anti").withColumn("event", F.lit("closed"))
    return with_run(context, opened.unionByName(ended.select(*opened.columns)))


def archive_refusal_events(context: Context, members: DataFrame, *, archives: DataFrame) -> DataFrame:
    """Return the events for `quarantine` of archives: `members` are all files read from `archives`."""
    now = _opened(members)
    ledger = context.lake.read("quarantine").where(F.col("parser_version") == REFUSED_BY)
    was_open = open_quarantine(ledger).withColumn("of", F.substring_index("source_key", "!/", 1))
    was_open = was_open.join(F.broadcast(archives), ["source", "of"], "left_semi").drop("of")
    same = ["source", "source_key", "reason"]
    opened = now.join(was_open, same, "left_anti")
    ended = was_open.join(now, same, "left_anti").withColumn("event", F.lit("closed"))
    return with_run(context, opened.unionByName(ended.select(*opened.columns)))


def folder_refusal_events(
    context: Context, source: str, files: DataFrame, reasons: Sequence[str], listing: DataFrame
) -> DataFrame | None:
    """Return the events for `quarantine` of a folder; None if there are none.

    `files` are all that this run refused, for one of `reasons`: what was refused for one of them before and
    is not now has been fixed or is gone. `listing` are all files of the folder: what the gate took out stays
    refused for as long as it is there.
    """
    was_open = open_refusals(context, source).where(
        F.col("reason").isin(*reasons) & ~F.col("source_key").contains("!/")
    )
    now, same = _opened(files), ["source", "source_key", "reason"]
    opened = now.join(was_open, same, "left_anti")
    ended = was_open.join(now, same, "left_anti")
    if (taken_out := _taken_out(context, source)) is not None:
        of_folder = taken_out.where(~F.col("source_key").contains("!/"))
        gone = of_folder.join(listing, ["source", "source_key"], "left_anti")
        ended = ended.unionByName(gone.select(*ended.columns))
    ended = ended.withColumn("event", F.lit("closed"))
    events = with_run(context, opened.unionByName(ended.select(*opened.columns)))
    return None if events.isEmpty() else events


def open_refusals(context: Context, source: str) -> DataFrame:
    """Return the open refusals of this job for the source of this run, cached."""
    name = "open refusals"
    if name not in context.cached:
        ledger = context.lake.read("quarantine")
        own = (F.col("parser_version") == REFUSED_BY) & (F.col("source") == source)
        context.cache(name, open_quarantine(ledger.where(own)))
    return context.cached[name]


def _taken_out(context: Context, source: str) -> DataFrame | None:
    """Return the open entries of files that this job's gate took out; None if it takes none out."""
    if context.config.gate.on_failure == "stop" or not context.has_rows("quarantine"):
        return None
    own = (F.col("parser_version") == refused_by_gate(context.job)) & (F.col("source") == source)
    return open_quarantine(context.lake.read("quarantine").where(own))


def refusals_no_longer_listed(
    context: Context, source: str, inventory: DataFrame, selection: Selection
) -> DataFrame | None:
    """Return the open refusals of versions that the inventory lacks or has replaced; None if none are."""
    was_open = open_refusals(context, source)
    if (taken_out := _taken_out(context, source)) is not None:
        was_open = was_open.unionByName(taken_out)
    parts = (
        F.regexp_extract("source_key", r"^PMC(\d+)\.(\d+)/", 1),
        F.regexp_extract("source_key", r"^PMC(\d+)\.(\d+)/", 2),
    )
    # Staged with the plan, since staged batches are deleted with their commit.
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


def closing_events(context: Context, refusals: DataFrame) -> DataFrame:
    """Return the events that close refusals."""
    return with_run(context, refusals.withColumn("event", F.lit("closed")))


def require_responding_server(fetched: DataFrame, address: str) -> None:
    """Raise InputError if at least MIN_REQUESTS requests failed, and all of them temporarily."""
    failures = fetched.where("temporary").groupBy("reason").count().collect()
    by_reason = {row["reason"]: row["count"] for row in failures}
    total = sum(by_reason.values())
    if total >= MIN_REQUESTS and fetched.where("NOT temporary").isEmpty():
        worst = max(by_reason, key=lambda reason: by_reason[reason])
        raise InputError(
            f"{address}: none of {total} objects could be had ({worst}: {by_reason[worst]}); try again later"
        )


def summary_line(counts: dict[str, int]) -> str:
    """Return the counts of a plan as one line.

    >>> summary_line({"inventory.rows": 9, "articles.new": 2, "articles.up to date": 7})
    '9 versions listed; 7 up to date, 2 new'
    """
    order = ("up to date", *TO_DO, "not selected", "unsure")
    classes = [f"{counts[f'articles.{name}']:,} {name}" for name in order if counts.get(f"articles.{name}")]
    return f"{counts['inventory.rows']:,} versions listed; {', '.join(classes) or 'none of them known'}"


def _newest(rows: DataFrame, grain: list[str], name: str) -> DataFrame:
    version = F.struct("version", "md5", "left_out", "metadata")
    return rows.groupBy(*grain).agg(F.max_by(version, "version").alias(name))


def _true(name: str) -> Column:
    return F.coalesce(F.col(name), F.lit(False))


def with_run(context: Context, events: DataFrame) -> DataFrame:
    """Return events for `quarantine` with the id and start time of the run that reports them."""
    return events.withColumns(
        {"run_id": F.lit(context.run_id), "at": F.lit(context.started_at).cast("timestamp")}
    )


def _opened(files: DataFrame) -> DataFrame:
    """Return the refused files as events that open an entry of `quarantine`."""
    return files.where("reason IS NOT NULL").select(
        "source",
        "source_key",
        F.lit(None).cast("string").alias("source_sha256"),
        F.lit(REFUSED_BY).alias("parser_version"),
        F.lit("opened").alias("event"),
        "reason",
        F.lit(None).cast("string").alias("place"),
        "detail",
    )
