"""The part of annotate_captions that has Spark NLP recognise entities, where the configuration wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.config import AnnotateConfig
from medconcept.stages.context import Context
from medconcept.terminologies.entity_kinds import KINDS
from medconcept.terminologies.semantic_network import GROUP_OF_KIND

if TYPE_CHECKING:
    from medconcept.spark_nlp.recognisers import Recogniser

A_TASK = 5000  # captions of a task: minutes of work, so that a task that fails is no loss


def recognisers_of(context: Context) -> tuple[Recogniser, ...]:
    """The recognisers that the configuration names, loaded once a session; most lakes have none."""
    wanted = context.config.annotate.recogniser
    if not wanted:
        return ()
    from medconcept.spark_nlp.recognisers import load_recognisers

    return load_recognisers(context.lake.spark, wanted)


def with_entities(context: Context, captions: DataFrame) -> DataFrame:
    """Captions, with ENTITIES where there are recognisers; spread so that no task has too many of them."""
    if not context.config.annotate.recogniser:
        return captions
    from medconcept.spark_nlp.entity_recognition import with_entities as recognised

    partitions = max(context.config.annotate.partitions, -(-captions.count() // A_TASK))
    return recognised(captions.repartition(partitions, "figure_key"), recognisers_of(context))


def recogniser_settings(context: Context) -> list[object]:
    """What names the recognisers' content, for the digest of settings.

    They are loaded for it, before a row is read: one that is missing or broken stops the job at once.
    """
    found = [one.checksum for one in recognisers_of(context)]
    return [found, fitting_kinds(context.config.annotate)]


def fitting_kinds(annotate: AnnotateConfig) -> dict[str, list[str]]:
    """Semantic types by entity type, as the configuration gives them."""
    told = {label: kinds for one in annotate.recogniser for label, kinds in one.types.items()}
    return {label: sorted(k.strip() for k in kinds.split(",") if k.strip()) for label, kinds in told.items()}


def entity_kinds(annotate: AnnotateConfig, concepts: DataFrame) -> tuple[tuple[str, frozenset[str]], ...]:
    """Which semantic types of this dictionary fit the types of entities, where that is not known already.

    Terminologies out of the UMLS have its types, other than the open ones' kinds; a type of the same group
    fits.
    """
    own = {label: frozenset(kinds) for label, kinds in fitting_kinds(annotate).items()}
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
