"""How every stage runs: lease, recovery, work, staging, gate, commit. A stage itself only computes rows."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import partial
from typing import Any, TypeVar

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept import __version__
from medconcept.config import Config
from medconcept.delta import transaction
from medconcept.delta.change_log import Since, since
from medconcept.delta.changes import DELETE, UPSERT, change_set, compared
from medconcept.delta.lake import Commit, Lake
from medconcept.delta.lease import lease
from medconcept.errors import MedconceptError, as_medconcept_error
from medconcept.quality.docs import write_docs
from medconcept.quality.gate import judge, named_columns, prepare, require
from medconcept.tables import TABLES

Say = Callable[[str], None]
T = TypeVar("T")
# So many articles, or rows, are named one by one where they are replaced in a table; more are merged.
FEW = 10_000
ARTICLE = "article_key"


@dataclass(frozen=True)
class Articles:
    """The articles that a run works on: their keys, each once, and whether they can be named one by one."""

    keys: DataFrame
    are_few: bool


@dataclass(frozen=True)
class Context:
    """What a stage gets: the lake as it stands, the configuration, and who is running."""

    job: str
    lake: Lake
    config: Config
    run_id: str
    started_at: datetime
    head: Commit
    say: Say
    settings: str = ""
    previous: Any = None  # the last row of `commits` made by this job with the same settings, or None
    begun: list[Future[None]] = field(default_factory=list)  # one for all contexts of a run
    held: dict[str, DataFrame] = field(default_factory=dict)  # what `hold` was given
    filling: list[Future[int]] = field(default_factory=list)  # what brings them into memory

    def read(self, table: str) -> DataFrame:
        """A table as the last commit names it."""
        return self.lake.read(table, self.head)

    def has_rows(self, table: str) -> bool:
        """False where no commit has written to a table yet."""
        return self.head.versions.get(table, 0) > 0

    def is_other(self, table: str) -> bool:
        """True where a table is at another version than this job last read; asked where it has read one."""
        return int(self.previous["input_versions"].get(table, 0)) != self.head.versions.get(table, 0)

    def since(self) -> Since | None:
        """What happened since this job last read the lake; None where all must be worked on.

        That is where it never ran with these settings, and where no log was kept of some commit.
        """
        return None if self.previous is None else since(self.lake, int(self.previous["seq"]), self.head)

    def changed_articles(self, *tables: str) -> Articles | None:
        """The articles of which these tables have changed since this job last read them.

        None where all must be worked on.
        """
        happened = self.since()
        keys = None if happened is None else happened.scopes(*tables)
        return None if keys is None else self.named("changed", keys)

    def named(self, name: str, keys: DataFrame) -> Articles:
        """Articles by their keys, each once, which are computed for it."""
        keys = self.hold(name, keys)
        return Articles(keys, keys.limit(FEW + 1).count() <= FEW)

    def of_articles(
        self, table: str, articles: Articles | None, *, hold: Sequence[str] | None = None
    ) -> DataFrame:
        """The rows of a table that are of these articles; all where None.

        With `hold` these columns at least; of few articles they are read once and held for this run, since
        what is small is looked at many times. A run has one set of articles.
        """
        rows = self.read(table)
        columns = rows.columns if hold is None else list(hold)
        if articles is None:
            return rows.select(*columns)
        name = f"{table}: {', '.join(columns)}"
        for held, found in list(self.held.items()):
            if held.startswith(f"{table}: ") and set(columns).issubset(found.columns):
                return found
        keys = F.broadcast(articles.keys) if articles.are_few else articles.keys
        found = rows.join(keys, ARTICLE, "left_semi").select(*columns)
        if hold is not None and articles.are_few:
            found = self.hold(name, found.repartition(self.lake.spark.sparkContext.defaultParallelism))
        return found

    def as_it_is(self, table: str, articles: Articles | None) -> DataFrame:
        """Of the rows of these articles what a batch is compared with."""
        return self.of_articles(table, articles, hold=compared(TABLES[table]))

    def hold(self, name: str, rows: DataFrame) -> DataFrame:
        """Compute rows once and hold them in the workers' memory, or on their disks, until the commit.

        For what is looked at many times. Delta, too, looks at a table's log anew for each plan that reads it,
        and again whenever Spark makes a part of that plan anew.
        """
        if name in self.held:
            self.held[name].unpersist()
        self.held[name] = rows.persist()
        self.filling.append(_in_background(self.held[name].count))  # while the plan that uses it is made
        return self.held[name]

    def bring(self, *uris: str) -> None:
        """Have Spark bring files to its workers, each once."""
        spark = self.lake.spark.sparkContext
        known = spark._jsc.sc().listFiles()
        missing = [uri for uri in uris if not known.contains(uri)]
        if missing:  # in local mode a task that began meanwhile would take the half of a file
            wait(self.filling)
            wait(self.begun)
        for uri in missing:
            spark.addFile(uri)

    def release(self) -> None:
        """Let go of what was held in memory."""
        wait(self.filling)  # one that failed did so again where its rows were used
        self.filling.clear()
        for rows in self.held.values():
            rows.unpersist()
        self.held.clear()

    def checkpoint(self, name: str, rows: DataFrame) -> DataFrame:
        """Compute rows once: write them beside the staged batches and read them back."""
        return transaction.stage(self.lake, self.run_id, f"temp-{name}", rows)

    def renewed(self) -> Context:
        """The same run on the lake as it stands now, after a commit of its own."""
        return replace(self, head=self.lake.head())

    def begin(self) -> None:
        """Note once in `runs`, beside the work, that there is some; a run then killed shows as not ended."""
        if not self.begun:
            self.begun.append(_in_background(partial(self.note, "start")))

    def wait_for_note(self) -> None:
        """Wait until it is noted that the run began. Raises LakeError where that could not be written."""
        for noted in self.begun:
            noted.result()

    def note(self, event: str, message: str | None = None) -> None:
        """Append an event of this run to `runs`."""
        row = {
            "run_id": self.run_id,
            "job": self.job,
            "event": event,
            "at": self.started_at if event == "start" else datetime.now(timezone.utc).replace(tzinfo=None),
            "counts": {},
            "message": message,
            "code_version": __version__,
            "settings_digest": self.settings,
        }
        transaction.append_row(self.lake, "runs", row)


def _in_background(work: Callable[[], T]) -> Future[T]:
    """Begin some work in a thread of its own."""
    pool = ThreadPoolExecutor(max_workers=1)
    begun = pool.submit(work)
    pool.shutdown(wait=False)
    return begun


@dataclass(frozen=True)
class Beside:
    """What was made beside the tables: counts for `runs`, and the compiled dictionary that goes with them."""

    counts: dict[str, int]
    dictionary_sha256: str | None = None


@dataclass
class Work:
    """What a stage found to do.

    `tables` maps a table to (rows that should be, rows that are), both of the same scope;
    `ledgers` maps a ledger to rows to append; `counts` go into `runs`. `articles` are those that the rows
    are all rows of; None where that is not to be told, or they are all articles.
    """

    tables: dict[str, tuple[DataFrame, DataFrame]] = field(default_factory=dict)
    ledgers: dict[str, DataFrame] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    articles: Articles | None = None
    gate_against: tuple[str, ...] = ()
    beside: Callable[[], Beside] | None = None  # what else is to be made, while the tables are staged
    more: bool = False  # another Work of the same run follows
    inserts_only: tuple[str, ...] = ()  # tables that have none of the keys yet: appended to, not merged


@dataclass(frozen=True)
class Stage:
    """A job: its name, the tables it reads, what its settings are, and how it computes.

    Equal settings and equal versions of the inputs mean nothing new; a job that `looks_outside` has inputs
    that are no tables, decides itself and calls `begin` where there is work. A job that builds an iterator
    makes one commit of each Work; what was committed stays when a later one fails.
    """

    name: str
    inputs: tuple[str, ...]
    settings: Callable[[Context], str]
    build: Callable[[Context], Work | Iterator[Work] | None]
    looks_outside: bool = False


@dataclass(frozen=True)
class Report:
    """How a stage ended."""

    job: str
    status: str
    seconds: float
    counts: dict[str, int]
    run_id: str | None = None


def run_stage(stage: Stage, lake: Lake, config: Config, say: Say = print) -> Report:
    """Run one stage on a lake. Raises MedconceptError; the lake then stands as it stood before."""
    begun = time.monotonic()
    started_at = datetime.now(timezone.utc).replace(tzinfo=None)
    run_id = f"{started_at:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    with lease(lake.files, run_id):
        lake.create()
        for line in transaction.recover(lake):
            say(f"{stage.name}: {line}")
        context = Context(stage.name, lake, config, run_id, started_at, lake.head(), say)
        totals: dict[str, int] = {}
        last: transaction.Manifest | None = None
        works: Iterator[Work] | None = None
        while True:
            try:
                if works is None:
                    context, works = _prepare(stage, context)
                work = next(works, None)
                manifest = _land(stage, context.renewed() if last else context, work) if work else None
            except Exception as error:
                problem = as_medconcept_error(error, stage.name)
                context.release()
                _note_failure(context, str(problem))
                lake.files.delete(f"{transaction.STAGING}/{run_id}")
                raise problem from error
            if manifest is None:
                break
            try:
                context.release()  # what was held is of the lake as it was
                transaction.commit(lake, manifest)
            except Exception as error:  # the staged batches stay: the next run carries the commit through
                problem = as_medconcept_error(error, stage.name)
                raise type(problem)(
                    f"{problem} (the commit had begun; the next run will finish it)"
                ) from error
            last = manifest
            for name, count in manifest.counts.items():
                totals[name] = totals.get(name, 0) + count
        lake.files.delete(f"{transaction.STAGING}/{run_id}")
        if context.begun and (last is None or last.event != "end"):
            context.wait_for_note()
            context.note("end")
    if last is None:
        return Report(stage.name, "nothing new", time.monotonic() - begun, {})
    return Report(stage.name, "done", time.monotonic() - begun, totals, run_id)


def _prepare(stage: Stage, context: Context) -> tuple[Context, Iterator[Work]]:
    """The context with what the job did last time, and what is to be done; nothing where nothing is new."""
    settings = stage.settings(context)
    last = context.lake.last_commit_of(stage.name)
    same = last is not None and last["settings_digest"] == settings
    if same and not stage.looks_outside and dict(last["input_versions"]) == _inputs(stage, context):
        return context, iter(())
    context = replace(context, settings=settings, previous=last if same else None)
    if not stage.looks_outside:
        context.begin()
    built = stage.build(context)
    if isinstance(built, Iterator):
        return context, built
    return context, iter(() if built is None else (built,))


def _inputs(stage: Stage, context: Context) -> dict[str, int]:
    return {name: context.head.versions.get(name, 0) for name in stage.inputs}


def _land(stage: Stage, context: Context, work: Work) -> transaction.Manifest:
    context.begin()
    counts = dict(work.counts)
    # Most of a small batch's time is the driver's planning, so one batch is planned while another is written.
    with ThreadPoolExecutor(max_workers=6) as pool:
        pool.submit(prepare)  # where that fails, the gate says so
        beside = pool.submit(work.beside or (lambda: Beside({})))
        tables = {name: pool.submit(_stage_table, context, work, name) for name in work.tables}
        ledgers = {name: pool.submit(_stage_ledger, context, work, name) for name in work.ledgers}
        changed: dict[str, int] = {}

        def staged_rows(name: str) -> int:
            found = tables[name].result()
            counts[f"{name}.written"], counts[f"{name}.deleted"] = found.get(UPSERT, 0), found.get(DELETE, 0)
            changed[name] = counts[f"{name}.written"] + counts[f"{name}.deleted"]
            return changed[name]

        _gate(stage, context, work, staged_rows)
        touched = [name for name, rows in changed.items() if rows]
        replaced = [n for n in touched if _by_article(n, work) or (_by_row(n) and changed[n] <= FEW)]
        touched += [name for name, staged in ledgers.items() if staged.result()]
        made = beside.result()
    context.wait_for_note()
    return transaction.Manifest(
        seq=context.head.seq + 1,
        run_id=context.run_id,
        job=stage.name,
        tables=tuple(touched),
        base_versions=context.head.versions or {name: 0 for name in TABLES if name != "commits"},
        input_versions=_inputs(stage, context),
        settings_digest=context.settings,
        code_version=__version__,
        dictionary_sha256=made.dictionary_sha256 or context.head.dictionary_sha256,
        counts=counts | made.counts,
        inserts_only=work.inserts_only,
        replaced=tuple(replaced),
        event="batch" if work.more else "end",
    )


def _by_row(table: str) -> bool:
    return TABLES[table].scope == TABLES[table].key


def _by_article(table: str, work: Work) -> bool:
    """Whether the rows of a table in a Work are all rows of few articles."""
    return work.articles is not None and work.articles.are_few and TABLES[table].scope == (ARTICLE,)


def _stage_table(context: Context, work: Work, name: str) -> dict[str, int]:
    """Stage what changes in a table; rows by what is done with them."""
    table, (new, current) = TABLES[name], work.tables[name]
    rows = table.conform(new, context.run_id, context.started_at)
    known = current if context.has_rows(name) and name not in work.inserts_only else None
    changes = change_set(rows, known, table, whole_scopes=_by_article(name, work))
    batch = transaction.stage(context.lake, context.run_id, name, changes)
    return {row["_op"]: row["count"] for row in batch.groupBy("_op").count().collect()}


def _stage_ledger(context: Context, work: Work, name: str) -> bool:
    """Stage the rows that a ledger gets; whether there are any."""
    events = TABLES[name].conform(work.ledgers[name], context.run_id, context.started_at)
    return not transaction.stage(context.lake, context.run_id, name, events).isEmpty()


def _gate(stage: Stage, context: Context, work: Work, staged_rows: Callable[[str], int]) -> None:
    """Judge each batch as soon as it is staged: `staged_rows` waits for it and says how much it changes."""
    verdicts = []
    around = {name: _seen(context, work, name) for name in work.gate_against if name not in work.tables}
    for name in work.tables:
        if not staged_rows(name):
            if name in work.gate_against:
                around[name] = _seen(context, work, name)
            continue
        # Judge what lies on disk now, not the plan that wrote it.
        bytes_on_disk = transaction.staged(context.lake, context.run_id, name)
        if _by_article(name, work):  # few: a suite looks at them many times
            bytes_on_disk = context.hold(f"batch of {name}", bytes_on_disk)
        verdicts.append(judge(bytes_on_disk, name, around))
        around[name] = after(
            _seen(context, work, name) if context.has_rows(name) else None, bytes_on_disk, name
        )
    for verdict in verdicts:
        for warning in verdict.warnings:
            context.say(f"{stage.name}: warning: {verdict.table}: {warning}")
    if verdicts:
        write_docs(context.lake.files, context.run_id, stage.name, context.started_at, verdicts)
    try:
        for verdict in verdicts:
            require(verdict)
    except MedconceptError as error:
        where = transaction.reject(context.lake, context.run_id)
        raise type(error)(f"{error}; the batch was moved to {where}, the last good state stands") from error


def _seen(context: Context, work: Work, table: str) -> DataFrame:
    """What the rows of a Work may refer to in a table: of what is told by article, that article's own."""
    if not _by_article(table, work):
        return context.read(table)
    columns = named_columns(table, list(work.tables))
    return context.of_articles(table, work.articles, hold=columns)


def after(current: DataFrame | None, batch: DataFrame, table: str) -> DataFrame:
    """The table as it will be once the batch is in; `current` is None where it never had a row."""
    spec = TABLES[table]
    columns = spec.schema.names if current is None else current.columns
    written = batch.where(F.col("_op") != DELETE).select(*columns)
    if current is None:
        return written
    gone = batch.select(*spec.key)
    return current.join(gone, list(spec.key), "left_anti").select(*columns).unionByName(written)


def _note_failure(context: Context, message: str) -> None:
    # A lake that cannot be written cannot note that either; the first error is the one to show.
    with suppress(Exception):
        context.wait_for_note()
        context.note("failed", message)
