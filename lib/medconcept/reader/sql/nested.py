"""Items of lists and maps, and fields of structs, in DataFusion's SQL."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from medconcept.reader.needs_spark import NeedsSpark
from medconcept.reader.sql.kinds import ARRAY, BOOLEAN, INT, MAP, STRUCT, TEXT, kind_of
from medconcept.reader.sql.writing import Scope, Writer, Written, of_kind, only, quoted_text, write


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
    only(node, "this")
    nested = of_kind(node.this, scope, ARRAY, MAP)
    return f"CASE WHEN {nested} IS NULL THEN -1 ELSE CAST(cardinality({nested}) AS INT) END", INT


def _array_contains(node: exp.ArrayContains, scope: Scope) -> Written:
    array, item = of_kind(node.this, scope, ARRAY), write(node.expression, scope)
    if kind_of(node.this.type.expressions[0]) != item[1] or item[1] not in (TEXT, INT):
        raise NeedsSpark("array_contains with an item of another type")
    # Where it is not among them, a null may be it.
    null = f"CASE WHEN array_position({array}, NULL) IS NULL THEN FALSE END"
    has = f"CASE WHEN array_has({array}, {item[0]}) THEN TRUE ELSE {null} END"
    return f"CASE WHEN {array} IS NOT NULL AND {item[0]} IS NOT NULL THEN {has} END", BOOLEAN


WRITERS: dict[type[Any], Writer] = {
    exp.Dot: _dot,
    exp.Bracket: _bracket,
    exp.ArraySize: _array_size,
    exp.ArrayContains: _array_contains,
}
