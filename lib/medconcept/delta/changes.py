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


def changed_keys(new: DataFrame, old: DataFrame, scope: str) -> DataFrame:
    """Distinct values of the content column `scope` whose rows differ between two versions of a table.

    For each value the digests of its rows are folded into 128 bits, which are nought where both versions have
    the same rows: a row is told by its digest, and no version has one twice. Each version is read once, and
    values go over the network, not rows. Where rows differ, the folds agree once in 2^128.
    """
    both = new.select(scope, "row_digest").unionByName(old.select(scope, "row_digest"))
    half, other = F.xxhash64("row_digest"), F.xxhash64("row_digest", F.lit(1))
    folded = both.groupBy(scope).agg(F.bit_xor(half).alias("_a"), F.bit_xor(other).alias("_b"))
    return folded.where("_a <> 0 OR _b <> 0").select(scope)
