"""The context of a stage's run: the lake at its last commit, rows read from it and rows held in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import partial
from typing import Any, TypeVar

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept import __version__
from medconcept.config import Config
from medconcept.lake import transaction
from medconcept.lake.change_log import Since, since
from medconcept.lake.changes import change_set, compared
from medconcept.lake.lake import Commit, Lake
from medconcept.spark.progress import Progress
from medconcept.tables import TABLES

Say = Callable[[str], None]
T = TypeVar("T")
# Up to this many articles, or rows, are passed as literals where they are replaced in a table; more are
# merged.
FEW = 10_000
ARTICLE = "article_key"


@dataclass(frozen=True, eq=False)  # compared by identity: equal keys are not known without computing them
class Articles:
    """The articles that a run works on: their distinct keys, and whether these can be passed as literals."""

    keys: DataFrame
    are_few: bool


@dataclass(frozen=True)
class HeldRows:
    """Which rows are held in memory: those of a table that are of some articles, with some columns."""

    table: str
    articles: Articles
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Context:
    """The lake at its last commit, the configuration, and the run."""

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
    # The DataFrames that `hold` computed, by name; the rows of a table that are of some articles by
    # HeldRows.
    held: dict[str | HeldRows, DataFrame] = field(default_factory=dict)
    filling: list[Future[int]] = field(default_factory=list)  # the jobs that compute them
    progress: Progress = field(default_factory=Progress)  # counters for workers

    def read(self, table: str) -> DataFrame:
        """A table as the last commit names it."""
        return self.lake.read(table, self.head)

    def has_rows(self, table: str) -> bool:
        """False where no commit has written to a table yet."""
        return self.head.versions.get(table, 0) > 0

    def is_other(self, table: str) -> bool:
        """True where a table has another version than this job last read; requires `previous`."""
        return int(self.previous["input_versions"].get(table, 0)) != self.head.versions.get(table, 0)

    def since(self) -> Since | None:
        """Return the changes since this job last read the lake; None if everything must be worked on.

        That is so if it never ran with these settings, or if a commit since has no log.
        """
        return None if self.previous is None else since(self.lake, int(self.previous["seq"]), self.head)

    def changed_articles(self, *tables: str) -> Articles | None:
        """Return the articles whose rows in these tables changed since this job last read them.

        None if everything must be worked on.
        """
        happened = self.since()
        keys = None if happened is None else happened.scopes(*tables)
        return None if keys is None else self.articles_of("changed", keys)

    def articles_of(self, name: str, keys: DataFrame) -> Articles:
        """Return Articles with these distinct keys, which it computes and holds under a name."""
        keys = self.hold(name, keys)
        return Articles(keys, keys.limit(FEW + 1).count() <= FEW)

    def rows_of(
        self, table: str, articles: Articles | None, *, hold: Sequence[str] | None = None
    ) -> DataFrame:
        """Return the rows of a table that belong to these articles; all rows for None.

        With `hold` these columns at least; of few articles they are read once and held until the commit,
        since what is small is looked at many times. Rows are shared between calls with the same Articles
        object alone.
        """
        rows = self.read(table)
        columns = rows.columns if hold is None else list(hold)
        if articles is None:
            return rows.select(*columns)
        for held, found in list(self.held.items()):
            if (
                isinstance(held, HeldRows)
                and (held.table, held.articles) == (table, articles)
                and set(columns).issubset(held.columns)
            ):
                return found
        keys = F.broadcast(articles.keys) if articles.are_few else articles.keys
        found = rows.join(keys, ARTICLE, "left_semi").select(*columns)
        if hold is not None and articles.are_few:
            found = self.hold(
                HeldRows(table, articles, tuple(columns)),
                found.repartition(self.lake.spark.sparkContext.defaultParallelism),
            )
        return found

    def current_rows(self, table: str, articles: Articles | None) -> DataFrame:
        """Return the current rows of these articles, with the columns that a batch is compared by."""
        return self.rows_of(table, articles, hold=compared(TABLES[table]))

    def hold(self, name: str | HeldRows, rows: DataFrame) -> DataFrame:
        """Compute rows once and hold them in the workers' memory, or on their disks, until the commit.

        For what is looked at many times. Delta, too, looks at a table's log anew for each plan that reads
        it, and again whenever Spark makes a part of that plan anew.
        """
        if name in self.held:
            self.held[name].unpersist()
        self.held[name] = rows.persist()
        self.filling.append(_in_background(self.held[name].count))  # while the plan that uses it is made
        return self.held[name]

    def ship_files(self, *uris: str) -> None:
        """Have Spark ship files to its workers, each once."""
        spark = self.lake.spark.sparkContext
        known = spark._jsc.sc().listFiles()
        missing = [uri for uri in uris if not known.contains(uri)]
        if missing:  # in local mode a task that starts meanwhile would read half a file
            wait(self.filling)
            wait(self.begun)
        for uri in missing:
            spark.addFile(uri)

    def release(self) -> None:
        """Release the rows held in memory."""
        wait(self.filling)  # a failed one failed again where its rows were used
        self.filling.clear()
        for rows in self.held.values():
            rows.unpersist()
        self.held.clear()

    def checkpoint(self, name: str, rows: DataFrame) -> DataFrame:
        """Compute rows once: write them next to the staged batches and read them back."""
        return transaction.stage(self.lake, self.run_id, f"temp-{name}", rows)

    def stage_first(self, table: str, rows: DataFrame) -> DataFrame:
        """Stage the first rows of a table and return them as staged; the StageOutput then names the table.

        For what more is made of: it is written once, where a checkpoint would be written again. What
        columns `rows` has beside those of the table come behind them, and go no further than here.
        """
        spec = TABLES[table]
        extra = [name for name in rows.columns if name not in spec.schema.names]
        first = spec.conform(rows, self.run_id, self.started_at, extra=extra)
        return transaction.stage(self.lake, self.run_id, table, change_set(first, None, spec))

    def renewed(self) -> Context:
        """The same run on the lake's current state, after a commit of its own."""
        return replace(self, head=self.lake.head())

    def begin(self) -> None:
        """Record the start in `runs` once, in the background; a run killed after that shows as not ended."""
        if not self.begun:
            self.begun.append(_in_background(partial(self.note, "start")))

    def wait_for_note(self) -> None:
        """Wait until the start is recorded. Raises LakeError where it could not be written."""
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
    """Start a function in a thread of its own."""
    pool = ThreadPoolExecutor(max_workers=1)
    begun = pool.submit(work)
    pool.shutdown(wait=False)
    return begun
