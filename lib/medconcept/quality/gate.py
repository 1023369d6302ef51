"""The gate: a staged batch is validated by its table's suite before any of it is committed."""

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
from medconcept.quality.late_import import import_great_expectations
from medconcept.runtime.control_characters import visible
from medconcept.spark.hadoop_files import reason
from medconcept.tables import TABLES

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")


NAMED = 20  # rows that a failure names by their keys


@dataclass(frozen=True)
class Verdict:
    """The result of a suite for one batch: rows validated, GX's result, broken expectations by severity."""

    table: str
    rows: int
    result: Any
    failures: tuple[str, ...]
    warnings: tuple[str, ...]


def judge(
    batch: DataFrame,
    table: str,
    context: dict[str, DataFrame] | None = None,
    own: Sequence[dict[str, Any]] = (),
    *,
    count: int | None = None,
) -> Verdict:
    """Validate the rows that a staged batch would write and return the verdict; never raises for bad rows.

    `context` maps names to the tables that the batch refers to, for a suite's queries; `own` are expectations
    of the user's, added to those of the built-in suite; `count` is the number of rows where it is known.
    Views of the session are neither seen nor changed.
    Raises SuiteBroken if an expectation could not be evaluated, GateFailed if columns are missing.
    """
    spec = TABLES[table]
    missing = [name for name in spec.schema.names if name not in batch.columns]
    if missing:
        raise GateFailed(f"{table}: the staged batch lacks the columns {', '.join(missing)}")
    rows = rows_to_write(batch, table)
    result = _run(rows, table, context or {}, own)
    _refuse_exceptions(table, result)
    count = rows.count() if count is None else count
    failures: list[str] = []
    warnings: list[str] = []
    for item in result.results:
        if not item.success:
            what = _describe(item, count) + _named(item, _keys_of(item, rows, spec.key, context or {}))
            (warnings if severity_of(item) == "warning" else failures).append(what)
    return Verdict(table, count, result, tuple(failures), tuple(warnings))


def rows_to_write(batch: DataFrame, table: str) -> DataFrame:
    """The rows that a staged batch would write, which are those that a suite judges."""
    return batch.where(F.col("_op") != DELETE).select(*TABLES[table].schema.names)


def require(verdict: Verdict) -> None:
    """Raise GateFailed, with each broken expectation and its row count, unless the batch passed."""
    if verdict.failures:
        raise GateFailed(f"{verdict.table}: the staged batch failed its suite: {'; '.join(verdict.failures)}")


@lru_cache(maxsize=32)
def suite_text(table: str) -> str:
    """Return the suite of a table as JSON text. Raises SuiteBroken if there is none."""
    text = data_file("expectations", f"{table}.json")
    if text is None:
        raise SuiteBroken(f"{table}: no suite expectations/{table}.json")
    return text


def named_columns(table: str, suites: Sequence[str], own: str = "") -> list[str]:
    """Return the columns of a table that suites may use: those whose names occur anywhere in them.

    `suites` are tables with a built-in suite, `own` is the text of further expectations.

    >>> named_columns("figures", ["triplets"])
    ['figure_key', 'article_key', 'caption', 'panels', 'rights']
    """
    text = "\n".join([*(suite_text(name) for name in suites), own])
    names: list[str] = TABLES[table].schema.names
    if re.search(r"(?i)\bselect\s+(\w+\.)?\*|\w\.\*", text):
        return names
    words = set(re.findall(r"\w+", text))
    return [name for name in names if name in words]


def _run(rows: DataFrame, table: str, context: dict[str, DataFrame], own: Sequence[dict[str, Any]]) -> Any:
    import_great_expectations()
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    from medconcept.quality.unexpected_rows import COUNTED, ORIGINAL

    suite_data = json.loads(suite_text(table))
    try:
        session = gx.get_context(mode="ephemeral")
        session.variables.progress_bars = ProgressBarsConfig(globally=False)
        # GX would persist the frame and never unpersist it; a staged batch is read from its file instead.
        source = session.data_sources.add_spark("staged", persist=False)
        batch = source.add_dataframe_asset(table).add_batch_definition_whole_dataframe("batch")
        validated = batch.get_batch({"dataframe": rows})

        def validate(result_format: Any) -> Any:
            suite = gx.ExpectationSuite(name=table, expectations=expectations)
            suite.meta.update(suite_data.get("meta", {}))
            if len(suite.expectations) < len(
                expectations
            ):  # GX logs what it does not know, and leaves it out
                known = {each.expectation_type for each in suite.expectations}
                unknown = sorted({each["type"] for each in expectations} - known)
                raise SuiteBroken(
                    f"{table}: unknown or wrong expectations: {', '.join(unknown) or 'arguments'}"
                )
            return validated.validate(suite, result_format=result_format)

        expectations = [*suite_data["expectations"], *own]
        queries = [each for each in expectations if each["type"] == ORIGINAL]
        counts = iter(_count_rows(rows, table, queries, context))
        expectations = [
            {**each, "type": COUNTED, "kwargs": {**each["kwargs"], "counted": next(counts)}}
            if each["type"] == ORIGINAL
            else each
            for each in expectations
        ]
        # BOOLEAN_ONLY reads each row once; SUMMARY, which counts, costs more and runs only after a failure.
        result = validate("BOOLEAN_ONLY")
        if result.success:
            return result
        keys = {"unexpected_index_column_names": list(TABLES[table].key)} if TABLES[table].key else {}
        return validate({"result_format": "SUMMARY", "partial_unexpected_count": NAMED, **keys})
    except SuiteBroken:
        raise
    except Exception as error:
        raise SuiteBroken(f"{table}: the suite could not be run: {str(error).splitlines()[0]}") from error


def _count_rows(
    rows: DataFrame, table: str, expectations: Sequence[dict[str, Any]], context: dict[str, DataFrame]
) -> list[int]:
    """Count the rows that the queries of expectations return; raises SuiteBroken that names a failing one."""
    from medconcept.quality.unexpected_rows import unexpected_rows

    queries = [each["kwargs"]["unexpected_rows_query"] for each in expectations]
    try:
        return unexpected_rows(rows, queries, context)
    except Exception as error:
        for each, query in zip(expectations, queries, strict=True):
            try:
                unexpected_rows(rows, [query], context)
            except Exception as own:
                name = each.get("meta", {}).get("name") or query
                line = reason(own)
                raise SuiteBroken(f"{table}: {each['type']} ({name}) could not be evaluated: {line}") from own
        raise SuiteBroken(f"{table}: the suite could not be run: {reason(error)}") from error


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


def severity_of(item: Any) -> str:
    """The severity of an expectation: `critical`, `warning` or `info`.

    >>> from types import SimpleNamespace as Of
    >>> severities = ("FailureSeverity.WARNING", "warning", None)
    >>> [severity_of(Of(expectation_config=Of(severity=each))) for each in severities]
    ['warning', 'warning', 'critical']
    """
    severity = getattr(item.expectation_config, "severity", None) or "critical"
    # Versions of GX differ in whether this is a text or an enumeration, and in how that is printed.
    return str(getattr(severity, "value", severity)).rpartition(".")[2].lower()


def observed_count(item: Any) -> int | None:
    """How many rows break an expectation; None for one that does not count rows."""
    if item.success:
        return 0
    unexpected = item.result.get("unexpected_count")
    # A query that returns unexpected rows reports their number as the observed value.
    value = item.result.get("observed_value") if unexpected is None else unexpected
    return int(value) if isinstance(value, int | float) else None


def _keys_of(item: Any, rows: DataFrame, key: Sequence[str], context: dict[str, DataFrame]) -> list[str]:
    """The keys of rows that break an expectation, at most NAMED; none for one that is not about rows."""
    from medconcept.quality.unexpected_rows import COUNTED, first_rows

    config = item.expectation_config
    if config.type == COUNTED:
        return first_rows(rows, config.kwargs["unexpected_rows_query"], context, limit=NAMED)
    listed = item.result.get("partial_unexpected_index_list") or ()
    return [" / ".join(str(row[name]) for name in key) for row in listed][:NAMED]


def _named(item: Any, keys: Sequence[str]) -> str:
    if not keys:
        return ""
    more = (observed_count(item) or 0) - len(keys)
    return f": {', '.join(visible(key) for key in keys)}" + (f" and {more} more" if more > 0 else "")


def name_of(item: Any) -> str:
    """The type of an expectation with its name or, without one, its columns or description."""
    from medconcept.quality.unexpected_rows import COUNTED, ORIGINAL

    config = item.expectation_config
    kind = ORIGINAL if config.type == COUNTED else config.type  # as the suite names it
    named, kwargs = (config.meta or {}).get("name"), config.kwargs
    columns = kwargs.get("column") or kwargs.get("column_list")
    target = named or columns or kwargs.get("description")
    return f"{kind} ({target})" if target else kind


def _describe(item: Any, count: int) -> str:
    from medconcept.quality.unexpected_rows import COUNTED

    unexpected = item.result.get("unexpected_count")
    if unexpected is None and item.expectation_config.type == COUNTED:
        unexpected = item.result.get("observed_value")  # where this type reports its row count
    if unexpected is None:
        return f"{name_of(item)}: observed {item.result.get('observed_value')}"
    return f"{name_of(item)}: {unexpected} of {count} rows"
