"""The gate: a staged batch is judged by its table's suite before anything of it is committed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.config import data_file
from medconcept.errors import GateFailed, SuiteBroken
from medconcept.lake.changes import DELETE
from medconcept.tables import TABLES

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")


@dataclass(frozen=True)
class Verdict:
    """What a suite said of a batch."""

    table: str
    rows: int
    result: Any
    failures: tuple[str, ...]
    warnings: tuple[str, ...]


def prepare() -> None:
    """Import Great Expectations, which takes seconds, while the batch to be judged is still in the making."""
    import great_expectations  # noqa: F401 — for the import alone


def judge(batch: DataFrame, table: str, context: dict[str, DataFrame] | None = None) -> Verdict:
    """Validate the rows that a staged batch would write and return the verdict; never raises for bad rows.

    `context` are tables that references point to; suites name them as SQL views `<table>`.
    Raises SuiteBroken where an expectation could not be evaluated, GateFailed where columns are missing.
    """
    spec = TABLES[table]
    missing = [name for name in spec.schema.names if name not in batch.columns]
    if missing:
        raise GateFailed(f"{table}: the staged batch lacks the columns {', '.join(missing)}")
    rows = batch.where(F.col("_op") != DELETE).select(*spec.schema.names)
    for name, frame in (context or {}).items():
        frame.createOrReplaceTempView(name)
    try:
        result = _run(rows, table)
    finally:
        for name in context or {}:
            rows.sparkSession.catalog.dropTempView(name)  # the session may be the platform's own
    _refuse_exceptions(table, result)
    count = rows.count()
    failures: list[str] = []
    warnings: list[str] = []
    for item in result.results:
        if not item.success:
            severity = str(getattr(item.expectation_config, "severity", "critical") or "critical")
            (warnings if severity.endswith("warning") else failures).append(_describe(item, count))
    return Verdict(table, count, result, tuple(failures), tuple(warnings))


def require(verdict: Verdict) -> None:
    """Raise GateFailed, with each broken expectation and its row count, unless the batch passed."""
    if verdict.failures:
        raise GateFailed(f"{verdict.table}: the staged batch failed its suite: {'; '.join(verdict.failures)}")


@lru_cache(maxsize=32)
def suite_text(table: str) -> str:
    """The suite of a table as JSON text. Raises SuiteBroken where there is none."""
    text = data_file("expectations", f"{table}.json")
    if text is None:
        raise SuiteBroken(f"{table}: no suite expectations/{table}.json")
    return text


def named_columns(table: str, suites: Sequence[str]) -> list[str]:
    """The columns of a table that suites may ask for: those whose names stand anywhere in them.

    >>> named_columns("figures", ["triplets"])
    ['figure_key', 'caption', 'panels']
    """
    text = "\n".join(suite_text(name) for name in suites)
    names: list[str] = TABLES[table].schema.names
    if re.search(r"(?i)\bselect\s+(\w+\.)?\*|\w\.\*", text):
        return names
    words = set(re.findall(r"\w+", text))
    return [name for name in names if name in words]


def _run(rows: DataFrame, table: str) -> Any:
    # Imported late: great_expectations takes seconds to import and the fast lane does not need it.
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    from medconcept.quality.unexpected_rows import COUNTED, ORIGINAL, unexpected_rows

    suite_data = json.loads(suite_text(table))
    try:
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        # GX would persist the frame and never unpersist it; a staged batch is read from its file instead.
        source = context.data_sources.add_spark("staged", persist=False)
        batch = source.add_dataframe_asset(table).add_batch_definition_whole_dataframe("batch")
        judged = batch.get_batch({"dataframe": rows})

        def validate(expectations: list[dict[str, Any]], result_format: Any) -> Any:
            suite = gx.ExpectationSuite(name=table, expectations=expectations)
            suite.meta.update(suite_data.get("meta", {}))
            return judged.validate(suite, result_format=result_format)

        written = suite_data["expectations"]
        own = [each for each in written if each["type"] == ORIGINAL]
        try:
            found = unexpected_rows(rows, [each["kwargs"]["unexpected_rows_query"] for each in own])
        except Exception:  # which of the queries cannot be asked, the originals tell
            found = [1]
        if not any(found):
            quick = [
                {**each, "type": COUNTED, "kwargs": {**each["kwargs"], "counted": 0}} if each in own else each
                for each in written
            ]
            # BOOLEAN_ONLY reads each row once; the counts of SUMMARY are paid for only where it fails.
            result = validate(quick, "BOOLEAN_ONLY")
            if result.success:
                return result
        return validate(written, {"result_format": "SUMMARY", "partial_unexpected_count": 3})
    except Exception as error:
        raise SuiteBroken(f"{table}: the suite could not be run: {str(error).splitlines()[0]}") from error


def _refuse_exceptions(table: str, result: Any) -> None:
    for item in result.results:
        info = item.exception_info or {}
        # One entry per metric, or one for the expectation itself.
        entries = [info] if "raised_exception" in info else list(info.values())
        for entry in entries:
            if entry.get("raised_exception"):
                lines = str(entry.get("exception_message") or "unknown").splitlines()
                raise SuiteBroken(
                    f"{table}: {item.expectation_config.type} could not be evaluated: {lines[0]}"
                )


def _describe(item: Any, count: int) -> str:
    kwargs = item.expectation_config.kwargs
    named = (item.expectation_config.meta or {}).get("name")
    target = named or kwargs.get("column") or kwargs.get("column_list") or ""
    unexpected = item.result.get("unexpected_count")
    if unexpected is None and item.expectation_config.type == "unexpected_rows_expectation":
        unexpected = item.result.get("observed_value")  # that type reports its row count so
    if unexpected is None:
        return f"{item.expectation_config.type} ({target}): observed {item.result.get('observed_value')}"
    return f"{item.expectation_config.type} ({target}): {unexpected} of {count} rows"
