"""Evidence for the centrality of a concept in a caption: features from the caption, its article, the corpus.

All features are of the figure's own article, except the document frequency, which is that of the pinned table
concept_statistics. So an article gives the same evidence whatever else is in the lake.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

# Rarity without concept_statistics: the same for every concept, so it does not affect their order. It is the
# mean over the development captions of docs/centrality.md, so that the cut means the same with and without.
UNCOUNTED = 0.66
# A name of fewer letters is searched for as a whole word, a longer one as the beginning of words.
STEM = 4
LONG_NAME = 20  # letters; longer names count the same


def evidence(
    mentions: DataFrame, figures: DataFrame, articles: DataFrame, statistics: DataFrame | None
) -> DataFrame:
    """One row for each figure and concept: figure_key, concept_id, and each of WEIGHTS, all from 0 to 1.

    `mentions` are rows of the linker; figures and articles may include others. `statistics` is None if
    concepts were never counted; a concept missing from it is one that no caption named.
    """
    evidence_rows = mentions_by_concept(mentions).join(figure_text(figures, articles), "figure_key")
    if statistics is None:
        evidence_rows = evidence_rows.withColumn("rarity", F.lit(UNCOUNTED))
    else:
        evidence_rows = evidence_rows.join(F.broadcast(rarity(statistics)), "concept_id", "left").fillna(
            1.0, ["rarity"]
        )
    return evidence_rows.select(
        "figure_key",
        "concept_id",
        (1 - F.col("begin") / F.greatest("length", F.lit(1))).alias("early"),
        (F.col("sentence") == 0).cast("double").alias("opening"),
        (F.col("places") / F.col("all_places")).alias("share"),
        ((F.col("panel_count") > 0) & F.col("of_all_panels")).cast("double").alias("all_panels"),
        (F.col("in_panels") / F.greatest("panel_count", "in_panels", F.lit(1))).alias("panels"),
        contains_name("title").alias("title"),
        contains_name("sections").alias("section"),
        contains_name("abstract").alias("abstract"),
        citing_share().alias("cited"),
        "rarity",
        (F.least("letters", F.lit(LONG_NAME)) / LONG_NAME).alias("long_name"),
        F.col("general").cast("double").alias("general"),
        F.col("negated").cast("double").alias("negated"),
        F.col("uncertain").cast("double").alias("uncertain"),
    )


def mentions_by_concept(mentions: DataFrame) -> DataFrame:
    """One row for each figure and concept: where and how its mentions name it, and `names` to search for."""
    flagged = {name: F.array_contains("flags", name) for name in ("general", "negated", "uncertain")}
    each = mentions.groupBy("figure_key", "concept_id").agg(
        F.min(F.col("spans")[0]["start"]).alias("begin"),
        F.min("sentence").alias("sentence"),
        F.count(F.lit(1)).alias("places"),
        F.bool_or(F.size("panels") == 0).alias("of_all_panels"),
        F.size(F.array_distinct(F.flatten(F.collect_set("panels")))).alias("in_panels"),
        F.array_union(
            F.collect_set(search_term(F.col("text"))), F.collect_set(search_term(F.col("name")))
        ).alias("names"),
        F.max(F.length("text")).alias("letters"),
        F.bool_and(flagged["general"]).alias("general"),
        F.bool_and(flagged["negated"]).alias("negated"),
        F.bool_or(flagged["uncertain"]).alias("uncertain"),
    )
    all_places = mentions.groupBy("figure_key").agg(F.count(F.lit(1)).alias("all_places"))
    return each.join(all_places, "figure_key")


def figure_text(figures: DataFrame, articles: DataFrame) -> DataFrame:
    """One row for each figure: length and panels of its caption, and the words of the text around it."""
    about = articles.where("is_current").select(
        "article_key",
        normalised_words(F.col("title")).alias("title"),
        normalised_words(F.col("abstract")).alias("abstract"),
    )
    labels = F.array_distinct(F.flatten(F.col("panels.labels")))
    return figures.join(about, "article_key").select(
        "figure_key",
        F.length("caption").alias("length"),
        F.size(labels).alias("panel_count"),
        normalised_words(F.array_join("section", " ")).alias("sections"),
        F.transform("citing_paragraphs", lambda paragraph: normalised_words(paragraph["text"])).alias(
            "paragraphs"
        ),
        "title",
        "abstract",
    )


def rarity(statistics: DataFrame) -> DataFrame:
    """One row per counted concept: concept_id and rarity, 0 if all captions name it, nearly 1 if one does."""
    everywhere = F.log1p("captions_in_all")
    return statistics.select("concept_id", (1 - F.log1p("captions") / everywhere).alias("rarity"))


def normalised_words(text: Column) -> Column:
    """Return the words of a text in lower case, with one space before, between and after; none for null."""
    plain = F.trim(F.regexp_replace(F.lower(F.coalesce(text, F.lit(""))), r"[^\p{L}\p{N}]+", " "))
    return F.concat(F.lit(" "), plain, F.lit(" "))


def search_term(name: Column) -> Column:
    """Return the string to search for in words: the name without a plural ending, after a space."""
    plain = F.trim(normalised_words(name))
    stem = F.when(F.length(plain) > STEM, F.regexp_replace(plain, "(ies|es|s|y)$", "")).otherwise(plain)
    return F.concat(F.lit(" "), stem, F.when(F.length(stem) < STEM, " ").otherwise(""))


def contains_name(text: str) -> Column:
    """Return 1.0 if a column of words contains one of the row's `names`, else 0.0."""
    return _contains_any_name(F.col(text)).cast("double")


def citing_share() -> Column:
    """Return the share of the citing paragraphs that contain one of the row's `names`."""
    having = F.filter("paragraphs", _contains_any_name)
    return F.greatest(F.size(having), F.lit(0)) / F.greatest(F.size("paragraphs"), F.lit(1))


def _contains_any_name(text: Column) -> Column:
    return F.exists("names", lambda name: F.contains(text, name))
