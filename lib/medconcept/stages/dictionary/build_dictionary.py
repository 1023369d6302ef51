"""build_dictionary: terminologies to `concepts`, `concept_names` and one compiled dictionary file."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from functools import partial, reduce

from pyspark.sql import DataFrame, Observation
from pyspark.sql import functions as F

from medconcept.config import DictionarySource
from medconcept.dictionary.name_variants import FORMS_VERSION
from medconcept.errors import ConfigError, InputError
from medconcept.reader.layout import DICTIONARIES
from medconcept.spark.hadoop_files import NO_PATTERNS, HadoopFiles
from medconcept.stages.context import Context
from medconcept.stages.dictionary import concept_rows, umls, umls_census
from medconcept.stages.dictionary.compile_dictionary import compile_names
from medconcept.stages.dictionary.umls_files import fingerprint, unpack
from medconcept.stages.stage import SideResult, Stage, StageOutput
from medconcept.techniques import dictionary_list
from medconcept.terminologies.formats import TECHNIQUES, UMLS
from medconcept.terminologies.left_out import LeftOut, left_out_lines
from medconcept.terminologies.term import DictionarySourceError
from medconcept.workers.dictionary.read_terms import READ, Source, read_terms


def settings(context: Context) -> tuple[object, ...]:
    """Return what decides the dictionary: the configured sources and the checksum of each file.

    A UMLS release is identified by the names, sizes and times of its files: reading it for a checksum would
    take as long as the build.
    """
    files = _files(context)
    rows = [] if files is None else files.select("_rank", F.sha2("content", 256).alias("sum")).collect()
    checksums = sorted((row["_rank"], row["sum"]) for row in rows)
    releases = [fingerprint(context.lake, s) for _, s in _sources(context, umls=True)]
    sources = [_source_settings(source) for source in context.config.dictionary.sources]
    similar = context.config.dictionary.similar
    return (FORMS_VERSION, *sources, checksums, releases, similar)


def build(context: Context) -> StageOutput:
    """Read every source, merge by UMLS identifiers, compile the names."""
    release = _release(context)
    counts = {} if release is None else umls_census.checked(release, context.log)
    files, left_out = all_terms(context)
    counts |= left_out
    atoms = retired = asserted = terms = None
    observations: list[Observation] = []  # complete once the names are computed
    if release is not None:
        chosen, atom_counts = umls.names(release)
        observations = [*atom_counts, Observation("umls.names")]
        atoms = concept_rows.describe(chosen).observe(observations[-1], F.count(F.lit(1)).alias("names"))
        retired = context.checkpoint("retired", umls.retired(release))
    if files is not None:
        if atoms is not None:  # read twice
            atoms = context.checkpoint("atoms", atoms)
            asserted = umls.asserted(atoms.join(files.select("source_id"), "source_id", "left_semi"))
        terms = context.checkpoint("merged", concept_rows.merge(files, asserted, retired))
        counts["terms"] = terms.count()
        counts["terms.obsolete"] = terms.where("obsolete").count()
        counts["conflicts.one_id_two_cuis"] = terms.where(F.size("cuis") > 1).count()
        counts["conflicts.two_ids_one_cui"] = terms.where("lost_claim").count()
    both = [rows for rows in (atoms, _described(terms)) if rows is not None]
    rows = concept_rows.name_rows(reduce(DataFrame.unionByName, both))
    is_first = not context.has_rows("concept_names")
    names = context.stage_first("concept_names", rows) if is_first else context.checkpoint("names", rows)
    if release is not None:
        observed = {name: int(value) for each in observations for name, value in each.get.items()}
        if not observed.get("names"):
            raise DictionarySourceError(release.source.name, umls.why_nothing(release))
        counts |= {f"umls.{name}": count for name, count in observed.items()}
        typed = counts["umls.chosen"] - counts["umls.no_semantic_type"]
        counts["umls.semantic_type"] = typed - counts["umls.names"]
    if names.where("NOT obsolete").isEmpty():
        raise InputError("the dictionary sources hold no term that is not obsolete")
    umls_concepts = None if release is None else umls.concepts(release)
    concepts = concept_rows.concept_rows(names, terms, umls_concepts)
    if terms is not None:
        concepts = concepts.unionByName(concept_rows.nameless_rows(terms))
    if release is not None and retired is not None:
        source = release.source
        concepts = concepts.unionByName(
            concept_rows.retired_rows(retired, names, source.name, source.restriction_level)
        )
        counts["umls.retired"] = retired.count()
    return StageOutput(
        tables={
            "concepts": (concepts, context.read("concepts")),
            "concept_names": (names, context.read("concept_names")),
        },
        counts=counts,
        gate_against=("concepts",),
        staged=("concept_names",) if is_first else (),
        # One worker lays out the file, while the others work on the tables.
        side_result=partial(_compiled, context, names, terms),
    )


def _compiled(context: Context, names: DataFrame, terms: DataFrame | None) -> SideResult:
    compiled = compile_names(context, names, terms)
    sha256, size = str(compiled["sha256"]), int(compiled["bytes"])
    context.log(f"build_dictionary: compiled {size / 1e6:.1f} MB, {sha256[:12]}")
    return SideResult(
        {"dictionary.bytes": size, "dictionary.similar_bytes": int(compiled["similar_bytes"])}, sha256
    )


def all_terms(context: Context) -> tuple[DataFrame | None, dict[str, int]]:
    """Read one row for each term of the source files, the first of equal ids, and count what was left out.

    None if no source is a file. The counts are named `left_out.SOURCE.REASON`; the prefixes of terms of other
    ontologies are only shown.
    """
    files = _files(context)
    if files is None:
        return None, {}
    sources = {
        rank: Source(s.name, s.format, s.version, s.licence, s.restriction_level)
        for rank, s in _sources(context, umls=False)
    }
    rows = files.repartition(max(1, len(sources))).mapInArrow(partial(read_terms, sources=sources), READ)
    rows = context.checkpoint("terms", rows)
    counts = _left_out(context, rows)
    return concept_rows.first_of_equal_ids(rows.where("left_out IS NULL").drop("left_out")), counts


def _left_out(context: Context, rows: DataFrame) -> dict[str, int]:
    each = rows.where("left_out IS NOT NULL").select("source", F.explode("left_out").alias("reason", "n"))
    by_source: dict[str, LeftOut] = {}
    counts = Counter[str]()
    for row in sorted(each.collect()):
        by_source.setdefault(row["source"], LeftOut())[row["reason"]] += row["n"]
        counts[f"left_out.{row['source']}.{row['reason'].partition('.')[0]}"] += row["n"]
    for source, left_out in by_source.items():
        for line in left_out_lines(source, left_out):
            context.log(f"build_dictionary: {line}")
    return dict(counts)


def _described(terms: DataFrame | None) -> DataFrame | None:
    return None if terms is None else concept_rows.describe(concept_rows.term_names(terms))


def _release(context: Context) -> umls.Release | None:
    releases = _sources(context, umls=True)
    if not releases:
        return None
    if len(releases) > 1:
        raise ConfigError("dictionary.sources: one UMLS release at a time")
    rank, source = releases[0]
    files = unpack(context.lake, source, f"_staging/{context.run_id}/temp-umls")
    return umls.Release(context.lake.spark, source, rank, files)


def _sources(context: Context, *, umls: bool) -> list[tuple[int, DictionarySource]]:
    sources = context.config.dictionary.sources
    if not sources:
        raise ConfigError("build_dictionary needs dictionary.sources in the configuration")
    return [(rank, s) for rank, s in enumerate(sources) if (s.format == UMLS) is umls]


def _files(context: Context) -> DataFrame | None:
    """Read one row for each source that is a file: _rank and content. Raises ConfigError or InputError."""
    spark, frame = context.lake.spark, None
    for rank, source in _sources(context, umls=False):
        if source.format == TECHNIQUES:
            one = spark.createDataFrame([(rank, bytearray(dictionary_list()))], "_rank int, content binary")
            frame = one if frame is None else frame.unionByName(one)
            continue
        folder = HadoopFiles(spark, source.path)
        if not folder.exists(""):
            raise InputError(f"dictionary source {source.name}: {source.path}: no such file")
        if folder.is_endless():
            raise InputError(f"dictionary source {source.name}: {source.path}: is a pipe or device")
        reader = spark.read.format("binaryFile").option(*NO_PATTERNS)
        one = reader.load(folder.root).select(F.lit(rank).alias("_rank"), "content")
        frame = one if frame is None else frame.unionByName(one)
    return frame


def _source_settings(source: DictionarySource) -> dict[str, object]:
    """Return the settings of a source that decide its rows; the path of its file does not."""
    settings = {k: v for k, v in asdict(source).items() if k not in ("path", "acknowledgement")}
    if source.format != UMLS:
        del settings["umls"]
    return settings


__all__ = ["DICTIONARIES", "STAGE", "all_terms", "build", "settings"]
STAGE = Stage(name="build_dictionary", version=2, inputs=(), settings=settings, build=build)
