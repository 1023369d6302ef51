"""Expressions of a query in DataFusion's SQL, each with its kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from sqlglot import exp

from medconcept.reader.moments import parse_timestamp
from medconcept.reader.needs_spark import NeedsSpark
from medconcept.reader.sql.kinds import (
    ARRAY,
    BINARY,
    BOOLEAN,
    DATE,
    DECIMAL,
    DOUBLE,
    INT,
    MAP,
    NULL,
    NUMBERS,
    STRUCT,
    TEXT,
    TIME,
    common,
    kind_of,
    require,
)  # fmt: skip

Written = tuple[str, str]  # SQL, kind
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_COMPARISONS: dict[type[exp.Expression], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
}
_ARITHMETIC: dict[type[exp.Expression], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*"}
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
# Arguments that are written, of expressions that have others than `this` and `expression`.
_ARGUMENTS: dict[type[exp.Expression], tuple[str, ...]] = {
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
_RANKS: dict[type[exp.Expression], str] = {
    exp.RowNumber: "row_number",
    exp.Rank: "rank",
    exp.DenseRank: "dense_rank",
}


class Scope(Protocol):
    """What an expression may refer to: the columns of a SELECT, and other queries."""

    def column(self, column: exp.Column) -> str:
        """A column in DataFusion's SQL. Raises NeedsSpark for one of an outer query."""

    def subquery(self, query: exp.Expression, *, correlated: bool = False) -> tuple[str, list[str]]:
        """A query within the expression, and the kinds of its columns."""


def write(node: Any, scope: Scope) -> Written:
    """Write an expression. Raises NeedsSpark for one that may mean something else in DataFusion."""
    if type(node) not in _WRITTEN:
        raise NeedsSpark(_spoken(node))
    _only(node, *_ARGUMENTS.get(type(node), ("this", "expression")))
    if writer := _WRITERS.get(type(node)):
        return writer(node, scope)
    if operator := _COMPARISONS.get(type(node)):
        (left, right), _ = _compared([node.this, node.args["expression"]], scope)
        return f"({left} {operator} {right})", BOOLEAN
    if operator := _ARITHMETIC.get(type(node)):
        return _arithmetic(node, operator, scope)
    if type(node) in _OF_TEXT:
        name, kind = _OF_TEXT[type(node)]
        return f"{name}({_of_kind(node.this, scope, TEXT)})", kind
    if predicate := _OF_TWO_TEXTS.get(type(node)):
        texts = (_of_kind(each, scope, TEXT) for each in (node.this, node.expression))
        return f"{predicate}({', '.join(texts)})", BOOLEAN
    part = _PARTS_OF_TIME[type(node)]
    moment = node.this.this if isinstance(node.this, exp.TsOrDsToDate) else node.this
    return f"CAST(date_part('{part}', {_of_kind(moment, scope, TIME, DATE)}) AS INT)", INT


def _spoken(node: Any) -> str:
    if isinstance(node, exp.Anonymous):
        return f"the function {node.name.lower()}"
    if isinstance(node, exp.Func):
        return f"the function {node.sql_name().lower()}"
    return f"{type(node).__name__} in a query"


def _only(node: exp.Expression, *names: str) -> None:
    """Refuse parts of an expression that are not written."""
    if extra := [name for name, value in node.args.items() if value and name not in names]:
        raise NeedsSpark(f"{_spoken(node)} with {extra[0]}")


def _of_kind(node: Any, scope: Scope, *kinds: str) -> str:
    sql, kind = write(node, scope)
    require(kind, *kinds)
    return sql


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


def quoted_text(text: str) -> str:
    """A text as a literal of standard SQL, in which a backslash is a character like any other."""
    return "'" + text.replace("'", "''") + "'"


def quoted_name(name: str) -> str:
    """A name as an identifier of standard SQL."""
    return '"' + name.replace('"', '""') + '"'


def _compared(nodes: Sequence[Any], scope: Scope) -> tuple[list[str], list[str]]:
    """Values that are compared with each other; a text next to a time is read as one, as Spark does."""
    written = [write(node, scope) for node in nodes]
    kinds = {kind for _, kind in written} - {NULL}
    if TIME in kinds and kinds <= {TIME, TEXT}:
        times = [
            (_time_of(node) if kind == TEXT else sql, TIME)
            for node, (sql, kind) in zip(nodes, written, strict=True)
        ]
        return [sql for sql, _ in times], [TIME] * len(times)
    if kinds & {ARRAY, MAP, STRUCT, BINARY} or (len(kinds) > 1 and not kinds <= NUMBERS):
        raise NeedsSpark("a comparison of values that Spark casts")
    return [sql for sql, _ in written], [kind for _, kind in written]


def _time_of(node: Any) -> str:
    moment = parse_timestamp(str(node.this)) if isinstance(node, exp.Literal) else None
    if moment is None:
        raise NeedsSpark("a text that Spark casts to a time")
    text = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return f"arrow_cast('{text}', 'Timestamp(Microsecond, Some(\"UTC\"))')"


def _arithmetic(node: Any, operator: str, scope: Scope) -> Written:
    (left, a), (right, b) = (_as_int32(each, scope) for each in (node.this, node.expression))
    for kind in (a, b):
        require(kind, *NUMBERS)
    return f"({left} {operator} {right})", _of_numbers(a, b)


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
    left, right = (_of_kind(each, scope, INT) for each in (node.this, node.expression))
    return f"(CAST({left} AS BIGINT) / NULLIF(CAST({right} AS BIGINT), 0))", INT


def _mod(node: exp.Mod, scope: Scope) -> Written:
    left, right = (_of_kind(each, scope, INT) for each in (node.this, node.expression))
    return f"({left} % NULLIF({right}, 0))", INT


def _neg(node: exp.Neg, scope: Scope) -> Written:
    sql, kind = write(node.this, scope)
    require(kind, *NUMBERS)
    return f"(- {sql})", kind


def _abs(node: exp.Abs, scope: Scope) -> Written:
    sql, kind = write(node.this, scope)
    require(kind, INT, DOUBLE)
    return f"abs({sql})", kind


def _paren(node: exp.Paren, scope: Scope) -> Written:
    sql, kind = write(node.this, scope)
    return f"({sql})", kind


def _logic(operator: str) -> Callable[[Any, Scope], Written]:
    def written(node: Any, scope: Scope) -> Written:
        left, right = (_of_kind(each, scope, BOOLEAN) for each in (node.this, node.expression))
        return f"({left} {operator} {right})", BOOLEAN

    return written


def _not(node: exp.Not, scope: Scope) -> Written:
    inner = node.this.unnest()
    if isinstance(inner, exp.In) and inner.args.get("query"):
        raise NeedsSpark("NOT IN with a query")
    return f"(NOT {_of_kind(node.this, scope, BOOLEAN)})", BOOLEAN


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
    (value, *values), _ = _compared([node.this, *node.expressions], scope)
    return f"({value} IN ({', '.join(values)}))", BOOLEAN


def _between(node: exp.Between, scope: Scope) -> Written:
    (value, low, high), _ = _compared([node.this, node.args["low"], node.args["high"]], scope)
    return f"({value} BETWEEN {low} AND {high})", BOOLEAN


def _pattern(node: Any, scope: Scope) -> str:
    pattern = node.expression
    if not (isinstance(pattern, exp.Literal) and pattern.is_string) or "\\" in str(pattern.this):
        raise NeedsSpark("LIKE with a pattern that is no plain text")
    return write(pattern, scope)[0]


def _like(node: exp.Like, scope: Scope) -> Written:
    return f"({_of_kind(node.this, scope, TEXT)} LIKE {_pattern(node, scope)})", BOOLEAN


def _ilike(node: exp.ILike, scope: Scope) -> Written:
    return f"(lower({_of_kind(node.this, scope, TEXT)}) LIKE lower({_pattern(node, scope)}))", BOOLEAN


def _concat(node: Any, scope: Scope) -> Written:
    parts = node.expressions if isinstance(node, exp.Concat) else [node.this, node.expression]
    return f"({' || '.join(_of_kind(each, scope, TEXT) for each in parts)})", TEXT


def _one_of(nodes: Sequence[Any], scope: Scope) -> tuple[list[str], str]:
    written = [write(node, scope) for node in nodes]
    return [sql for sql, _ in written], common(kind for _, kind in written)


def _coalesce(node: exp.Coalesce, scope: Scope) -> Written:
    values, kind = _one_of([node.this, *node.expressions], scope)
    return f"coalesce({', '.join(values)})", kind


def _nullif(node: exp.Nullif, scope: Scope) -> Written:
    (value, other), (kind, _) = _compared([node.this, node.expression], scope)
    return f"nullif({value}, {other})", kind


def _if(node: exp.If, scope: Scope) -> Written:
    condition = _of_kind(node.this, scope, BOOLEAN)
    branches = [node.args["true"], node.args.get("false") or exp.Null()]
    (yes, no), kind = _one_of(branches, scope)
    return f"CASE WHEN {condition} THEN {yes} ELSE {no} END", kind


def _case(node: exp.Case, scope: Scope) -> Written:
    branches = node.args["ifs"]
    values, kind = _one_of(
        [*(branch.args["true"] for branch in branches), node.args.get("default") or exp.Null()], scope
    )
    if node.this is not None:
        (value, *tests), _ = _compared([node.this, *(branch.this for branch in branches)], scope)
        conditions = [f"({value} = {test})" for test in tests]
    else:
        conditions = [_of_kind(branch.this, scope, BOOLEAN) for branch in branches]
    whens = (f"WHEN {condition} THEN {value}" for condition, value in zip(conditions, values, strict=False))
    return f"CASE {' '.join(whens)} ELSE {values[-1]} END", kind


def _cast(node: Any, scope: Scope) -> Written:
    wanted = kind_of(node.args["to"])
    literal = node.this.unnest()
    if wanted == TIME and isinstance(literal, exp.Literal) and literal.is_string:
        return _time_of(literal), TIME
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


def _substring(node: exp.Substring, scope: Scope) -> Written:
    text = _of_kind(node.this, scope, TEXT)
    start, length = node.args.get("start"), node.args.get("length")
    places = [place for place in (start, length) if place is not None]
    # From 0 or from the end Spark counts in its own way.
    if not all(isinstance(place, exp.Literal) and str(place.this).isdigit() for place in places):
        raise NeedsSpark("substring with places that are no plain numbers")
    if start is None or int(str(start.this)) < 1:
        raise NeedsSpark("substring from 0")
    return f"substr({', '.join([text, *(str(place.this) for place in places)])})", TEXT


def _dot(node: exp.Dot, scope: Scope) -> Written:
    sql, kind = write(node.this, scope)
    if kind != STRUCT:
        raise NeedsSpark(f"a field of a {kind}")
    return _within(sql, quoted_text(node.expression.name)), kind_of(node.type)


def _within(nested: str, place: str) -> str:
    """An item or field. Where CASE has made a null, DataFusion looks into what lies under it."""
    return f"CASE WHEN {nested} IS NOT NULL THEN {nested}[{place}] END"


def _bracket(node: exp.Bracket, scope: Scope) -> Written:
    sql, kind = write(node.this, scope)
    (place,) = node.expressions if len(node.expressions) == 1 else (None,)
    if not isinstance(place, exp.Literal):
        raise NeedsSpark("an item at a place that is no plain number or text")
    if kind == ARRAY and str(place.this).isdigit() and not place.is_string:
        number = int(str(place.this)) + 1 - (node.args.get("offset") or 0)  # element_at counts from 1
        if number < 1:
            raise NeedsSpark("an item at a place before the first")
        return _within(sql, str(number)), kind_of(node.type)
    if kind == MAP and place.is_string:
        node.set("type", node.this.type.expressions[1])
        return _within(sql, write(place, scope)[0]), kind_of(node.this.type.expressions[1])
    raise NeedsSpark(f"an item of a {kind}")


def _array_size(node: exp.ArraySize, scope: Scope) -> Written:
    _only(node, "this")
    nested = _of_kind(node.this, scope, ARRAY, MAP)
    return f"CASE WHEN {nested} IS NULL THEN -1 ELSE CAST(cardinality({nested}) AS INT) END", INT


def _array_contains(node: exp.ArrayContains, scope: Scope) -> Written:
    array, item = _of_kind(node.this, scope, ARRAY), write(node.expression, scope)
    if kind_of(node.this.type.expressions[0]) != item[1] or item[1] not in (TEXT, INT):
        raise NeedsSpark("array_contains with an item of another type")
    # Where it is not among them, a null may be it.
    null = f"CASE WHEN array_position({array}, NULL) IS NULL THEN FALSE END"
    has = f"CASE WHEN array_has({array}, {item[0]}) THEN TRUE ELSE {null} END"
    return f"CASE WHEN {array} IS NOT NULL AND {item[0]} IS NOT NULL THEN {has} END", BOOLEAN


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


def _aggregate(name: str, *kinds: str, result: str | None = None) -> Callable[[Any, Scope], Written]:
    def written(node: Any, scope: Scope) -> Written:
        _only(node, "this")
        if isinstance(node.this, exp.Distinct):
            raise NeedsSpark(f"{name} of distinct values")
        sql, kind = write(node.this, scope)
        require(kind, *kinds)
        return f"{name}({sql})", result or kind

    return written


def _count_if(node: exp.CountIf, scope: Scope) -> Written:
    return f"count(CASE WHEN {_of_kind(node.this, scope, BOOLEAN)} THEN 1 END)", INT


def _filter(node: exp.Filter, scope: Scope) -> Written:
    sql, kind = write(node.this, scope)
    return f"{sql} FILTER (WHERE {_of_kind(node.expression.this, scope, BOOLEAN)})", kind


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
        _only(term, "this", "desc", "nulls_first")
        sql, kind = write(term.this, scope)
        require(kind, TEXT, INT, DOUBLE, BOOLEAN, TIME, DATE)
        nulls = "FIRST" if term.args.get("nulls_first") else "LAST"
        terms.append(f"{sql} {'DESC' if term.args.get('desc') else 'ASC'} NULLS {nulls}")
    return ", ".join(terms)


def _exists(node: exp.Exists, scope: Scope) -> Written:
    return f"EXISTS ({scope.subquery(node.this, correlated=True)[0]})", BOOLEAN


def _scalar(node: exp.Subquery, scope: Scope) -> Written:
    _only(node, "this")
    sql, kinds = scope.subquery(node.this)
    if len(kinds) != 1:
        raise NeedsSpark("a query of several columns as a value")
    return f"({sql})", kinds[0]


_WRITERS: dict[type[Any], Callable[[Any, Scope], Written]] = {
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Null: lambda node, scope: ("NULL", NULL),
    exp.Boolean: lambda node, scope: (str(node.this).upper(), BOOLEAN),
    exp.Paren: _paren,
    exp.And: _logic("AND"),
    exp.Or: _logic("OR"),
    exp.Not: _not,
    exp.Is: _is,
    exp.In: _in,
    exp.Between: _between,
    exp.Like: _like,
    exp.ILike: _ilike,
    exp.Div: _div,
    exp.IntDiv: _int_div,
    exp.Mod: _mod,
    exp.Neg: _neg,
    exp.Abs: _abs,
    exp.DPipe: _concat,
    exp.Concat: _concat,
    exp.Coalesce: _coalesce,
    exp.Nullif: _nullif,
    exp.If: _if,
    exp.Case: _case,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Substring: _substring,
    exp.Dot: _dot,
    exp.Bracket: _bracket,
    exp.ArraySize: _array_size,
    exp.ArrayContains: _array_contains,
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
    exp.Exists: _exists,
    exp.Subquery: _scalar,
}
_WRITTEN = {*_WRITERS, *_COMPARISONS, *_ARITHMETIC, *_OF_TEXT, *_OF_TWO_TEXTS, *_PARTS_OF_TIME}
