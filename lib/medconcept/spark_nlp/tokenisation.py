"""Spark NLP: sentences and tokens of captions."""

from __future__ import annotations

from pyspark.ml import Pipeline
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

PLACES = ("sentence_begin", "sentence_end", "token_begin", "token_end")


def sentences_and_tokens(captions: DataFrame, *, detect_sentences: bool = True) -> DataFrame:
    """Add PLACES to rows with a `caption`: where its sentences and tokens begin and end; one row in, one out.

    Each is a list of numbers in Spark NLP's own units: UTF-16 code units, end inclusive. Whoever reads them
    maps them to code points (`workers.annotate.utf16_offsets`). Without `detect_sentences` a caption is one
    sentence.
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
    # Lists of numbers, not of structs: a tenth of the bytes and of the time on the way to Python.
    return annotated.select(
        *captions.columns,
        F.col(f"{sentence}.begin").alias("sentence_begin"),
        F.col(f"{sentence}.end").alias("sentence_end"),
        F.col("token.begin").alias("token_begin"),
        F.col("token.end").alias("token_end"),
    )
