"""Centrality by an entailment model: Spark NLP's BERT classifier on pairs of caption and hypothesis."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from medconcept.centrality.entailment_model import MARK, EntailmentModel, write_pair_graph
from medconcept.spark_nlp.onnx_bert import bert_from_graph

METHOD = "entailment"
# Pairs of one caption in one batch of the model: one row of Spark NLP, which never joins rows. A row must not
# hold more than a batch: Spark NLP 5.5 assigns pairs of a second batch the texts of the first.
BATCH = 16
# Characters that BERT's own tokenizer makes single tokens.
PUNCTUATION = r"([\p{P}$+<=>^`|~])"


def method_name(model: EntailmentModel) -> str:
    """Return the value of `centrality_method` for a model."""
    return f"{METHOD}:{model.sha256[:16]}"


def entailment_centrality(
    named: DataFrame, captions: DataFrame, classifier: Any, model: EntailmentModel, hypothesis: str
) -> DataFrame:
    """One row for each row of `named`: figure_key, concept_id, and CENTRALITY.

    `named` has figure_key, concept_id and concept (the name that replaces {concept} in the hypothesis), each
    pair once; `captions` has figure_key and caption. Centrality is the probability of entailment. If caption
    and hypothesis together are too long for the model, the end of the caption is cut off.
    """
    from sparknlp.annotator import RegexTokenizer
    from sparknlp.base import DocumentAssembler

    before, after = hypothesis.split("{concept}")
    hypothesis_text = F.concat(F.lit(before), F.col("concept"), F.lit(after)).alias("says")
    pairs = named.groupBy("figure_key").agg(
        F.array_sort(F.collect_list(F.struct("concept_id", hypothesis_text))).alias("p")
    )
    # Batches by position, so that a caption's pairs share a batch whatever else is annotated.
    starts = F.sequence(F.lit(1), F.size("p"), F.lit(BATCH))
    batches = pairs.select(
        "figure_key", F.explode(F.transform(starts, lambda n: F.slice("p", n, BATCH))).alias("p")
    )
    texts = batches.join(captions, "figure_key").select(
        "figure_key",
        F.col("p.concept_id").alias("concept_ids"),
        F.transform(F.col("p.says"), lambda text: _one_text(text, F.col("caption"))).alias("text"),
    )
    document = DocumentAssembler().setInputCol("text").setOutputCol("document").setCleanupMode("disabled")
    tokens = RegexTokenizer().setInputCols(["document"]).setOutputCol("token").setPattern(r"\s+")
    rows = texts
    for step in (document, tokens, classifier):
        rows = step.transform(rows)
    probability = F.transform(
        "label", lambda annotation: annotation["metadata"][model.entailment].cast("double")
    )
    checked_probability = F.when(F.size("label") == F.size("concept_ids"), probability).otherwise(
        F.raise_error(F.lit("the entailment model did not answer for every pair"))
    )
    each = rows.select(
        "figure_key", F.explode(F.arrays_zip("concept_ids", checked_probability.alias("chance"))).alias("of")
    )
    return each.select(
        "figure_key",
        F.col("of.concept_ids").alias("concept_id"),
        F.round("of.chance", 4).alias("centrality"),
        F.lit(method_name(model)).alias("centrality_method"),
    )


def load_classifier(spark: SparkSession, model: EntailmentModel, folder: Path) -> Any:
    """Load the model as an annotator; its graph goes to the workers under its checksum."""
    classifier = bert_from_graph(
        spark,
        "BertForSequenceClassification",
        write_pair_graph(model, folder),
        (*model.vocabulary, MARK),
        model.labels,
    )
    return (
        classifier.setInputCols(["document", "token"])
        .setOutputCol("label")
        .setCaseSensitive(not model.lower_case)
        .setMaxSentenceLength(model.max_tokens)
        .setBatchSize(BATCH)
        .setActivation("softmax")
    )


def _one_text(hypothesis: Column, caption: Column) -> Column:
    """Join hypothesis, mark and caption with all tokens separated by spaces; other marks are removed."""
    parts = (
        F.regexp_replace(F.translate(text, MARK, " "), PUNCTUATION, " $1 ") for text in (hypothesis, caption)
    )
    return F.concat_ws(f" {MARK} ", *(F.trim(part) for part in parts))
