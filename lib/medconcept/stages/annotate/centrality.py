"""The part of annotate_captions that tells how much a caption is about each of its concepts."""

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


def settings(wanted: CentralityConfig) -> tuple[object, ...]:
    """What decides centrality; a model by its checksum, wherever it lies. Raises ConfigError on a bad one."""
    if wanted.model is None:
        return (score.METHOD, wanted.cut)
    return (method_name(open_model(wanted.model)), wanted.cut, wanted.hypothesis)


def add(
    context: Context,
    mentions: DataFrame,
    linked: DataFrame,
    figures: DataFrame,
    articles: DataFrame,
    *,
    others: bool,
) -> DataFrame:
    """Mentions with CENTRALITY and the flag that goes with it.

    `linked` are those of them that were linked in this run; `others` tells whether there are more. Figures
    and articles may be more than theirs, but what surrounds a figure is made into words before it is joined:
    they had better not be those of a whole lake. A model is asked of the linked alone: what it said of others
    stands, since neither it nor their captions have changed. The score is worked out for all.
    """
    wanted = context.config.centrality
    of_concepts = F.col("concept_id").isNotNull()  # what was recognised alone has no concept to be about
    if wanted.model is None:
        # Document frequencies are what count_concepts counted, however many captions there are by now.
        counted = context.read(STATISTICS) if context.has_rows(STATISTICS) else None
        found = score.scores(mentions.where(of_concepts), figures, articles, counted)
    else:
        found = asked(context, linked.where(of_concepts), open_model(wanted.model))
        if others:
            of_figure = found.select("figure_key").distinct()
            said = context.read("mentions").where(of_concepts).select(*KEY, *CENTRALITY).distinct()
            found = found.unionByName(said.join(of_figure, "figure_key", "left_anti"))
    return with_centrality(mentions, found, wanted.cut)


def asked(context: Context, mentions: DataFrame, model: EntailmentModel) -> DataFrame:
    """What the model says of each concept of the mentions: worked out once, since asking is dear."""
    wanted, spread = context.config.centrality, context.config.annotate.partitions
    concept = F.col("preferred_name").alias("concept")
    names = context.read("concepts").select("concept_id", concept)
    named = mentions.select(*KEY).distinct().join(names, "concept_id")
    captions = context.read("figures").select("figure_key", "caption").repartition(spread, "figure_key")
    classifier = _classifier(context.lake.spark, model)
    return context.checkpoint(
        "entailed", entailment_centrality(named, captions, classifier, model, wanted.hypothesis)
    )


@lru_cache(maxsize=2)
def _classifier(spark: Any, model: EntailmentModel) -> Any:
    """A session sends a file of one name once, and a model is loaded into its memory once."""
    return load_classifier(spark, model, cache_folder() / "entailment" / model.sha256[:32])
