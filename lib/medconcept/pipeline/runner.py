"""How every stage runs: lease, recovery, build, staging, gate, commit. A stage itself only computes rows."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from medconcept import __version__
from medconcept.config import Config
from medconcept.errors import as_medconcept_error
from medconcept.lake import transaction
from medconcept.lake.change_log import have_same_rows
from medconcept.lake.changes import DELETE, UPSERT, change_set
from medconcept.lake.lake import Lake
from medconcept.lake.lease import Lease, lease
from medconcept.lake.migration import open_for_writing
from medconcept.pipeline.gate import QUARANTINE, by_article, changed_rows, gate_digest, pass_gate
from medconcept.pipeline.job_order import require_order
from medconcept.quality.late_import import import_great_expectations
from medconcept.quality.own_suites import own_expectations
from medconcept.spark.progress import Progress
from medconcept.spark.session import SIDE_RESULTS_POOL
from medconcept.stages.context import FEW, Context, Log
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
    if not lake.exists:
        require_order(lake, stage.name)  # before a lake is made that would stay empty
    started_at = datetime.now(timezone.utc).replace(tzinfo=None)
    run_id = transaction.new_run_id(started_at)
    own_suites = own_expectations(lake.spark, config.gate.expectations)
    with lease(lake.files, run_id) as owner, Progress(lake.spark, stage.name, log) as progress:
        for line in open_for_writing(lake, owner):
            log(f"{stage.name}: {line}")
        require_order(lake, stage.name)
        context = Context(
            stage.name,
            lake,
            config,
            run_id,
            started_at,
            lake.head(),
            log,
            progress=progress,
            own_suites=own_suites,
        )
        totals: dict[str, int] = {}
        last: transaction.Manifest | None = None
        outputs: Iterator[StageOutput] | None = None
        while True:
            try:
                if outputs is None:
                    context, outputs = _prepare(stage, context)
                output = next(outputs, None)
                if output is None:
                    context.uncache()
                    break
                manifest = _land(stage, context.renewed() if last else context, output, owner)
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
                lake.files.delete(f"{transaction.STAGING}/{run_id}")
                continue
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
    settings = gate_digest(stage, context)
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


def _land(stage: Stage, context: Context, output: StageOutput, owner: Lease) -> transaction.Manifest | None:
    """Stage and gate an output; returns its manifest, None if the gate took out all that is new."""
    context.begin()
    counts = dict(output.counts)
    # Most of a small batch's time is the driver's planning, so one batch is planned while another is written.
    with ThreadPoolExecutor(max_workers=6) as pool, ThreadPoolExecutor(max_workers=1) as side_pool:
        pool.submit(import_great_expectations)  # which raises its error again in the gate
        side = side_pool.submit(_side_result, context, output)
        tables = {name: pool.submit(_stage_table, context, output, name) for name in output.tables}
        ledgers = {name: pool.submit(_stage_ledger, context, output, name) for name in output.ledgers}
        gated = pass_gate(
            stage,
            context,
            output,
            owner,
            lambda name: tables[name].result(),
            lambda: wait_for(ledgers.values()),
        )
        operations, changed = gated.operations, {}
        for name, staged in operations.items():
            counts[f"{name}.written"], counts[f"{name}.deleted"] = (
                staged.get(UPSERT, 0),
                staged.get(DELETE, 0),
            )
            changed[name] = changed_rows(staged)
        touched = [name for name, rows in changed.items() if rows]
        replaced = [n for n in touched if by_article(n, output) or (_by_row(n) and changed[n] <= FEW)]
        touched += [name for name, ledger in ledgers.items() if ledger.result()]
        if gated.adds_to_quarantine and QUARANTINE not in touched:
            touched.append(QUARANTINE)
        result = side.result()
    context.wait_for_note()
    if stage.looks_outside and gated.counts and not touched:
        return None  # as the next run will find it again
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
        counts=counts | result.counts | gated.counts,
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


def wait_for(works: Iterable[Future[Any]]) -> None:
    """Wait for all of these; raises the error of the first that failed."""
    for work in works:
        work.result()


def _by_row(table: str) -> bool:
    return TABLES[table].scope == TABLES[table].key


def _stage_table(context: Context, output: StageOutput, name: str) -> dict[str, int]:
    """Stage the changes of a table; returns their number by operation."""
    table, (batch, current) = TABLES[name], output.tables[name]
    if name not in output.staged:
        rows = table.conform(batch, context.run_id, context.started_at)
        compare_with = current if context.has_rows(name) and name not in output.inserts_only else None
        changes = change_set(rows, compare_with, table, whole_scopes=by_article(name, output))
        batch = transaction.stage(context.lake, context.run_id, name, changes)
    return {row["_op"]: row["count"] for row in batch.groupBy("_op").count().collect()}


def _stage_ledger(context: Context, output: StageOutput, name: str) -> bool:
    """Stage the rows to append to a ledger; returns whether there are any."""
    events = TABLES[name].conform(output.ledgers[name], context.run_id, context.started_at)
    return not transaction.stage(context.lake, context.run_id, name, events).isEmpty()


def _note_failure(context: Context, message: str) -> None:
    # A lake that cannot be written cannot record that either; the first error is the one to report.
    with suppress(Exception):
        context.wait_for_note()
        context.note("failed", message)
