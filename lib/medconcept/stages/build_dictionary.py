"""build_dictionary: terminologies to `concepts`, `concept_names` and one compiled dictionary file."""

from __future__ import annotations

import io
from functools import partial

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from medconcept import __version__
from medconcept.config import DictionarySource, settings_digest
from medconcept.delta.hadoop import HadoopFiles
from medconcept.dictionary.compiled import dictionary_sha256
from medconcept.errors import ConfigError, InputError
from medconcept.on_workers.terms import PIECES, TERMS, Source, compile_batches, read_terms
from medconcept.stages.runner import Context, Stage, Work

DICTIONARIES = "_dictionaries"


def settings(context: Context) -> str:
    """Digest of the sources: what the configuration says of them and the checksum of each file."""
    sums = _files(context).select("_rank", F.sha2("content", 256).alias("sum")).collect()
    known = sorted((row["_rank"], row["sum"]) for row in sums)
    return settings_digest(__version__, *[_public(s) for s in context.config.dictionary.sources], known)


def build(context: Context) -> Work:
    """Read every source, merge by UMLS cross-reference, compile the names."""
    merged = merge(context.checkpoint("terms", all_terms(context)))
    terms = context.checkpoint("merged", merged)
    if terms.isEmpty():
        raise InputError("the dictionary sources hold no term that is not obsolete")
    names = context.checkpoint("names", name_rows(terms))
    data = _compile(names)
    sha256 = dictionary_sha256(data)
    context.lake.files.write(f"{DICTIONARIES}/{sha256}", data)
    context.say(f"build_dictionary: compiled {len(data) / 1e6:.1f} MB, {sha256[:12]}")
    conflicts = terms.where(F.size("cuis") > 1).count()
    return Work(
        tables={
            "concepts": (concept_rows(terms), context.read("concepts")),
            "concept_names": (names, context.read("concept_names")),
        },
        counts={"terms": terms.count(), "terms.with_several_cuis": conflicts, "dictionary.bytes": len(data)},
        gate_against=("concepts",),
        dictionary_sha256=sha256,
    )


def all_terms(context: Context) -> DataFrame:
    """One row for each term of each source that is not obsolete, by the first of equal ids."""
    spoken = {
        rank: Source(s.name, s.format, s.version, s.licence)
        for rank, s in enumerate(context.config.dictionary.sources)
    }
    files = _files(context).repartition(max(1, len(spoken)))
    # Two sources may ship one ontology: the first in the configuration speaks for it. A source that gives
    # one id twice is heard once, whichever of the two Spark happens to see first.
    first = Window.partitionBy("source_id").orderBy("source_rank", "name", F.to_json("names"))
    terms = files.mapInArrow(partial(read_terms, sources=spoken), TERMS)
    return terms.withColumn("_n", F.row_number().over(first)).where("_n = 1").drop("_n")


def merge(terms: DataFrame) -> DataFrame:
    """Give each term its concept_id; one row in, one row out.

    Rule: a term's own cross-references to UMLS; of several the smallest CUI (counted as
    terms.with_several_cuis). A term without one takes the CUI of the terms that name it in their
    cross-references, where all of them agree. Else its own id.
    """
    own = F.array_min("cuis")
    named = (
        terms.where(F.size("cuis") == 1)
        .select(F.explode("xrefs").alias("source_id"), own.alias("_cui"))
        .groupBy("source_id")
        .agg(F.min("_cui").alias("_cui"), F.countDistinct("_cui").alias("_n"))
        .where("_n = 1")
        .drop("_n")
    )
    joined = terms.join(named, "source_id", "left")
    return joined.withColumn("concept_id", F.coalesce(own, F.col("_cui"), F.col("source_id"))).drop("_cui")


def concept_rows(terms: DataFrame) -> DataFrame:
    """One row for each concept; name and definition from the most preferred source that has them."""

    def first_by_rank(name: str) -> Column:
        order = F.struct("source_rank", "source_id", F.col(name).alias("value"))
        return F.min(F.when(F.col(name).isNotNull(), order))["value"]

    def union_of(name: str) -> Column:
        return F.array_sort(F.array_distinct(F.flatten(F.collect_list(name))))

    return terms.groupBy("concept_id").agg(
        first_by_rank("name").alias("preferred_name"),
        union_of("semantic_types").alias("semantic_types"),
        first_by_rank("definition").alias("definition"),
        F.array_sort(F.collect_set("source")).alias("sources"),
        F.array_sort(F.collect_set("source_id")).alias("source_ids"),
        union_of("xrefs").alias("xrefs"),
    )


def name_rows(terms: DataFrame) -> DataFrame:
    """One row for each distinct name of each term; the first name of a term is its preferred one."""
    pairs = F.arrays_zip("names", "match_keys")
    each = terms.select("*", F.posexplode(pairs).alias("_n", "_pair"))
    return each.select(
        "concept_id",
        "source",
        "source_id",
        F.col("_pair.names").alias("name"),
        (F.col("_n") == 0).alias("is_preferred"),
        "source_rank",
        F.col("_pair.match_keys").alias("match_key"),
        "licence",
        "source_version",
    )


def _compile(names: DataFrame) -> bytes:
    """Compile on one executor and bring the artefact, not the names, to the driver in pieces."""
    keys = names.where(F.col("match_key").isNotNull()).select("match_key").distinct()
    out = io.BytesIO()
    for row in keys.coalesce(1).mapInArrow(compile_batches, PIECES).toLocalIterator():
        out.write(row["piece"])
    return out.getvalue()


def _files(context: Context) -> DataFrame:
    """One row for each configured source: _rank and content. Raises ConfigError or InputError by name."""
    sources = context.config.dictionary.sources
    if not sources:
        raise ConfigError("build_dictionary needs dictionary.sources in the configuration")
    spark, frame = context.lake.spark, None
    for rank, source in enumerate(sources):
        folder = HadoopFiles(spark, source.path)
        if not folder.exists(""):
            raise InputError(f"dictionary source {source.name}: {source.path}: no such file")
        one = spark.read.format("binaryFile").load(folder.root).select(F.lit(rank).alias("_rank"), "content")
        frame = one if frame is None else frame.unionByName(one)
    assert frame is not None
    return frame


def _public(source: DictionarySource) -> list[str]:
    """What makes a source other than it was; not where its file lies."""
    return [source.name, source.format, source.version, source.licence]


STAGE = Stage(name="build_dictionary", inputs=(), settings=settings, build=build)
