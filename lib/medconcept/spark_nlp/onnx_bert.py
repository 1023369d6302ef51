"""Spark NLP's BERT classifiers from an ONNX graph, which workers get under the name of its file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def bert_from_graph(
    spark: SparkSession, kind: str, graph: Path, vocabulary: Sequence[str], labels: Sequence[str]
) -> Any:
    """Build the annotator of class `kind`; vocabulary and labels are in the order of the model's ids.

    The steps are those of its `loadSavedModel`, which calls every graph `model.onnx`. But Spark distributes
    files by name, and a second graph with the same name stops every later task of the session. So the file's
    name must be unique to the graph, such as its checksum. Errors of the JVM on a damaged graph propagate.
    """
    import sparknlp.annotator

    jvm, session = cast(Any, spark._jvm), cast(Any, spark)._jsparkSession
    none = jvm.scala.Option.empty()
    wrapper = jvm.com.johnsnowlabs.ml.onnx.OnnxWrapper.read(
        session, str(graph.parent), False, True, graph.stem, none, none
    )
    java = getattr(jvm.com.johnsnowlabs.nlp.annotators.classifier.dl, kind)()
    java.setVocabulary(_numbered(spark, vocabulary))
    java.setLabels(_numbered(spark, labels))
    java.set(java.engine(), "onnx")
    java.setModelIfNotSet(session, none, jvm.scala.Option.apply(wrapper), none)
    return getattr(sparknlp.annotator, kind)(java_model=java)


def _numbered(spark: SparkSession, words: Sequence[str]) -> Any:
    """Return a JVM map from word to number, made in one step rather than one call per word."""
    numbers = json.dumps({word: number for number, word in enumerate(words)})
    text = F.from_json(F.lit(numbers), "map<string,int>")
    return cast(Any, spark.range(1).select(text.alias("m")))._jdf.head().getMap(0)
