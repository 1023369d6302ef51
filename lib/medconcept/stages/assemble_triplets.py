"""assemble_triplets: one row a training example, from figures, images, articles, mentions and concepts."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.images.statuses import Status
from medconcept.modality import MODALITY_VERSION
from medconcept.spark.progress import Count
from medconcept.stages.context import Context
from medconcept.stages.opt_out import opted_out
from medconcept.stages.stage import SideResult, Stage, StageOutput
from medconcept.stages.triplets import figure_facts, filters, splits
from medconcept.stages.triplets.carried_splits import splits_pinned
from medconcept.stages.triplets.chosen_mentions import chosen_mentions, mention_counts
from medconcept.stages.triplets.concept_names import concepts_passed_on
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
    "article_type",
)
FIGURE = (
    "figure_key", "article_key", "article_version", "caption", "label", "source_sha256", "caption_markup",
    "panels", "section", "citing_paragraphs", "language",
)  # fmt: skip
OF_CONCEPT = ("preferred_name", "semantic_types", "semantic_groups", "synonyms", "name_withheld")
MENTION = tuple(name for name in TRIPLET_CONCEPT.names if name not in OF_CONCEPT)
# image_sha256, … in triplets; flags to filter by
IMAGE = ("sha256", "format", "width", "height", "flags", "derived_sha256")
BY_ARTICLE = {  # the columns read of each table
    "articles": (*dict.fromkeys((*ABOUT, *figure_facts.ARTICLE, "aliases")),),
    "figures": (*dict.fromkeys((*FIGURE, *figure_facts.FIGURE)),),
    "mentions": (*dict.fromkeys(("figure_key", *MENTION, *figure_facts.MENTION)),),
    "images": (
        *("image_key", "figure_key", "article_key", "status", *IMAGE),
        *(name for name in figure_facts.MEASURE if name not in IMAGE),
    ),
}
WHOLE = ("concepts", "concept_names", "image_groups")  # changes may concern any article
INPUTS = (*BY_ARTICLE, *WHOLE)
NOT_RESOLVED = "not_resolved"  # resolve_images has not run on the article yet


def build(context: Context) -> StageOutput:
    """Assemble the triplets of the articles that changed; of all, if concepts or groups of images did."""
    articles = None
    if context.previous is not None and not any(map(context.has_changed, WHOLE)):
        articles = context.changed_articles(*BY_ARTICLE)
    tables = {name: context.rows_of(name, articles, cache_columns=seen) for name, seen in BY_ARTICLE.items()}
    concepts = concepts_passed_on(
        context.read, context.config.rights.licences_held, synonyms=context.config.triplets.synonyms
    )
    current = context.current_rows("triplets", articles)
    tables["mentions"] = tables["mentions"].where("concept_id IS NOT NULL")  # recognised alone is no concept
    options = context.config.triplets
    chosen = chosen_mentions(tables["mentions"], options.exclude_flags, options.min_confidence)
    facts = _facts(context, tables)
    images = image_columns(tables["images"], image_groups(context))
    pinned, carried = splits_pinned(context)
    edges = splits.edges_of(
        facts.where("reason IS NULL"),
        tables["articles"].where("is_current"),
        images,
        groups_of_duplicates(context),
    )
    # Read some ten times over, each time with all that it comes from unless it is written down.
    edges = context.checkpoint("edges", edges)
    assigned = context.checkpoint("splits", splits.assign(edges, pinned, options.splits))
    pins = pinned.select("member_key", "split").unionByName(assigned.select("member_key", "split"))
    new_pins = assigned if carried is None else assigned.unionByName(carried, allowMissingColumns=True)
    judged = splits.with_splits(facts, pins)
    every = triplet_rows(
        tables["articles"],
        tables["figures"],
        chosen,
        concepts,
        images,
        require_concept=options.filters.require_concept,
    )
    rows = with_image_reason(with_facts(every, judged), options.filters, pins)
    rows, graphics = rows.where("reason IS NULL"), rows.select("figure_key", "reason")
    return StageOutput(
        tables={"splits": (new_pins, pinned.where(F.lit(False))), "triplets": (rows, current)},
        side_result=lambda: SideResult(
            filters.counts(judged, graphics) | mention_counts(facts) | splits.split_counts(assigned, carried)
        ),
        articles=articles,
        gate_against=("figures", "concepts", "splits"),
        inserts_only=("splits",),  # no row of it ever changes
    )


def _facts(context: Context, tables: dict[str, DataFrame]) -> DataFrame:
    """The facts of figures, computed once, with the first reason to leave each out."""
    options, spark = context.config.triplets, context.lake.spark
    statements = figure_facts.figure_statements(
        tables["figures"],
        tables["articles"],
        tables["mentions"],
        options.filters,
        exclude_flags=options.exclude_flags,
        min_confidence=options.min_confidence,
        opted_out=opted_out(
            spark,
            tables["figures"],
            tables["articles"],
            context.opt_out,
            tables["images"].select("figure_key", F.col("sha256").alias("image_sha256")),
        ),
        measures=figure_facts.measures_of(tables["images"]),
    )
    with context.progress.counting(spark, Count("figures", tables["figures"].count)) as counter:
        facts = context.checkpoint("facts", figure_facts.figure_facts(statements, counter))
    return facts.withColumn("reason", filters.fact_reason(options.filters))


def triplet_rows(
    articles: DataFrame,
    figures: DataFrame,
    mentions: DataFrame,
    concepts: DataFrame,
    images: DataFrame,
    *,
    require_concept: bool = True,
) -> DataFrame:
    """One row for each graphic of each figure with a caption and, unless not required, a concept.

    `concepts` are rows of `names_passed_on`, `images` of `image_columns`; a graphic without one has the
    status NOT_RESOLVED.
    """
    known = concepts.select("concept_id", *OF_CONCEPT)
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
    keyed = joined.withColumns(
        {
            "triplet_key": F.concat("figure_key", F.lit("/"), F.col("_n").cast("string")),
            "graphic_href": F.col("_graphic.href"),
            "citing_paragraphs": F.coalesce(F.transform("citing_paragraphs", lambda p: p["text"]), F.array()),
            "language": F.coalesce("language", "_article_language"),
            "year": F.substring("published", 1, 4).cast("int"),
        }
    )
    status = F.coalesce("_status", F.lit(NOT_RESOLVED))
    return keyed.join(images.drop("article_key"), "triplet_key", "left").withColumn("image_status", status)


def image_columns(images: DataFrame, groups: DataFrame) -> DataFrame:
    """What triplets have of an image: triplet_key, article_key, image_sha256 and so on, duplicate_group.

    An image that is not resolved has a status alone: what is damaged is not passed on under a checksum.
    `groups` are image_sha256 and duplicate_group.
    """
    is_resolved = F.col("status") == Status.RESOLVED.value
    return images.select(
        F.col("image_key").alias("triplet_key"),
        "article_key",
        F.col("status").alias("_status"),
        *(F.when(is_resolved, F.col(name)).alias(f"image_{name}") for name in IMAGE),
    ).join(groups, "image_sha256", "left")


def groups_of_duplicates(context: Context) -> DataFrame | None:
    """image_sha256 and duplicate_group of `image_groups`; None if nobody has run group_images."""
    return image_groups(context) if context.has_rows("image_groups") else None


def image_groups(context: Context) -> DataFrame:
    """Rows of image_sha256 and duplicate_group: the files that look like another one."""
    groups = context.read("image_groups").where("distance IS NOT NULL OR exact_group <> sha256")
    return groups.select(F.col("sha256").alias("image_sha256"), F.col("near_group").alias("duplicate_group"))


def _or_empty(rows: DataFrame, name: str) -> Column:
    return F.coalesce(name, F.array().cast(rows.schema[name].dataType))


def with_facts(rows: DataFrame, figures: DataFrame) -> DataFrame:
    """Add facts and split to the rows of figures that have no reason to be left out; the others leave."""
    known = figures.where("reason IS NULL").select("figure_key", *figure_facts.FACTS, "split")
    joined = rows.join(known, "figure_key")
    # Every rule of `rights.withheld` keeps scaled copies in the lake.
    copy = F.when(F.col("rights.withheld").isNull(), F.col("image_derived_sha256"))
    return joined.withColumn("image_derived_sha256", copy)


def with_image_reason(rows: DataFrame, options: TripletFilters, pins: DataFrame) -> DataFrame:
    """Add `reason` to rows with images: `image`, `split_conflict`, or null for rows that stay."""
    conflict = F.when(F.col("_image_conflict"), F.lit("split_conflict"))
    marked = splits.image_conflict(rows, pins)
    return marked.withColumn("reason", F.coalesce(filters.image_reason(options), conflict))


def settings(context: Context) -> tuple[object, ...]:
    """The configuration, the entries of the opt-out list, and the version of modality's rules."""
    config = context.config
    return (config.triplets, config.rights, context.opt_out.digest, MODALITY_VERSION)


STAGE = Stage(
    name="assemble_triplets",
    version=4,
    inputs=INPUTS,
    settings=settings,
    build=build,
    by_article=("triplets",),
)
