"""Rows that an older format wrote, in a table's current columns: renamed, and null where one is missing."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, StructField, StructType


def fitted(rows: DataFrame, schema: StructType, former_names: Mapping[str, str] | None = None) -> DataFrame:
    """Return the rows with the columns of `schema`, then any others; missing columns and fields are null.

    Fields are added inside structs and lists of structs, too. A column that the rows have under the name that
    `former_names` gives for it is renamed; for the key `column.field`, that field of a struct or of a list of
    structs is. Rows that fit are returned unchanged.
    """
    for path, former in (former_names or {}).items():
        name, _, inner = path.partition(".")
        if inner and name in rows.columns:
            stored = rows.schema[name].dataType
            current = with_field_renamed(stored, former, inner)
            if current != stored:
                rows = rows.withColumn(name, F.col(name).cast(current))
        elif not inner and name not in rows.columns and former in rows.columns:
            rows = rows.withColumnRenamed(former, name)
    have = {field.name: field.dataType for field in rows.schema.fields}
    if all(_same(have.get(field.name), field.dataType) for field in schema.fields):
        return rows
    fitted_columns = [_as(F.col(f.name), have.get(f.name), f.dataType).alias(f.name) for f in schema.fields]
    return rows.select(*fitted_columns, *(name for name in rows.columns if name not in schema.names))


def has_former_names(have: StructType, former_names: Mapping[str, str]) -> bool:
    """True if a table of this schema has a column or nested field under its former name."""
    for path, former in former_names.items():
        name, _, inner = path.partition(".")
        if inner and name in have.names:
            kind = have[name].dataType
            if with_field_renamed(kind, former, inner) != kind:
                return True
        elif not inner and former in have.names and name not in have.names:
            return True
    return False


def with_field_renamed(data_type: DataType, old: str, new: str) -> DataType:
    """The type with one field of its struct renamed, or of the structs in its list; others as they are.

    A value cast to it keeps its content, since Spark casts structs by position.

    >>> with_field_renamed(ArrayType(StructType().add("a", "integer")), "a", "b").simpleString()
    'array<struct<b:int>>'
    """
    if isinstance(data_type, ArrayType):
        return ArrayType(with_field_renamed(data_type.elementType, old, new), data_type.containsNull)
    if not isinstance(data_type, StructType) or old not in data_type.names or new in data_type.names:
        return data_type
    return StructType(
        [StructField(new if f.name == old else f.name, f.dataType, f.nullable) for f in data_type]
    )


def missing_columns(have: StructType, want: StructType, prefix: str = "") -> list[str]:
    """Return what ALTER TABLE … ADD COLUMNS must add so that a table of `have` can hold rows of `want`.

    >>> from pyspark.sql.types import ArrayType, DoubleType, StringType, StructType
    >>> part = StructType().add("a", StringType())
    >>> old = StructType().add("parts", ArrayType(part))
    >>> new = StructType().add("parts", ArrayType(StructType([*part]).add("b", DoubleType())))
    >>> missing_columns(old, new.add("c", StringType(), metadata={"comment": "in words"}))
    ['`parts`.element.`b` double', "`c` string COMMENT 'in words'"]
    """
    types = {field.name: field.dataType for field in have.fields}
    out: list[str] = []
    for field in want.fields:
        name = f"{prefix}`{field.name}`"
        if field.name not in types:
            comment = field.metadata.get("comment")
            clause = "" if comment is None else f" COMMENT {quoted(comment)}"
            out.append(f"{name} {field.dataType.simpleString()}{clause}")
            continue
        old, new = types[field.name], field.dataType
        if isinstance(old, ArrayType) and isinstance(new, ArrayType):
            old, new, name = old.elementType, new.elementType, f"{name}.element"
        if isinstance(old, StructType) and isinstance(new, StructType):
            out += missing_columns(old, new, f"{name}.")
    return out


def quoted(text: str) -> str:
    """Return a text as a Spark SQL literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _same(have: DataType | None, want: DataType) -> bool:
    return have is not None and have.simpleString() == want.simpleString()


def _as(value: Column, have: DataType | None, want: DataType) -> Column:
    if have is None:
        return F.lit(None).cast(want)
    if isinstance(have, ArrayType) and isinstance(want, ArrayType):
        old, new = have.elementType, want.elementType
        return value if _same(old, new) else F.transform(value, lambda item: _as(item, old, new))
    if isinstance(have, StructType) and isinstance(want, StructType) and not _same(have, want):
        types = {field.name: field.dataType for field in have.fields}
        parts = [_as(value[f.name], types.get(f.name), f.dataType).alias(f.name) for f in want.fields]
        return F.when(value.isNotNull(), F.struct(*parts))
    return value
