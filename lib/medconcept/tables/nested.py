"""Types of nested columns, taken from the frozen dataclasses that the parser fills them from."""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    DataType,
    IntegerType,
    StringType,
    StructField,
    StructType,
)

_PLAIN: dict[object, DataType] = {str: StringType(), int: IntegerType(), bool: BooleanType()}


def struct_of(record: type) -> StructType:
    """The Spark type of a dataclass: one nullable field for each of its fields, in their order.

    str, int, bool, literals of str, tuples of one type and other such dataclasses may stand in it, each also
    with None. Raises TypeError on anything else.

    >>> from medconcept.jats.records.article_parts import LanguageText
    >>> struct_of(LanguageText).simpleString()
    'struct<language:string,text:string>'
    """
    hints = get_type_hints(record)
    return StructType([StructField(f.name, _type_of(hints[f.name])) for f in fields(record)])


def list_of(record: type) -> ArrayType:
    """The Spark type of a tuple of such records."""
    return ArrayType(struct_of(record))


def _type_of(hint: Any) -> DataType:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        (one,) = (a for a in arguments if a is not type(None))
        return _type_of(one)
    if origin is tuple:
        return ArrayType(_type_of(arguments[0]))
    if origin is Literal:
        return StringType()
    if is_dataclass(hint) and isinstance(hint, type):
        return struct_of(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    raise TypeError(f"no column type for {hint!r}")
