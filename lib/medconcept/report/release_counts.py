"""Counts of one release for its charts; Spark aggregates, and a few hundred numbers reach the driver."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.lake.lake import Commit, Lake
from medconcept.lake.quarantine import left_without_rows, open_quarantine
from medconcept.stages.triplets.concept_names import concepts_passed_on

UNKNOWN = "unknown"
JOURNALS, CENTRAL = 15, 20
# Concepts that a caption names without being about them, or that say too little.
NOT_CENTRAL = ("general", "negated", "peripheral")


@dataclass(frozen=True)
class ConceptCount:
    """A concept with the number of captions that have it, and the first of its semantic types."""

    concept_id: str
    name: str
    kind: str
    captions: int


@dataclass(frozen=True)
class ReleaseCounts:
    """What the charts show of a release; each list is in the order in which it is drawn.

    `years` and `files`, `figures` are (label, count); `journals` (title, articles), `licences` (code, group,
    articles), both most frequent first, of current articles. `spectrum` is (captions, concepts): how many
    concepts have exactly so many captions, rising. `pairs` is the number of captions that have both of two of
    the `central` concepts, by their ids, the smaller first.
    """

    release: str
    articles: int
    years: list[tuple[str, int]]
    journals: list[tuple[str, int]]
    other_journals: tuple[int, int]  # how many journals, and their articles
    licences: list[tuple[str, str, int]]
    spectrum: list[tuple[int, int]]
    central: list[ConceptCount]
    pairs: dict[tuple[str, str], int]
    files: list[tuple[str, int]]
    figures: list[tuple[str, int]]


def count_release(
    lake: Lake, release: str, at: Commit, *, licences_held: Sequence[str] = ()
) -> ReleaseCounts:
    """Count what the charts show of the release that `at` is the commit of.

    A concept is named as triplets name it: none of a restricted vocabulary that is not among `licences_held`.
    """
    articles = lake.read("articles", at).where("is_current")
    figures, mentions = lake.read("figures", at), lake.read("mentions", at).where("concept_id IS NOT NULL")
    is_central = ~F.arrays_overlap("flags", F.array(*map(F.lit, NOT_CENTRAL)))
    named = captions_of(mentions).persist()
    about = captions_of(mentions.where(is_central)).persist()
    try:
        # Small aggregates: most of their time is planning, which threads overlap.
        with ThreadPoolExecutor(max_workers=4) as pool:
            by_journal = pool.submit(journal_counts, articles)
            by_year = pool.submit(count_by, articles, F.substring("published", 1, 4))
            by_licence = pool.submit(licence_counts, articles)
            spectrum = pool.submit(frequency_spectrum, named)
            concepts = concepts_passed_on(lambda table: lake.read(table, at), licences_held)
            central = pool.submit(most_frequent, about, concepts, CENTRAL)
            files = pool.submit(
                file_counts,
                lake.read("raw_articles", at),
                lake.read("articles", at),
                lake.read("quarantine", at),
            )
            used = pool.submit(figure_counts, figures, named, lake.read("triplets", at))
            pairs = pool.submit(pair_counts, about, [c.concept_id for c in central.result()])
        journals = by_journal.result()
    finally:
        named.unpersist()
        about.unpersist()
    rest = [count for _, count in journals[JOURNALS:]]
    return ReleaseCounts(
        release=release,
        articles=sum(count for _, count in journals),
        years=sorted(by_year.result()),
        journals=journals[:JOURNALS],
        other_journals=(len(rest), sum(rest)),
        licences=by_licence.result(),
        spectrum=spectrum.result(),
        central=central.result(),
        pairs=pairs.result(),
        files=files.result(),
        figures=used.result(),
    )


def captions_of(mentions: DataFrame) -> DataFrame:
    """One row for each concept of each figure: figure_key, concept_id."""
    return mentions.select("figure_key", "concept_id").distinct()


def count_by(rows: DataFrame, value: Column | str) -> list[tuple[str, int]]:
    """How many rows have each value, most frequent first; null counts as UNKNOWN."""
    column = F.col(value) if isinstance(value, str) else value
    found = rows.groupBy(F.coalesce(column, F.lit(UNKNOWN)).alias("value")).count()
    return [(r["value"], int(r["count"])) for r in found.orderBy(F.desc("count"), "value").collect()]


def journal_counts(articles: DataFrame) -> list[tuple[str, int]]:
    """Journal and number of articles, most frequent first; spellings that differ in case are one journal.

    Its name is the most frequent spelling: "PLoS ONE" for 35 articles and "PLOS ONE" for 25 count 60.
    """
    spelled = articles.groupBy(F.coalesce("journal", F.lit(UNKNOWN)).alias("title")).count()
    found = spelled.groupBy(F.lower("title")).agg(
        F.max_by("title", F.struct("count", "title")).alias("title"), F.sum("count").alias("count")
    )
    return [(r["title"], int(r["count"])) for r in found.orderBy(F.desc("count"), "title").collect()]


def licence_counts(articles: DataFrame) -> list[tuple[str, str, int]]:
    """Licence code, licence group and number of articles, most frequent first."""
    code = F.coalesce("licence_code", F.lit(UNKNOWN)).alias("code")
    found = articles.groupBy(code, "licence_group").count().orderBy(F.desc("count"), "code", "licence_group")
    return [(r["code"], r["licence_group"], int(r["count"])) for r in found.collect()]


def frequency_spectrum(captions: DataFrame) -> list[tuple[int, int]]:
    """(n, number of concepts that have exactly n captions), rising; about as many as the root of captions."""
    each = captions.groupBy("concept_id").agg(F.count(F.lit(1)).alias("captions"))
    found = each.groupBy("captions").agg(F.count(F.lit(1)).alias("concepts")).orderBy("captions")
    return [(int(r["captions"]), int(r["concepts"])) for r in found.collect()]


def most_frequent(captions: DataFrame, concepts: DataFrame, limit: int) -> list[ConceptCount]:
    """The concepts that most captions have, most frequent first."""
    order = (F.desc("captions"), F.col("concept_id"))
    each = captions.groupBy("concept_id").agg(F.count(F.lit(1)).alias("captions"))
    top = F.broadcast(each.orderBy(*order).limit(limit))
    name = F.coalesce("preferred_name", "concept_id").alias("name")
    kind = F.coalesce(F.get("semantic_types", F.lit(0)), F.lit("other")).alias("kind")
    rows = concepts.select("concept_id", name, kind).join(top, "concept_id").orderBy(*order).collect()
    return [ConceptCount(r["concept_id"], r["name"], r["kind"], int(r["captions"])) for r in rows]


def pair_counts(captions: DataFrame, concept_ids: Sequence[str]) -> dict[tuple[str, str], int]:
    """How many captions have both concepts, for each two of these that share one; the smaller id first."""
    some = captions.where(F.col("concept_id").isin(*concept_ids))
    both = some.select("figure_key", F.col("concept_id").alias("a")).join(
        some.select("figure_key", F.col("concept_id").alias("b")), "figure_key"
    )
    found = both.where("a < b").groupBy("a", "b").count().collect()
    return {(r["a"], r["b"]): int(r["count"]) for r in found}


def file_counts(raw: DataFrame, articles: DataFrame, quarantine: DataFrame) -> list[tuple[str, int]]:
    """What became of the files: article versions, duplicates, files left out and refused, by reason."""
    versions = _row(articles.agg(F.count_if("is_current").alias("n"), F.count(F.lit(1)).alias("all")))
    duplicates = raw.where("duplicate_of IS NOT NULL AND left_out IS NULL").count()
    left_out = count_by(raw.where("left_out IS NOT NULL"), "left_out")
    refused = count_by(open_quarantine(quarantine).where(~left_without_rows()), "reason")
    return [
        ("current articles", int(versions["n"])),
        ("superseded versions", int(versions["all"] - versions["n"])),
        ("exact duplicates", duplicates),
        *((f"left out: {reason}", count) for reason, count in left_out),
        *((f"refused: {reason}", count) for reason, count in refused),
    ]


def figure_counts(figures: DataFrame, captions: DataFrame, triplets: DataFrame) -> list[tuple[str, int]]:
    """What became of the figures: in triplets, or the first reason why not; adds up to all figures."""
    used = triplets.select("figure_key", F.lit(True).alias("_used")).distinct()
    named = captions.select("figure_key", F.lit(True).alias("_named")).distinct()
    reason = (
        F.when(F.col("_used"), "in triplets")
        .when(F.col("caption").isNull(), "no caption")
        .when(F.size("graphics") < 1, "no graphic")
        .when(F.col("_named").isNull(), "no concept in the caption")
        .otherwise("left out by flags of concepts or by filters")
    )
    columns = figures.select("figure_key", "caption", "graphics")
    return count_by(columns.join(used, "figure_key", "left").join(named, "figure_key", "left"), reason)


def _row(rows: DataFrame) -> Any:
    return rows.collect()[0]
