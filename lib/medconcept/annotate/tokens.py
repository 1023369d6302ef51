"""Spark NLP: sentences and tokens of captions."""

from __future__ import annotations

from pyspark.ml import Pipeline
from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def sentences_and_tokens(captions: DataFrame, *, detect_sentences: bool = True) -> DataFrame:
    """Add `tokens` to rows with a `caption`; one row in, one row out.

    A token is (sentence, begin, end) in Spark NLP's own units: UTF-16 code units, end inclusive. Whoever
    reads them maps them to code points (`medconcept.annotate.offsets`).
    """
    from sparknlp.annotator import SentenceDetector, Tokenizer
    from sparknlp.base import DocumentAssembler

    document = DocumentAssembler().setInputCol("caption").setOutputCol("document").setCleanupMode("disabled")
    steps = [document]
    sentence = "document"
    if detect_sentences:
        steps.append(SentenceDetector().setInputCols(["document"]).setOutputCol("sentence"))
        sentence = "sentence"
    steps.append(Tokenizer().setInputCols([sentence]).setOutputCol("token"))
    annotated = Pipeline(stages=steps).fit(captions.limit(0)).transform(captions)
    tokens = F.transform(
        "token",
        lambda t: F.struct(
            t["metadata"]["sentence"].cast("int").alias("sentence"),
            t["begin"].alias("begin"),
            t["end"].alias("end"),
        ),
    )
    return annotated.select(*captions.columns, tokens.alias("tokens"))
