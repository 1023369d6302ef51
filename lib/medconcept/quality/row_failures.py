"""Which rows break an expectation that is about single rows, so that they can be taken out of a batch.

An expectation is about single rows where what it says of one row does not depend on other rows of the batch:
a map expectation of Great Expectations whose condition needs no window and that allows no share of rows to
break it (`mostly`), or a query that reads the batch once, without grouping or counting, and returns the
table's key or the columns of its scope. Any other (unique keys, means, counts) judges the batch as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType, StructField, StructType

from medconcept.quality.gate import Verdict, name_of, severity_of
from medconcept.tables import Table

# Nodes of a plan that pass rows on one by one; what they are joined with may be anything.
_ROW_BY_ROW = frozenset(
    ("Project", "Filter", "SubqueryAlias", "View", "Generate", "Join", "Sort", "Distinct", "WithCTE")
)
_MARK = "_row_of_the_batch"  # a column by which a plan's source of the batch is known
# Their condition has a mean or a quantile of the batch in it as a number.
_OF_ALL_ROWS = frozenset(("column_values.z_score.under_threshold", "column_values.not_outliers"))
ABOUT_ROWS = "about_rows"  # in an expectation's `meta`: true where the plan of its query does not show it


def row_failures(
    verdict: Verdict, rows: DataFrame, table: Table, tables: Mapping[str, DataFrame]
) -> DataFrame | None:
    """Return the rows that break critical expectations: scope columns, `rule`, `row` (the key as text).

    A row that breaks several comes once for each. None if a broken expectation is not about single rows:
    then the batch cannot be mended by taking rows out.
    """
    # Imported late: it imports Great Expectations, which takes seconds.
    from medconcept.quality.unexpected_rows import COUNTED

    parts = []
    for item in verdict.result.results:
        if item.success or severity_of(item) != "critical":
            continue
        config = item.expectation_config
        broken = (
            _of_query(config, rows, table, tables)
            if config.type == COUNTED
            else _of_condition(config, rows, table)
        )
        if broken is None:
            return None
        key = F.concat_ws(" / ", *(F.col(name).cast("string") for name in table.key))
        parts.append(
            broken.select(
                *table.scope, F.lit(f"{table.name}: {name_of(item)}").alias("rule"), key.alias("row")
            )
        )
    return reduce(DataFrame.unionByName, parts) if parts else None


def _of_query(
    config: Any, rows: DataFrame, table: Table, tables: Mapping[str, DataFrame]
) -> DataFrame | None:
    from medconcept.quality.unexpected_rows import rows_of_query

    query = config.kwargs["unexpected_rows_query"]
    if query.count("{batch}") != 1:
        return None
    if not (config.meta or {}).get(ABOUT_ROWS):
        spark = rows.sparkSession
        empty = {name: spark.createDataFrame([], frame.schema) for name, frame in tables.items()}
        marked = StructType([*rows.schema.fields, StructField(_MARK, BooleanType())])
        nothing = spark.createDataFrame([], marked)
        if not _is_row_by_row(_plan(rows_of_query(nothing, query, empty))):
            return None
    found = rows_of_query(rows, query, tables)
    for columns in (table.key, table.scope):
        if all(found.columns.count(name) == 1 for name in columns):
            return _joined(rows, found, columns)
    return None


def _joined(rows: DataFrame, found: DataFrame, columns: Sequence[str]) -> DataFrame:
    """The rows with the values found in these columns, of which one may be null."""
    keys = found.select(*(F.col(name).alias(f"_{name}") for name in columns)).distinct()
    same = [F.col(name).eqNullSafe(F.col(f"_{name}")) for name in columns]
    return rows.join(keys, same, "left_semi")


def _of_condition(config: Any, rows: DataFrame, table: Table) -> DataFrame | None:
    from great_expectations.execution_engine import SparkDFExecutionEngine
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.validator.metric_configuration import MetricConfiguration
    from great_expectations.validator.metrics_calculator import MetricsCalculator

    kwargs = {name: value for name, value in config.kwargs.items() if name != "batch_id"}
    expectation = ExpectationConfiguration(type=config.type, kwargs=kwargs).to_domain_obj()
    metric = getattr(expectation, "map_metric", None)
    if metric is None or metric in _OF_ALL_ROWS or float(kwargs.get("mostly", 1)) < 1:
        return None
    engine = SparkDFExecutionEngine(batch_data_dict={"staged": rows}, persist=False)
    needed = expectation.get_validation_dependencies(execution_engine=engine).metric_configurations
    counted = needed.get(f"{metric}.unexpected_count")
    if counted is None:  # judged by the type of the column alone
        return None
    values = {name: value for name, value in counted.metric_value_kwargs.items() if name != "result_format"}
    metric_of_rows = MetricConfiguration(f"{metric}.condition", counted.metric_domain_kwargs, values)
    condition: Column
    condition, domain, _ = MetricsCalculator(engine, show_progress_bars=False).get_metric(metric_of_rows)
    marked = engine.get_domain_records(domain_kwargs=domain).withColumn("_broken", condition)
    return None if _has_window(_plan(marked)) else marked.where("_broken").drop("_broken")


def _is_row_by_row(plan: Any) -> bool:
    """Whether an analysed plan reads the batch, and nothing above it looks at more than one of its rows."""
    if _MARK in _outputs(plan) and not _children(plan):
        return True
    above = [child for child in _children(plan) if _reads_batch(child)]
    return bool(above) and _kind(plan) in _ROW_BY_ROW and all(map(_is_row_by_row, above))


def _reads_batch(plan: Any) -> bool:
    return _MARK in _outputs(plan) or any(map(_reads_batch, _children(plan)))


def _has_window(plan: Any) -> bool:
    return _kind(plan) == "Window" or any(map(_has_window, _children(plan)))


def _plan(frame: DataFrame) -> Any:
    java: Any = frame._jdf
    return java.queryExecution().analyzed()


def _kind(plan: Any) -> str:
    return str(plan.getClass().getSimpleName())


def _children(plan: Any) -> list[Any]:
    children = plan.children()
    return [children.apply(n) for n in range(children.size())]


def _outputs(plan: Any) -> str:
    return str(plan.output().toString())
