"""The condition of --where: checked before any work is done."""

from __future__ import annotations

from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.errors import InputError
from medconcept.spark.hadoop_files import reason

# Expressions whose value is that of the moment, of the session or of the file: not of the row alone.
_OF_THE_MOMENT = ("Current", "Now", "LocalTimestamp", "Uuid", "InputFile")
# `Exists` is the query; the function `exists` over an array is ArrayExists.
_QUERIES = ("ScalarSubquery", "Exists", "InSubquery", "ListQuery")


def check_condition(triplets: DataFrame, where: str) -> None:
    """Raise InputError, one line, unless this is a condition on the columns of triplets.

    It must give true or false for a row alone: an aggregate, a query, a random number or the time of day
    would give other rows each time.
    """
    try:
        kept: Any = triplets.where(F.expr(where))
        plan = kept._jdf.queryExecution().analyzed()
    except Exception as error:
        raise InputError(f"--where {where}: {reason(error)}") from error
    if plan.getClass().getSimpleName() != "Filter":
        raise InputError(f"--where {where}: not a condition on a row of triplets")
    condition = plan.condition()
    if condition.references().isEmpty():
        raise InputError(f"--where {where}: it names no column of triplets")
    if not condition.deterministic() or _has(condition, _OF_THE_MOMENT):
        raise InputError(f"--where {where}: its answer changes from one time to the next")
    if any(name in _QUERIES for name in _names(condition)):
        raise InputError(f"--where {where}: a query in it is not supported")


def _names(expression: Any) -> list[str]:
    children = expression.children()
    own = [str(expression.getClass().getSimpleName())]
    return own + [name for n in range(children.size()) for name in _names(children.apply(n))]


def _has(expression: Any, starts: tuple[str, ...]) -> bool:
    return any(name.startswith(starts) for name in _names(expression))
