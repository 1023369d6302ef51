"""What a stage is to the pipeline: what it declares, what it returns, how its run ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pyspark.sql import DataFrame

from medconcept.stages.context import Articles, Context


@dataclass(frozen=True)
class SideResult:
    """What was made beside the tables: counts for `runs`, and the compiled dictionary that goes with them."""

    counts: dict[str, int]
    dictionary_sha256: str | None = None


@dataclass
class StageOutput:
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
    side_result: Callable[[], SideResult] | None = None  # computed while the tables are staged
    more: bool = False  # another StageOutput of the same run follows
    inserts_only: tuple[str, ...] = ()  # tables that have none of the keys yet: appended to, not merged
    staged: tuple[str, ...] = ()  # tables of which Context.stage_first has written what they get


@dataclass(frozen=True)
class Stage:
    """A job: its name, the tables it reads, what its settings are, and how it computes.

    Equal settings and equal versions of the inputs mean nothing new; a job that `looks_outside` has inputs
    that are no tables, decides itself and calls `begin` where there is work. A job that builds an iterator
    makes one commit of each StageOutput; what was committed stays when a later one fails.
    """

    name: str
    inputs: tuple[str, ...]
    settings: Callable[[Context], str]
    build: Callable[[Context], StageOutput | Iterator[StageOutput] | None]
    looks_outside: bool = False


@dataclass(frozen=True)
class StageResult:
    """How a stage ended."""

    job: str
    status: str
    seconds: float
    counts: dict[str, int]
    run_id: str | None = None
