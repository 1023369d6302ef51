"""Entities of captions recognised by Spark NLP models, in annotate_captions: the shipped one, or others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, IntegerType, StringType, StructField, StructType

from medconcept.config import AnnotateConfig
from medconcept.stages.context import Context
from medconcept.terminologies.entity_kinds import KINDS
from medconcept.terminologies.semantic_network import GROUP_OF_KIND
from medconcept.workers.annotate.link_captions import LinkJob
from medconcept.workers.annotate.sentences_in_doubt import IN_DOUBT, with_sentences_in_doubt

if TYPE_CHECKING:
    from medconcept.spark_nlp.recognisers import Recogniser

CAPTIONS_PER_TASK = 5000  # minutes of work, so that repeating a failed task costs little


def uses_shipped(context: Context) -> bool:
    """True if the shipped recogniser is configured, and TensorFlow, which it needs, is on the class path."""
    if not _is_shipped_configured(context):
        return False
    from medconcept.spark_nlp.training import has_tensorflow

    return has_tensorflow(context.lake.spark)


def _is_shipped_configured(context: Context) -> bool:
    return any(each.is_shipped for each in context.config.annotate.recogniser)


def recognisers_of(context: Context) -> tuple[Recogniser, ...]:
    """Return the configured recognisers of whole captions, loaded once per session; empty by default."""
    configured = [each for each in context.config.annotate.recogniser if not each.is_shipped]
    if not configured:
        return ()
    from medconcept.spark_nlp.recognisers import load_recognisers

    return load_recognisers(context.lake.spark, configured)


def with_entities_in_doubt(context: Context, captions: DataFrame, job: LinkJob) -> DataFrame:
    """Add the entities of the sentences in doubt, and which these are, if the shipped recogniser runs."""
    if not uses_shipped(context):
        return captions
    from medconcept.spark_nlp.entity_recognition import with_entities_in_doubt as recognised
    from medconcept.spark_nlp.shipped_recogniser import load_shipped

    return recognised(sentences_in_doubt(captions, job), load_shipped(context.lake.spark, context.lake.files))


def sentences_in_doubt(captions: DataFrame, job: LinkJob) -> DataFrame:
    """Add the columns IN_DOUBT to rows of CAPTION."""
    kinds = (IntegerType(), IntegerType(), StringType())
    columns = [StructField(name, ArrayType(kind)) for name, kind in zip(IN_DOUBT, kinds, strict=True)]
    schema = StructType([*captions.schema.fields, *columns])
    return captions.mapInArrow(partial(with_sentences_in_doubt, job=job), schema)


def with_entities(context: Context, captions: DataFrame) -> DataFrame:
    """Add the columns ENTITIES if there are recognisers; with about CAPTIONS_PER_TASK in a task at most."""
    recognisers = recognisers_of(context)
    if not recognisers:
        return captions
    from medconcept.spark_nlp.entity_recognition import with_entities as recognised

    partitions = max(context.config.annotate.partitions, -(-captions.count() // CAPTIONS_PER_TASK))
    return recognised(captions.repartition(partitions, "figure_key"), recognisers)


def recogniser_settings(context: Context) -> list[object]:
    """Return the checksums of the recognisers and their entity types, for the settings digest.

    It loads the recognisers before a row is read, so that a missing or damaged one fails the job at once.
    """
    checksums = [one.checksum for one in recognisers_of(context)]
    if uses_shipped(context):
        from medconcept.spark_nlp.shipped_recogniser import checksum

        checksums.append(checksum())
    elif _is_shipped_configured(context):
        context.log(
            "annotate_captions: without the shipped recogniser: there is no TensorFlow for this machine"
        )
    return [checksums, configured_kinds(context.config.annotate)]


def configured_kinds(annotate: AnnotateConfig) -> dict[str, list[str]]:
    """Return the configured semantic types by entity type."""
    types = {label: kinds for one in annotate.recogniser for label, kinds in one.types.items()}
    return {label: sorted(k.strip() for k in kinds.split(",") if k.strip()) for label, kinds in types.items()}


def entity_kinds(annotate: AnnotateConfig, concepts: DataFrame) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the semantic types of this dictionary that match each entity type, where KINDS is not enough.

    These are the configured types. UMLS concepts have other semantic types than open terminologies: if the
    dictionary has any, their types in the semantic groups of KINDS match as well.
    """
    own = {label: frozenset(kinds) for label, kinds in configured_kinds(annotate).items()}
    if not annotate.recogniser:
        return ()
    of_umls = concepts.where("size(semantic_type_ids) > 0").select(
        "semantic_groups", F.explode("semantic_types").alias("kind")
    )
    each = of_umls.select("kind", F.explode("semantic_groups").alias("group"))
    by_group: dict[str, set[str]] = {}
    for row in each.distinct().collect():
        by_group.setdefault(row["group"], set()).add(row["kind"])
    if by_group:
        for label, kinds in KINDS.items():
            groups = {GROUP_OF_KIND[kind] for kind in kinds if kind in GROUP_OF_KIND}
            own.setdefault(label, kinds | {k for group in groups for k in by_group.get(group, ())})
    return tuple(sorted(own.items()))
