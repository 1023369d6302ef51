"""A UMLS release to names, concepts and retired identifiers; see terminologies/umls_rrf.py for its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from pyspark.sql import Column, DataFrame, Observation, SparkSession, Window
from pyspark.sql import functions as F

from medconcept.config import DictionarySource
from medconcept.stages.dictionary.concept_rows import is_joined
from medconcept.terminologies.semantic_network import GROUP_OF
from medconcept.terminologies.term import DictionarySourceError
from medconcept.terminologies.umls_choice import NameGroup, nothing_chosen
from medconcept.terminologies.umls_options import UmlsOptions
from medconcept.terminologies.umls_rrf import (
    COLUMNS,
    LANGUAGES,
    ORPHA_CODE,
    PREFERRED_TYPES,
    PREFIXES,
    REQUIRED,
    check_first_line,
)
from medconcept.workers.dictionary.follow_steps import STEPS, follow_batches

CUI_PATTERN = "^C[0-9]{7}$"
# Why an atom is not chosen, in the order in which the reasons are checked.
UNUSABLE = ("malformed", "no_cui", "bad_utf8", "no_name")
REASONS = (*UNUSABLE, "language", "source", "suppressed", "term_type", "restriction")


@dataclass(frozen=True)
class Release:
    """The tables of one release, by name, as URIs of plain files.

    A table that is missing reads as empty; of those that are not required a file may be empty too.
    """

    spark: SparkSession
    source: DictionarySource
    rank: int
    files: Mapping[str, str]

    def read(self, table: str, *columns: str) -> DataFrame:
        """Read columns of a table, and `_is_complete`: whether the line has all columns of the table."""
        names = COLUMNS[table]
        lines = None
        if table in self.files:
            lines = self.spark.read.options(lineSep="\n", __globPaths__="false").text(self.files[table])
            first = lines.head()
            if first is not None:
                check_first_line(first["value"], table, self.source.name)
            elif table in REQUIRED:
                raise DictionarySourceError(self.source.name, f"{table}.RRF is empty")
            else:
                lines = None
        if lines is None:
            fields = ", ".join(f"{name} STRING" for name in columns)
            return self.spark.createDataFrame([], f"{fields}, _is_complete BOOLEAN")
        parts = lines.select(F.split("value", r"\|").alias("_p"))
        is_complete = F.size("_p").isin(len(names), len(names) + 1)
        return parts.select(
            *[F.get("_p", F.lit(names.index(c))).alias(c) for c in columns], is_complete.alias("_is_complete")
        )

    def valid_rows(self, table: str, *columns: str) -> DataFrame:
        """Read columns of the lines that have all columns of a table, empty fields as null."""
        rows = self.read(table, *columns).where("_is_complete")
        return rows.select(*[F.nullif(F.col(c), F.lit("")).alias(c) for c in columns])


def names(release: Release) -> tuple[DataFrame, list[Observation]]:
    """Return one row for each atom that the options choose, and the counts of REASONS, `read`, `chosen`
    and `no_semantic_type` (of chosen atoms whose concept has no line in MRSTY).

    The counts are complete once the rows have been computed.
    """
    source, counts = release.source, Observation(f"umls-{release.rank}")
    untyped = Observation(f"umls-types-{release.rank}")
    ranks = release.valid_rows("MRRANK", "RANK", "SAB", "TTY", "SUPPRESS")
    ranks = ranks.groupBy("SAB", "TTY", "SUPPRESS").agg(F.max(F.col("RANK").cast("int")).alias("_mrrank"))
    atoms = _judged(release).observe(counts, *_totals())
    atoms = atoms.where(F.col("_reason").isNull()).join(
        F.broadcast(ranks), ["SAB", "TTY", "SUPPRESS"], "left"
    )
    # Broadcast, so that the atoms are not shuffled by concept; the seven digits of a CUI keep it small.
    atoms = atoms.withColumn("_cui", _cui_number())
    atoms = atoms.join(F.broadcast(_typed_concepts(release)), "_cui", "left")
    atoms = atoms.observe(untyped, F.count_if(F.col("_chosen").isNull()).alias("no_semantic_type"))
    atoms = atoms.where("_chosen").withColumn("_id", source_id_column())
    is_umls_preferred = (F.col("TS") == "P") & (F.col("STT") == "PF") & (F.col("ISPREF") == "Y")
    return atoms.select(
        F.col("CUI").alias("concept_id"),
        F.col("SAB").alias("source"),
        F.col("_id").alias("source_id"),
        F.col("STR").alias("name"),
        (is_umls_preferred | F.col("TTY").isin(*PREFERRED_TYPES)).alias("is_preferred"),
        F.lit("exact").alias("scope"),
        F.col("TTY").alias("term_type"),
        F.coalesce(_lookup(LANGUAGES, F.col("LAT")), F.lower("LAT")).alias("language"),
        F.lit(release.rank).alias("source_rank"),
        (F.lit(10_000) - F.coalesce("_mrrank", F.lit(0))).alias("term_rank"),
        F.lit(source.licence).alias("licence"),
        F.col("_level").alias("restriction_level"),
        F.coalesce("VSAB", F.lit(source.version)).alias("source_version"),
        F.lit(False).alias("obsolete"),
        "semantic_types",
        F.when(is_joined(F.col("_id")), F.col("_id")).otherwise("").alias("joined"),
    ), [counts, untyped]


def why_nothing(release: Release) -> str:
    """One line about a release of which no name is chosen; it reads the release once more."""
    judged = _judged(release).where(F.col("_reason").isNull() | ~F.col("_reason").isin(*UNUSABLE))
    columns = ("LAT", "SAB", "SUPPRESS", "TTY", "_level")
    groups = [NameGroup(*row) for row in judged.groupBy(*columns).count().collect()]
    chosen = judged.where(F.col("_reason").isNull())
    types = chosen.join(_semantic_types(release), "CUI").groupBy("TUI").count().collect()
    return nothing_chosen(groups, {row["TUI"]: row["count"] for row in types}, release.source.umls)


def concepts(release: Release) -> DataFrame:
    """Return one row for each concept of the release, chosen or not: types, groups, definition."""
    types = _semantic_types(release)
    kinds = types.groupBy("CUI").agg(
        F.sort_array(F.collect_set("STY")).alias("semantic_types"),
        F.sort_array(F.collect_set("TUI")).alias("semantic_type_ids"),
        F.sort_array(F.collect_set(_lookup(GROUP_OF, F.col("TUI")))).alias("semantic_groups"),
    )
    all_definitions = release.valid_rows("MRDEF", "CUI", "SAB", "DEF", "SUPPRESS")
    all_definitions = all_definitions.where("DEF IS NOT NULL AND SUPPRESS = 'N'")
    if "*" not in release.source.umls.sources:
        all_definitions = all_definitions.where(F.col("SAB").isin(*release.source.umls.sources))
    levels = release.valid_rows("MRSAB", "RSAB", "SRL").select(
        F.col("RSAB").alias("SAB"), F.col("SRL").cast("int").alias("_level")
    )
    all_definitions = all_definitions.join(F.broadcast(levels.dropDuplicates(["SAB"])), "SAB", "left")
    # The least restricted definition, since its text restricts the use of the row; then by source.
    best = F.min(F.struct(F.coalesce("_level", F.lit(0)).alias("level"), "SAB", "DEF"))
    definitions = all_definitions.groupBy("CUI").agg(best.alias("_d"))
    return kinds.join(definitions, "CUI", "left").select(
        F.col("CUI").alias("concept_id"),
        "semantic_types",
        "semantic_type_ids",
        "semantic_groups",
        F.col("_d.DEF").alias("definition"),
        F.col("_d.level").alias("definition_level"),
    )


def retired(release: Release) -> DataFrame:
    """Return one row for each retired CUI: its name, null if unknown, and the CUI that replaced it, if any.

    Only REL SY says that two identifiers mean the same; of several the smallest. A replacement that is
    retired itself is followed to the one in use. A CUI that still has a semantic type is in use.
    """
    moved = release.valid_rows("MRCUI", "CUI1", "REL", "CUI2")
    moved = moved.select(
        F.col("CUI1").alias("concept_id"),
        F.when((F.col("REL") == "SY") & (F.col("CUI2") != F.col("CUI1")), F.col("CUI2")).alias("replaced_by"),
        F.lit(None).cast("string").alias("name"),
    )
    deleted = release.valid_rows("DELETEDCUI", "PCUI", "PSTR").select(
        F.col("PCUI").alias("concept_id"),
        F.lit(None).cast("string").alias("replaced_by"),
        F.col("PSTR").alias("name"),
    )
    both = moved.unionByName(deleted).where(F.col("concept_id").rlike(CUI_PATTERN))
    in_use = _semantic_types(release).select(F.col("CUI").alias("concept_id"))
    both = both.join(in_use, "concept_id", "left_anti")
    return _followed(
        both.groupBy("concept_id").agg(F.min("replaced_by").alias("replaced_by"), F.min("name").alias("name"))
    )


def _followed(retired: DataFrame) -> DataFrame:
    """Replace replacements that are retired themselves by the last one, or by none if that has none.

    Only the ids of such chains go to one worker: in a whole release there are hardly any.
    """
    ids = retired.select(F.col("concept_id").alias("replaced_by"))
    starts = retired.join(ids, "replaced_by", "left_semi")
    ends = retired.join(starts.select(F.col("replaced_by").alias("concept_id")), "concept_id", "left_semi")
    chained = starts.unionByName(ends, allowMissingColumns=True).select(
        F.col("concept_id").alias("old"), F.col("replaced_by").alias("new")
    )
    last = chained.distinct().repartition(1).mapInArrow(follow_batches, STEPS)
    last = last.select(
        F.col("old").alias("concept_id"), F.col("new").alias("_last"), F.lit(True).alias("_in")
    )
    now = F.when(F.col("_in"), F.col("_last")).otherwise(F.col("replaced_by"))
    joined = retired.join(F.broadcast(last), "concept_id", "left")
    return joined.select("concept_id", now.alias("replaced_by"), "name")


def asserted(rows: DataFrame) -> DataFrame:
    """Return the CUI that the release gives each source id, from rows of `names`: source_id, _asserted.

    Of several, that of the name that the source prefers, by MRRANK; then the smallest.
    """
    order = [F.desc("is_preferred"), F.col("term_rank"), F.col("concept_id")]
    window = Window.partitionBy("source_id").orderBy(*order)
    first = rows.where(~F.col("source_id").startswith("UMLS:")).withColumn("_n", F.row_number().over(window))
    return first.where("_n = 1").select("source_id", F.col("concept_id").alias("_asserted"))


def source_id_column() -> Column:
    """Return an atom's source id: its CODE with the prefix of its source, or its CUI if it has none."""
    prefix = F.coalesce(_lookup(PREFIXES, F.col("SAB")), F.col("SAB"))
    full = F.concat(prefix, F.lit(":"))
    return (
        F.when((F.col("CODE") == "NOCODE") | (F.col("CODE") == ""), F.concat(F.lit("UMLS:"), "CUI"))
        .when(
            prefix == "Orphanet",
            F.concat(full, F.regexp_replace("CODE", f"^(?:Orphanet:)?(?:{ORPHA_CODE.pattern[1:]})?", "")),
        )
        .when(F.startswith("CODE", full), F.col("CODE"))
        .otherwise(F.concat(full, "CODE"))
    )


def _typed_concepts(release: Release) -> DataFrame:
    """Return a row for each concept of MRSTY: number of its CUI, `_chosen`, and if so its types, by "|"."""
    options = release.source.umls
    tuis = [tui for tui, group in GROUP_OF.items() if group in options.semantic_groups]
    chosen = F.max(F.col("TUI").isin(*tuis, *options.semantic_types)).alias("_chosen")
    types = F.array_join(F.sort_array(F.collect_set("STY")), "|").alias("semantic_types")
    by_concept = _semantic_types(release).groupBy(_cui_number().alias("_cui")).agg(chosen, types)
    return by_concept.withColumn("semantic_types", F.when(F.col("_chosen"), F.col("semantic_types")))


def _semantic_types(release: Release) -> DataFrame:
    """Return one row for each semantic type of each concept: CUI, TUI, STY."""
    return release.valid_rows("MRSTY", "CUI", "TUI", "STY").where(F.col("CUI").rlike(CUI_PATTERN))


def _cui_number() -> Column:
    """Return the digits of a CUI as an integer, which joins faster and takes less memory than text."""
    return F.expr("try_cast(substring(CUI, 2, 7) AS INT)")


def _judged(release: Release) -> DataFrame:
    """Return one row for each atom, with `_level`, VSAB, and the `_reason` why it is not chosen, or null."""
    atoms = release.read(
        "MRCONSO", "CUI", "LAT", "TS", "STT", "ISPREF", "SAB", "TTY", "CODE", "STR", "SRL", "SUPPRESS"
    )
    levels = release.valid_rows("MRSAB", "RSAB", "SRL", "VSAB", "CURVER").where("CURVER = 'Y'")
    levels = levels.select(
        F.col("RSAB").alias("SAB"), F.col("SRL").cast("int").alias("_level"), F.col("VSAB")
    ).dropDuplicates(["SAB"])
    atoms = atoms.join(F.broadcast(levels), "SAB", "left")
    atoms = atoms.withColumn("_level", F.coalesce("_level", F.col("SRL").cast("int"), F.lit(0)))
    return atoms.withColumn("_reason", _reason(release.source.umls))


def _totals() -> list[Column]:
    each = [F.count(F.when(F.col("_reason") == reason, 1)).alias(reason) for reason in REASONS]
    chosen = F.count(F.when(F.col("_reason").isNull(), 1)).alias("chosen")
    return [F.count(F.lit(1)).alias("read"), chosen, *each]


def _reason(options: UmlsOptions) -> Column:
    def is_in(column: str, values: tuple[object, ...]) -> Column:
        return F.coalesce(F.col(column).isin(*values), F.lit(False))

    has_term_type = ~is_in("TTY", options.without_term_types)
    if options.term_types:
        has_term_type = is_in("TTY", options.term_types)
    has_source = F.lit(True) if "*" in options.sources else is_in("SAB", options.sources)
    if options.takes_translations:
        has_source = has_source | (F.col("LAT") != "ENG")  # of a language that was chosen
    return (
        F.when(~F.col("_is_complete"), "malformed")
        .when(~F.col("CUI").rlike(CUI_PATTERN), "no_cui")
        # Spark replaces bytes that are not UTF-8 by U+FFFD, which no vocabulary uses.
        .when(F.col("STR").contains("\ufffd"), "bad_utf8")
        .when(F.trim("STR") == "", "no_name")
        .when(~is_in("LAT", options.languages), "language")
        .when(~has_source, "source")
        .when(~is_in("SUPPRESS", options.suppress), "suppressed")
        .when(~has_term_type, "term_type")
        .when(~is_in("_level", options.restriction_levels), "restriction")
    )


def _lookup(mapping: Mapping[str, str], key: Column) -> Column:
    return F.create_map(*[F.lit(x) for x in chain.from_iterable(mapping.items())])[key]
