"""How every stage runs: lease, recovery, work, staging, gate, commit. A stage itself only computes rows."""

from __future__ import annotations

import time
import uuid
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
from medconcept.lake.lake import Lake
from medconcept.lake.lease import lease
from medconcept.lake.migration import open_for_writing
from medconcept.quality.docs import write_docs
from medconcept.quality.gate import judge, named_columns, prepare, require
from medconcept.stages.context import ARTICLE, FEW, Context, Say
from medconcept.stages.stage import SideResult, Stage, StageOutput, StageResult
from medconcept.tables import TABLES


def run_stage(stage: Stage, lake: Lake, config: Config, say: Say = print) -> StageResult:
    """Run one stage on a lake. Raises MedconceptError; the lake then stands as it stood before."""
    begun = time.monotonic()
    started_at = datetime.now(timezone.utc).replace(tzinfo=None)
    run_id = f"{started_at:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    with lease(lake.files, run_id):
        for line in open_for_writing(lake):
            say(f"{stage.name}: {line}")
        context = Context(stage.name, lake, config, run_id, started_at, lake.head(), say)
        totals: dict[str, int] = {}
        last: transaction.Manifest | None = None
        works: Iterator[StageOutput] | None = None
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
        return StageResult(stage.name, "nothing new", time.monotonic() - begun, {})
    return StageResult(stage.name, "done", time.monotonic() - begun, totals, run_id)


def _prepare(stage: Stage, context: Context) -> tuple[Context, Iterator[StageOutput]]:
    """The context with what the job did last time, and what is to be done; nothing where nothing is new."""
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


def _land(stage: Stage, context: Context, work: StageOutput) -> transaction.Manifest:
    context.begin()
    counts = dict(work.counts)
    # Most of a small batch's time is the driver's planning, so one batch is planned while another is written.
    with ThreadPoolExecutor(max_workers=6) as pool, ThreadPoolExecutor(max_workers=1) as apart:
        pool.submit(prepare)  # where that fails, the gate says so
        beside = apart.submit(_side_result, context, work)
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


def _side_result(context: Context, work: StageOutput) -> SideResult:
    """What is made beside the tables. Its jobs have a share of the cores of their own: most waits for it."""
    if work.side_result is None:
        return SideResult({})
    context.lake.spark.sparkContext.setLocalProperty("spark.scheduler.pool", "beside")  # of this thread
    return work.side_result()


def _by_row(table: str) -> bool:
    return TABLES[table].scope == TABLES[table].key


def _by_article(table: str, work: StageOutput) -> bool:
    """Whether the rows of a table in a StageOutput are all rows of few articles."""
    return work.articles is not None and work.articles.are_few and TABLES[table].scope == (ARTICLE,)


def _stage_table(context: Context, work: StageOutput, name: str) -> dict[str, int]:
    """Stage what changes in a table; rows by what is done with them."""
    table, (batch, current) = TABLES[name], work.tables[name]
    if name not in work.staged:
        rows = table.conform(batch, context.run_id, context.started_at)
        known = current if context.has_rows(name) and name not in work.inserts_only else None
        changes = change_set(rows, known, table, whole_scopes=_by_article(name, work))
        batch = transaction.stage(context.lake, context.run_id, name, changes)
    return {row["_op"]: row["count"] for row in batch.groupBy("_op").count().collect()}


def _stage_ledger(context: Context, work: StageOutput, name: str) -> bool:
    """Stage the rows that a ledger gets; whether there are any."""
    events = TABLES[name].conform(work.ledgers[name], context.run_id, context.started_at)
    return not transaction.stage(context.lake, context.run_id, name, events).isEmpty()


def _gate(stage: Stage, context: Context, work: StageOutput, staged_rows: Callable[[str], int]) -> None:
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


def _seen(context: Context, work: StageOutput, table: str) -> DataFrame:
    """What the rows of a StageOutput may refer to in a table: where it is by article, that article's rows."""
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
