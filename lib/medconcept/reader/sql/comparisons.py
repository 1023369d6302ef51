"""Comparisons, patterns and logic in DataFusion's SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from medconcept.reader.moments import parse_timestamp
from medconcept.reader.needs_spark import NeedsSpark
from medconcept.reader.sql.kinds import (
    ARRAY,
    BINARY,
    BOOLEAN,
    DATE,
    INT,
    MAP,
    NULL,
    NUMBERS,
    STRUCT,
    TEXT,
    TIME,
    common,
    require,
)
from medconcept.reader.sql.writing import Scope, Writer, Written, of_kind, write

_COMPARISONS: dict[type[exp.Expression], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
}


def compared(nodes: Sequence[Any], scope: Scope) -> tuple[list[str], list[str]]:
    """Values that are compared with each other; a text next to a time is read as one, as Spark does."""
    written = [write(node, scope) for node in nodes]
    kinds = {kind for _, kind in written} - {NULL}
    if TIME in kinds and kinds <= {TIME, TEXT}:
        times = [
            (time_of(node) if kind == TEXT else sql, TIME)
            for node, (sql, kind) in zip(nodes, written, strict=True)
        ]
        return [sql for sql, _ in times], [TIME] * len(times)
    if kinds & {ARRAY, MAP, STRUCT, BINARY} or (len(kinds) > 1 and not kinds <= NUMBERS):
        raise NeedsSpark("a comparison of values that Spark casts")
    return [sql for sql, _ in written], [kind for _, kind in written]


def time_of(node: Any) -> str:
    moment = parse_timestamp(str(node.this)) if isinstance(node, exp.Literal) else None
    if moment is None:
        raise NeedsSpark("a text that Spark casts to a time")
    text = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return f"arrow_cast('{text}', 'Timestamp(Microsecond, Some(\"UTC\"))')"


def _comparison(operator: str) -> Writer:
    def written(node: Any, scope: Scope) -> Written:
        (left, right), _ = compared([node.this, node.expression], scope)
        return f"({left} {operator} {right})", BOOLEAN

    return written


def _logic(operator: str) -> Writer:
    def written(node: Any, scope: Scope) -> Written:
        left, right = (of_kind(each, scope, BOOLEAN) for each in (node.this, node.expression))
        return f"({left} {operator} {right})", BOOLEAN

    return written


def _not(node: exp.Not, scope: Scope) -> Written:
    inner = node.this.unnest()
    if isinstance(inner, exp.In) and inner.args.get("query"):
        raise NeedsSpark("NOT IN with a query")
    return f"(NOT {of_kind(node.this, scope, BOOLEAN)})", BOOLEAN


def _is(node: exp.Is, scope: Scope) -> Written:
    sql, kind = write(node.this, scope)
    if isinstance(node.expression, exp.Null):
        return f"({sql} IS NULL)", BOOLEAN
    if isinstance(node.expression, exp.Boolean):
        require(kind, BOOLEAN)
        return f"({sql} IS {str(node.expression.this).upper()})", BOOLEAN
    raise NeedsSpark("IS with a value")


def _in(node: exp.In, scope: Scope) -> Written:
    if query := node.args.get("query"):
        value, kind = write(node.this, scope)
        sql, kinds = scope.subquery(query)
        if len(kinds) != 1 or (common([kind, kinds[0]]) not in {TEXT, INT, BOOLEAN, TIME, DATE}):
            raise NeedsSpark("IN with a query of other types")
        return f"({value} IN ({sql}))", BOOLEAN
    (value, *values), _ = compared([node.this, *node.expressions], scope)
    return f"({value} IN ({', '.join(values)}))", BOOLEAN


def _between(node: exp.Between, scope: Scope) -> Written:
    (value, low, high), _ = compared([node.this, node.args["low"], node.args["high"]], scope)
    return f"({value} BETWEEN {low} AND {high})", BOOLEAN


def _pattern(node: Any, scope: Scope) -> str:
    pattern = node.expression
    if not (isinstance(pattern, exp.Literal) and pattern.is_string) or "\\" in str(pattern.this):
        raise NeedsSpark("LIKE with a pattern that is no plain text")
    return write(pattern, scope)[0]


def _like(node: exp.Like, scope: Scope) -> Written:
    return f"({of_kind(node.this, scope, TEXT)} LIKE {_pattern(node, scope)})", BOOLEAN


def _ilike(node: exp.ILike, scope: Scope) -> Written:
    return f"(lower({of_kind(node.this, scope, TEXT)}) LIKE lower({_pattern(node, scope)}))", BOOLEAN


def _exists(node: exp.Exists, scope: Scope) -> Written:
    return f"EXISTS ({scope.subquery(node.this, correlated=True)[0]})", BOOLEAN


WRITERS: dict[type[Any], Writer] = {
    **{of: _comparison(operator) for of, operator in _COMPARISONS.items()},
    exp.And: _logic("AND"),
    exp.Or: _logic("OR"),
    exp.Not: _not,
    exp.Is: _is,
    exp.In: _in,
    exp.Between: _between,
    exp.Like: _like,
    exp.ILike: _ilike,
    exp.Exists: _exists,
}
