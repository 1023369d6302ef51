"""Train a recogniser with Spark NLP: embeddings from text of the domain, a tagger from gold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from pyspark.ml import Pipeline, PipelineModel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType

from medconcept.evaluation.documents import Document, Place
from medconcept.spark_nlp.bio_tags import entities_to_recognise, tag_tokens
from medconcept.spark_nlp.ner_pipeline import TEXT, chunk_stage, tokenisation_stages
from medconcept.spark_nlp.nerdl_graphs import forget_optimiser, seeded_graphs
from medconcept.spark_nlp.saved_models import find_saved, load_saved, problem
from medconcept.spark_nlp.training_options import NER_DL, TrainingOptions
from medconcept.workers.annotate.utf16_offsets import code_points
from medconcept.workers.train.paragraphs import SCHEMA, paragraph_batches

# TensorFlow's ConfigProto. One thread (fields 2 and 5): sums in one order give one result, and parallel tasks
# do not compete for cores. Soft placement (field 7): the graphs ask for a GPU.
_ONE_THREAD = [0x10, 1, 0x28, 1, 0x38, 1]
_CODEGEN_MODE = "spark.sql.codegen.factoryMode"
_GOLD_SCHEMA = "text string, places array<struct<start:int,end:int,kind:string>>"


def has_tensorflow(spark: SparkSession) -> bool:
    """True if TensorFlow, which NerDL needs, is on the class path."""
    loader = cast(Any, spark._jvm).java.lang.Thread.currentThread().getContextClassLoader()
    try:
        loader.loadClass("org.tensorflow.Graph")
    except Exception:
        return False
    return True


def paragraphs_in(spark: SparkSession, folders: Sequence[str]) -> DataFrame:
    """Read one row (text) per paragraph of the article and text files in folders, at any depth."""
    files = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(list(folders))
    text_files = files.where(F.lower("path").rlike(r"\.(n?xml|txt)$"))
    return text_files.select("path", "content").mapInArrow(paragraph_batches, SCHEMA)


def train_embeddings(texts: DataFrame, options: TrainingOptions) -> Any:
    """Train Word2Vec on the tokens of rows of (text); return a fitted stage from `token` to `embeddings`."""
    from sparknlp.annotator import Word2VecApproach

    # In one order, whatever the order of the files, and in one partition: the result must not depend on how
    # the work is distributed.
    ordered = texts.orderBy(F.xxhash64("text"), "text").coalesce(1)
    words = Pipeline(stages=tokenisation_stages()).fit(texts.limit(0)).transform(ordered).select("token")
    learn = Word2VecApproach().setInputCols(["token"]).setOutputCol("embeddings")
    learn = learn.setVectorSize(options.dimension).setMaxIter(options.vector_epochs).setSeed(options.seed)
    learn = learn.setMinCount(options.vector_least).setWindowSize(options.vector_window).setStepSize(0.025)
    return learn.setNumPartitions(1).fit(words)


def embeddings_for(
    spark: SparkSession,
    training: Sequence[Document],
    folders: Sequence[str],
    saved: str | None,
    options: TrainingOptions,
) -> tuple[Any, dict[str, Any]]:
    """Return the embeddings to train with and their entry on the model card: saved ones, or trained on text.

    The text is the articles in `folders` and the gold documents.
    """
    if saved is not None:
        model = find_saved(spark, saved)
        steps = load_saved(spark, model)
        if len(steps) != 1 or str(getattr(steps[0], "outputAnnotatorType", "")) != "word_embeddings":
            raise problem(saved, "is not a single stage that returns word embeddings")
        return steps[0].setInputCols(["token"]).setOutputCol("embeddings"), {"loaded": model.checksum}
    texts = spark.createDataFrame([(d.text,) for d in training], SCHEMA)
    if folders:
        texts = texts.unionByName(paragraphs_in(spark, folders))
    texts = texts.cache()
    try:
        counted = texts.agg(F.count("text").alias("paragraphs"), F.sum(F.length("text")).alias("characters"))
        return train_embeddings(texts, options), counted.collect()[0].asDict()
    finally:
        texts.unpersist()


def train(
    documents: Sequence[Document], embeddings: Any, options: TrainingOptions, spark: SparkSession
) -> PipelineModel:
    """Train on gold documents; return a pipeline from a column `text` to chunks of entities."""
    rows = [(d.text, entities_to_recognise(d, options.types)) for d in documents if d.text.strip()]
    gold = spark.createDataFrame(rows, _GOLD_SCHEMA).coalesce(1)
    steps = Pipeline(stages=tokenisation_stages()).fit(gold.limit(0))
    labelled = steps.transform(gold).withColumn("label", label_column("token", "named_entity"))
    labelled = embeddings.transform(labelled)
    if options.architecture == NER_DL:
        taggers = [_ner_dl(options, seeded_graphs(spark, options.dimension, options.seed)).fit(labelled)]
        forget_optimiser(spark, taggers[0])
    else:
        part_of_speech = _parts_of_speech(labelled)
        taggers = [
            part_of_speech,
            _ner_crf(options, _sentences(labelled)).fit(part_of_speech.transform(labelled)),
        ]
    return PipelineModel([*steps.stages, embeddings, *taggers, chunk_stage()])


def label_column(token: str, kind: str) -> Any:
    """Return the column `label` of annotations of type `kind`: the BIO tag of each token, from `places`."""
    from sparknlp.annotation import Annotation

    @F.udf(ArrayType(Annotation.dataType()))
    def tagged(text: str, token_rows: Iterable[Any], places: Iterable[Any]) -> list[Any]:
        tokens = list(token_rows)
        spans = code_points(text, [(t["begin"], t["end"]) for t in tokens])
        tags = tag_tokens(spans, [(p["start"], p["end"], p["kind"]) for p in places])
        return [
            (kind, t["begin"], t["end"], tag, {"word": t["result"]}, [])
            for t, tag in zip(tokens, tags, strict=True)
        ]

    return tagged(F.col(TEXT), F.col(token), F.col("places")).alias("label", metadata={"annotatorType": kind})


def _ner_dl(options: TrainingOptions, graphs: str) -> Any:
    from sparknlp.annotator import NerDLApproach

    ner = NerDLApproach().setInputCols(["sentence", "token", "embeddings"]).setOutputCol("ner")
    ner = ner.setLabelColumn("label").setMaxEpochs(options.epochs).setRandomSeed(options.seed)
    ner = ner.setLr(options.learning_rate).setPo(options.decay).setBatchSize(options.batch)
    ner = ner.setDropout(options.dropout).setConfigProtoBytes(_ONE_THREAD).setVerbose(0)
    return ner.setGraphFolder(graphs).setIncludeConfidence(False).setEnableOutputLogs(False)


def _sentences(labelled: DataFrame) -> int:
    return int(labelled.agg(F.sum(F.size("sentence"))).collect()[0][0] or 1)


def _ner_crf(options: TrainingOptions, sentences: int) -> Any:
    from sparknlp.annotator import NerCrfApproach

    ner = NerCrfApproach().setInputCols(["sentence", "token", "pos", "embeddings"]).setOutputCol("ner")
    ner = ner.setLabelColumn("label").setMinEpochs(1).setMaxEpochs(options.epochs).setRandomSeed(options.seed)
    # Spark NLP's example has 1,250,000 for 14,000 sentences; the ratio decides the size of the first step.
    return ner.setLossEps(1e-4).setL2(1).setC0(90 * sentences).setVerbose(0)


def _parts_of_speech(labelled: DataFrame) -> Any:
    """Fit a tagger that gives every word the same part of speech: NerCrf needs one, and no gold has any."""
    from sparknlp.annotator import PerceptronApproach

    same = F.transform(
        "label", lambda a: a.withField("result", F.lit("X")).withField("annotatorType", F.lit("pos"))
    )
    rows = labelled.withColumn("tags", same.alias("tags", metadata={"annotatorType": "pos"}))
    learn = PerceptronApproach().setInputCols(["sentence", "token"]).setOutputCol("pos").setPosColumn("tags")
    with _compiled_queries(labelled.sparkSession):
        return learn.setNIterations(1).fit(rows.limit(20))


@contextmanager
def _compiled_queries(spark: SparkSession) -> Iterator[None]:
    """Make Spark compile queries; interpreted, it cannot decode the annotations that a stage needs."""
    before = str(spark.conf.get(_CODEGEN_MODE))
    spark.conf.set(_CODEGEN_MODE, "FALLBACK")
    try:
        yield
    finally:
        spark.conf.set(_CODEGEN_MODE, before)


def entities_per_document(documents: Sequence[Document], types: Collection[str] = ()) -> list[list[Place]]:
    """Return the entities that a recogniser should find in each document."""
    return [entities_to_recognise(document, types) for document in documents]
