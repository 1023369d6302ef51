"""Terms and atoms of all sources to the rows of `concepts` and `concept_names`."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, IntegerType, StringType, StructField, StructType

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
    """One row for each id: a term in use before an obsolete one, then that of the preferred source.

    Two sources may ship one ontology. A source that has one id twice is read once, whichever of the two rows
    Spark sees first. `dictionary.compile_terms` has the same rules for terms in memory.
    """
    first = Window.partitionBy("source_id").orderBy("obsolete", "source_rank", F.to_json("names"))
    return terms.withColumn("_n", F.row_number().over(first)).where("_n = 1").drop("_n")


def merge(terms: DataFrame, asserted: DataFrame | None, retired: DataFrame | None) -> DataFrame:
    """Give each term its concept_id; one row in, one row out, with `lost_claim`.

    Rule, for terms in use: the CUI that a UMLS release gives the id; else the term's own cross-references to
    the UMLS, retired CUIs replaced, of several the smallest; else the CUI of the terms that name it in their
    cross-references, where all of them agree; else its own id. A source says that its terms differ: of
    several of its ids with one CUI the best founded keeps it (in the order of this rule, then the one with
    fewest CUIs, then the smallest id); the others are `lost_claim`, keep their own id and name the CUI as a
    cross-reference. An obsolete term keeps its own id.
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
    founded = F.when(F.col("_asserted").isNotNull(), 0).when(own.isNotNull(), 1).otherwise(2)
    best = Window.partitionBy("source", "_claim").orderBy(founded, F.size("cuis"), "source_id")
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
    """One row of NAME_COLUMNS for each name of each merged term; the first is its preferred one."""
    each = terms.select("*", F.posexplode("names").alias("_n", "_name"))
    told = ("name", "scope", "term_type", "language")
    return each.withColumns({c: F.col(f"_name.{c}") for c in told}).select(
        *[c for c in NAME_COLUMNS if c not in ("is_preferred", "term_rank", "semantic_types", "joined")],
        F.array_join("semantic_types", "|").alias("semantic_types"),
        joined_column(F.array_union(F.array("source_id"), F.col("xrefs"))).alias("joined"),
        (F.col("_n") == 0).alias("is_preferred"),
        F.expr(f"IF(_n = 0, 0, 1 + {SCOPE_RANK})").alias("term_rank"),
    )


def joined_column(ids: Column) -> Column:
    """`compile_terms.joined_ids` as a column, of an array of ids."""
    return F.array_join(F.filter(ids, is_joined), "|")


def is_joined(id_: Column) -> Column:
    """Whether an id is one of those that joined_ids keeps."""
    return id_.startswith("MESH:") | id_.startswith("OMIM:")


def retired_steps(terms: DataFrame) -> DataFrame:
    """Rows (old, new): alternative and obsolete ids of sources that no term in use has."""
    used = terms.where(~F.col("obsolete")).select(F.col("source_id").alias("old"))
    other = terms.select(F.explode("alt_ids").alias("old"), F.col("source_id").alias("new"))
    gone = terms.where("obsolete AND replaced_by IS NOT NULL")
    gone = gone.select(F.col("source_id").alias("old"), F.col("replaced_by").alias("new"))
    return other.unionByName(gone).join(used, "old", "left_anti")


def describe(names: DataFrame) -> DataFrame:
    """Rows of NAME_COLUMNS with what the matcher makes of each name."""
    rows = names.select(*NAME_COLUMNS)
    return rows.mapInArrow(describe_batches, StructType([*rows.schema.fields, *DESCRIBED]))


def name_rows(described: DataFrame) -> DataFrame:
    """One row for each name of each term and concept, with its ambiguity, the best of equal ones.

    All that is asked of rows of one normalised form is asked after one exchange by it, in one pass.
    """
    key = ("name", "source", "source_id", "concept_id")
    best = (F.desc("is_preferred"), "source_rank", F.expr(SCOPE_RANK), "term_rank", "term_type", "language")
    form = Window.partitionBy("normalised").orderBy(*key, *best)
    # A window of its own order, with a row's number in it, would be a second pass over all rows.
    again = reduce(Column.__and__, [F.lag(name).over(form).eqNullSafe(F.col(name)) for name in key])
    in_use = F.when(~F.col("obsolete"), F.col("concept_id"))
    concepts = F.collect_set(in_use).over(form.rowsBetween(*_ALL))
    counted = described.repartition("normalised").withColumns(
        {"_again": again, "ambiguity": F.greatest(F.size(concepts), F.lit(1))}
    )
    return counted.where("NOT _again").drop("_again")


def concept_rows(names: DataFrame, terms: DataFrame | None, release: DataFrame | None) -> DataFrame:
    """One row for each concept that has a name.

    Name and definition are those of the most preferred source that has them. `terms` are merged terms,
    `release` the concepts of a UMLS release.
    """
    synonym = F.expr("NOT is_preferred").alias("synonym")
    said = F.struct(
        "obsolete", "source_rank", synonym, "term_rank", "source_id", "name", "restriction_level", "source"
    )
    # By concept first: the names of one lie in all parts, so that to gather them before makes nothing less.
    gathered = names.select("concept_id", said.alias("_said")).repartition("concept_id").groupBy("concept_id")
    by_name = gathered.agg(F.collect_list("_said").alias("_said")).select(
        "concept_id",
        F.array_min("_said").alias("_first"),
        F.sort_array(F.array_distinct("_said.source")).alias("sources"),
        F.sort_array(F.array_distinct("_said.source_id")).alias("source_ids"),
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
    """Rows of `concepts` for retired CUIs, so that they resolve; not for those that have a name in use."""
    empty = F.array().cast("array<string>")
    # Those few first: no exchange of all names where the retired can be sent to them.
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
    """What is known of each concept besides its names: one row each."""
    told = ("concept_id", *_LISTS, "definition", "definition_level", "replaced_by")
    frames = [] if release is None else [fitted(release, _ABOUT)]
    if terms is None and frames:
        return frames[0].select(*told)  # as it is: a release has one row for each
    if terms is not None:
        ids = terms.select(F.col("source_id").alias("replaced_by"), F.col("concept_id").alias("_new"))
        now = F.coalesce("_new", "replaced_by")
        known = terms.join(ids, "replaced_by", "left").withColumn("replaced_by", now)
        known = known.withColumn("definition_level", F.col("restriction_level"))
        frames.append(fitted(known, _ABOUT))
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
    """Terms with each retired CUI replaced by its synonym, or dropped where it has none."""
    each = terms.select("source_id", F.explode("cuis").alias("_cui"))
    known = retired.select(F.col("concept_id").alias("_cui"), "replaced_by", F.lit(True).alias("_old"))
    now = F.when(F.col("_old"), F.col("replaced_by")).otherwise(F.col("_cui"))
    fresh = (
        each.join(known, "_cui", "left")
        .groupBy("source_id")
        .agg(F.sort_array(F.collect_set(now)).alias("_cuis"))
    )
    return (
        terms.join(fresh, "source_id", "left")
        .withColumn("cuis", F.coalesce("_cuis", "cuis"))
        .drop("_cuis")
        .select(*terms.columns)
    )
