"""Rows of a lake that the report shows; each function returns a handful, whatever the size of the lake."""

from __future__ import annotations

from typing import Any

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from medconcept.images.statuses import Status
from medconcept.lake.lake import Commit, Lake

CAPTIONS = 12
IMAGES = 8
FREQUENT = 20
PER_TYPE = 6
RELEASES = 20


def example_captions(triplets: DataFrame, limit: int = CAPTIONS) -> list[Any]:
    """Example triplets: for each semantic type those with most concepts of it, one for each article.

    At most `limit` rows of triplets, the same for the same table. Captions of 120 to 900 characters are
    preferred.
    """
    first = triplets.where(F.col("triplet_key").endswith("/0"))
    readable = F.length("caption").between(120, 900)
    each = first.select(
        "triplet_key", "article_key", readable.alias("readable"), F.explode("concepts").alias("c")
    ).where(is_specific("c.flags"))
    each = each.select(
        "triplet_key", "article_key", "readable", "c.concept_id", F.col("c.semantic_types")[0].alias("kind")
    )
    counted = each.groupBy("kind", "triplet_key", "article_key", "readable").agg(
        F.count_distinct("concept_id").alias("n")
    )
    order = [F.desc("readable"), F.desc("n"), F.col("triplet_key")]
    of_type = F.row_number().over(Window.partitionBy("kind").orderBy(*order))
    best = counted.withColumn("place", of_type).where(F.col("place") <= PER_TYPE)
    of_article = F.row_number().over(Window.partitionBy("article_key").orderBy("place", *order))
    chosen = best.withColumn("_a", of_article).where("_a = 1").orderBy("place", "kind").limit(limit)
    rows = first.join(F.broadcast(chosen.select("triplet_key", "place", "kind")), "triplet_key")
    return rows.orderBy("place", "kind").collect()


def example_images(triplets: DataFrame, limit: int = IMAGES) -> list[Any]:
    """Triplets with an image, those with most concepts, of as many articles as possible.

    At most `limit` rows of triplets, the same for the same table.
    """
    resolved = triplets.where(F.col("image_status") == Status.RESOLVED.value)
    order = [F.desc(F.size("concept_ids")), F.col("triplet_key")]
    of_article = F.row_number().over(Window.partitionBy("article_key").orderBy(*order))
    ranked = resolved.select("triplet_key", "article_key", of_article.alias("place"))
    chosen = ranked.orderBy("place", "article_key").limit(limit).select("triplet_key", "place")
    return triplets.join(F.broadcast(chosen), "triplet_key").orderBy("place", "article_key").collect()


def frequent_concepts(mentions: DataFrame, concepts: DataFrame, limit: int = FREQUENT) -> list[Any]:
    """The concepts named by most captions, without stop concepts: concept_id, name, kind, captions."""
    counted = (
        mentions.where(is_specific("flags"))
        .groupBy("concept_id")
        .agg(F.count_distinct("figure_key").alias("captions"))
    )
    top = counted.orderBy(F.desc("captions"), "concept_id").limit(limit)
    described = concepts.select(
        "concept_id",
        F.coalesce("preferred_name", "concept_id").alias("name"),
        F.col("semantic_types")[0].alias("kind"),
    )
    return top.join(described, "concept_id").orderBy(F.desc("captions"), "concept_id").collect()


def mentions_by_type(mentions: DataFrame, concepts: DataFrame) -> list[Any]:
    """One row for each semantic type: kind, mentions, concepts."""
    kinds = concepts.select("concept_id", F.col("semantic_types")[0].alias("kind"))
    by_kind = mentions.join(kinds, "concept_id").groupBy("kind")
    counts = by_kind.agg(
        F.count(F.lit(1)).alias("mentions"), F.count_distinct("concept_id").alias("concepts")
    )
    return counts.orderBy(F.desc("mentions"), "kind").collect()


def mentions_by_method(mentions: DataFrame) -> list[Any]:
    """One row for each matching method: method, mentions, similarity (the lowest), example (text, name)."""
    is_shown = (F.length("text") <= 40) & F.col("name").isNotNull()  # restricted names are not shown
    example = F.min(F.when(is_shown, F.struct("text", "name")))
    counts = mentions.groupBy("method").agg(
        F.count(F.lit(1)).alias("mentions"), F.min("similarity").alias("similarity"), example.alias("example")
    )
    return counts.orderBy(F.desc("mentions"), "method").collect()


def mentions_by_flag(mentions: DataFrame) -> list[Any]:
    """One row for each flag: flag, mentions, captions."""
    each = mentions.select("figure_key", F.explode("flags").alias("flag"))
    counts = each.groupBy("flag").agg(
        F.count(F.lit(1)).alias("mentions"), F.count_distinct("figure_key").alias("captions")
    )
    return counts.orderBy(F.desc("mentions"), "flag").collect()


def is_specific(flags: str) -> Column:
    """True where a mention is not flagged as a stop concept."""
    return ~F.array_contains(flags, "general")


def licences(articles: DataFrame, figures: DataFrame) -> list[Any]:
    """One row for each licence of current articles: code, group, articles, figures."""
    per_article = figures.groupBy("article_key").agg(F.count(F.lit(1)).alias("figures"))
    current = articles.where("is_current").join(per_article, "article_key", "left")
    code = F.coalesce("licence_code", F.lit("unknown")).alias("code")
    counts = current.groupBy(code, F.col("licence_group").alias("group")).agg(
        F.count(F.lit(1)).alias("articles"), F.sum(F.coalesce("figures", F.lit(0))).alias("figures")
    )
    return counts.orderBy(F.desc("articles"), "code").collect()


def figure_kinds(figures: DataFrame) -> list[Any]:
    """One row for each kind of figure: kind, figures, panels, citing paragraphs, own_rights (with rights)."""
    counts = figures.groupBy("kind").agg(
        F.count(F.lit(1)).alias("figures"),
        F.sum(F.size("panels")).alias("panels"),
        F.sum(F.size("citing_paragraphs")).alias("paragraphs"),
        F.count("rights").alias("own_rights"),
    )
    return counts.orderBy(F.desc("figures"), "kind").collect()


def last_releases(lake: Lake, head: Commit, limit: int = RELEASES) -> list[Any]:
    """The newest releases, newest first: name, commit_seq, rows, code_version."""
    releases = lake.read("releases", head)
    return releases.orderBy(F.desc("commit_seq"), "name").limit(limit).collect()
