"""Records as Arrow holds them, field by field: no dictionary of each is made for Arrow to take apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate, chain
from operator import attrgetter
from types import SimpleNamespace
from typing import Any

import pyarrow as pa

Column = Callable[[Sequence[Any]], pa.Array]


def array_of(kind: pa.DataType) -> Column:
    """A function from values to an array of this type; a struct has the fields of that name of a record.

    Values may be None. The function raises pa.ArrowException, or what Python's own conversion raises, where
    a value does not fit.

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


def _structs(kind: pa.StructType) -> Column:
    names = [field.name for field in kind]
    each = [array_of(field.type) for field in kind]
    read = attrgetter(*names) if len(names) > 1 else lambda record: (getattr(record, names[0]),)
    nothing = SimpleNamespace(**dict.fromkeys(names))

    def structs(records: Sequence[Any]) -> pa.Array:
        gaps = [record is None for record in records]
        some = any(gaps)
        there = [nothing if record is None else record for record in records] if some else records
        columns: Any = zip(*map(read, there), strict=True) if there else [()] * len(names)
        arrays = [one(column) for one, column in zip(each, columns, strict=True)]
        return pa.StructArray.from_arrays(arrays, fields=list(kind), mask=pa.array(gaps) if some else None)

    return structs


def _lists(kind: pa.ListType, each: Column, values: Sequence[Any]) -> pa.Array:
    gaps = [value is None for value in values]
    some = any(gaps)
    there = [value or () for value in values] if some else values
    offsets = pa.array(accumulate(map(len, there), initial=0), pa.int32(), size=len(there) + 1)
    inner = each(list(chain.from_iterable(there)))
    return pa.ListArray.from_arrays(offsets, inner, type=kind, mask=pa.array(gaps) if some else None)


def _plain(kind: pa.DataType, values: Sequence[Any]) -> pa.Array:
    array = pa.array(values, kind)
    if isinstance(array, pa.ChunkedArray):  # what Arrow makes of more than 2 GB of text
        raise pa.ArrowCapacityError(f"more than one array of {kind} holds")
    return array
