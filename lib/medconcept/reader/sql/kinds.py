"""Kinds of values: as much of a type as decides whether both engines treat a value alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
from sqlglot import exp

from medconcept.reader.needs_spark import NeedsSpark

TEXT, INT, DOUBLE, DECIMAL, BOOLEAN, TIME, DATE, NULL, BINARY = (
    "text", "int", "double", "decimal", "boolean", "time", "date", "null", "binary",
)  # fmt: skip
ARRAY, MAP, STRUCT = "array", "map", "struct"
NUMBERS = frozenset({INT, DOUBLE, DECIMAL})
SCALARS = frozenset({TEXT, *NUMBERS, BOOLEAN, TIME, DATE, NULL, BINARY})

_TYPE = exp.DataType.Type
_KINDS = {
    TEXT: (_TYPE.TEXT, _TYPE.VARCHAR),
    INT: (_TYPE.INT, _TYPE.BIGINT),
    DOUBLE: (_TYPE.DOUBLE,),
    BOOLEAN: (_TYPE.BOOLEAN,),
    TIME: (_TYPE.TIMESTAMPTZ,),
    DATE: (_TYPE.DATE,),
    NULL: (_TYPE.NULL,),
    BINARY: (_TYPE.BINARY,),
    ARRAY: (_TYPE.ARRAY,),
    MAP: (_TYPE.MAP,),
    STRUCT: (_TYPE.STRUCT,),
}
_KIND_OF = {of_type: kind for kind, types in _KINDS.items() for of_type in types}
_LEAVES = {
    pa.string(): _TYPE.TEXT,
    pa.string_view(): _TYPE.TEXT,
    pa.large_string(): _TYPE.TEXT,
    pa.int32(): _TYPE.INT,
    pa.int64(): _TYPE.BIGINT,
    pa.float64(): _TYPE.DOUBLE,
    pa.bool_(): _TYPE.BOOLEAN,
    pa.date32(): _TYPE.DATE,
    pa.binary(): _TYPE.BINARY,
    pa.binary_view(): _TYPE.BINARY,
    pa.large_binary(): _TYPE.BINARY,
}


def kind_of(data_type: Any) -> str:
    """The kind of a type that sqlglot has found. Raises NeedsSpark for one that is not known."""
    kind = _KIND_OF.get(data_type.this) if isinstance(data_type, exp.DataType) else None
    if kind is None:
        raise NeedsSpark("a value whose type is known to Spark alone")
    return kind


def type_of(kind: Any) -> exp.DataType:
    """The type of a column by its Arrow type. Raises NeedsSpark for one that no table of a lake has today.

    >>> type_of(pa.list_(pa.struct([("start", pa.int32())]))).sql()
    'ARRAY<STRUCT<"start" INT>>'
    """
    if pa.types.is_timestamp(kind):
        return exp.DataType(this=_TYPE.TIMESTAMPTZ)
    if pa.types.is_list(kind):
        return _nested(_TYPE.ARRAY, [type_of(kind.value_type)])
    if pa.types.is_map(kind):
        return _nested(_TYPE.MAP, [type_of(kind.key_type), type_of(kind.item_type)])
    if pa.types.is_struct(kind):
        fields = [
            exp.ColumnDef(this=exp.to_identifier(f.name, quoted=True), kind=type_of(f.type)) for f in kind
        ]
        return _nested(_TYPE.STRUCT, fields)
    if kind not in _LEAVES:
        raise NeedsSpark(f"a column of the type {kind}")
    return exp.DataType(this=_LEAVES[kind])


def common(kinds: Iterable[str]) -> str:
    """The kind of a value that is one of several, as a branch of CASE; NeedsSpark where they do not match.

    >>> common(["int", "null", "double"])
    'double'
    """
    seen = set(kinds) - {NULL}
    if not seen:
        return NULL
    if len(seen) == 1:
        return seen.pop()
    if DOUBLE in seen and seen <= NUMBERS:
        return DOUBLE
    raise NeedsSpark("values of several types")


def require(kind: str, *wanted: str) -> None:
    """Raise NeedsSpark unless a value is of one of these kinds, or null: Spark casts it, in its own way."""
    if kind not in wanted and kind != NULL:
        raise NeedsSpark(f"a {kind} value that Spark casts")


def _nested(of_type: Any, expressions: list[Any]) -> exp.DataType:
    return exp.DataType(this=of_type, expressions=expressions, nested=True)
