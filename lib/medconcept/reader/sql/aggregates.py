"""Aggregates, windows and orders in DataFusion's SQL."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from medconcept.reader.needs_spark import NeedsSpark
from medconcept.reader.sql.kinds import BOOLEAN, DATE, DOUBLE, INT, TEXT, TIME, require
from medconcept.reader.sql.writing import Scope, Writer, Written, of_kind, only, write

_RANKS: dict[type[exp.Expression], str] = {
    exp.RowNumber: "row_number",
    exp.Rank: "rank",
    exp.DenseRank: "dense_rank",
}


def _count(node: exp.Count, scope: Scope) -> Written:
    if isinstance(node.this, exp.Star):
        return "count(*)", INT
    if isinstance(node.this, exp.Distinct):
        if len(node.this.expressions) != 1 or node.this.args.get("on"):
            raise NeedsSpark("count of several distinct columns")
        sql, kind = write(node.this.expressions[0], scope)
        require(kind, TEXT, INT, DOUBLE, BOOLEAN, TIME, DATE)
        return f"count(DISTINCT {sql})", INT
    return f"count({write(node.this, scope)[0]})", INT


def _aggregate(name: str, *kinds: str, result: str | None = None) -> Writer:
    def written(node: Any, scope: Scope) -> Written:
        only(node, "this")
        if isinstance(node.this, exp.Distinct):
            raise NeedsSpark(f"{name} of distinct values")
        sql, kind = write(node.this, scope)
        require(kind, *kinds)
        return f"{name}({sql})", result or kind

    return written


def _count_if(node: exp.CountIf, scope: Scope) -> Written:
    return f"count(CASE WHEN {of_kind(node.this, scope, BOOLEAN)} THEN 1 END)", INT


def _filter(node: exp.Filter, scope: Scope) -> Written:
    sql, kind = write(node.this, scope)
    return f"{sql} FILTER (WHERE {of_kind(node.expression.this, scope, BOOLEAN)})", kind


def _window(node: exp.Window, scope: Scope) -> Written:
    rank = _RANKS.get(type(node.this))
    if rank is None and not isinstance(node.this, exp.Count | exp.Sum | exp.Min | exp.Max | exp.Avg):
        raise NeedsSpark("a window with another function")
    sql, kind = (f"{rank}()", INT) if rank else write(node.this, scope)
    parts = [write(each, scope)[0] for each in node.args.get("partition_by") or ()]
    inside = f"PARTITION BY {', '.join(parts)}" if parts else ""
    if order := node.args.get("order"):
        inside += f" ORDER BY {ordered(order, scope)}"
    over = f"{sql} OVER ({inside.strip()})"
    return (f"CAST({over} AS INT)" if rank else over), kind


def ordered(order: exp.Order, scope: Scope) -> str:
    """The terms of ORDER BY, with the place of nulls that Spark gives them."""
    terms = []
    for term in order.expressions:
        if not isinstance(term, exp.Ordered) or isinstance(term.this.unnest(), exp.Literal):
            raise NeedsSpark("an order by a literal")
        only(term, "this", "desc", "nulls_first")
        sql, kind = write(term.this, scope)
        require(kind, TEXT, INT, DOUBLE, BOOLEAN, TIME, DATE)
        nulls = "FIRST" if term.args.get("nulls_first") else "LAST"
        terms.append(f"{sql} {'DESC' if term.args.get('desc') else 'ASC'} NULLS {nulls}")
    return ", ".join(terms)


WRITERS: dict[type[Any], Writer] = {
    exp.Count: _count,
    exp.CountIf: _count_if,
    exp.Sum: _aggregate("sum", INT, DOUBLE),
    exp.Avg: _aggregate("avg", INT, DOUBLE, result=DOUBLE),
    exp.Min: _aggregate("min", TEXT, INT, DOUBLE, BOOLEAN, TIME, DATE),
    exp.Max: _aggregate("max", TEXT, INT, DOUBLE, BOOLEAN, TIME, DATE),
    exp.LogicalAnd: _aggregate("bool_and", BOOLEAN),
    exp.LogicalOr: _aggregate("bool_or", BOOLEAN),
    exp.Filter: _filter,
    exp.Window: _window,
}
