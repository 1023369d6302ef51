"""The flag "frequent" of mentions, in annotate_captions: concepts that a share of all captions name.

By the captions of the lake as they are, or by `concept_statistics` once count_concepts has stored some.
"""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.stages.context import Articles, Context
from medconcept.stages.count_concepts import captions_of_concepts
from medconcept.tables.concept_statistics import CONCEPT_STATISTICS

FREQUENT = "frequent"
LEAST_CAPTIONS = 500
"""Of fewer captions a share is a handful, and says nothing of the concept; then none is frequent."""


def frequent_concepts(
    context: Context, linked: DataFrame, articles: Articles | None, share: float
) -> DataFrame:
    """The concepts that at least this share of captions name, one row each: concept_id.

    `linked` are the mentions of `articles` (None for all) as they will be; those of other articles are read
    from the lake. Stored statistics come before what the lake holds: they stay as the lake grows.
    """
    if context.has_rows(CONCEPT_STATISTICS.name):
        counted = context.read(CONCEPT_STATISTICS.name)
        often = F.col("captions") >= F.lit(share) * F.col("captions_in_all")
        return counted.where(often).select("concept_id")
    captions = context.read("figures").where(F.col("caption").isNotNull()).count()
    if captions < LEAST_CAPTIONS:
        return linked.select("concept_id").limit(0)
    named = linked.select("figure_key", "concept_id")
    if articles is not None:
        named = named.unionByName(other_mentions(context, articles).select(named.columns))
    each = captions_of_concepts(named).where(F.col("captions") >= share * captions).select("concept_id")
    return context.checkpoint("frequent", each)


def other_mentions(context: Context, articles: Articles) -> DataFrame:
    """The mentions in the lake that are of none of these articles."""
    return context.read("mentions").join(articles.keys, "article_key", "left_anti")


def have_other_flags(mentions: DataFrame, frequent: DataFrame) -> bool:
    """Whether any of these mentions has the flag and its concept is not in `frequent`, or the reverse."""
    has = F.array_contains("flags", FREQUENT)
    return not _marked(mentions, frequent).where(has != F.col("_often").isNotNull()).isEmpty()


def flag_frequent(mentions: DataFrame, frequent: DataFrame) -> DataFrame:
    """Set the flag "frequent" of the mentions of these concepts, and take it from all others."""
    others = F.array_remove("flags", FREQUENT)
    flags = F.when(F.col("_often"), F.array_sort(F.array_append(others, FREQUENT))).otherwise(others)
    return _marked(mentions, frequent).withColumn("flags", flags).drop("_often")


def _marked(mentions: DataFrame, frequent: DataFrame) -> DataFrame:
    # No more than a few hundred: a caption has some twelve mentions, and each takes its share of captions.
    marked = F.broadcast(frequent.withColumn("_often", F.lit(True)))
    return mentions.join(marked, "concept_id", "left")
