"""annotate_captions: Spark NLP sentences and tokens, the compiled dictionary, `mentions`."""

from __future__ import annotations

from functools import partial

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from medconcept import __version__
from medconcept.annotate.tokens import sentences_and_tokens
from medconcept.config import settings_digest
from medconcept.delta.changes import changed_keys
from medconcept.errors import LakeError
from medconcept.on_workers.matching import HITS, match_batches
from medconcept.stages.build_dictionary import DICTIONARIES
from medconcept.stages.runner import Context, Stage, Work
from medconcept.tables import TABLES


def settings(context: Context) -> str:
    """The dictionary, the pipeline and the code: when one changes, every caption is annotated anew."""
    return settings_digest(
        __version__, context.config.annotate.detect_sentences, context.head.dictionary_sha256
    )


def build(context: Context) -> Work:
    """Annotate the captions that are new or have changed."""
    sha256 = context.head.dictionary_sha256
    if sha256 is None:
        raise LakeError(f"{context.lake.root}: there is no dictionary yet; run build_dictionary first")
    figures, mentions = context.read("figures"), context.read("mentions")
    before = context.read_previous("figures")
    captions = figures.where(F.col("caption").isNotNull()).select("figure_key", "article_key", "caption")
    scope = mentions
    if before is not None:
        changed = changed_keys(figures, before, TABLES["figures"], "figure_key")
        captions = captions.join(changed, "figure_key", "left_semi")
        scope = mentions.join(changed, "figure_key", "left_semi")
    spread = captions.repartition(context.config.annotate.partitions, "figure_key")
    tokens = sentences_and_tokens(spread, detect_sentences=context.config.annotate.detect_sentences)
    hits = context.checkpoint("hits", find_hits(context, tokens, sha256))
    rows = resolve(hits, context.read("concept_names")).withColumn("dictionary_sha256", F.lit(sha256))
    return Work(
        tables={"mentions": (rows, scope)},
        counts={"captions.annotated": captions.count(), "hits": hits.count()},
        gate_against=("figures", "concepts"),
    )


def find_hits(context: Context, tokens: DataFrame, sha256: str) -> DataFrame:
    """Match the dictionary on token boundaries, longest first, within sentences; one row a hit.

    Each host gets the file once, by Spark's own distribution, and its workers map the same pages; what
    is broadcast with the code is the file's name, which is its checksum.
    """
    if not context.lake.files.exists(f"{DICTIONARIES}/{sha256}"):
        raise LakeError(f"{context.lake.root}: the compiled dictionary {sha256[:12]} is not there")
    context.lake.spark.sparkContext.addFile(context.lake.files.uri(f"{DICTIONARIES}/{sha256}"))

    return tokens.select("figure_key", "article_key", "caption", "tokens").mapInArrow(
        partial(match_batches, sha256=sha256), HITS
    )


def resolve(hits: DataFrame, names: DataFrame) -> DataFrame:
    """Choose the concept of each hit; one row a hit.

    Rule: an exact-case key before a folded one, a preferred name before a synonym, the source first in the
    configuration, then the smallest id. The other concepts are kept as alternatives.
    """
    place = ["figure_key", "start", "end"]
    each = hits.withColumn("match_key", F.explode("match_keys"))
    known = names.where(F.col("match_key").isNotNull()).select(
        "match_key", "concept_id", "name", "source", "source_id", "is_preferred", "source_rank"
    )
    candidates = known.join(F.broadcast(each), "match_key")
    exact = (F.col("name") == F.col("text")).cast("int")
    order = [
        F.desc("match_key"),
        F.desc("is_preferred"),
        F.col("source_rank"),
        F.desc("_exact"),
        F.col("source_id"),
        F.col("name"),
    ]
    window = Window.partitionBy(*place)
    chosen = candidates.withColumn("_exact", exact).withColumns(
        {
            "_n": F.row_number().over(window.orderBy(*order)),
            "_all": F.collect_set("concept_id").over(window),
        }
    )
    span = F.struct("start", "end")
    return chosen.where("_n = 1").select(
        F.concat("figure_key", F.lit("@"), "start", F.lit("-"), "end").alias("mention_key"),
        "figure_key",
        "article_key",
        "sentence",
        F.array(span).alias("spans"),
        "text",
        "concept_id",
        "name",
        "source",
        "source_id",
        F.lit(1.0).alias("similarity"),
        F.when(F.col("_exact") == 1, "exact").otherwise("case_folded").alias("method"),
        F.array_sort(F.array_except("_all", F.array("concept_id"))).alias("alternatives"),
    )


STAGE = Stage(name="annotate_captions", inputs=("figures",), settings=settings, build=build)
