"""The difference between a batch and a table: rows to write and rows to delete."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.tables import Table

UPSERT, DELETE, KEEP = "upsert", "delete", "keep"


def compared(table: Table, *, whole_scopes: bool = True) -> tuple[str, ...]:
    """Return the columns that `change_set` reads of current rows: keys, digest, those kept for equal rows.

    Content columns are not read: one of them may be an article's bytes.
    """
    return (*_names(table), "row_digest", *_staying(table, whole_scopes))


def change_set(
    new: DataFrame, current: DataFrame | None, table: Table, *, whole_scopes: bool = False
) -> DataFrame:
    """Compare target rows with current rows, both of the same scope and in the table's schema.

    Returns the table's columns and `_op`: one `upsert` for each row that is new or has another digest,
    one `delete` for each current row whose key is gone, with only its key and scope. Equal
    rows do not come out, so a MERGE of the result writes nothing that has not changed; with `whole_scopes`
    they come out as `keep`, unchanged, so that all rows of their scope can be written again.
    `current` is None for a table that never had a row; no more than `compared` is read of it.
    """
    if current is None:  # a first load is the largest batch: no shuffle of it for a comparison with nothing
        return new.withColumn("_op", F.lit(UPSERT))
    names, stays = _names(table), _staying(table, whole_scopes)
    read_columns = compared(table, whole_scopes=whole_scopes)
    current = current.select(*[F.col(name).alias(f"_{name}") for name in read_columns])
    # One join: the plan of the new rows may be long.
    both = new.join(current, [F.col(name) == F.col(f"_{name}") for name in table.key], "full_outer")
    is_gone = F.col("row_digest").isNull()
    is_same = F.coalesce(F.col("_row_digest") == F.col("row_digest"), F.lit(False))

    def column(name: str) -> Column:
        if name in names:
            return F.coalesce(name, f"_{name}").alias(name)
        if name in stays:
            return F.when(is_same, F.col(f"_{name}")).otherwise(F.col(name)).alias(name)
        return F.col(name)

    operation = F.when(is_gone, DELETE).when(is_same, KEEP).otherwise(UPSERT)
    rows = both.select(*map(column, table.schema.names), operation.alias("_op"))
    return rows if whole_scopes else rows.where(F.col("_op") != KEEP)


def _names(table: Table) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*table.key, *table.scope)))


def _staying(table: Table, whole_scopes: bool) -> tuple[str, ...]:
    """The columns whose current values stay where a row's content has not changed."""
    return ("run_id", "written_at", *table.not_compared) if whole_scopes else ()
