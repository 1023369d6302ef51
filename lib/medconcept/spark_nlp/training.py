"""Training of a recogniser by Spark NLP: embeddings on text of the domain, a tagger on gold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from pyspark.ml import Pipeline, PipelineModel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType

from medconcept.evaluation.documents import Document, Place
from medconcept.spark_nlp.bio_tags import tags, wanted
from medconcept.spark_nlp.ner_pipeline import TEXT, chunks, cut
from medconcept.spark_nlp.nerdl_graphs import seeded_graphs
from medconcept.spark_nlp.saved_models import find_saved, load_saved, problem
from medconcept.spark_nlp.training_options import NER_DL, Options
from medconcept.workers.annotate.utf16_offsets import code_points
from medconcept.workers.train.paragraphs import SCHEMA, paragraph_batches

# TensorFlow's ConfigProto. One thread (fields 2 and 5): sums in one order give one result, and tasks that run
# side by side do not take each other's cores. Soft placement (field 7): the graphs ask for a GPU.
_ONE_THREAD = [0x10, 1, 0x28, 1, 0x38, 1]
_FACTORY = "spark.sql.codegen.factoryMode"
_ROWS = "text string, places array<struct<start:int,end:int,kind:string>>"


def has_tensorflow(spark: SparkSession) -> bool:
    """True where TensorFlow is on the class path, which NerDL needs."""
    loader = cast(Any, spark._jvm).java.lang.Thread.currentThread().getContextClassLoader()
    try:
        loader.loadClass("org.tensorflow.Graph")
    except Exception:
        return False
    return True


def paragraphs_in(spark: SparkSession, folders: Sequence[str]) -> DataFrame:
    """One row (text) for each paragraph of the article and text files in folders, at any depth."""
    files = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(list(folders))
    wanted_files = files.where(F.lower("path").rlike(r"\.(n?xml|txt)$"))
    return wanted_files.select("path", "content").mapInArrow(paragraph_batches, SCHEMA)


def train_embeddings(texts: DataFrame, options: Options) -> Any:
    """Word2Vec on the tokens of rows of (text): a fitted Spark NLP step from `token` to `embeddings`."""
    from sparknlp.annotator import Word2VecApproach

    # In one order, whatever the files came in, and in one partition: how the work is spread must not change
    # what is learned.
    ordered = texts.orderBy(F.xxhash64("text"), "text").coalesce(1)
    words = Pipeline(stages=cut()).fit(texts.limit(0)).transform(ordered).select("token")
    learn = Word2VecApproach().setInputCols(["token"]).setOutputCol("embeddings")
    learn = learn.setVectorSize(options.dimension).setMaxIter(options.vector_epochs).setSeed(options.seed)
    learn = learn.setMinCount(options.vector_least).setWindowSize(options.vector_window).setStepSize(0.025)
    return learn.setNumPartitions(1).fit(words)


def embeddings_for(
    spark: SparkSession,
    training: Sequence[Document],
    folders: Sequence[str],
    saved: str | None,
    options: Options,
) -> tuple[Any, dict[str, Any]]:
    """The embeddings to train with, and what the card says of them: saved ones, or trained on text.

    The text is that of folders of articles and of the gold that is trained on.
    """
    if saved is not None:
        found = find_saved(spark, saved)
        steps = load_saved(spark, found)
        if len(steps) != 1 or str(getattr(steps[0], "outputAnnotatorType", "")) != "word_embeddings":
            raise problem(saved, "is not one step that gives word embeddings")
        return steps[0].setInputCols(["token"]).setOutputCol("embeddings"), {"loaded": found.checksum}
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
    documents: Sequence[Document], embeddings: Any, options: Options, spark: SparkSession
) -> PipelineModel:
    """A pipeline from a column `text` to chunks of entities, trained on gold documents."""
    rows = [(d.text, wanted(d, options.types)) for d in documents if d.text.strip()]
    gold = spark.createDataFrame(rows, _ROWS).coalesce(1)
    steps = Pipeline(stages=cut()).fit(gold.limit(0))
    labelled = steps.transform(gold).withColumn("label", labels("token", "named_entity"))
    labelled = embeddings.transform(labelled)
    if options.architecture == NER_DL:
        taggers = [_ner_dl(options, seeded_graphs(spark, options.dimension, options.seed)).fit(labelled)]
    else:
        speech = _parts_of_speech(labelled)
        taggers = [speech, _ner_crf(options, _sentences(labelled)).fit(speech.transform(labelled))]
    return PipelineModel([*steps.stages, embeddings, *taggers, chunks()])


def labels(token: str, kind: str) -> Any:
    """A column of annotations of that kind: the tag of each token, by the column `places`."""
    from sparknlp.annotation import Annotation

    @F.udf(ArrayType(Annotation.dataType()))
    def tagged(text: str, found: Iterable[Any], places: Iterable[Any]) -> list[Any]:
        tokens = list(found)
        spans = code_points(text, [(t["begin"], t["end"]) for t in tokens])
        told = tags(spans, [(p["start"], p["end"], p["kind"]) for p in places])
        return [
            (kind, t["begin"], t["end"], tag, {"word": t["result"]}, [])
            for t, tag in zip(tokens, told, strict=True)
        ]

    return tagged(F.col(TEXT), F.col(token), F.col("places")).alias("label", metadata={"annotatorType": kind})


def _ner_dl(options: Options, graphs: str) -> Any:
    from sparknlp.annotator import NerDLApproach

    ner = NerDLApproach().setInputCols(["sentence", "token", "embeddings"]).setOutputCol("ner")
    ner = ner.setLabelColumn("label").setMaxEpochs(options.epochs).setRandomSeed(options.seed)
    ner = ner.setLr(options.learning_rate).setPo(options.decay).setBatchSize(options.batch)
    ner = ner.setDropout(options.dropout).setConfigProtoBytes(_ONE_THREAD).setVerbose(0)
    return ner.setGraphFolder(graphs).setIncludeConfidence(False).setEnableOutputLogs(False)


def _sentences(labelled: DataFrame) -> int:
    return int(labelled.agg(F.sum(F.size("sentence"))).collect()[0][0] or 1)


def _ner_crf(options: Options, sentences: int) -> Any:
    from sparknlp.annotator import NerCrfApproach

    ner = NerCrfApproach().setInputCols(["sentence", "token", "pos", "embeddings"]).setOutputCol("ner")
    ner = ner.setLabelColumn("label").setMinEpochs(1).setMaxEpochs(options.epochs).setRandomSeed(options.seed)
    # Spark NLP's example has 1,250,000 for 14,000 sentences; how far its first step goes is their ratio.
    return ner.setLossEps(1e-4).setL2(1).setC0(90 * sentences).setVerbose(0)


def _parts_of_speech(labelled: DataFrame) -> Any:
    """NerCrf wants parts of speech. No gold has any, so every word has the same, which tells it nothing."""
    from sparknlp.annotator import PerceptronApproach

    same = F.transform(
        "label", lambda a: a.withField("result", F.lit("X")).withField("annotatorType", F.lit("pos"))
    )
    rows = labelled.withColumn("tags", same.alias("tags", metadata={"annotatorType": "pos"}))
    learn = PerceptronApproach().setInputCols(["sentence", "token"]).setOutputCol("pos").setPosColumn("tags")
    with _byte_code(labelled.sparkSession):
        return learn.setNIterations(1).fit(rows.limit(20))


@contextmanager
def _byte_code(spark: SparkSession) -> Iterator[None]:
    """Have Spark compile its queries: as they are, it cannot decode the annotations that a step asks for."""
    before = str(spark.conf.get(_FACTORY))
    spark.conf.set(_FACTORY, "FALLBACK")
    try:
        yield
    finally:
        spark.conf.set(_FACTORY, before)


def gold_places(documents: Sequence[Document], types: Collection[str] = ()) -> list[list[Place]]:
    """What a recogniser should find in each document."""
    return [wanted(document, types) for document in documents]
