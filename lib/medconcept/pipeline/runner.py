"""How every stage runs: lease, recovery, build, staging, gate, commit. A stage itself only computes rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept import __version__
from medconcept.config import Config
from medconcept.errors import MedconceptError, as_medconcept_error
from medconcept.lake import transaction
from medconcept.lake.change_log import have_same_rows
from medconcept.lake.changes import DELETE, UPSERT, change_set
from medconcept.lake.held import hold
from medconcept.lake.lake import Lake
from medconcept.lake.lease import lease
from medconcept.lake.migration import open_for_writing
from medconcept.quality.docs import write_docs
from medconcept.quality.gate import judge, named_columns, prepare, require
from medconcept.reader.held import Held
from medconcept.spark.progress import Progress
from medconcept.spark.session import SIDE_RESULTS_POOL
from medconcept.stages.context import ARTICLE, FEW, Context, Log
from medconcept.stages.stage import SideResult, Stage, StageOutput, StageResult
from medconcept.tables import TABLES


def run_stage(stage: Stage, lake: Lake, config: Config, log: Log = print) -> StageResult:
    """Run one stage on a lake. Raises MedconceptError; the lake then keeps its last good state."""
    begun = time.monotonic()
    if stage.check is not None and not lake.exists:
        try:
            stage.check(lake.spark, config)
        except Exception as error:
            raise as_medconcept_error(error, stage.name) from error
    started_at = datetime.now(timezone.utc).replace(tzinfo=None)
    run_id = transaction.new_run_id(started_at)
    with lease(lake.files, run_id) as owner, Progress(lake.spark, stage.name, log) as progress:
        for line in open_for_writing(lake, owner):
            log(f"{stage.name}: {line}")
        context = Context(stage.name, lake, config, run_id, started_at, lake.head(), log, progress=progress)
        totals: dict[str, int] = {}
        last: transaction.Manifest | None = None
        outputs: Iterator[StageOutput] | None = None
        while True:
            try:
                if outputs is None:
                    context, outputs = _prepare(stage, context)
                output = next(outputs, None)
                manifest = _land(stage, context.renewed() if last else context, output) if output else None
                if manifest is not None:
                    transaction.begin(lake, manifest, owner)
            except Exception as error:
                problem = as_medconcept_error(error, stage.name)
                context.uncache()
                _note_failure(context, str(problem))
                lake.files.delete(f"{transaction.STAGING}/{run_id}")
                raise problem from error
            if manifest is None:
                context.uncache()
                break
            try:
                context.uncache()  # the cached rows are those of the lake before this commit
                transaction.apply_manifest(lake, manifest, owner)
            except Exception as error:  # the staged batches stay: the next run finishes the commit
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
        return StageResult(stage.name, "nothing new", time.monotonic() - begun, {})
    return StageResult(stage.name, "done", time.monotonic() - begun, totals, run_id)


def _prepare(stage: Stage, context: Context) -> tuple[Context, Iterator[StageOutput]]:
    """Return the context with the settings and last commit of the job, and its outputs, none if nothing is
    new."""
    settings = stage.settings_digest(context)
    last = context.lake.last_commit_of(stage.name)
    same = last is not None and last["settings_digest"] == settings
    if same and not stage.looks_outside and _is_up_to_date(stage, context, last):
        return context, iter(())
    context = replace(context, settings=settings, previous=last if same else None)
    if not stage.looks_outside:
        context.begin()
    built = stage.build(context)
    if isinstance(built, Iterator):
        return context, built
    return context, iter(() if built is None else (built,))


def _is_up_to_date(stage: Stage, context: Context, last: Any) -> bool:
    """Whether the inputs have the rows that the job's last commit was made from."""
    versions = dict(last["input_versions"])
    return set(versions) == set(stage.inputs) and have_same_rows(
        context.lake, stage.inputs, int(last["seq"]), versions, context.head
    )


def _inputs(stage: Stage, context: Context) -> dict[str, int]:
    return {name: context.head.versions.get(name, 0) for name in stage.inputs}


def _land(stage: Stage, context: Context, output: StageOutput) -> transaction.Manifest:
    context.begin()
    counts = dict(output.counts)
    # Most of a small batch's time is the driver's planning, so one batch is planned while another is written.
    with ThreadPoolExecutor(max_workers=6) as pool, ThreadPoolExecutor(max_workers=1) as side_pool:
        pool.submit(prepare)  # an import error is raised again by the gate
        side = side_pool.submit(_side_result, context, output)
        tables = {name: pool.submit(_stage_table, context, output, name) for name in output.tables}
        ledgers = {name: pool.submit(_stage_ledger, context, output, name) for name in output.ledgers}
        changed: dict[str, int] = {}
        operations: dict[str, dict[str, int]] = {}

        def staged_operations(name: str) -> dict[str, int]:
            staged = operations[name] = tables[name].result()
            counts[f"{name}.written"], counts[f"{name}.deleted"] = (
                staged.get(UPSERT, 0),
                staged.get(DELETE, 0),
            )
            changed[name] = counts[f"{name}.written"] + counts[f"{name}.deleted"]
            return staged

        _gate(stage, context, output, staged_operations)
        touched = [name for name, rows in changed.items() if rows]
        replaced = [n for n in touched if _by_article(n, output) or (_by_row(n) and changed[n] <= FEW)]
        touched += [name for name, ledger in ledgers.items() if ledger.result()]
        result = side.result()
    context.wait_for_note()
    return transaction.Manifest(
        seq=context.head.seq + 1,
        run_id=context.run_id,
        job=stage.name,
        tables=tuple(touched),
        base_versions=context.head.base_versions,
        input_versions=_inputs(stage, context),
        settings_digest=context.settings,
        code_version=__version__,
        dictionary_sha256=result.dictionary_sha256 or context.head.dictionary_sha256,
        counts=counts | result.counts,
        operations={name: rows for name, rows in operations.items() if name in touched},
        inserts_only=output.inserts_only,
        replaced=tuple(replaced),
        event="batch" if output.more else "end",
    )


def _side_result(context: Context, output: StageOutput) -> SideResult:
    """Compute the side result. Its Spark jobs run in a pool of their own, since the commit waits for them."""
    if output.side_result is None:
        return SideResult({})
    # A local property belongs to this thread.
    context.lake.spark.sparkContext.setLocalProperty("spark.scheduler.pool", SIDE_RESULTS_POOL)
    return output.side_result()


def _by_row(table: str) -> bool:
    return TABLES[table].scope == TABLES[table].key


def _by_article(table: str, output: StageOutput) -> bool:
    """Whether the output holds all rows of a table for at most FEW articles."""
    return output.articles is not None and output.articles.are_few and TABLES[table].scope == (ARTICLE,)


def _stage_table(context: Context, output: StageOutput, name: str) -> dict[str, int]:
    """Stage the changes of a table; returns their number by operation."""
    table, (batch, current) = TABLES[name], output.tables[name]
    if name not in output.staged:
        rows = table.conform(batch, context.run_id, context.started_at)
        compare_with = current if context.has_rows(name) and name not in output.inserts_only else None
        changes = change_set(rows, compare_with, table, whole_scopes=_by_article(name, output))
        batch = transaction.stage(context.lake, context.run_id, name, changes)
    return {row["_op"]: row["count"] for row in batch.groupBy("_op").count().collect()}


def _stage_ledger(context: Context, output: StageOutput, name: str) -> bool:
    """Stage the rows to append to a ledger; returns whether there are any."""
    events = TABLES[name].conform(output.ledgers[name], context.run_id, context.started_at)
    return not transaction.stage(context.lake, context.run_id, name, events).isEmpty()


def _gate(
    stage: Stage, context: Context, output: StageOutput, staged_operations: Callable[[str], dict[str, int]]
) -> None:
    """Validate each batch as soon as it is staged; `staged_operations` waits for it and counts its `_op`."""
    verdicts = []
    references = {
        name: _referred_rows(context, output, name)
        for name in output.gate_against
        if name not in output.tables
    }
    for name in output.tables:
        operations = staged_operations(name)
        if not operations.get(UPSERT, 0) + operations.get(DELETE, 0):
            if name in output.gate_against:
                references[name] = _referred_rows(context, output, name)
            continue
        # Validate the bytes on disk, not the plan that wrote them.
        bytes_on_disk = transaction.staged(context.lake, context.run_id, name)
        if _by_article(name, output):  # few rows, which a suite reads many times
            bytes_on_disk = context.cache(f"batch of {name}", bytes_on_disk)
        count = sum(operations.values()) - operations.get(DELETE, 0)
        verdicts.append(judge(bytes_on_disk, name, references, count=count))
        references[name] = table_after(
            _referred_rows(context, output, name) if context.has_rows(name) else None, bytes_on_disk, name
        )
    for verdict in verdicts:
        for warning in verdict.warnings:
            context.log(f"{stage.name}: warning: {verdict.table}: {warning}")
    if verdicts:
        write_docs(context.lake.files, context.run_id, stage.name, context.started_at, verdicts)
    try:
        for verdict in verdicts:
            require(verdict)
    except MedconceptError as error:
        batch = f"{transaction.STAGING}/{context.run_id}"
        where = hold(context.lake.files, batch, Held(context.run_id, stage.name, str(error)))
        raise type(error)(f"{error}; the batch was moved to {where}, the last good state stands") from error


def _referred_rows(context: Context, output: StageOutput, table: str) -> DataFrame:
    """Return the rows of a table that the output may refer to: of its articles alone if it is by article."""
    if not _by_article(table, output):
        return context.read(table)
    columns = named_columns(table, list(output.tables))
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


def _note_failure(context: Context, message: str) -> None:
    # A lake that cannot be written cannot record that either; the first error is the one to report.
    with suppress(Exception):
        context.wait_for_note()
        context.note("failed", message)
