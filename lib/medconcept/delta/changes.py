"""What a new batch changes in a table: the rows to write, the rows to delete, and nothing else."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.tables import Table

UPSERT, DELETE = "upsert", "delete"


def change_set(new: DataFrame, current: DataFrame | None, table: Table) -> DataFrame:
    """Compare rows that should be with rows that are; both of the same scope and in the table's schema.

    Returns the table's columns and `_op`: one `upsert` for each row that is new or has another digest,
    one `delete` for each current row whose key is gone. Equal rows do not come out, so a MERGE of the
    result writes nothing that has not changed. `current` is None for a table that never had a row.
    """
    if current is None:  # a first load is the largest there is: no exchange of it to compare with nothing
        return new.select(*table.schema.names, F.lit(UPSERT).alias("_op"))
    key = list(table.key)
    known = current.select(*key, F.col("row_digest").alias("_known"))
    upserts = (
        new.join(known, key, "left")
        .where(F.col("_known").isNull() | (F.col("_known") != F.col("row_digest")))
        .select(*table.schema.names, F.lit(UPSERT).alias("_op"))
    )
    deletes = current.join(new.select(*key), key, "left_anti").select(
        *table.schema.names, F.lit(DELETE).alias("_op")
    )
    return upserts.unionByName(deletes)


def changed_keys(new: DataFrame, old: DataFrame, table: Table, scope: str) -> DataFrame:
    """Distinct values of the column `scope` for which any row differs between two versions of a table."""
    columns = [*table.key, "row_digest", scope]
    columns = list(dict.fromkeys(columns))
    left, right = new.select(*columns), old.select(*columns)
    return left.exceptAll(right).unionByName(right.exceptAll(left)).select(scope).distinct()
