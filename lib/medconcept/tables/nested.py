"""Types of nested columns, derived from the records that the parser fills them from."""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    DataType,
    IntegerType,
    StringType,
    StructField,
    StructType,
)

from medconcept.tables.column import column

_PLAIN: dict[object, DataType] = {str: StringType(), int: IntegerType(), bool: BooleanType()}


def struct_of(record: type) -> StructType:
    """The Spark type of a dataclass: one nullable field for each of its fields, in their order.

    Each field is annotated as `Annotated[<type>, "<comment>"]`; an example may follow the comment.
    The type is str, int, bool, a literal of str, a tuple of one type or another such dataclass, or one of
    these or None. Raises TypeError on anything else, and where a field has no comment.

    >>> from medconcept.jats.records.article_parts import LanguageText
    >>> struct_of(LanguageText).simpleString()
    'struct<language:string,text:string>'
    >>> struct_of(LanguageText)["language"].metadata
    {'comment': 'xml:lang; null if the file states none', 'example': 'fr'}
    """
    hints = get_type_hints(record, include_extras=True)
    return StructType([_field(record, f.name, hints[f.name]) for f in fields(record)])


def list_of(record: type) -> ArrayType:
    """The Spark type of a tuple of such records."""
    return ArrayType(struct_of(record))


def columns_of(record: type, *names: str) -> tuple[StructField, ...]:
    """Columns for some fields of a record, with the fields' comments.

    >>> from medconcept.jats.records.figure import Section
    >>> [c.name for c in columns_of(Section, "title", "id")]
    ['title', 'id']
    """
    struct = struct_of(record)
    return tuple(struct[name] for name in names)


def _field(record: type, name: str, hint: Any) -> StructField:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{record.__name__}.{name} has no comment")
    plain, comment, *examples = get_args(hint)
    example = examples[0] if examples else None
    return column(name, _type_of(plain), comment, example, _values_of(plain))


def _type_of(hint: Any) -> DataType:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _type_of(_not_none(arguments))
    if origin is tuple:
        return ArrayType(_type_of(arguments[0]))
    if origin is Literal:
        return StringType()
    if is_dataclass(hint) and isinstance(hint, type):
        return struct_of(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    raise TypeError(f"no column type for {hint!r}")


def _values_of(hint: Any) -> tuple[str, ...]:
    """The values of a literal, or of a literal or None; none for other types."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _values_of(_not_none(arguments))
    return arguments if origin is Literal else ()


def _not_none(hints: tuple[Any, ...]) -> Any:
    (one,) = (hint for hint in hints if hint is not type(None))
    return one
