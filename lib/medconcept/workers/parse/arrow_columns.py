"""Records to Arrow arrays, field by field, without a dictionary per record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate, chain
from operator import attrgetter
from types import SimpleNamespace
from typing import Any

import pyarrow as pa

ArrayOf = Callable[[Sequence[Any]], pa.Array]


def array_of(kind: pa.DataType) -> ArrayOf:
    """Return a function from values to an array of this type; structs are read from attributes of records.

    Values may be None. The function raises pa.ArrowException, or the error of Python's conversion, if a value
    does not fit.

    >>> from medconcept.jats.records.article_parts import Named
    >>> kind = pa.list_(pa.struct({"value": pa.string(), "kind": pa.string()}))
    >>> array_of(kind)([(Named("doi", "10.1/x"),), (), None]).to_pylist()
    [[{'value': '10.1/x', 'kind': 'doi'}], [], None]
    """
    if pa.types.is_struct(kind):
        return _structs(kind)
    if pa.types.is_list(kind):
        return partial(_lists, kind, array_of(kind.value_type))
    return partial(_plain, kind)


def _structs(kind: pa.StructType) -> ArrayOf:
    names = [field.name for field in kind]
    each = [array_of(field.type) for field in kind]
    read = attrgetter(*names) if len(names) > 1 else lambda record: (getattr(record, names[0]),)
    empty_record = SimpleNamespace(**dict.fromkeys(names))

    def structs(records: Sequence[Any]) -> pa.Array:
        nulls = [record is None for record in records]
        has_nulls = any(nulls)
        present = [empty_record if record is None else record for record in records] if has_nulls else records
        columns: Any = zip(*map(read, present), strict=True) if present else [()] * len(names)
        arrays = [one(column) for one, column in zip(each, columns, strict=True)]
        return pa.StructArray.from_arrays(
            arrays, fields=list(kind), mask=pa.array(nulls) if has_nulls else None
        )

    return structs


def _lists(kind: pa.ListType, each: ArrayOf, values: Sequence[Any]) -> pa.Array:
    nulls = [value is None for value in values]
    has_nulls = any(nulls)
    present = [value or () for value in values] if has_nulls else values
    offsets = pa.array(accumulate(map(len, present), initial=0), pa.int32(), size=len(present) + 1)
    inner = each(list(chain.from_iterable(present)))
    return pa.ListArray.from_arrays(offsets, inner, type=kind, mask=pa.array(nulls) if has_nulls else None)


def _plain(kind: pa.DataType, values: Sequence[Any]) -> pa.Array:
    array = pa.array(values, kind)
    if isinstance(array, pa.ChunkedArray):  # as Arrow returns for more than 2 GB of text
        raise pa.ArrowCapacityError(f"more than one array of {kind} holds")
    return array
