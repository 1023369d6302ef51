"""count_concepts: how many captions name each concept, pinned as `concept_statistics`.

No other job writes that table and `medconcept run` does not run this one, so that a lake flags a concept as
frequent by what was counted, not by how far it has grown: increments equal a rebuild. Counted are the
captions of this lake as they are, or those of a release, of this lake or another; a lake that is built anew
counts the same release and gets the same statistics.
"""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.errors import LakeError
from medconcept.lake.lake import Commit, Lake
from medconcept.lake.releases import release_commit
from medconcept.stages.context import Context
from medconcept.stages.stage import Stage, StageOutput

COUNTED = ("figures", "mentions")


def settings(context: Context) -> tuple[object, ...]:
    """What is counted: a lake and the versions of its tables."""
    lake, at = _counted(context)
    return (lake.root, {name: at.versions.get(name, 0) for name in COUNTED})


def build(context: Context) -> StageOutput | None:
    """Count; None where these very versions were counted last."""
    if context.previous is not None:
        return None
    lake, at = _counted(context)
    if not at.versions.get("mentions"):
        raise LakeError(f"{lake.root}: there are no mentions to count; run annotate_captions first")
    context.begin()
    rows = statistics(lake.read("figures", at), lake.read("mentions", at))
    return StageOutput(
        tables={"concept_statistics": (rows, context.read("concept_statistics"))},
        counts={"concepts": rows.count()},
    )


def statistics(figures: DataFrame, mentions: DataFrame) -> DataFrame:
    """One row a concept that captions name: in how many of how many."""
    all_captions = figures.agg(F.count("caption").alias("captions_in_all"))
    each = (
        mentions.where("concept_id IS NOT NULL")
        .groupBy("concept_id")
        .agg(F.count_distinct("figure_key").alias("captions"))
    )
    return each.crossJoin(F.broadcast(all_captions))


def _counted(context: Context) -> tuple[Lake, Commit]:
    wanted = context.config.statistics
    lake = context.lake if wanted.lake is None else Lake(context.lake.spark, wanted.lake)
    if not lake.exists:
        raise LakeError(f"statistics.lake: {lake.root}: there is no lake here")
    if wanted.release is None:
        return lake, context.head
    return lake, release_commit(lake.read("releases"), wanted.release)


STAGE = Stage(name="count_concepts", version=1, inputs=(), settings=settings, build=build, looks_outside=True)
