"""How an expression is written in DataFusion's SQL: by the writer of its class, see expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from sqlglot import exp

from medconcept.reader.needs_spark import NeedsSpark
from medconcept.reader.sql.kinds import require

Written = tuple[str, str]  # SQL, kind


class Scope(Protocol):
    """What an expression may refer to: the columns of a SELECT, and other queries."""

    def column(self, column: exp.Column) -> str:
        """A column in DataFusion's SQL. Raises NeedsSpark for one of an outer query."""

    def subquery(self, query: exp.Expression, *, correlated: bool = False) -> tuple[str, list[str]]:
        """A query within the expression, and the kinds of its columns."""


Writer = Callable[[Any, Scope], Written]
# The writers of all classes of expressions that mean the same in both engines; expressions fills it.
WRITERS: dict[type[Any], Writer] = {}
# Arguments that are written, of expressions that have others than `this` and `expression`.
ARGUMENTS: dict[type[exp.Expression], tuple[str, ...]] = {
    exp.Column: ("this", "table"),
    exp.Literal: ("this", "is_string"),
    exp.Div: ("this", "expression", "safe"),
    exp.In: ("this", "expressions", "query"),
    exp.Between: ("this", "low", "high"),
    exp.Concat: ("expressions", "safe"),
    exp.DPipe: ("this", "expression", "safe"),
    exp.Coalesce: ("this", "expressions", "is_nvl", "is_null"),
    exp.If: ("this", "true", "false"),
    exp.Case: ("this", "ifs", "default"),
    exp.Cast: ("this", "to", "safe"),
    exp.TryCast: ("this", "to", "safe", "requires_string"),
    exp.Substring: ("this", "start", "length"),
    exp.Bracket: ("this", "expressions", "offset", "safe"),
    exp.Count: ("this", "big_int"),
    exp.Distinct: ("expressions",),
    exp.Window: ("this", "partition_by", "order", "over"),
}


def write(node: Any, scope: Scope) -> Written:
    """Write an expression. Raises NeedsSpark for one that may mean something else in DataFusion."""
    writer = WRITERS.get(type(node))
    if writer is None:
        raise NeedsSpark(spoken(node))
    only(node, *ARGUMENTS.get(type(node), ("this", "expression")))
    return writer(node, scope)


def spoken(node: Any) -> str:
    if isinstance(node, exp.Anonymous):
        return f"the function {node.name.lower()}"
    if isinstance(node, exp.Func):
        return f"the function {node.sql_name().lower()}"
    return f"{type(node).__name__} in a query"


def only(node: exp.Expression, *names: str) -> None:
    """Refuse parts of an expression that are not written."""
    if extra := [name for name, value in node.args.items() if value and name not in names]:
        raise NeedsSpark(f"{spoken(node)} with {extra[0]}")


def of_kind(node: Any, scope: Scope, *kinds: str) -> str:
    sql, kind = write(node, scope)
    require(kind, *kinds)
    return sql


def quoted_text(text: str) -> str:
    """A text as a literal of standard SQL, in which a backslash is a character like any other."""
    return "'" + text.replace("'", "''") + "'"


def quoted_name(name: str) -> str:
    """A name as an identifier of standard SQL."""
    return '"' + name.replace('"', '""') + '"'
