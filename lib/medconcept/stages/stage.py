"""The interface of a stage: its declaration, its output, and the result of its run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pyspark.sql import DataFrame, SparkSession

from medconcept import __version__
from medconcept.config import Config, settings_digest
from medconcept.stages.context import Articles, Context


@dataclass(frozen=True)
class SideResult:
    """Results other than table rows: counts for `runs`, and the checksum of a compiled dictionary."""

    counts: dict[str, int]
    dictionary_sha256: str | None = None


@dataclass
class StageOutput:
    """The rows that a stage computes for one commit.

    `tables` maps a table to (target rows, current rows), both of the same scope; `ledgers` maps a ledger to
    rows to append; `counts` go into `runs`. `articles` are the articles whose rows these are, all of them;
    None if unknown or if they are all articles.
    """

    tables: dict[str, tuple[DataFrame, DataFrame]] = field(default_factory=dict)
    ledgers: dict[str, DataFrame] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    articles: Articles | None = None
    gate_against: tuple[str, ...] = ()
    side_result: Callable[[], SideResult] | None = None  # computed while the tables are staged
    more: bool = False  # another StageOutput of the same run follows
    inserts_only: tuple[str, ...] = ()  # tables without any of the keys yet: appended to, not merged
    staged: tuple[str, ...] = ()  # tables whose batch Context.stage_first has written


@dataclass(frozen=True)
class Stage:
    """A job: its name and version, the tables it reads, the settings it depends on, and how it computes.

    Equal settings digests and unchanged inputs mean that nothing is new. Raise `version` with every change
    of the stage's code, or of code that it calls, after which the same inputs and settings may give other
    rows or counts: a rule, a default, the order of versions. Do not raise it for changes that affect no row.
    Parts with their own version (the parser, the linker, the forms of names, a model) are in `settings`;
    raise that version instead.

    A job that `looks_outside` has inputs that are not tables; it decides itself whether there is work and
    then calls `begin`. A job that builds an iterator makes one commit of each StageOutput; earlier commits
    stay if a later one fails.
    """

    name: str
    version: int
    inputs: tuple[str, ...]
    settings: Callable[[Context], tuple[object, ...]]  # JSON or dataclasses, without name and versions
    build: Callable[[Context], StageOutput | Iterator[StageOutput] | None]
    looks_outside: bool = False
    # Called where there is no lake yet: raises MedconceptError before one is made that would stay empty.
    check: Callable[[SparkSession, Config], None] | None = None
    by_article: tuple[str, ...] = ()  # tables of articles, or files, that its gate may take out

    def settings_digest(self, context: Context) -> str:
        """Return the digest of code versions and settings: what decides the rows, apart from inputs."""
        return settings_digest(__version__, self.name, self.version, *self.settings(context))


@dataclass(frozen=True)
class StageResult:
    """The result of a stage's run: status, seconds and counts; the run id if it committed anything."""

    job: str
    status: str
    seconds: float
    counts: dict[str, int]
    run_id: str | None = None
