"""One row a figure: the first reason to leave it out, else its modality, privacy flags and rights."""

from __future__ import annotations

from functools import partial

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.images.statuses import Status
from medconcept.spark.progress import Counter
from medconcept.stages.triplets.chosen_mentions import has_flag, is_below
from medconcept.stages.triplets.filters import statement_reason
from medconcept.triplets.options import TripletFilters
from medconcept.workers.triplets.figure_facts import (
    FACTS as FACT_COLUMNS,
)
from medconcept.workers.triplets.figure_facts import (
    FIGURE_FACTS,
    FIGURE_STATEMENTS,
    KEYS,
    MEASURES,
    assess_batches,
)

FACTS = tuple(column.name for column in FACT_COLUMNS)
MEASURE = tuple(MEASURES.names)  # the columns of images that are measures

# The columns read of each table, in addition to those of the triplets themselves.
FIGURE = (
    "figure_key", "article_key", "label", "caption", "panels", "citing_paragraphs", "rights", "language",
    "graphics",
)  # fmt: skip
ARTICLE = (
    "article_key", "title", "journal", "published", "doi", "pmcid", "article_type", "language",
    "is_retracted", "is_retraction_notice", "has_concern", "authors", "abbreviations", "licence_code",
    "licence_url", "licence_text", "copyright_statement", "pmc_licence_code", "is_current",
)  # fmt: skip
MENTION = ("figure_key", "source_id", "spans", "flags", "centrality", "confidence")


def figure_facts(statements: DataFrame, counter: Counter | None = None) -> DataFrame:
    """Rows of `figure_statements` with their facts: one row of FIGURE_FACTS for each."""
    return statements.mapInArrow(partial(assess_batches, counter=counter), FIGURE_FACTS)


def figure_statements(
    figures: DataFrame,
    articles: DataFrame,
    mentions: DataFrame,
    filters: TripletFilters,
    *,
    exclude_flags: tuple[str, ...] = (),
    min_confidence: float | None = None,
    opted_out: DataFrame | None = None,
    measures: DataFrame | None = None,
) -> DataFrame:
    """One row for each figure with the columns FIGURE_STATEMENTS.

    `mentions` are those with a concept. `opted_out` are the figure_key of figures that the opt-out list
    names; `measures` are figure_key and `measures` of figures that are one measured image.
    """
    joined = (
        figures.select(*FIGURE)
        .join(_about(articles), "article_key", "left")
        .join(mentions_of_figures(mentions, exclude_flags, min_confidence), "figure_key", "left")
    )
    if opted_out is None:
        joined = joined.withColumn("_opted_out", F.lit(False))
    else:
        marked = opted_out.select("figure_key", F.lit(True).alias("_opted_out"))
        joined = joined.join(marked, "figure_key", "left")
    if measures is None:
        joined = joined.withColumn("measures", F.lit(None).cast(MEASURES))
    else:
        joined = joined.join(measures.select("figure_key", "measures"), "figure_key", "left")
    judged = joined.withColumns({"graphics": F.size("graphics"), "reason": statement_reason(filters)})
    keys = [key.name for key in KEYS]
    rest = [name for name in FIGURE_STATEMENTS if name not in keys]
    # No more is sent to Python of a figure that is left out.
    return judged.select(*keys, *(F.when(F.col("reason").isNull(), _sent(name)).alias(name) for name in rest))


def measures_of(images: DataFrame) -> DataFrame:
    """figure_key and `measures` of the figures that are one image, if it is resolved.

    Of a figure of several images none is measured: each may show something else.
    """
    resolved = F.col("status") == Status.RESOLVED.value
    # A cast column loses its name in a struct.
    each = (F.col(name).cast(MEASURES[name].dataType).alias(name) for name in MEASURE)
    measured = F.when(resolved, F.struct(*each))
    one = images.groupBy("figure_key").agg(
        F.count(F.lit(1)).alias("_images"), F.first(measured, ignorenulls=True).alias("measures")
    )
    return one.where("_images = 1 AND measures IS NOT NULL").select("figure_key", "measures")


def mentions_of_figures(
    mentions: DataFrame, exclude_flags: tuple[str, ...], min_confidence: float | None = None
) -> DataFrame:
    """One row for each figure with a concept: numbers of mentions, the largest `_centrality`, `techniques`.

    `mentions` counts all, `excluded_mentions` those with one of the flags, `unsure_mentions` those with none
    and too little confidence; `_centrality` is that of the others.
    """
    is_excluded = has_flag(exclude_flags)
    is_unsure = ~is_excluded & is_below(min_confidence)
    is_chosen = ~is_excluded & ~is_unsure
    is_technique = F.col("source_id").startswith("TECH:") & ~F.array_contains("flags", "negated")
    place = F.struct(
        F.col("source_id").alias("concept_id"),
        F.col("spans")[0]["start"].alias("start"),
        F.element_at("spans", -1)["end"].alias("end"),
    )
    return mentions.groupBy("figure_key").agg(
        F.count(F.lit(1)).cast("int").alias("mentions"),
        F.count_if(is_excluded).cast("int").alias("excluded_mentions"),
        F.count_if(is_unsure).cast("int").alias("unsure_mentions"),
        F.max(F.when(is_chosen, F.col("centrality"))).alias("_centrality"),
        F.array_sort(F.collect_list(F.when(is_technique, place))).alias("techniques"),
    )


def _about(articles: DataFrame) -> DataFrame:
    authors = F.filter("authors", lambda a: F.coalesce(a["role"], F.lit("author")) == "author")
    licence = F.struct(
        F.col("licence_code").alias("code"),
        F.col("licence_url").alias("url"),
        F.col("licence_text").alias("text"),
        "copyright_statement",
        F.col("pmc_licence_code").alias("stated_by_source"),
    )
    plain = ("title", "journal", "published", "doi", "pmcid", "article_type")
    return articles.where("is_current").select(
        "article_key",
        *plain,
        *("is_retracted", "is_retraction_notice", "has_concern", "abbreviations"),
        F.col("language").alias("_article_language"),
        F.transform(authors, lambda a: a["name"]).alias("authors"),
        licence.alias("licence"),
    )


def _sent(name: str) -> Column:
    """A column as the worker reads it."""
    if name == "abbreviations":
        own = F.filter(name, lambda a: a["figure_key"].isNull() | (a["figure_key"] == F.col("figure_key")))
        return F.transform(own, lambda a: F.struct(a["short"].alias("short"), a["long"].alias("long")))
    if name == "citing_paragraphs":
        return F.transform(
            name,
            lambda p: F.struct(
                p["text"].alias("text"),
                F.transform(
                    p["citations"], lambda c: F.struct(c["start"].alias("start"), c["end"].alias("end"))
                ).alias("citations"),
            ),
        )
    return F.col(name)
