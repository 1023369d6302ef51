"""The gate of a run: each staged batch is judged, then held, or passed without articles taken out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept import __version__
from medconcept.config import settings_digest
from medconcept.errors import GateFailed, MedconceptError
from medconcept.lake import transaction
from medconcept.lake.changes import DELETE, UPSERT
from medconcept.lake.held import hold
from medconcept.lake.lake import REFUSALS
from medconcept.lake.lease import Lease
from medconcept.pipeline.taken_out import TakenOut, gate_events, take_out
from medconcept.quality.docs import write_docs
from medconcept.quality.gate import Verdict, judge, named_columns, require, suite_text
from medconcept.quality.own_suites import as_text, tables_named
from medconcept.reader.held import Held
from medconcept.stages.context import ARTICLE, Context
from medconcept.stages.stage import Stage, StageOutput
from medconcept.tables import TABLES

Operations = dict[str, int]  # rows of a staged batch by `_op`
QUARANTINE = "quarantine"


@dataclass(frozen=True)
class Gated:
    """What passed: rows by operation of each table, counts for `runs`, whether `quarantine` gets rows."""

    operations: dict[str, Operations]
    counts: dict[str, int] = field(default_factory=dict)
    adds_to_quarantine: bool = False


@dataclass(frozen=True)
class Judged:
    """The verdict of a staged batch, the batch, and the tables that its suite could read."""

    verdict: Verdict
    batch: DataFrame
    references: dict[str, DataFrame]


def changed_rows(operations: Operations) -> int:
    """The rows that a batch writes or deletes."""
    return operations.get(UPSERT, 0) + operations.get(DELETE, 0)


def gate_digest(stage: Stage, context: Context) -> str:
    """The settings digest of a stage. Where the gate takes rows out, suites decide what rows a table has."""
    digest = stage.settings_digest(context)
    if context.config.gate.on_failure == "stop" or not stage.by_article:
        return digest
    suites = [suite_text(name) for name in stage.by_article]
    return settings_digest(
        digest, context.config.gate.quarantine_at_most, suites, as_text(context.own_suites, *stage.by_article)
    )


def pass_gate(
    stage: Stage,
    context: Context,
    output: StageOutput,
    owner: Lease,
    staged: Callable[[str], Operations],
    wait_for_ledgers: Callable[[], None],
) -> Gated:
    """Judge each table as soon as `staged` has its batch; take articles out if the configuration says so.

    Raises GateFailed if the batch may not be committed: it is held, and what the run refused reaches
    `quarantine` all the same.
    """
    judged = _judge_tables(context, output, staged)
    operations = {name: staged(name) for name in output.tables}
    taken = None
    if any(each.verdict.failures for each in judged) and context.config.gate.on_failure == "quarantine":
        failing = [(each.verdict, each.batch, each.references) for each in judged if each.verdict.failures]
        taken = take_out(context, output, failing)
    if taken is not None:
        _log_taken(stage, context, taken, [each.verdict for each in judged])
        operations = {**operations, **taken.operations}
        judged = _judge_tables(context, output, operations.__getitem__, taken.folders)
    verdicts = [each.verdict for each in judged]
    for verdict in verdicts:
        for warning in verdict.warnings:
            context.log(f"{stage.name}: warning: {verdict.table}: {warning}")
    if verdicts:
        write_docs(context.lake.files, context.run_id, stage.name, context.started_at, verdicts)
    try:
        for verdict in verdicts:
            require(verdict)
    except GateFailed as error:
        wait_for_ledgers()
        raise _held(stage, context, owner, error) from error
    wait_for_ledgers()
    adds = _add_gate_events(stage, context, output, taken)
    return Gated(operations, taken.settle(stage.name, context) if taken else {}, adds)


def _log_taken(stage: Stage, context: Context, taken: TakenOut, verdicts: list[Verdict]) -> None:
    broken = "; ".join(f"{each.table}: {failure}" for each in verdicts for failure in each.failures)
    context.log(f"{stage.name}: {taken.articles:,} articles go to quarantine: {broken}")


def _add_gate_events(stage: Stage, context: Context, output: StageOutput, taken: TakenOut | None) -> bool:
    """Add what the gate refused, and what it refuses no more, to the staged rows of `quarantine`."""
    events = gate_events(stage.name, context, output, taken)
    if events is None or events.isEmpty():
        return False
    rows = TABLES[QUARANTINE].conform(events, context.run_id, context.started_at)
    path = context.lake.files.uri(f"{transaction.STAGING}/{context.run_id}/{QUARANTINE}")
    rows.write.mode("append").options(**transaction.STAGING_OPTIONS).parquet(path)
    return True


def _judge_tables(
    context: Context,
    output: StageOutput,
    staged: Callable[[str], Operations],
    folders: dict[str, str] | None = None,
) -> list[Judged]:
    """Judge the batches of an output; `folders` are those that lie in other folders than their table's."""
    judged: list[Judged] = []
    batches: dict[str, DataFrame] = {}
    references: dict[str, DataFrame] = {}

    def batch_of(name: str) -> DataFrame:
        if name not in batches:
            # Validate the bytes on disk, not the plan that wrote them.
            bytes_on_disk = transaction.staged(context.lake, context.run_id, (folders or {}).get(name, name))
            if by_article(name, output):  # few rows, which a suite reads many times
                bytes_on_disk = context.cache(f"batch of {name}", bytes_on_disk)
            batches[name] = bytes_on_disk
        return batches[name]

    def refer_to(name: str) -> None:
        if name in output.gate_against or name in output.tables:
            rows = _referred_rows(context, output, name)
        else:
            rows = context.read(name)
        if name in output.tables and changed_rows(staged(name)):
            rows = table_after(rows if context.has_rows(name) else None, batch_of(name), name)
        references[name] = rows

    for name in output.gate_against:
        if name not in output.tables:
            refer_to(name)
    for name in output.tables:
        if not changed_rows(staged(name)):
            if name in output.gate_against:
                refer_to(name)
            continue
        own = context.own_suites.get(name, [])
        for other in sorted(tables_named(own) - references.keys()):
            refer_to(other)
        operations = staged(name)
        count = sum(operations.values()) - operations.get(DELETE, 0)
        verdict = judge(batch_of(name), name, references, own, count=count)
        judged.append(Judged(verdict, batch_of(name), dict(references)))
        if name not in references:
            refer_to(name)
    return judged


def _held(stage: Stage, context: Context, owner: Lease, error: GateFailed) -> GateFailed:
    """Move the batch out of the way, let its refusals through; returns the error that says so."""
    batch = f"{transaction.STAGING}/{context.run_id}"
    where = hold(context.lake.files, batch, Held(context.run_id, stage.name, str(error)))
    line = f"{error}; the batch was moved to {where}, the last good state stands"
    try:
        _commit_refusals(context, owner, where)
    except MedconceptError as other:
        line += f"; what the run refused could not be written to {QUARANTINE} ({other})"
    return GateFailed(line)


def _commit_refusals(context: Context, owner: Lease, held: str) -> None:
    """Commit the refusals of a held batch. What it closes stays open: the rows that would do so are held."""
    lake = context.lake
    if not lake.files.exists(f"{held}/{QUARANTINE}"):
        return
    rows = lake.spark.read.schema(TABLES[QUARANTINE].schema).parquet(lake.files.uri(f"{held}/{QUARANTINE}"))
    opened = transaction.stage(lake, context.run_id, QUARANTINE, rows.where("event = 'opened'"))
    number = opened.count()
    if not number:
        lake.files.delete(f"{transaction.STAGING}/{context.run_id}")
        return
    context.wait_for_note()
    head = lake.head()
    manifest = transaction.Manifest(
        seq=head.seq + 1,
        run_id=context.run_id,
        job=REFUSALS,
        tables=(QUARANTINE,),
        base_versions=head.base_versions,
        input_versions={},
        settings_digest=settings_digest(REFUSALS, __version__),
        code_version=__version__,
        dictionary_sha256=head.dictionary_sha256,
        counts={f"{QUARANTINE}.opened": number},
    )
    transaction.commit(lake, manifest, owner)


def by_article(table: str, output: StageOutput) -> bool:
    """Whether the output holds all rows of a table for at most FEW articles."""
    return output.articles is not None and output.articles.are_few and TABLES[table].scope == (ARTICLE,)


def _referred_rows(context: Context, output: StageOutput, table: str) -> DataFrame:
    """Return the rows of a table that the output may refer to: of its articles alone if it is by article."""
    if not by_article(table, output):
        return context.read(table)
    own = as_text(context.own_suites, *output.tables)
    columns = named_columns(table, list(output.tables), own)
    return context.rows_of(table, output.articles, cache_columns=columns)


def table_after(current: DataFrame | None, batch: DataFrame, table: str) -> DataFrame:
    """Return the rows of the table after the batch; `current` is None for a table that never had a row."""
    spec = TABLES[table]
    columns = spec.schema.names if current is None else current.columns
    written = batch.where(F.col("_op") != DELETE).select(*columns)
    if current is None:
        return written
    gone = batch.select(*spec.key)
    return current.join(gone, list(spec.key), "left_anti").select(*columns).unionByName(written)
