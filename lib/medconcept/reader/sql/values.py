"""Columns, literals, choices, casts, texts and times in DataFusion's SQL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from medconcept.reader.needs_spark import NeedsSpark
from medconcept.reader.sql.comparisons import compared, time_of
from medconcept.reader.sql.kinds import (
    BOOLEAN,
    DATE,
    DECIMAL,
    DOUBLE,
    INT,
    NULL,
    NUMBERS,
    TEXT,
    TIME,
    common,
    kind_of,
)
from medconcept.reader.sql.writing import Scope, Writer, Written, of_kind, only, quoted_text, write

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


_OF_TEXT: dict[type[exp.Expression], tuple[str, str]] = {
    exp.Lower: ("lower", TEXT),
    exp.Upper: ("upper", TEXT),
    exp.Length: ("character_length", INT),
    exp.Trim: ("btrim", TEXT),
}


_OF_TWO_TEXTS: dict[type[exp.Expression], str] = {
    exp.StartsWith: "starts_with",
    exp.EndsWith: "ends_with",
    exp.Contains: "contains",
}


_PARTS_OF_TIME: dict[type[exp.Expression], str] = {exp.Year: "year", exp.Month: "month", exp.Day: "day"}


def _column(node: exp.Column, scope: Scope) -> Written:
    return scope.column(node), kind_of(node.type)


def _literal(node: exp.Literal, scope: Scope) -> Written:
    text = str(node.this)
    if node.is_string:
        if "\0" in text:
            raise NeedsSpark("a text with a null character")
        return quoted_text(text), TEXT
    if text.isdigit():
        if int(text) >= 1 << 63:
            raise NeedsSpark("a number beyond 64 bits")
        return text, INT
    return text, DOUBLE if "e" in text.lower() else DECIMAL


def _paren(node: exp.Paren, scope: Scope) -> Written:
    sql, kind = write(node.this, scope)
    return f"({sql})", kind


def _scalar(node: exp.Subquery, scope: Scope) -> Written:
    only(node, "this")
    sql, kinds = scope.subquery(node.this)
    if len(kinds) != 1:
        raise NeedsSpark("a query of several columns as a value")
    return f"({sql})", kinds[0]


def one_of(nodes: Sequence[Any], scope: Scope) -> tuple[list[str], str]:
    written = [write(node, scope) for node in nodes]
    return [sql for sql, _ in written], common(kind for _, kind in written)


def _coalesce(node: exp.Coalesce, scope: Scope) -> Written:
    values, kind = one_of([node.this, *node.expressions], scope)
    return f"coalesce({', '.join(values)})", kind


def _nullif(node: exp.Nullif, scope: Scope) -> Written:
    (value, other), (kind, _) = compared([node.this, node.expression], scope)
    return f"nullif({value}, {other})", kind


def _if(node: exp.If, scope: Scope) -> Written:
    condition = of_kind(node.this, scope, BOOLEAN)
    branches = [node.args["true"], node.args.get("false") or exp.Null()]
    (yes, no), kind = one_of(branches, scope)
    return f"CASE WHEN {condition} THEN {yes} ELSE {no} END", kind


def _case(node: exp.Case, scope: Scope) -> Written:
    branches = node.args["ifs"]
    values, kind = one_of(
        [*(branch.args["true"] for branch in branches), node.args.get("default") or exp.Null()], scope
    )
    if node.this is not None:
        (value, *tests), _ = compared([node.this, *(branch.this for branch in branches)], scope)
        conditions = [f"({value} = {test})" for test in tests]
    else:
        conditions = [of_kind(branch.this, scope, BOOLEAN) for branch in branches]
    whens = (f"WHEN {condition} THEN {value}" for condition, value in zip(conditions, values, strict=False))
    return f"CASE {' '.join(whens)} ELSE {values[-1]} END", kind


def _cast(node: Any, scope: Scope) -> Written:
    wanted = kind_of(node.args["to"])
    literal = node.this.unnest()
    if wanted == TIME and isinstance(literal, exp.Literal) and literal.is_string:
        return time_of(literal), TIME
    if wanted == DATE and isinstance(literal, exp.Literal) and _DATE.fullmatch(str(literal.this)):
        return f"CAST({quoted_text(str(literal.this))} AS DATE)", DATE
    sql, kind = write(node.this, scope)
    if wanted == TEXT and kind in (TEXT, INT, BOOLEAN):
        return f"CAST({sql} AS STRING)", TEXT
    if wanted == INT and kind == INT:
        return f"CAST({sql} AS {node.args['to'].this.value})", INT
    if wanted == DOUBLE and kind in NUMBERS:
        return f"CAST({sql} AS DOUBLE)", DOUBLE
    if wanted == kind and kind in (TIME, DATE, BOOLEAN):
        return sql, kind
    if wanted == DATE and kind == TIME:
        return f"CAST({sql} AS DATE)", DATE
    raise NeedsSpark(f"a cast from {kind} to {wanted}")


def _concat(node: Any, scope: Scope) -> Written:
    parts = node.expressions if isinstance(node, exp.Concat) else [node.this, node.expression]
    return f"({' || '.join(of_kind(each, scope, TEXT) for each in parts)})", TEXT


def _substring(node: exp.Substring, scope: Scope) -> Written:
    text = of_kind(node.this, scope, TEXT)
    start, length = node.args.get("start"), node.args.get("length")
    places = [place for place in (start, length) if place is not None]
    # From 0 or from the end Spark counts in its own way.
    if not all(isinstance(place, exp.Literal) and str(place.this).isdigit() for place in places):
        raise NeedsSpark("substring with places that are no plain numbers")
    if start is None or int(str(start.this)) < 1:
        raise NeedsSpark("substring from 0")
    return f"substr({', '.join([text, *(str(place.this) for place in places)])})", TEXT


def _function_of_text(name: str, kind: str) -> Writer:
    return lambda node, scope: (f"{name}({of_kind(node.this, scope, TEXT)})", kind)


def _predicate_of_texts(name: str) -> Writer:
    def written(node: Any, scope: Scope) -> Written:
        texts = (of_kind(each, scope, TEXT) for each in (node.this, node.expression))
        return f"{name}({', '.join(texts)})", BOOLEAN

    return written


def _part_of_time(part: str) -> Writer:
    def written(node: Any, scope: Scope) -> Written:
        moment = node.this.this if isinstance(node.this, exp.TsOrDsToDate) else node.this
        return f"CAST(date_part('{part}', {of_kind(moment, scope, TIME, DATE)}) AS INT)", INT

    return written


WRITERS: dict[type[Any], Writer] = {
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Null: lambda node, scope: ("NULL", NULL),
    exp.Boolean: lambda node, scope: (str(node.this).upper(), BOOLEAN),
    exp.Paren: _paren,
    exp.Subquery: _scalar,
    exp.Coalesce: _coalesce,
    exp.Nullif: _nullif,
    exp.If: _if,
    exp.Case: _case,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.DPipe: _concat,
    exp.Concat: _concat,
    exp.Substring: _substring,
    **{of: _function_of_text(name, kind) for of, (name, kind) in _OF_TEXT.items()},
    **{of: _predicate_of_texts(name) for of, name in _OF_TWO_TEXTS.items()},
    **{of: _part_of_time(part) for of, part in _PARTS_OF_TIME.items()},
}
