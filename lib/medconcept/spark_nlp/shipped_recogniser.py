"""The recogniser that comes with this package, which `make model` trained; its card is in the archive."""

from __future__ import annotations

import hashlib
import io
import zipfile
from functools import cache
from importlib.resources import files
from typing import Any

from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession

from medconcept.errors import LakeError
from medconcept.reader.layout import MODELS
from medconcept.spark.hadoop_files import HadoopFiles
from medconcept.spark_nlp.recognisers import CHUNKS, Recogniser
from medconcept.spark_nlp.saved_models import find_saved, load_saved

ARCHIVE = "captions.zip"
SENTENCES_AT_ONCE = 64  # of TensorFlow: most rows have no sentence to read, so that a row is not a batch
_loaded: dict[tuple[str, str], Recogniser] = {}


@cache
def checksum() -> str:
    """The SHA-256 of the archive."""
    return hashlib.sha256(_archive()).hexdigest()


def load_shipped(spark: SparkSession, lake: HadoopFiles) -> Recogniser:
    """Load the shipped recogniser, once per session; it reads columns of lists of sentences.

    Spark reads saved models on its workers, so it is unpacked into the lake, which they can read.
    """
    key = (str(spark.sparkContext.applicationId), checksum())
    if key not in _loaded:
        _loaded[key] = _for_sentences(spark, unpacked(lake))
    return _loaded[key]


def _archive() -> bytes:
    return files("medconcept.spark_nlp").joinpath(ARCHIVE).read_bytes()


def unpacked(lake: HadoopFiles) -> str:
    """The place of the unpacked archive; what is missing there or is not as in the archive is written."""
    folder = f"{MODELS}/{checksum()}"
    with zipfile.ZipFile(io.BytesIO(_archive())) as archive:
        for name in archive.namelist():
            data, path = archive.read(name), f"{folder}/{name}"
            if not lake.exists(path) or _content(lake, path) != data:
                lake.write(path, data)
    return lake.uri(folder)


def _content(lake: HadoopFiles, path: str) -> bytes | None:
    try:
        return lake.read(path)
    except LakeError:  # its bytes are not those of its checksum file
        return None


def _for_sentences(spark: SparkSession, path: str) -> Recogniser:
    """The saved pipeline without its detector of sentences: each text of a list is one already."""
    kept: list[Any] = []
    for stage in load_saved(spark, find_saved(spark, path)):
        name = type(stage).__name__
        if name.startswith("SentenceDetector"):
            continue
        if hasattr(stage, "getInputCols") and "sentence" in stage.getInputCols():
            stage.setInputCols(["document" if each == "sentence" else each for each in stage.getInputCols()])
        if name.startswith("NerDL"):
            stage.setBatchSize(SENTENCES_AT_ONCE)
        kept.append(stage)
    chunks = [s.getOutputCol() for s in kept if getattr(s, "outputAnnotatorType", None) == CHUNKS]
    return Recogniser("shipped", PipelineModel(kept), kept[0].getInputCol(), tuple(chunks), checksum())
