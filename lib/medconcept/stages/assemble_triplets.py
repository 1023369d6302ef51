"""assemble_triplets: one row a training example, from figures, articles, mentions and concepts."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.errors import ConfigError
from medconcept.modality import MODALITY_VERSION
from medconcept.spark.progress import Count
from medconcept.stages.context import Context
from medconcept.stages.stage import SideResult, Stage, StageOutput
from medconcept.stages.triplets import figure_facts, filters, splits
from medconcept.stages.triplets.opted_out import opted_out, read_opt_out
from medconcept.tables.triplets import TRIPLET_CONCEPT
from medconcept.triplets.options import TripletFilters

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
    "media",
    "article_type",
)
FIGURE = (
    "figure_key", "article_key", "article_version", "caption", "label", "source_sha256", "caption_markup",
    "panels", "section", "citing_paragraphs", "language",
)  # fmt: skip
MENTION = tuple(name for name in TRIPLET_CONCEPT.names if name not in ("preferred_name", "semantic_types"))
BY_ARTICLE = {  # the columns read of each table
    "articles": (*dict.fromkeys((*ABOUT, *figure_facts.ARTICLE, "aliases")),),
    "figures": (*dict.fromkeys((*FIGURE, *figure_facts.FIGURE)),),
    "mentions": (*dict.fromkeys(("figure_key", *MENTION, *figure_facts.MENTION)),),
}
INPUTS = (*BY_ARTICLE, "concepts")
NO_MEDIA, AT_SOURCE = "no media at source", "at source, not fetched"


def build(context: Context) -> StageOutput:
    """Assemble the triplets of the articles that changed; of all, where concepts changed."""
    articles = None
    if context.previous is not None and not context.is_other("concepts"):
        articles = context.changed_articles(*BY_ARTICLE)
    tables = {name: context.rows_of(name, articles, hold=seen) for name, seen in BY_ARTICLE.items()}
    concepts, current = context.read("concepts"), context.current_rows("triplets", articles)
    tables["mentions"] = tables["mentions"].where("concept_id IS NOT NULL")  # recognised alone is no concept
    wanted = context.config.triplets
    chosen = without_flags(tables["mentions"], wanted.exclude_flags)
    facts = _facts(context, tables)
    pinned = context.read("splits")
    edges = splits.edges_of(facts.where("reason IS NULL"), tables["articles"].where("is_current"))
    assigned = context.checkpoint("splits", splits.assign(edges, pinned, wanted.splits))
    pins = pinned.select("member_key", "split").unionByName(assigned.select("member_key", "split"))
    judged = splits.with_splits(facts, pins)
    every = triplet_rows(
        tables["articles"],
        tables["figures"],
        chosen,
        concepts,
        require_concept=wanted.filters.require_concept,
    )
    rows = with_facts(every, judged)
    graphics = None
    if "image_sha256" in rows.columns:
        rows = with_image_reason(rows, wanted.filters, pins)
        rows, graphics = rows.where("reason IS NULL"), rows.select("figure_key", "reason")
    elif wanted.filters.needs_images:
        raise ConfigError("triplets.filters: there are no images in this lake to filter by")
    return StageOutput(
        tables={"splits": (assigned, pinned.where(F.lit(False))), "triplets": (rows, current)},
        side_result=lambda: SideResult(filters.counts(judged, graphics) | splits.split_counts(assigned)),
        articles=articles,
        gate_against=("figures", "concepts", "splits"),
        inserts_only=("splits",),  # no row of it ever changes
    )


def _facts(context: Context, tables: dict[str, DataFrame]) -> DataFrame:
    """The facts of figures, computed once, with the first reason to leave each out."""
    wanted, spark = context.config.triplets, context.lake.spark
    statements = figure_facts.figure_statements(
        tables["figures"],
        tables["articles"],
        tables["mentions"],
        wanted.filters,
        exclude_flags=wanted.exclude_flags,
        opted_out=opted_out(
            spark, tables["figures"], tables["articles"], read_opt_out(context.config.opt_out)
        ),
    )
    with context.progress.counting(spark, Count("figures", tables["figures"].count)) as counter:
        facts = context.checkpoint("facts", figure_facts.figure_facts(statements, counter))
    return facts.withColumn("reason", filters.fact_reason(wanted.filters))


def triplet_rows(
    articles: DataFrame,
    figures: DataFrame,
    mentions: DataFrame,
    concepts: DataFrame,
    *,
    require_concept: bool = True,
) -> DataFrame:
    """One row for each graphic of each figure with a caption and, unless not required, a concept."""
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
    about = articles.where("is_current").select(*ABOUT, F.col("language").alias("_article_language"))
    how = "inner" if require_concept else "left"
    joined = each.join(per_figure, "figure_key", how).join(about, "article_key")
    if not require_concept:
        joined = joined.withColumns({name: _or_empty(joined, name) for name in ("concepts", "concept_ids")})
    return joined.withColumns(
        {
            "triplet_key": F.concat("figure_key", F.lit("/"), F.col("_n").cast("string")),
            "graphic_href": F.col("_graphic.href"),
            "image_status": F.when(_is_at_source(), AT_SOURCE).otherwise(NO_MEDIA),
            "citing_paragraphs": F.coalesce(F.transform("citing_paragraphs", lambda p: p["text"]), F.array()),
            "language": F.coalesce("language", "_article_language"),
            "year": F.substring("published", 1, 4).cast("int"),
            "duplicate_group": F.lit(None).cast("string"),
        }
    )


def _or_empty(rows: DataFrame, name: str) -> Column:
    return F.coalesce(name, F.array().cast(rows.schema[name].dataType))


def with_facts(rows: DataFrame, figures: DataFrame) -> DataFrame:
    """Add facts and split to the rows of figures that have no reason to be left out; the others leave."""
    known = figures.where("reason IS NULL").select("figure_key", *figure_facts.FACTS, "split")
    return rows.join(known, "figure_key")


def with_image_reason(rows: DataFrame, wanted: TripletFilters, pins: DataFrame) -> DataFrame:
    """Add `reason` to rows with images: `image`, `split_conflict`, or null for rows that stay."""
    conflict = F.when(F.col("_image_conflict"), F.lit("split_conflict"))
    marked = splits.image_conflict(rows, pins)
    return marked.withColumn("reason", F.coalesce(filters.image_reason(wanted), conflict))


def _is_at_source() -> Column:
    """True where PMC has a file of the graphic's name, with or without its extension."""
    name = F.regexp_extract("_graphic.href", "([^/]*)$", 1)
    return F.coalesce(
        F.exists("media", lambda file: (file == name) | (F.regexp_replace(file, r"\.[^.]*$", "") == name)),
        F.lit(False),
    )


def without_flags(mentions: DataFrame, flags: tuple[str, ...]) -> DataFrame:
    """Return the mentions that have none of these flags."""
    if not flags:
        return mentions
    return mentions.where(~F.arrays_overlap("flags", F.array(*map(F.lit, flags))))


def settings(context: Context) -> tuple[object, ...]:
    """The configuration, the entries of the opt-out list, and the version of modality's rules."""
    return (context.config.triplets, read_opt_out(context.config.opt_out).digest, MODALITY_VERSION)


STAGE = Stage(name="assemble_triplets", version=2, inputs=INPUTS, settings=settings, build=build)
