"""Articles that a gate takes out of a batch: their rows are kept, the rest is committed without them.

An article leaves with all its rows of the run's tables, in the lake too: a new state that was refused must
not leave the old one behind. `quarantine` names its file and the expectation; what was taken out lies under
`_rejected/<run id>`. In `raw_articles` an article is a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.lake import transaction
from medconcept.lake.changes import DELETE
from medconcept.lake.held import keep_rows
from medconcept.lake.quarantine import EXPECTATION, open_quarantine, refused_by_gate
from medconcept.quality.gate import Verdict, rows_to_write
from medconcept.quality.row_failures import row_failures
from medconcept.reader.held import REJECTED, Held
from medconcept.stages.context import ARTICLE, Context
from medconcept.stages.stage import StageOutput
from medconcept.stages.sync.article_events import with_run
from medconcept.tables import TABLES

UNITS = ((ARTICLE,), ("source", "source_key"))  # the scopes of tables from which articles can be taken
MANY = 1000  # articles: only more than these can be too many
NAMED = 3  # rows of an article that an entry of `quarantine` names for each expectation
FILE = ("source", "source_key", "source_sha256")


@dataclass(frozen=True)
class TakenOut:
    """Articles taken out: their keys, what is wrong with their rows, and the staged batches without them."""

    unit: tuple[str, ...]  # one of UNITS
    keys: DataFrame
    failures: DataFrame  # the columns of the unit, rule, row
    articles: int
    operations: dict[str, dict[str, int]]  # rows of each rewritten batch by `_op`
    folders: dict[str, str]  # where the rewritten batches lie, next to the staged ones

    def settle(self, job: str, context: Context) -> dict[str, int]:
        """Keep the rows taken out, and put the rewritten batches in place; returns counts for `runs`."""
        files = context.lake.files
        counts = {f"refused.{EXPECTATION}": self.articles}
        for table, folder in self.folders.items():
            staged = transaction.staged(context.lake, context.run_id, table)
            rows = rows_to_write(staged, table).join(self.keys, list(self.unit), "left_semi")
            rows.write.mode("append").parquet(files.uri(f"{REJECTED}/{context.run_id}/{table}"))
            counts[f"{table}.quarantined"] = rows.count()
            files.replace(
                f"{transaction.STAGING}/{context.run_id}/{folder}",
                f"{transaction.STAGING}/{context.run_id}/{table}",
            )
        line = f"{self.articles:,} articles went to quarantine, the rest of the batch was committed"
        keep_rows(files, Held(context.run_id, job, line))
        return counts


def take_out(
    context: Context, output: StageOutput, failing: list[tuple[Verdict, DataFrame, dict[str, DataFrame]]]
) -> TakenOut | None:
    """Stage the batches again without the articles whose rows fail.

    `failing` are verdicts with their batch and the tables that the suite could read. None if the batch must
    stop: an expectation of the whole batch is broken, a table is not one of articles, or they are too many.
    """
    parts = []
    unit = TABLES[failing[0][0].table].scope
    for verdict, batch, references in failing:
        table = TABLES[verdict.table]
        if unit not in UNITS or table.scope != unit:
            return None
        rows = row_failures(verdict, rows_to_write(batch, verdict.table), table, references)
        if rows is None:
            return None
        parts.append(rows)
    failures = context.checkpoint("gate-failures", reduce(DataFrame.unionByName, parts))
    tables = [name for name in output.tables if TABLES[name].scope == unit]
    if unit != (ARTICLE,):
        failures = context.checkpoint("gate-files", _with_duplicates(context, output, failures))
    keys = context.checkpoint("gate-articles", failures.select(*unit).distinct())
    number = keys.count()
    if not number or _are_too_many(context, number, tables, unit):
        return None
    operations, folders = {}, {}
    for name in tables:
        rest = transaction.staged(context.lake, context.run_id, name).join(keys, list(unit), "left_anti")
        if context.has_rows(name):
            names = dict.fromkeys((*TABLES[name].key, *TABLES[name].scope))
            gone = output.tables[name][1].join(keys, list(unit), "left_semi")
            gone = gone.select(*names, F.lit(DELETE).alias("_op"))
            rest = rest.unionByName(gone, allowMissingColumns=True)
        rest = context.checkpoint(f"gated-{name}", rest)
        folders[name] = f"temp-gated-{name}"
        operations[name] = {row["_op"]: row["count"] for row in rest.groupBy("_op").count().collect()}
    return TakenOut(unit, keys, failures, number, operations, folders)


def _with_duplicates(context: Context, output: StageOutput, failures: DataFrame) -> DataFrame:
    """Add the files that have their bytes in the row of one that fails."""
    current = output.tables["raw_articles"][1]
    staged = rows_to_write(transaction.staged(context.lake, context.run_id, "raw_articles"), "raw_articles")
    columns = ("source", "source_key", "duplicate_of")
    both = staged.select(*columns).unionByName(current.select(*columns)).where("duplicate_of IS NOT NULL")
    holder = F.concat_ws("/", "source", "source_key").alias("duplicate_of")
    holders = failures.select(holder).distinct()
    rule = F.concat(F.lit("raw_articles: the same bytes as "), F.col("duplicate_of")).alias("rule")
    row = F.concat_ws(" / ", "source", "source_key").alias("row")
    alike = both.join(holders, "duplicate_of", "left_semi").select("source", "source_key", rule, row)
    return failures.unionByName(alike.distinct())


def _are_too_many(context: Context, number: int, tables: list[str], unit: tuple[str, ...]) -> bool:
    if number <= MANY:
        return False
    staged = [transaction.staged(context.lake, context.run_id, name).select(*unit) for name in tables]
    every = reduce(DataFrame.unionByName, staged).distinct().count()
    return number > context.config.gate.quarantine_at_most * every


def gate_events(job: str, context: Context, output: StageOutput, taken: TakenOut | None) -> DataFrame | None:
    """Return the events for `quarantine`: articles taken out, and those of before that pass now or are gone.

    None if there are none. Without `quarantine` in the configuration entries can only be left over from
    before, under other settings: then the job works on everything.
    """
    opened = None if taken is None else _opened(job, context, output, taken)
    may_be_open = context.config.gate.on_failure == "quarantine" or context.previous is None
    if not (may_be_open and context.has_rows("quarantine")):
        return None if opened is None else with_run(context, opened)
    ledger = context.lake.read("quarantine").where(F.col("parser_version") == refused_by_gate(job))
    was_open = context.cache("open by gate", open_quarantine(ledger))
    if was_open.isEmpty():
        return None if opened is None else with_run(context, opened)
    now = was_open.where(F.lit(False)) if opened is None else opened
    ended = _without(_worked_on(context, output, was_open), now).withColumn("event", F.lit("closed"))
    events = (
        ended if opened is None else _without(opened, was_open).unionByName(ended.select(*opened.columns))
    )
    return with_run(context, events)


def _without(events: DataFrame, others: DataFrame) -> DataFrame:
    """The events of files that have none among the others."""
    keys = others.select(*(F.col(name).alias(f"_{name}") for name in FILE))
    same = [F.col(name).eqNullSafe(F.col(f"_{name}")) for name in FILE]
    return events.join(keys, same, "left_anti")


def _worked_on(context: Context, output: StageOutput, entries: DataFrame) -> DataFrame:
    """The entries whose article this output is about, or that is not in the lake any more."""
    if "raw_articles" in output.tables:
        staged = transaction.staged(context.lake, context.run_id, "raw_articles")
        return entries.join(staged.select("source", "source_key"), ["source", "source_key"], "left_semi")
    if not output.tables:
        return entries.where(F.lit(False))
    if output.articles is None or "articles" in output.tables:  # parse_articles tries all of them again
        return entries
    articles = context.read("articles").where("is_current").select(*FILE, ARTICLE)
    known = entries.join(articles, list(FILE), "left")
    elsewhere = known.where(F.col(ARTICLE).isNotNull()).join(output.articles.keys, ARTICLE, "left_anti")
    return _without(entries, elsewhere)


def _opened(job: str, context: Context, output: StageOutput, taken: TakenOut) -> DataFrame:
    """One entry of `quarantine` for each file of articles taken out, with the expectations and rows."""
    rows = F.array_sort(F.collect_set("row"))
    more = F.when(F.col("n") > NAMED, F.concat(F.lit(" and "), F.col("n") - NAMED, F.lit(" more")))
    line = F.concat(
        "rule",
        F.lit(": "),
        F.array_join(F.slice("rows", 1, NAMED), ", "),
        F.coalesce(more, F.lit("")),
    )
    by_rule = taken.failures.groupBy(*taken.unit, "rule").agg(rows.alias("rows"))
    lines = by_rule.withColumn("n", F.size("rows")).select(*taken.unit, line.alias("line"))
    each = (
        _files(context, output, taken)
        .join(lines, list(taken.unit))
        .groupBy(*FILE)
        .agg(F.array_sort(F.collect_set("line")).alias("lines"))
    )
    return each.select(
        *FILE,
        F.lit(refused_by_gate(job)).alias("parser_version"),
        F.lit("opened").alias("event"),
        F.lit(EXPECTATION).alias("reason"),
        F.lit(None).cast("string").alias("place"),
        F.substring(F.array_join("lines", "; "), 1, 1000).alias("detail"),
    )


def _files(context: Context, output: StageOutput, taken: TakenOut) -> DataFrame:
    """FILE and the unit's columns: the files taken out, or those of the articles taken out.

    Those are the files of all versions that the batch or the lake has, in a job that has none the current.
    """
    if taken.unit != (ARTICLE,):  # as the sync names what it refuses, which has no row
        return taken.keys.withColumn("source_sha256", F.lit(None).cast("string"))
    files = context.read("articles").join(taken.keys, ARTICLE, "left_semi")
    if "articles" not in output.tables:
        files = files.where("is_current").select(ARTICLE, *FILE)
    else:
        key = list(TABLES["articles"].key)
        staged = transaction.staged(context.lake, context.run_id, "articles")
        written = rows_to_write(staged, "articles").join(taken.keys, ARTICLE, "left_semi")
        others = files.join(staged.select(*key), key, "left_anti")
        files = written.select(ARTICLE, *FILE).unionByName(others.select(ARTICLE, *FILE)).distinct()
    return taken.keys.join(files, ARTICLE, "left").select(
        ARTICLE,
        F.coalesce("source", F.lit("")).alias("source"),
        F.coalesce("source_key", ARTICLE).alias("source_key"),  # of an article that has no file
        "source_sha256",
    )
