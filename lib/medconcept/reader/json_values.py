"""Rows as JSON values, in the form that Spark's to_json gives them."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Sequence
from datetime import timezone
from typing import Any

import pyarrow as pa

from medconcept.reader.needs_spark import NeedsSpark

_Convert = Callable[[Any], Any]


def json_rows(rows: pa.Table, names: Sequence[str]) -> list[dict[str, Any]]:
    """Rows as dictionaries by these names: times in UTC to the millisecond, bytes in base64, maps as objects.

    A name that is there twice gets a number, see distinct_names.

    >>> json_rows(pa.table({"a": [b"x", None]}), ["A"])
    [{'A': 'eA=='}, {'A': None}]
    """
    columns = [
        [convert(value) for value in column.to_pylist()]
        for column, convert in ((column, _converter(column.type)) for column in rows.columns)
    ]
    names = distinct_names(names)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def distinct_names(names: Sequence[str]) -> list[str]:
    """Names of columns with a number after each that has been used already: SQL may repeat a name.

    >>> distinct_names(["a", "b", "a", "a_2", "a"])
    ['a', 'b', 'a_3', 'a_2', 'a_4']
    """
    taken, used, out = set(names), set[str](), []
    for name in names:
        number, free = 2, name
        while free in used or (free != name and free in taken):
            free, number = f"{name}_{number}", number + 1
        used.add(free)
        out.append(free)
    return out


def _converter(kind: Any) -> _Convert:
    convert = _of_type(kind)
    return lambda value: None if value is None else convert(value)


def _of_type(kind: Any) -> _Convert:
    types = pa.types
    if types.is_timestamp(kind):
        return _time
    if types.is_date(kind):
        return lambda value: value.isoformat()
    if types.is_floating(kind):
        return _number
    if types.is_binary(kind) or types.is_large_binary(kind):
        return lambda value: base64.b64encode(value).decode()
    if types.is_list(kind):
        item = _converter(kind.value_type)
        return lambda value: [item(each) for each in value]
    if types.is_map(kind):
        of_value = _converter(kind.item_type)
        return lambda value: {_key(key): of_value(each) for key, each in value}
    if types.is_struct(kind):
        fields = {field.name: _converter(field.type) for field in kind}
        return lambda value: {name: convert(value[name]) for name, convert in fields.items()}
    if types.is_integer(kind) or types.is_boolean(kind) or types.is_string(kind) or types.is_null(kind):
        return lambda value: value
    raise NeedsSpark(f"an answer of the type {kind}")


def _time(value: Any) -> str:
    moment = value.astimezone(timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def _number(value: float) -> float | str:
    if math.isnan(value):
        return "NaN"
    return value if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")


def _key(key: Any) -> str:
    return str(key)
