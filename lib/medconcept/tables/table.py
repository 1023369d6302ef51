"""What a table is: its columns with their meaning, its key, and how its rows are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField, StructType, TimestampType

from medconcept.errors import LakeError
from medconcept.tables.column import column, with_comments, without_metadata
from medconcept.tables.fit import with_field_renamed

PROVENANCE = (
    column(
        "row_digest",
        StringType(),
        "SHA-256 of the row's content columns; equal digest means equal content",
        "7047d1f8e9e1…",
    ),
    column(
        "run_id", StringType(), "Run that last changed the content of this row", "20261129T195208-69777b09"
    ),
    column("written_at", TimestampType(), "When that run began, UTC", "2026-11-29T19:52:08.767Z"),
)


@dataclass(frozen=True)
class Table:
    """A Delta table of the lake.

    `columns` are content; `not_compared` names those of them that the row digest omits, because another
    column stands for them (a checksum for the bytes) or because they are provenance.
    A ledger is append-only and has no key. `scope` are the columns whose values select the rows that a small
    change replaces together: a row's own key, or its article. `former_names` maps a column to its name in
    versions of the table that older formats wrote; the row digest keeps using that name, so that a rename
    changes no row. `sorted_by` are the columns by which the rows of a commit are laid out, `properties`
    further properties of the Delta table; those that begin with `parquet.` decide how its files are written.
    """

    name: str
    comment: str
    columns: tuple[StructField, ...]
    key: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    former_names: Mapping[str, str] = field(default_factory=dict, hash=False)
    sorted_by: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def is_ledger(self) -> bool:
        """True if rows are only ever appended."""
        return not self.key

    @cached_property
    def schema(self) -> StructType:
        """All columns, provenance last, with their comments."""
        return with_comments(StructType([*self.documented]))

    @cached_property
    def content(self) -> StructType:
        """The content columns without comments, as the type of rows that a job produces."""
        return without_metadata(StructType([*self.columns]))

    @property
    def documented(self) -> tuple[StructField, ...]:
        """All columns, provenance last, with comments, values and examples."""
        return (*self.columns, *(() if self.is_ledger else PROVENANCE))

    @property
    def content_columns(self) -> list[str]:
        """The columns that make two rows equal or different."""
        return [c.name for c in self.columns if c.name not in self.not_compared]

    def digest(self) -> Column:
        """The row digest over the content columns, in schema order."""
        # ignoreNullFields=false: {a: null, b: x} must not equal {a: x, b: null} by omission.
        compared = [self._under_former_name(c) for c in self.columns if c.name not in self.not_compared]
        row = F.to_json(F.struct(*compared), {"ignoreNullFields": "false"})
        return F.sha2(row, 256)

    def _under_former_name(self, column: StructField) -> Column:
        data_type = column.dataType
        for path, former in self.former_names.items():
            name, _, inner = path.partition(".")
            if inner and name == column.name:
                data_type = with_field_renamed(data_type, inner, former)
        value = F.col(column.name)
        value = value if data_type is column.dataType else value.cast(data_type)
        return value.alias(self.former_names.get(column.name, column.name))

    def conform(
        self, rows: DataFrame, run_id: str, started_at: object, *, extra: Sequence[str] = ()
    ) -> DataFrame:
        """Select the table's columns in schema order and add provenance; one row in, one row out.

        `extra` are further columns to keep, behind those. Raises LakeError that lists every missing column
        and every wrong type at once.
        """
        have = {f.name: f.dataType for f in rows.schema.fields}
        wrong = [
            f"{c.name} missing" if c.name not in have else f"{c.name} is {have[c.name].simpleString()}"
            for c in self.columns
            if c.name not in have or have[c.name].simpleString() != c.dataType.simpleString()
        ]
        if wrong:
            raise LakeError(f"rows do not fit table {self.name}: {'; '.join(wrong)}")
        content = [c.name for c in self.columns]
        if self.is_ledger:
            return rows.select(*content, *extra)
        return rows.select(
            *content,
            self.digest().alias("row_digest"),
            F.lit(run_id).alias("run_id"),
            F.lit(started_at).cast("timestamp").alias("written_at"),
            *extra,
        )
