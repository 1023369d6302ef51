"""The rows of `concepts` and `concept_names`, from terms and UMLS atoms of all sources."""

from __future__ import annotations

from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, IntegerType, StringType, StructField, StructType

from medconcept.dictionary.name_index import JOINED_PREFIXES
from medconcept.tables.fit import fitted
from medconcept.workers.dictionary.read_terms import DESCRIBED, describe_batches

NAME_COLUMNS = (
    "concept_id", "source", "source_id", "name", "is_preferred", "scope", "term_type", "language",
    "source_rank", "term_rank", "licence", "restriction_level", "source_version", "obsolete",
    "semantic_types", "joined",
)  # fmt: skip
_ALL = (Window.unboundedPreceding, Window.unboundedFollowing)
SCOPE_RANK = "CASE scope WHEN 'exact' THEN 0 WHEN 'narrow' THEN 1 WHEN 'broad' THEN 2 ELSE 3 END"


def first_of_equal_ids(terms: DataFrame) -> DataFrame:
    """Return one row for each id: a term in use before an obsolete one, then that of the preferred source.

    Two sources may ship the same ontology, and a source may have an id twice; the choice does not depend on
    the order of rows. `dictionary.compile_terms` applies the same rules to terms in memory.
    """
    first = Window.partitionBy("source_id").orderBy("obsolete", "source_rank", F.to_json("names"))
    return terms.withColumn("_n", F.row_number().over(first)).where("_n = 1").drop("_n")


def merge(terms: DataFrame, asserted: DataFrame | None, retired: DataFrame | None) -> DataFrame:
    """Give each term its concept_id; one row in, one row out, with `lost_claim`.

    A term in use gets, in this order: the CUI that a UMLS release gives its id; the smallest CUI among its
    own cross-references, retired CUIs replaced; the CUI of the terms that cross-reference it, if they all
    agree; its own id. Terms of one source differ in meaning, so only one of them may keep a CUI: the first by
    the order above, then the one with the fewest CUIs, then the smallest id. The others are `lost_claim`:
    they keep their own id and get the CUI as a cross-reference. An obsolete term keeps its own id.
    """
    terms = terms if retired is None else _replace_retired(terms, retired)
    used = terms.where(~F.col("obsolete"))
    named = (
        used.where(F.size("cuis") == 1)
        .select(F.explode("xrefs").alias("source_id"), F.array_min("cuis").alias("_named"))
        .groupBy("source_id")
        .agg(F.min("_named").alias("_named"), F.countDistinct("_named").alias("_n"))
        .where("_n = 1")
        .drop("_n")
    )
    joined = terms.join(named, "source_id", "left")
    if asserted is None:
        joined = joined.withColumn("_asserted", F.lit(None).cast("string"))
    else:
        joined = joined.join(asserted, "source_id", "left")
    own = F.array_min("cuis")
    claim = F.when(~F.col("obsolete"), F.coalesce("_asserted", own, "_named"))
    evidence_rank = F.when(F.col("_asserted").isNotNull(), 0).when(own.isNotNull(), 1).otherwise(2)
    best = Window.partitionBy("source", "_claim").orderBy(evidence_rank, F.size("cuis"), "source_id")
    ranked = joined.withColumn("_claim", claim).withColumn(
        "lost_claim", F.col("_claim").isNotNull() & (F.row_number().over(best) > 1)
    )
    kept = F.when(~F.col("lost_claim"), F.col("_claim"))
    reference = F.array(F.concat(F.lit("UMLS:"), "_claim"))
    return ranked.select(
        *[c for c in terms.columns if c != "xrefs"],
        F.when(F.col("lost_claim"), F.sort_array(F.array_union("xrefs", reference)))
        .otherwise(F.col("xrefs"))
        .alias("xrefs"),
        "lost_claim",
        F.coalesce(kept, "source_id").alias("concept_id"),
    )


def term_names(terms: DataFrame) -> DataFrame:
    """Return one row of NAME_COLUMNS for each name of each merged term; the first is its preferred one."""
    each = terms.select("*", F.posexplode("names").alias("_n", "_name"))
    fields = ("name", "scope", "term_type", "language")
    return each.withColumns({c: F.col(f"_name.{c}") for c in fields}).select(
        *[c for c in NAME_COLUMNS if c not in ("is_preferred", "term_rank", "semantic_types", "joined")],
        F.array_join("semantic_types", "|").alias("semantic_types"),
        joined_column(F.array_union(F.array("source_id"), F.col("xrefs"))).alias("joined"),
        (F.col("_n") == 0).alias("is_preferred"),
        F.expr(f"IF(_n = 0, 0, 1 + {SCOPE_RANK})").alias("term_rank"),
    )


def joined_column(ids: Column) -> Column:
    """Return `compile_terms.joined_ids` of an array of ids, as a column."""
    return F.array_join(F.filter(ids, is_joined), "|")


def is_joined(id_: Column) -> Column:
    """Whether an id is one of those that joined_ids keeps."""
    return reduce(or_, (id_.startswith(prefix) for prefix in JOINED_PREFIXES))


def retired_steps(terms: DataFrame) -> DataFrame:
    """Return rows (old, new): alternative and obsolete ids that no term in use has, and their successors."""
    used = terms.where(~F.col("obsolete")).select(F.col("source_id").alias("old"))
    other = terms.select(F.explode("alt_ids").alias("old"), F.col("source_id").alias("new"))
    gone = terms.where("obsolete AND replaced_by IS NOT NULL")
    gone = gone.select(F.col("source_id").alias("old"), F.col("replaced_by").alias("new"))
    return other.unionByName(gone).join(used, "old", "left_anti")


def describe(names: DataFrame) -> DataFrame:
    """Add the columns DESCRIBED, which the matcher computes from each name, to rows of NAME_COLUMNS."""
    rows = names.select(*NAME_COLUMNS)
    return rows.mapInArrow(describe_batches, StructType([*rows.schema.fields, *DESCRIBED]))


def name_rows(described: DataFrame) -> DataFrame:
    """Return one row for each name of each term and concept, the best of equal ones, with its ambiguity.

    All rows of one normalised form are compared in one pass after one shuffle.
    """
    key = ("name", "source", "source_id", "concept_id")
    best = (F.desc("is_preferred"), "source_rank", F.expr(SCOPE_RANK), "term_rank", "term_type", "language")
    form = Window.partitionBy("normalised").orderBy(*key, *best)
    # `row_number` would need a window in another order, and so a second pass over all rows.
    is_repeated = reduce(Column.__and__, [F.lag(name).over(form).eqNullSafe(F.col(name)) for name in key])
    in_use = F.when(~F.col("obsolete"), F.col("concept_id"))
    concepts = F.collect_set(in_use).over(form.rowsBetween(*_ALL))
    counted = described.repartition("normalised").withColumns(
        {"_is_repeated": is_repeated, "ambiguity": F.greatest(F.size(concepts), F.lit(1))}
    )
    return counted.where("NOT _is_repeated").drop("_is_repeated")


def concept_rows(names: DataFrame, terms: DataFrame | None, release: DataFrame | None) -> DataFrame:
    """Return one row for each concept that has a name.

    Name and definition come from the most preferred source that has them. `terms` are merged terms, `release`
    the concepts of a UMLS release.
    """
    synonym = F.expr("NOT is_preferred").alias("synonym")
    name = F.struct(
        "obsolete", "source_rank", synonym, "term_rank", "source_id", "name", "restriction_level", "source"
    )
    # Shuffled before the aggregation: a concept's names are spread over all partitions, so that partial
    # aggregates would not be smaller.
    by_concept = names.select("concept_id", name.alias("_name")).repartition("concept_id")
    by_name = (
        by_concept.groupBy("concept_id")
        .agg(F.collect_list("_name").alias("_names"))
        .select(
            "concept_id",
            F.array_min("_names").alias("_first"),
            F.sort_array(F.array_distinct("_names.source")).alias("sources"),
            F.sort_array(F.array_distinct("_names.source_id")).alias("source_ids"),
        )
    )
    about = _about(terms, release)
    obsolete = F.col("_first.obsolete")
    level = F.greatest("_first.restriction_level", F.coalesce("definition_level", F.lit(0)))
    empty = F.array().cast("array<string>")
    return by_name.join(about, "concept_id", "left").select(
        "concept_id",
        F.col("_first.name").alias("preferred_name"),
        *[F.coalesce(F.col(name), empty).alias(name) for name in _LISTS],
        "definition",
        "sources",
        "source_ids",
        obsolete.alias("obsolete"),
        F.when(obsolete & (F.col("replaced_by") != F.col("concept_id")), F.col("replaced_by")).alias(
            "replaced_by"
        ),
        level.alias("restriction_level"),
    )


def retired_rows(retired: DataFrame, names: DataFrame, source: str, level: int) -> DataFrame:
    """Return rows of `concepts` for retired CUIs that have no name in use, so that they can be resolved."""
    empty = F.array().cast("array<string>")
    # Reduced to retired ids first, so that not all names are shuffled: the ids can be broadcast.
    used = names.select("concept_id").join(retired.select("concept_id"), "concept_id", "left_semi")
    return retired.join(used.distinct(), "concept_id", "left_anti").select(
        "concept_id",
        F.col("name").alias("preferred_name"),
        *[empty.alias(name) for name in _LISTS],
        F.lit(None).cast("string").alias("definition"),
        F.array(F.lit(source)).alias("sources"),
        F.array(F.concat(F.lit("UMLS:"), "concept_id")).alias("source_ids"),
        F.lit(True).alias("obsolete"),
        "replaced_by",
        F.lit(level).alias("restriction_level"),
    )


def nameless_rows(terms: DataFrame) -> DataFrame:
    """Return rows of `concepts` for retired ids of which a source keeps only what replaces them."""
    empty = F.array().cast("array<string>")
    ids = terms.select(F.col("source_id").alias("replaced_by"), F.col("concept_id").alias("_new"))
    gone = terms.where("obsolete AND size(names) = 0 AND replaced_by IS NOT NULL")
    return gone.join(ids, "replaced_by", "left").select(
        "concept_id",
        F.lit(None).cast("string").alias("preferred_name"),
        *[empty.alias(name) for name in _LISTS],
        F.lit(None).cast("string").alias("definition"),
        F.array("source").alias("sources"),
        F.array("source_id").alias("source_ids"),
        F.lit(True).alias("obsolete"),
        F.coalesce("_new", "replaced_by").alias("replaced_by"),
        "restriction_level",
    )


_LISTS = ("semantic_types", "semantic_type_ids", "semantic_groups", "xrefs")
_ABOUT = StructType(
    [
        StructField("concept_id", StringType()),
        StructField("source_rank", IntegerType()),
        StructField("source_id", StringType()),
        *[StructField(name, ArrayType(StringType())) for name in _LISTS],
        StructField("definition", StringType()),
        StructField("definition_level", IntegerType()),
        StructField("replaced_by", StringType()),
    ]
)


def _about(terms: DataFrame | None, release: DataFrame | None) -> DataFrame:
    """Return one row for each concept, with its columns other than names."""
    columns = ("concept_id", *_LISTS, "definition", "definition_level", "replaced_by")
    frames = [] if release is None else [fitted(release, _ABOUT)]
    if terms is None and frames:
        return frames[0].select(*columns)  # a release has one row for each concept already
    if terms is not None:
        ids = terms.select(F.col("source_id").alias("replaced_by"), F.col("concept_id").alias("_new"))
        now = F.coalesce("_new", "replaced_by")
        of_terms = terms.join(ids, "replaced_by", "left").withColumn("replaced_by", now)
        of_terms = of_terms.withColumn("definition_level", F.col("restriction_level"))
        frames.append(fitted(of_terms, _ABOUT))
    rows = reduce(DataFrame.unionByName, [frame.select(*_ABOUT.names) for frame in frames])

    def union_of(name: str) -> Column:
        return F.sort_array(F.array_distinct(F.flatten(F.collect_list(name)))).alias(name)

    order = F.struct(
        F.coalesce("source_rank", F.lit(1 << 20)).alias("rank"), "source_id", "definition", "definition_level"
    )
    best = F.min(F.when(F.col("definition").isNotNull(), order)).alias("_d")
    gathered = rows.groupBy("concept_id").agg(
        *[union_of(name) for name in _LISTS], best, F.min("replaced_by").alias("replaced_by")
    )
    return gathered.withColumns({name: F.col(f"_d.{name}") for name in ("definition", "definition_level")})


def _replace_retired(terms: DataFrame, retired: DataFrame) -> DataFrame:
    """Replace each retired CUI of terms by its synonym; a CUI without one is dropped."""
    each = terms.select("source_id", F.explode("cuis").alias("_cui"))
    synonyms = retired.select(F.col("concept_id").alias("_cui"), "replaced_by", F.lit(True).alias("_old"))
    now = F.when(F.col("_old"), F.col("replaced_by")).otherwise(F.col("_cui"))
    current_cuis = (
        each.join(synonyms, "_cui", "left")
        .groupBy("source_id")
        .agg(F.sort_array(F.collect_set(now)).alias("_cuis"))
    )
    return (
        terms.join(current_cuis, "source_id", "left")
        .withColumn("cuis", F.coalesce("_cuis", "cuis"))
        .drop("_cuis")
        .select(*terms.columns)
    )
