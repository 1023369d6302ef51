"""The context of a stage's run: the lake at its last commit, rows read from it and cached rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from medconcept.rights import OptOutList
from medconcept.spark.progress import Progress
from medconcept.stages.opt_out import read_opt_out
from medconcept.tables import TABLES

Log = Callable[[str], None]  # prints one line of progress
T = TypeVar("T")
# Up to this many articles, or rows, are passed as literals where they are replaced in a table; more are
# merged.
FEW = 10_000
ARTICLE = "article_key"


@dataclass(frozen=True, eq=False)  # compared by identity: comparing the keys would mean computing them
class Articles:
    """The articles that a run works on: their distinct keys, and whether these can be passed as literals."""

    keys: DataFrame
    are_few: bool


@dataclass(frozen=True)
class CachedRows:
    """The key of cached rows: those of one table and some articles, with some columns."""

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
    log: Log
    settings: str = ""
    previous: Any = None  # the last row of `commits` made by this job with the same settings, or None
    begun: list[Future[None]] = field(default_factory=list)  # one for all contexts of a run
    # The DataFrames that `cache` computed, by name; the rows of some articles by CachedRows.
    cached: dict[str | CachedRows, DataFrame] = field(default_factory=dict)
    cache_jobs: list[Future[int]] = field(default_factory=list)  # the jobs that compute them
    progress: Progress = field(default_factory=Progress)  # counters for workers
    opt_out_read: list[OptOutList] = field(default_factory=list)  # one for all contexts of a run
    own_suites: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)  # by table, of the user's

    def read(self, table: str) -> DataFrame:
        """A table as the last commit names it."""
        return self.lake.read(table, self.head)

    @property
    def opt_out(self) -> OptOutList:
        """The opt-out list as this run first read it: one that changes meanwhile counts in the next run.

        Raises ConfigError or OptOutError where it cannot be read.
        """
        if not self.opt_out_read:
            self.opt_out_read.append(read_opt_out(self.lake.spark, self.config.opt_out))
        return self.opt_out_read[0]

    def has_rows(self, table: str) -> bool:
        """False where no commit has written to a table yet."""
        return self.head.versions.get(table, 0) > 0

    def has_changed(self, table: str) -> bool:
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
        """Compute and cache distinct article keys under a name; return them as Articles."""
        keys = self.cache(name, keys)
        return Articles(keys, keys.limit(FEW + 1).count() <= FEW)

    def rows_of(
        self, table: str, articles: Articles | None, *, cache_columns: Sequence[str] | None = None
    ) -> DataFrame:
        """Return the rows of a table that belong to these articles; all rows for None.

        With `cache_columns`, returns at least these columns and, for few articles, caches the rows until
        the commit: small inputs are read many times. Only calls with the same Articles object share rows.
        """
        rows = self.read(table)
        columns = rows.columns if cache_columns is None else list(cache_columns)
        if articles is None:
            return rows.select(*columns)
        for key, cached in list(self.cached.items()):
            if (
                isinstance(key, CachedRows)
                and (key.table, key.articles) == (table, articles)
                and set(columns).issubset(key.columns)
            ):
                return cached
        keys = F.broadcast(articles.keys) if articles.are_few else articles.keys
        selected = rows.join(keys, ARTICLE, "left_semi").select(*columns)
        if cache_columns is not None and articles.are_few:
            selected = self.cache(
                CachedRows(table, articles, tuple(columns)),
                selected.repartition(self.lake.spark.sparkContext.defaultParallelism),
            )
        return selected

    def current_rows(self, table: str, articles: Articles | None) -> DataFrame:
        """Return the current rows of these articles, with the columns that a batch is compared by."""
        return self.rows_of(table, articles, cache_columns=compared(TABLES[table]))

    def cache(self, name: str | CachedRows, rows: DataFrame) -> DataFrame:
        """Compute rows once and cache them in the workers' memory, or on their disks, until the commit.

        For rows that are read many times. It also saves Delta from reading a table's log for each plan that
        uses the table, and again whenever Spark replans a part of it.
        """
        if name in self.cached:
            self.cached[name].unpersist()
        self.cached[name] = rows.persist()
        # In the background, while the plan that uses the rows is built.
        self.cache_jobs.append(_in_background(self.cached[name].count))
        return self.cached[name]

    def ship_files(self, *uris: str) -> None:
        """Have Spark ship files, given by encoded URIs, to its workers, each once."""
        spark = self.lake.spark.sparkContext
        shipped = spark._jsc.sc().listFiles()
        missing = [uri for uri in uris if not shipped.contains(uri)]
        if missing:  # in local mode a task that starts in the meantime would read half a file
            wait(self.cache_jobs)
            wait(self.begun)
        for uri in missing:
            spark.addFile(uri)

    def uncache(self) -> None:
        """Remove all cached rows."""
        wait(self.cache_jobs)  # the error of a failed one was raised where its rows were used
        self.cache_jobs.clear()
        for rows in self.cached.values():
            rows.unpersist()
        self.cached.clear()

    def checkpoint(self, name: str, rows: DataFrame) -> DataFrame:
        """Compute rows once: write them next to the staged batches and read them back."""
        return transaction.stage(self.lake, self.run_id, f"temp-{name}", rows)

    def stage_first(self, table: str, rows: DataFrame) -> DataFrame:
        """Stage the first rows of a table and return them as staged; the StageOutput then names the table.

        For rows from which other rows are computed: a checkpoint would be written and then staged again.
        Columns of `rows` that the table does not have follow the table's; they are staged, not committed.
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
