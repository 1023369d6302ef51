"""assemble_triplets: one row a training example, from figures, images, articles, mentions and concepts."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.images.statuses import Status
from medconcept.stages.context import Context
from medconcept.stages.stage import SideResult, Stage, StageOutput
from medconcept.tables.triplets import TRIPLET_CONCEPT

ABOUT = (
    "article_key",
    "pmcid",
    "pmid",
    "doi",
    "title",
    "journal",
    "published",
    "licence_code",
    "licence_group",
    "licence_url",
    "is_retraction_notice",
    "is_retracted",
    "has_concern",
)
FIGURE = ("figure_key", "article_key", "article_version", "caption", "label", "source_sha256")
MENTION = tuple(name for name in TRIPLET_CONCEPT.names if name not in ("preferred_name", "semantic_types"))
IMAGE = ("sha256", "format", "width", "height")  # image_sha256, … in triplets
BY_ARTICLE = {  # the columns read of each table
    "articles": (*ABOUT, "is_current"),
    "figures": (*FIGURE, "graphics"),
    "mentions": ("figure_key", *MENTION),
    "images": ("image_key", "article_key", "status", *IMAGE),
}
INPUTS = (*BY_ARTICLE, "concepts")
NOT_RESOLVED = "not_resolved"  # resolve_images has not run on the article yet


def build(context: Context) -> StageOutput:
    """Assemble the triplets of the articles that changed; of all, where concepts changed."""
    articles = None
    if context.previous is not None and not context.has_changed("concepts"):
        articles = context.changed_articles(*BY_ARTICLE)
    tables = {name: context.rows_of(name, articles, cache_columns=seen) for name, seen in BY_ARTICLE.items()}
    concepts, current = context.read("concepts"), context.current_rows("triplets", articles)
    tables["mentions"] = tables["mentions"].where("concept_id IS NOT NULL")  # recognised alone is no concept
    chosen = without_flags(tables["mentions"], context.config.triplets.exclude_flags)
    rows = triplet_rows(tables["articles"], tables["figures"], chosen, concepts, tables["images"])
    return StageOutput(
        tables={"triplets": (rows, current)},
        side_result=lambda: SideResult(filter_counts(tables["figures"], tables["mentions"], chosen)),
        articles=articles,
        gate_against=("figures", "concepts"),
    )


def triplet_rows(
    articles: DataFrame, figures: DataFrame, mentions: DataFrame, concepts: DataFrame, images: DataFrame
) -> DataFrame:
    """One row for each graphic of each figure with a caption and a concept.

    An image that is not resolved has a status alone: what is damaged is not passed on under a checksum.
    """
    known = concepts.select("concept_id", "preferred_name", "semantic_types")
    named = mentions.select("figure_key", *MENTION).join(known, "concept_id")
    fields = TRIPLET_CONCEPT.names
    # Spans first: sorted, the concepts stand as they do in the caption.
    concept = F.struct("spans", *(name for name in fields if name != "spans"))
    per_figure = named.groupBy("figure_key").agg(
        F.transform(
            F.array_sort(F.collect_list(concept)), lambda c: F.struct(*(c[n].alias(n) for n in fields))
        ).alias("concepts"),
        F.array_sort(F.collect_set("concept_id")).alias("concept_ids"),
    )
    each = figures.where(F.col("caption").isNotNull()).select(
        *FIGURE, F.posexplode("graphics").alias("_n", "_graphic")
    )
    about = articles.where("is_current").select(*ABOUT)
    joined = each.join(per_figure, "figure_key").join(about, "article_key")
    keyed = joined.withColumns(
        {
            "triplet_key": F.concat("figure_key", F.lit("/"), F.col("_n").cast("string")),
            "graphic_href": F.col("_graphic.href"),
        }
    )
    is_resolved = F.col("status") == Status.RESOLVED.value
    about_image = images.select(
        F.col("image_key").alias("triplet_key"),
        F.col("status").alias("_status"),
        *(F.when(is_resolved, F.col(name)).alias(f"image_{name}") for name in IMAGE),
    )
    status = F.coalesce("_status", F.lit(NOT_RESOLVED))
    return keyed.join(about_image, "triplet_key", "left").withColumn("image_status", status)


def without_flags(mentions: DataFrame, flags: tuple[str, ...]) -> DataFrame:
    """Return the mentions that have none of these flags."""
    if not flags:
        return mentions
    return mentions.where(~F.arrays_overlap("flags", F.array(*map(F.lit, flags))))


def filter_counts(figures: DataFrame, mentions: DataFrame, chosen: DataFrame) -> dict[str, int]:
    """Count the figures that each filter removes.

    figures.in = used + no_caption + no_concept + excluded (all concepts flagged so) + no_graphic.
    """
    found = mentions.select("figure_key").distinct().withColumn("_found", F.lit(True))
    kept = chosen.select("figure_key").distinct().withColumn("_kept", F.lit(True))
    reason = (
        F.when(F.col("caption").isNull(), "figures.no_caption")
        .when(F.col("_found").isNull(), "figures.no_concept")
        .when(F.col("_kept").isNull(), "figures.excluded")
        .when(F.size("graphics") < 1, "figures.no_graphic")
        .otherwise("figures.used")
    )
    each = figures.join(found, "figure_key", "left").join(kept, "figure_key", "left")
    counted = each.groupBy(reason.alias("reason")).count().collect()
    return {"figures.in": sum(r["count"] for r in counted), **{r["reason"]: r["count"] for r in counted}}


STAGE = Stage(
    name="assemble_triplets",
    version=2,
    inputs=INPUTS,
    settings=lambda context: (context.config.triplets,),
    build=build,
)
