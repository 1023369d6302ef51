"""Expectations of Great Expectations that count rows by a query: all queries of a suite in one Spark job."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import great_expectations.expectations as gxe
from pyspark.sql import DataFrame, SparkSession

_REPEATED = re.compile(r"^SELECT ([\w, ]+) FROM \{batch\} GROUP BY \1 HAVING count\(\*\) > 1$")


class ExpectNoUnexpectedRows(gxe.UnexpectedRowsExpectation):  # type: ignore[misc]  # GX has no types
    """UnexpectedRowsExpectation whose rows have been counted.

    The original runs two queries, one for the count and one for 200 rows, which only the result format
    COMPLETE shows, over temporary views with fixed names. Suites name the original; the gate replaces it.
    """

    counted: int

    metric_dependencies: ClassVar[tuple[str, ...]] = ()

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        return {"success": self.counted == 0, "result": {"observed_value": self.counted}}


ORIGINAL = gxe.UnexpectedRowsExpectation.expectation_type
COUNTED = ExpectNoUnexpectedRows.expectation_type


def unexpected_rows(
    rows: DataFrame, queries: Sequence[str], tables: Mapping[str, DataFrame] | None = None
) -> list[int]:
    """Return the number of rows that each query returns, in order.

    A query names the rows as `{batch}`, and `tables` by their names. No view of the session is replaced.
    Raises what Spark raises.
    """
    with _views({"batch": rows, **(tables or {})}) as views:
        spark, batch = rows.sparkSession, views.pop("batch")
        quick = [by_hash(query) for query in queries]
        counts = _counts(spark, quick, batch, views)
        # No equal hashes mean no equal keys; equal hashes may be a collision.
        unsure = [n for n, query in enumerate(queries) if counts[n] and query != quick[n]]
        exact = _counts(spark, [queries[n] for n in unsure], batch, views)
    for n, count in zip(unsure, exact, strict=True):
        counts[n] = count
    return counts


def rows_of_query(rows: DataFrame, query: str, tables: Mapping[str, DataFrame] | None = None) -> DataFrame:
    """Return the rows that a query gives, not yet computed; names and errors as in `unexpected_rows`."""
    with _views({"batch": rows, **(tables or {})}) as views:
        spark, batch = rows.sparkSession, views.pop("batch")
        return spark.sql(f"{_with(views)}SELECT * FROM ({_over(query, batch)})")


def first_rows(
    rows: DataFrame, query: str, tables: Mapping[str, DataFrame] | None = None, *, limit: int
) -> list[str]:
    """Return what a query gives for its first rows, at most `limit`, the values of a row joined by ` / `.

    Names as in `unexpected_rows`. Raises what Spark raises.
    """
    with _views({"batch": rows, **(tables or {})}) as views:
        spark, batch = rows.sparkSession, views.pop("batch")
        text = f"{_with(views)}SELECT * FROM ({_over(query, batch)}) LIMIT {limit}"
        return [" / ".join(map(str, row)) for row in spark.sql(text).collect()]


def by_hash(query: str) -> str:
    """Make a query for repeated keys compare their hashes, half the work; returns any other query unchanged.

    >>> by_hash("SELECT a, b FROM {batch} GROUP BY a, b HAVING count(*) > 1")
    'SELECT k FROM (SELECT xxhash64(a, b) AS k FROM {batch}) GROUP BY k HAVING count(*) > 1'
    >>> by_hash("SELECT a FROM {batch} WHERE b IS NULL")
    'SELECT a FROM {batch} WHERE b IS NULL'
    """
    return _REPEATED.sub(
        r"SELECT k FROM (SELECT xxhash64(\1) AS k FROM {batch}) GROUP BY k HAVING count(*) > 1", query
    )


@contextmanager
def _views(frames: Mapping[str, DataFrame]) -> Iterator[dict[str, str]]:
    """Temporary views of DataFrames while the block runs, by name; each under a name used only once."""
    run = uuid.uuid4().hex
    views = {name: f"medconcept_gate_{run}_{name}" for name in frames}
    try:
        for name, frame in frames.items():
            frame.createOrReplaceTempView(views[name])
        yield dict(views)
    finally:
        for name, frame in frames.items():
            frame.sparkSession.catalog.dropTempView(views[name])


def _counts(spark: SparkSession, queries: Sequence[str], batch: str, tables: Mapping[str, str]) -> list[int]:
    if not queries:
        return []
    each = [f"SELECT {n} AS n FROM ({_over(query, batch)})" for n, query in enumerate(queries)]
    text = _with(tables) + " UNION ALL ".join(each)
    counts = {row["n"]: int(row["count"]) for row in spark.sql(text).groupBy("n").count().collect()}
    return [counts.get(n, 0) for n in range(len(queries))]


def _over(query: str, batch: str) -> str:
    """The query over a view; other braces, as in regular expressions, are its own."""
    return query.replace("{batch}", batch)


def _with(tables: Mapping[str, str]) -> str:
    """The WITH clause of tables: its names hide views of the same name, and end with the query."""
    names = ", ".join(f"`{name}` AS (SELECT * FROM {view})" for name, view in tables.items())
    return f"WITH {names} " if names else ""
