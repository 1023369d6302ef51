"""The names of concepts that triplets pass on: none of a vocabulary whose licence is not held."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.rights import RESTRICTED_VOCABULARY

NAMES = ("concept_id", "source", "source_id", "name", "normalised", "is_preferred", "scope", "source_rank",
         "term_rank", "flags", "restriction_level")  # fmt: skip


_KINDS = ("concept_id", "semantic_types", "semantic_groups")


def is_restricted() -> Column:
    """True for a row of `concepts` or `concept_names` whose source restricts its use, or does not say."""
    return F.coalesce(F.col("restriction_level") != 0, F.lit(True))


def concepts_passed_on(
    read: Callable[[str], DataFrame], held: Sequence[str] = (), *, synonyms: int = 0
) -> DataFrame:
    """The rows of `names_passed_on` for all concepts of a lake; `read` gives its tables by name."""
    concepts = read("concepts")
    needs_names = synonyms > 0 or not concepts.where(is_restricted()).isEmpty()
    names = read("concept_names").select(*NAMES) if needs_names else None
    return names_passed_on(concepts, names, held=held, synonyms=synonyms)


def mentions_passed_on(mentions: DataFrame, names: DataFrame, held: Sequence[str] = ()) -> DataFrame:
    """Mentions with `name` null where it is of a restricted source that is not among `held`."""
    is_held = F.col("source").isin(*held) if held else F.lit(False)
    sources = names.where(is_restricted() & ~is_held).select("source").distinct()
    marked = mentions.join(F.broadcast(sources.withColumn("_restricted", F.lit(True))), "source", "left")
    name = F.when(F.col("_restricted").isNull(), F.col("name"))
    return marked.withColumn("name", name).drop("_restricted")


def names_passed_on(
    concepts: DataFrame, names: DataFrame | None, *, held: Sequence[str] = (), synonyms: int = 0
) -> DataFrame:
    """One row for each concept: concept_id, semantic_types, semantic_groups, preferred_name, synonyms,
    name_withheld.

    `concepts` and `names` are rows of the tables; without `names` no source is restricted and no synonym
    requested. A restricted name is passed on if its source is among `held`. If the preferred name is not,
    that of the most preferred source takes its place which may be, and `name_withheld` is the rule.
    `synonyms` is the largest number of further exact names, of which equal normalised ones count once.
    """
    own = F.col("preferred_name")
    no_names = F.lit(None).cast("array<string>")
    if names is None:
        return concepts.select(*_KINDS, own, no_names.alias("synonyms"), _rule(F.lit(False)))
    wanted = concepts if synonyms else concepts.where(is_restricted())
    is_held = F.col("source").isin(*held) if held else F.lit(False)
    # The order in which build_dictionary chooses the preferred name of a concept.
    order = F.struct(
        F.array_contains("flags", "obsolete").alias("obsolete"),
        "source_rank",
        (~F.col("is_preferred")).alias("synonym"),
        "term_rank",
        "source_id",
        "name",
        "scope",
    )
    free = (
        names.where(~is_restricted() | is_held)
        .join(wanted.select("concept_id"), "concept_id", "left_semi")
        .groupBy("concept_id", "normalised")
        .agg(F.min(order).alias("_name"))
        .groupBy("concept_id")
        .agg(F.array_sort(F.collect_list("_name")).alias("_names"))
    )
    joined = concepts.join(free, "concept_id", "left")
    first = F.when(is_restricted(), F.element_at("_names", 1)["name"]).otherwise(own)
    exact = F.filter(
        "_names", lambda n: (n["scope"] == "exact") & ~n["obsolete"] & ~n["name"].eqNullSafe(first)
    )
    further = F.slice(F.transform(exact, lambda n: n["name"]), 1, synonyms) if synonyms else no_names
    return joined.select(
        *_KINDS,
        first.alias("preferred_name"),
        F.coalesce(further, F.array().cast("array<string>")).alias("synonyms")
        if synonyms
        else further.alias("synonyms"),
        _rule(own.isNotNull() & ~own.eqNullSafe(first)),
    )


def _rule(is_withheld: Column) -> Column:
    return F.when(is_withheld, F.lit(RESTRICTED_VOCABULARY)).alias("name_withheld")
