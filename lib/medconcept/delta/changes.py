"""What a new batch changes in a table: the rows to write, the rows to delete, and nothing else."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.tables import Table

UPSERT, DELETE, KEEP = "upsert", "delete", "keep"


def change_set(
    new: DataFrame, current: DataFrame | None, table: Table, *, whole_scopes: bool = False
) -> DataFrame:
    """Compare rows that should be with rows that are; both of the same scope and in the table's schema.

    Returns the table's columns and `_op`: one `upsert` for each row that is new or has another digest,
    one `delete` for each current row whose key is gone, of which the key and the scope alone are told. Equal
    rows do not come out, so a MERGE of the result writes nothing that has not changed; with `whole_scopes`
    they come out as `keep`, as they are in the table, so that all rows of their scope can be written anew.
    `current` is None for a table that never had a row.
    """
    if current is None:  # a first load is the largest there is: no exchange of it to compare with nothing
        return new.select(*table.schema.names, F.lit(UPSERT).alias("_op"))
    key = list(table.key)
    # Content alone decides; what goes with it stays as it was where it has not changed.
    others = ("run_id", "written_at", *table.not_compared) if whole_scopes else ()
    known = current.select(
        *key, F.col("row_digest").alias("_known"), *[F.col(name).alias(f"_{name}") for name in others]
    )
    is_same = F.coalesce(F.col("_known") == F.col("row_digest"), F.lit(False))
    upserts = new.join(known, key, "left").withColumn("_op", F.when(is_same, KEEP).otherwise(UPSERT))
    if whole_scopes:
        kept = {name: F.when(is_same, F.col(f"_{name}")).otherwise(F.col(name)) for name in others}
        upserts = upserts.withColumns(kept)
    else:
        upserts = upserts.where(F.col("_op") == UPSERT)
    # Of a row that goes no more is read than its name: the rest may be an article's bytes.
    names = {*key, *table.scope}
    deletes = current.join(new.select(*key), key, "left_anti").select(
        *[
            F.col(f.name) if f.name in names else F.lit(None).cast(f.dataType).alias(f.name)
            for f in table.schema
        ],
        F.lit(DELETE).alias("_op"),
    )
    return upserts.select(*table.schema.names, "_op").unionByName(deletes)
