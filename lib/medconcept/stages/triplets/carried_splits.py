"""Splits that a lake takes over from a release of another one, so that no published item moves."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.errors import LakeError
from medconcept.lake.lake import Lake
from medconcept.lake.releases import release_commit
from medconcept.stages.context import Context


def splits_pinned(context: Context) -> tuple[DataFrame, DataFrame | None]:
    """The rows of `splits` that hold for this run, and those of them that the table does not have yet.

    The second are those of `triplets.splits_from`; None where it names nothing, or an earlier run with the
    same settings has taken them over. Raises LakeError if the release is missing, or a split of it differs
    from one that this lake has assigned.
    """
    own, source = context.read("splits"), context.config.triplets.splits_from
    if source is None or context.previous is not None:
        return own, None
    other = Lake(context.lake.spark, source.lake)
    if not other.exists:
        raise LakeError(f"triplets.splits_from: {source.lake}: there is no lake")
    theirs = other.read("splits", release_commit(other.read("releases"), source.release))
    columns = ("member_key", "kind", "split", "group_key")
    moved = moved_members(own, theirs)
    if moved:
        raise LakeError(
            f"triplets.splits_from: {source.lake}, release {source.release}: {moved} members have another "
            "split there than in this lake, where they were published; start with a new lake"
        )
    new = theirs.select(*columns).join(own.select("member_key"), "member_key", "left_anti")
    carried = context.checkpoint("carried", new)
    return own.select(*columns).unionByName(carried), carried


def moved_members(own: DataFrame, theirs: DataFrame) -> int:
    """The number of members whose splits differ in two tables of splits."""
    both = own.select("member_key", "split").join(
        theirs.select("member_key", F.col("split").alias("_theirs")), "member_key"
    )
    return both.where(F.col("split") != F.col("_theirs")).count()
