"""Arithmetic in DataFusion's SQL: division without an error by zero, 32 bits where Spark has them."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from medconcept.reader.needs_spark import NeedsSpark
from medconcept.reader.sql.kinds import DOUBLE, INT, NULL, NUMBERS, require
from medconcept.reader.sql.writing import Scope, Writer, Written, of_kind, write


def _arithmetic(operator: str) -> Writer:
    def written(node: Any, scope: Scope) -> Written:
        (left, a), (right, b) = (_as_int32(each, scope) for each in (node.this, node.expression))
        for kind in (a, b):
            require(kind, *NUMBERS)
        return f"({left} {operator} {right})", _of_numbers(a, b)

    return written


def _as_int32(node: Any, scope: Scope) -> Written:
    """A whole number without a sign is 64 bits wide in DataFusion, 32 in Spark where it fits."""
    sql, kind = write(node, scope)
    if isinstance(node, exp.Literal) and kind == INT and int(sql) < 1 << 31:
        return f"CAST({sql} AS INT)", kind
    return sql, kind


def _of_numbers(a: str, b: str) -> str:
    kinds = {a, b} - {NULL}
    if kinds == {INT}:
        return INT
    if DOUBLE in kinds:
        return DOUBLE
    raise NeedsSpark("arithmetic with decimal numbers")


def _div(node: exp.Div, scope: Scope) -> Written:
    (left, a), (right, b) = (write(each, scope) for each in (node.this, node.expression))
    for kind in (a, b):
        require(kind, *NUMBERS)
    _of_numbers(a, b)
    return f"(CAST({left} AS DOUBLE) / NULLIF(CAST({right} AS DOUBLE), 0))", DOUBLE


def _int_div(node: exp.IntDiv, scope: Scope) -> Written:
    left, right = (of_kind(each, scope, INT) for each in (node.this, node.expression))
    return f"(CAST({left} AS BIGINT) / NULLIF(CAST({right} AS BIGINT), 0))", INT


def _mod(node: exp.Mod, scope: Scope) -> Written:
    left, right = (of_kind(each, scope, INT) for each in (node.this, node.expression))
    return f"({left} % NULLIF({right}, 0))", INT


def _neg(node: exp.Neg, scope: Scope) -> Written:
    sql, kind = write(node.this, scope)
    require(kind, *NUMBERS)
    return f"(- {sql})", kind


def _abs(node: exp.Abs, scope: Scope) -> Written:
    sql, kind = write(node.this, scope)
    require(kind, INT, DOUBLE)
    return f"abs({sql})", kind


WRITERS: dict[type[Any], Writer] = {
    exp.Add: _arithmetic("+"),
    exp.Sub: _arithmetic("-"),
    exp.Mul: _arithmetic("*"),
    exp.Div: _div,
    exp.IntDiv: _int_div,
    exp.Mod: _mod,
    exp.Neg: _neg,
    exp.Abs: _abs,
}
