"""The centrality of mentions, in annotate_captions: how much a caption is about each of its concepts."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.centrality import score
from medconcept.centrality.entailment import entailment_centrality, load_classifier, method_name
from medconcept.centrality.entailment_model import EntailmentModel, open_model
from medconcept.centrality.peripheral_flag import with_centrality
from medconcept.config import CentralityConfig
from medconcept.runtime.c_compiler import cache_folder
from medconcept.stages.context import Context
from medconcept.tables.mentions import CENTRALITY

STATISTICS = "concept_statistics"
KEY = ("figure_key", "concept_id")


def settings(config: CentralityConfig) -> tuple[object, ...]:
    """Return what decides centrality; a model by its checksum. Raises ConfigError if it is not usable."""
    if config.model is None:
        return (score.METHOD, config.cut)
    return (method_name(open_model(config.model)), config.cut, config.hypothesis)


def add(
    context: Context,
    mentions: DataFrame,
    linked: DataFrame,
    figures: DataFrame,
    articles: DataFrame,
    *,
    has_others: bool,
) -> DataFrame:
    """Return mentions with the columns CENTRALITY and the flag "peripheral".

    `linked` are the mentions linked in this run; `has_others` is true if `mentions` has more. Figures and
    articles may include others than those of the mentions, but all of their context is split into words
    before the join, so pass no more than necessary. A model scores only `linked`: its scores of other
    mentions are kept, since neither model nor captions have changed. Without a model all mentions are scored.
    """
    config = context.config.centrality
    of_concepts = F.col("concept_id").isNotNull()  # an entity without a concept has no centrality
    if config.model is None:
        # Document frequencies are those that count_concepts stored, not those of the current captions.
        counted = context.read(STATISTICS) if context.has_rows(STATISTICS) else None
        scores = score.scores(mentions.where(of_concepts), figures, articles, counted)
    else:
        scores = entailed_scores(context, linked.where(of_concepts), open_model(config.model))
        if has_others:
            scored = scores.select("figure_key").distinct()
            former = context.read("mentions").where(of_concepts).select(*KEY, *CENTRALITY).distinct()
            scores = scores.unionByName(former.join(scored, "figure_key", "left_anti"))
    return with_centrality(mentions, scores, config.cut)


def entailed_scores(context: Context, mentions: DataFrame, model: EntailmentModel) -> DataFrame:
    """Return the model's score of each concept of each figure; checkpointed, since inference is expensive."""
    config, partitions = context.config.centrality, context.config.annotate.partitions
    concept = F.col("preferred_name").alias("concept")
    names = context.read("concepts").select("concept_id", concept)
    named = mentions.select(*KEY).distinct().join(names, "concept_id")
    captions = context.read("figures").select("figure_key", "caption").repartition(partitions, "figure_key")
    classifier = _classifier(context.lake.spark, model)
    return context.checkpoint(
        "entailed", entailment_centrality(named, captions, classifier, model, config.hypothesis)
    )


@lru_cache(maxsize=2)
def _classifier(spark: Any, model: EntailmentModel) -> Any:
    """Load a classifier once per session: Spark ships a file of a given name only once."""
    return load_classifier(spark, model, cache_folder() / "entailment" / model.sha256[:32])
