"""Entities for `evaluate`: from saved recognisers, or from one trained for each fold on the other folds."""

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
from medconcept.spark_nlp.entity_recognition import find_entities
from medconcept.spark_nlp.recognisers import build_recogniser, load_recognisers
from medconcept.spark_nlp.training import embeddings_for, entities_per_document, train
from medconcept.terminologies.entity_kinds import kinds_of


def recognised(
    arguments: argparse.Namespace, config: Config, documents: Sequence[Document]
) -> tuple[dict[str, list[Entity]], dict[str, object]]:
    """Return the entities of each document by its key, and the scores of recognition."""
    with StdoutToStderr():
        spark = get_session(config.spark)
    if arguments.train:
        predicted = _cross_validated(arguments, documents, spark)
    else:
        saved = [RecogniserConfig(path=path) for path in arguments.recogniser]
        predicted = find_entities(spark, load_recognisers(spark, saved), [d.text for d in documents])
    types = options_of(arguments).types or sorted({kind for places in predicted for _, _, kind in places})
    scores = recognition(entities_per_document(documents, types), predicted)
    entities = (
        merge_entities([Entity(*place, kinds_of(place[2])) for place in places]) for places in predicted
    )
    return dict(zip((d.key for d in documents), entities, strict=True)), scores


def _cross_validated(
    arguments: argparse.Namespace, documents: Sequence[Document], spark: SparkSession
) -> list[list[Place]]:
    options = options_of(arguments)
    predicted: list[list[Place]] = [[] for _ in documents]
    for number, fold in enumerate(folds_of(documents)):
        training = [d for n, d in enumerate(documents) if n not in fold]
        embeddings, _ = embeddings_for(spark, training, arguments.text, arguments.embeddings, options)
        model = train(training, embeddings, options, spark)
        recogniser = build_recogniser(spark, f"fold {number}", list(model.stages), "")
        in_fold = find_entities(spark, [recogniser], [documents[n].text for n in fold])
        for place, places in zip(fold, in_fold, strict=True):
            predicted[place] = places
    return predicted
