"""A column or nested field with its comment, its values and an example, as metadata of a Spark field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyspark.sql.types import ArrayType, DataType, StructField, StructType

COMMENT, EXAMPLE, VALUES = "comment", "example", "values"


def column(
    name: str, data_type: DataType, comment: str, example: str | None = None, values: Sequence[str] = ()
) -> StructField:
    """A nullable column with its comment; the table's suite enforces which columns are never null.

    `example` is one value as text; `values` are all that a text may be, where they are few.

    >>> from pyspark.sql.types import StringType
    >>> column("event", StringType(), "What happened", "opened", ("opened", "closed")).metadata
    {'comment': 'What happened', 'example': 'opened', 'values': ['opened', 'closed']}
    """
    metadata: dict[str, Any] = {COMMENT: comment}
    if example is not None:
        metadata[EXAMPLE] = example
    if values:
        metadata[VALUES] = list(values)
    return StructField(name, data_type, True, metadata)


def with_comments(struct: StructType) -> StructType:
    """The same type with the comments of its fields, nested ones too, and no other metadata.

    This is what a lake stores: examples and values are for docs/tables.md.
    """
    return StructType(_fields(struct, (COMMENT,)))


def without_metadata(struct: StructType) -> StructType:
    """The same type without metadata, for rows in flight.

    Spark copies the metadata of nested fields into the footer of each file that it writes.
    """
    return StructType(_fields(struct, ()))


def _fields(struct: StructType, kept: Sequence[str]) -> list[StructField]:
    return [
        StructField(
            field.name,
            _type(field.dataType, kept),
            field.nullable,
            {key: value for key, value in field.metadata.items() if key in kept},
        )
        for field in struct.fields
    ]


def _type(data_type: DataType, kept: Sequence[str]) -> DataType:
    if isinstance(data_type, ArrayType):
        return ArrayType(_type(data_type.elementType, kept), data_type.containsNull)
    if isinstance(data_type, StructType):
        return StructType(_fields(data_type, kept))
    return data_type
