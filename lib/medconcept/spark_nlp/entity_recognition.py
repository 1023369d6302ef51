"""Run recognisers over captions and over texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from medconcept.evaluation.documents import Place
from medconcept.spark_nlp.recognisers import Recogniser
from medconcept.workers.annotate.link_captions import ENTITIES
from medconcept.workers.annotate.sentences_in_doubt import IN_DOUBT
from medconcept.workers.annotate.utf16_offsets import code_points

_EMPTY = {"entity_begin": "array<int>", "entity_end": "array<int>", "entity_label": "array<string>"}


def with_entities(captions: DataFrame, recognisers: Sequence[Recogniser]) -> DataFrame:
    """Add the columns ENTITIES to rows with a `caption`: begin, end and type of each entity.

    Three parallel lists per row, in Spark NLP's units: UTF-16 code units, end inclusive. The entities of
    several recognisers are concatenated. Only these lists are kept of one recogniser's annotations before
    the next runs.
    """
    columns = captions.columns
    rows = captions.select(*columns, *(F.array().cast(kind).alias(name) for name, kind in _EMPTY.items()))
    for recogniser in recognisers:
        annotated = recogniser.model.transform(rows.withColumn(recogniser.text, F.col("caption")))
        rows = annotated.select(
            *columns, *(F.concat(name, *_entity_column(recogniser, name)).alias(name) for name in ENTITIES)
        )
    return rows


def with_entities_in_doubt(captions: DataFrame, recogniser: Recogniser) -> DataFrame:
    """Add the columns ENTITIES to rows with the columns IN_DOUBT, whose sentences alone are read.

    Offsets are those of the captions. The texts of the sentences are left out.
    """
    *places, texts = IN_DOUBT
    columns = [name for name in captions.columns if name != texts]
    # DocumentAssembler takes a list only of a type that has no nulls.
    sentences = F.transform(texts, lambda text: F.coalesce(text, F.lit("")))
    annotated = recogniser.model.transform(captions.withColumn(recogniser.text, sentences))
    (chunks,) = recogniser.chunks

    def placed(edge: str) -> Column:
        return F.transform(chunks, lambda c: c[edge] + F.element_at(places[0], _sentence(c) + 1))

    rows: DataFrame = annotated.select(
        *columns,
        placed("begin").alias("entity_begin"),
        placed("end").alias("entity_end"),
        F.transform(chunks, _label).alias("entity_label"),
    )
    return rows


def _sentence(chunk: Column) -> Column:
    return chunk["metadata"]["sentence"].cast("int")


def _entity_column(recogniser: Recogniser, name: str) -> list[Column]:
    if name == "entity_label":
        return [F.transform(chunk, _label) for chunk in recogniser.chunks]
    return [F.col(f"{chunk}.{name.removeprefix('entity_')}") for chunk in recogniser.chunks]


def _label(chunk: Column) -> Column:
    return F.coalesce(chunk["metadata"]["entity"], F.lit("entity"))


def find_entities(
    spark: SparkSession, recognisers: Sequence[Recogniser], texts: Sequence[str]
) -> list[list[Place]]:
    """Return the entities in each of a few texts (start, end, type; code points), sorted; for evaluation."""
    rows: list[Any] = list(enumerate(texts))
    frame = spark.createDataFrame(rows, "number int, caption string")
    entities: list[list[Place]] = [[] for _ in texts]
    for row in with_entities(frame, recognisers).select("number", *ENTITIES).collect():
        text = texts[row["number"]]
        spans = code_points(text, zip(row["entity_begin"], row["entity_end"], strict=True))
        labelled = {(*span, label) for span, label in zip(spans, row["entity_label"], strict=True)}
        entities[row["number"]] = sorted(labelled)
    return entities
