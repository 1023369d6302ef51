"""Whether a caption entails that it is about a concept: Spark NLP's BERT classifier on pairs of the two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from medconcept.centrality.entailment_model import MARK, EntailmentModel, write_paired
from medconcept.spark_nlp.onnx_bert import bert_from_graph

METHOD = "entailment"
# Pairs of one caption that go through the model at once: a row of Spark NLP's, which never joins rows. No
# more may be in a row than in a batch: Spark NLP 5.5 gives those of a second batch the texts of the first.
BATCH = 16
# What BERT's own tokenizer takes for a token by itself.
PUNCTUATION = r"([\p{P}$+<=>^`|~])"


def method_of(model: EntailmentModel) -> str:
    """What `centrality_method` says of it."""
    return f"{METHOD}:{model.sha256[:16]}"


def entailed(
    named: DataFrame, captions: DataFrame, classifier: Any, model: EntailmentModel, hypothesis: str
) -> DataFrame:
    """One row for each row of `named`: figure_key, concept_id, and CENTRALITY.

    `named` has figure_key, concept_id and concept, the name that stands for {concept} in the hypothesis, each
    pair once; `captions` figure_key and caption. Centrality is the chance of entailment. Where caption and
    hypothesis are longer than the model takes, the end of the caption is not read.
    """
    from sparknlp.annotator import RegexTokenizer
    from sparknlp.base import DocumentAssembler

    before, after = hypothesis.split("{concept}")
    says = F.concat(F.lit(before), F.col("concept"), F.lit(after)).alias("says")
    pairs = named.groupBy("figure_key").agg(
        F.array_sort(F.collect_list(F.struct("concept_id", says))).alias("p")
    )
    # Cut into batches by number, so that a caption's pairs are the same ones whatever else is annotated.
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
    chance = F.transform("label", lambda said: said["metadata"][model.entailment].cast("double"))
    whole = F.when(F.size("label") == F.size("concept_ids"), chance).otherwise(
        F.raise_error(F.lit("the entailment model did not answer for every pair"))
    )
    each = rows.select(
        "figure_key", F.explode(F.arrays_zip("concept_ids", whole.alias("chance"))).alias("of")
    )
    return each.select(
        "figure_key",
        F.col("of.concept_ids").alias("concept_id"),
        F.round("of.chance", 4).alias("centrality"),
        F.lit(method_of(model)).alias("centrality_method"),
    )


def load_classifier(spark: SparkSession, model: EntailmentModel, folder: Path) -> Any:
    """The model as an annotator, its graph sent to the workers under its checksum."""
    classifier = bert_from_graph(
        spark,
        "BertForSequenceClassification",
        write_paired(model, folder),
        (*model.vocabulary, MARK),
        model.labels,
    )
    return (
        classifier.setInputCols(["document", "token"])
        .setOutputCol("label")
        .setCaseSensitive(not model.lower_case)
        .setMaxSentenceLength(model.longest)
        .setBatchSize(BATCH)
        .setActivation("softmax")
    )


def _one_text(hypothesis: Column, caption: Column) -> Column:
    """Hypothesis, mark and caption, every token set off by spaces; what looks like the mark is none."""
    parts = (
        F.regexp_replace(F.translate(text, MARK, " "), PUNCTUATION, " $1 ") for text in (hypothesis, caption)
    )
    return F.concat_ws(f" {MARK} ", *(F.trim(part) for part in parts))
