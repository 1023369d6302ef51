"""Entities for `evaluate`: of saved recognisers, or of one trained for each fold on the other folds."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from pyspark.sql import SparkSession

from medconcept.cli.train_ner import options_of
from medconcept.config import Config, RecogniserConfig
from medconcept.evaluation.documents import Document, Place
from medconcept.evaluation.recognition_score import recognition
from medconcept.evaluation.tuning import folds_of
from medconcept.linking.entities import merge_entities
from medconcept.linking.types import Entity
from medconcept.runtime.stdout import StdoutToStderr
from medconcept.spark.session import get_session
from medconcept.spark_nlp.recognise import places_in
from medconcept.spark_nlp.recognisers import load_recognisers, whole
from medconcept.spark_nlp.training import embeddings_for, gold_places, train
from medconcept.terminologies.entity_kinds import kinds_of


def recognised(
    arguments: argparse.Namespace, config: Config, documents: Sequence[Document]
) -> tuple[dict[str, list[Entity]], dict[str, object]]:
    """The entities of each document by its key, and figures of recognition."""
    with StdoutToStderr():
        spark = get_session(config.spark)
    if arguments.train:
        found = _crossed(arguments, documents, spark)
    else:
        wanted = [RecogniserConfig(path=path) for path in arguments.recogniser]
        found = places_in(spark, load_recognisers(spark, wanted), [d.text for d in documents])
    types = options_of(arguments).types or sorted({kind for places in found for _, _, kind in places})
    figures = recognition(gold_places(documents, types), found)
    entities = (merge_entities([Entity(*place, kinds_of(place[2])) for place in places]) for places in found)
    return dict(zip((d.key for d in documents), entities, strict=True)), figures


def _crossed(
    arguments: argparse.Namespace, documents: Sequence[Document], spark: SparkSession
) -> list[list[Place]]:
    options = options_of(arguments)
    found: list[list[Place]] = [[] for _ in documents]
    for number, held in enumerate(folds_of(documents)):
        training = [d for n, d in enumerate(documents) if n not in held]
        embeddings, _ = embeddings_for(spark, training, arguments.text, arguments.embeddings, options)
        model = train(training, embeddings, options, spark)
        recogniser = whole(spark, f"fold {number}", list(model.stages), "")
        predicted = places_in(spark, [recogniser], [documents[n].text for n in held])
        for place, places in zip(held, predicted, strict=True):
            found[place] = places
    return found
