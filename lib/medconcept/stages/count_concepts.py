"""count_concepts: the number of captions that name each concept, stored as `concept_statistics`.

No other job writes that table, and `medconcept run` does not include this one. From then on the flag
"frequent" and the rarity of a concept (centrality) depend on stored counts, not on the growth of the lake;
increments equal a rebuild. It counts the captions of this lake at its last commit, or those of a release of
this or another lake; a lake rebuilt from scratch that counts the same release gets the same statistics.
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
    """Return what is counted: the root of a lake and the versions of its tables."""
    lake, at = _counted(context)
    return (lake.root, {name: at.versions.get(name, 0) for name in COUNTED})


def build(context: Context) -> StageOutput | None:
    """Count the concepts; None if the last count was of the same versions. Raises LakeError."""
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
    """Return one row for each concept that captions name: concept_id, captions, captions_in_all."""
    all_captions = figures.agg(F.count("caption").alias("captions_in_all"))
    return captions_of_concepts(mentions).crossJoin(F.broadcast(all_captions))


def captions_of_concepts(mentions: DataFrame) -> DataFrame:
    """Return one row for each concept of these mentions: concept_id, captions, the figures that name it."""
    named = mentions.where(F.col("concept_id").isNotNull())
    return named.groupBy("concept_id").agg(F.count_distinct("figure_key").alias("captions"))


def _counted(context: Context) -> tuple[Lake, Commit]:
    config = context.config.statistics
    lake = context.lake if config.lake is None else Lake(context.lake.spark, config.lake)
    if not lake.exists:
        raise LakeError(f"statistics.lake: {lake.root}: there is no lake here")
    if config.release is None:
        return lake, context.head
    return lake, release_commit(lake.read("releases"), config.release)


STAGE = Stage(name="count_concepts", version=1, inputs=(), settings=settings, build=build, looks_outside=True)
