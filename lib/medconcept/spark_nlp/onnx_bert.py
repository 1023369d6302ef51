"""A BERT classifier of Spark NLP from a graph in ONNX, sent to the workers under the name of its file."""

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
    """The annotator of class `kind`; vocabulary and labels are in the order of the model's ids.

    The steps are those of its `loadSavedModel`, which calls every graph `model.onnx`: Spark sends files by
    their names, and a second graph of one name stops every later task of the session. So the name of the file
    must be the graph's own, such as its checksum. What the JVM makes of a damaged graph is raised as it is.
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
    """Word to number as a map of the JVM's: made there in one step, not by a call for each word."""
    told = json.dumps({word: number for number, word in enumerate(words)})
    text = F.from_json(F.lit(told), "map<string,int>")
    return cast(Any, spark.range(1).select(text.alias("m")))._jdf.head().getMap(0)
