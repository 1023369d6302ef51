"""What caption, article and corpus say of a concept that the caption names: what the score weighs.

All of it is of the figure's own article, but for the document frequency, which is that of the pinned table
concept_statistics. So an article gives the same evidence whatever else is in the lake.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

# Rarity where nobody has counted: the same for every concept, so that it puts none before another. It is the
# mean over the development captions of docs/centrality.md, so that the cut means the same with and without.
UNCOUNTED = 0.66
# A name of fewer letters is looked for as a whole word, a longer one as the beginning of words.
STEM = 4
LONG_NAME = 20  # letters; what is longer says no more


def evidence(
    mentions: DataFrame, figures: DataFrame, articles: DataFrame, statistics: DataFrame | None
) -> DataFrame:
    """One row for each figure and concept: figure_key, concept_id, and each of WEIGHTS, all from 0 to 1.

    `mentions` are as the linker gives them; figures and articles may be more than theirs. `statistics` is
    None where nobody has counted; a concept that they have not is one that no caption named.
    """
    known = of_concepts(mentions).join(about_figures(figures, articles), "figure_key")
    if statistics is None:
        known = known.withColumn("rarity", F.lit(UNCOUNTED))
    else:
        known = known.join(F.broadcast(rarity(statistics)), "concept_id", "left").fillna(1.0, ["rarity"])
    return known.select(
        "figure_key",
        "concept_id",
        (1 - F.col("begin") / F.greatest("length", F.lit(1))).alias("early"),
        (F.col("sentence") == 0).cast("double").alias("opening"),
        (F.col("places") / F.col("all_places")).alias("share"),
        ((F.col("panel_count") > 0) & F.col("of_all_panels")).cast("double").alias("all_panels"),
        (F.col("in_panels") / F.greatest("panel_count", "in_panels", F.lit(1))).alias("panels"),
        names_one("title").alias("title"),
        names_one("sections").alias("section"),
        names_one("abstract").alias("abstract"),
        cited_by().alias("cited"),
        "rarity",
        (F.least("letters", F.lit(LONG_NAME)) / LONG_NAME).alias("long_name"),
        F.col("general").cast("double").alias("general"),
        F.col("negated").cast("double").alias("negated"),
        F.col("uncertain").cast("double").alias("uncertain"),
    )


def of_concepts(mentions: DataFrame) -> DataFrame:
    """One row for each figure and concept: where and how its mentions name it, and `names` to look for."""
    flagged = {name: F.array_contains("flags", name) for name in ("general", "negated", "uncertain")}
    each = mentions.groupBy("figure_key", "concept_id").agg(
        F.min(F.col("spans")[0]["start"]).alias("begin"),
        F.min("sentence").alias("sentence"),
        F.count(F.lit(1)).alias("places"),
        F.bool_or(F.size("panels") == 0).alias("of_all_panels"),
        F.size(F.array_distinct(F.flatten(F.collect_set("panels")))).alias("in_panels"),
        F.array_union(
            F.collect_set(looked_for(F.col("text"))), F.collect_set(looked_for(F.col("name")))
        ).alias("names"),
        F.max(F.length("text")).alias("letters"),
        F.bool_and(flagged["general"]).alias("general"),
        F.bool_and(flagged["negated"]).alias("negated"),
        F.bool_or(flagged["uncertain"]).alias("uncertain"),
    )
    all_places = mentions.groupBy("figure_key").agg(F.count(F.lit(1)).alias("all_places"))
    return each.join(all_places, "figure_key")


def about_figures(figures: DataFrame, articles: DataFrame) -> DataFrame:
    """One row for each figure: length and panels of its caption, and as words what surrounds it."""
    about = articles.where("is_current").select(
        "article_key", words(F.col("title")).alias("title"), words(F.col("abstract")).alias("abstract")
    )
    labels = F.array_distinct(F.flatten(F.col("panels.labels")))
    return figures.join(about, "article_key").select(
        "figure_key",
        F.length("caption").alias("length"),
        F.size(labels).alias("panel_count"),
        words(F.array_join("section", " ")).alias("sections"),
        F.transform("citing_paragraphs", lambda paragraph: words(paragraph["text"])).alias("paragraphs"),
        "title",
        "abstract",
    )


def rarity(statistics: DataFrame) -> DataFrame:
    """One row a counted concept: concept_id, and rarity: 0 where all captions name it, nearly 1 for one."""
    everywhere = F.log1p("captions_in_all")
    return statistics.select("concept_id", (1 - F.log1p("captions") / everywhere).alias("rarity"))


def words(text: Column) -> Column:
    """A text as its words in lower case, a space before, between and behind; a null has none."""
    plain = F.trim(F.regexp_replace(F.lower(F.coalesce(text, F.lit(""))), r"[^\p{L}\p{N}]+", " "))
    return F.concat(F.lit(" "), plain, F.lit(" "))


def looked_for(name: Column) -> Column:
    """What is looked for among `words` to find a name: without the ending of a plural, a space before."""
    plain = F.trim(words(name))
    stem = F.when(F.length(plain) > STEM, F.regexp_replace(plain, "(ies|es|s|y)$", "")).otherwise(plain)
    return F.concat(F.lit(" "), stem, F.when(F.length(stem) < STEM, " ").otherwise(""))


def names_one(text: str) -> Column:
    """1.0 where words have one of the row's `names` in them, else 0.0."""
    return _has_one(F.col(text)).cast("double")


def cited_by() -> Column:
    """The share of the paragraphs that cite the figure which have one of the row's `names` in them."""
    having = F.filter("paragraphs", _has_one)
    return F.greatest(F.size(having), F.lit(0)) / F.greatest(F.size("paragraphs"), F.lit(1))


def _has_one(text: Column) -> Column:
    return F.exists("names", lambda name: F.contains(text, name))
