"""The folder of a saved model: where in it the model lies, what names its content, and loading it."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession

from medconcept.errors import ConfigError, LakeError
from medconcept.spark.hadoop_files import HadoopFiles, reason
from medconcept.spark_nlp.model_card import CARD, LATEST, MODEL
from medconcept.spark_nlp.onnx_bert import bert_from_graph

_PIPELINE = "org.apache.spark.ml.PipelineModel"
_GRAPH, _ASSETS = "model.onnx", ("assets/vocab.txt", "assets/labels.txt")


@dataclass(frozen=True)
class SavedModel:
    """A folder that was looked into: `inner` leads from what the user named to the model."""

    told: str
    files: HadoopFiles
    inner: str
    checksum: str


def problem(told: str, detail: str) -> ConfigError:
    """The error about a model or its vectors: how the user named it and what is wrong, in one line."""
    return ConfigError(f"Spark NLP model {told}: {detail}")


def open_folder(spark: SparkSession, told: str, missing: str) -> HadoopFiles:
    """A folder that the user named. Raises ConfigError, with `missing`, where it is not there."""
    try:
        files = HadoopFiles(spark, told)
    except LakeError as error:
        raise problem(told, str(error)) from error
    if not files.exists(""):
        raise problem(told, missing)
    return files


def find_saved(spark: SparkSession, told: str) -> SavedModel:
    """Look into a folder. Raises ConfigError where it is not there, or of another Spark NLP.

    Of a folder that `train_ner` wrote, which holds versions, the one it names as latest counts.
    """
    files = open_folder(spark, told, "no such model folder")
    inner = f"{files.read(LATEST).decode('utf-8').strip()}/" if files.exists(LATEST) else ""
    if files.exists(inner + CARD):
        _check_versions(told, files.read(inner + CARD))
        inner += f"{MODEL}/"
    return SavedModel(told, files, inner, _checksum(files, inner))


def load_saved(spark: SparkSession, saved: SavedModel) -> list[Any]:
    """The steps of a saved pipeline or model, or of an ONNX token classifier. Raises ConfigError."""
    import sparknlp

    told, files, inner = saved.told, saved.files, saved.inner
    here = f"Spark NLP {sparknlp.version()}"
    if files.exists(inner + _GRAPH):
        return [_onnx(spark, saved)]
    written = [name for name in files.list(f"{inner}metadata") if name.startswith("part-")]
    if not written:
        raise problem(told, f"neither a saved Spark NLP model or pipeline nor a folder with {_GRAPH}")
    try:
        kind = str(json.loads(files.read(f"{inner}metadata/{written[0]}").splitlines()[0])["class"])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise problem(told, "its metadata is damaged") from error
    where = files.uri(inner).rstrip("/")
    try:
        if kind == _PIPELINE:
            return list(PipelineModel.load(where).stages)
        return [annotator(kind.rpartition(".")[2]).load(where)]
    except AttributeError as error:
        raise problem(told, f"{kind} is no class of {here}") from error
    except Exception as error:  # whatever the JVM or its wrappers make of a damaged or foreign model
        raise problem(told, f"cannot be loaded by {here} ({reason(error)})") from error


def annotator(name: str) -> Any:
    """A class of Spark NLP by its bare name. Raises AttributeError."""
    import sparknlp.annotator

    return getattr(sparknlp.annotator, name)


def _check_versions(told: str, card: bytes) -> None:
    import sparknlp

    try:
        made = str(json.loads(card)["versions"]["spark_nlp"])
    except (ValueError, KeyError, TypeError) as error:
        raise problem(told, f"{CARD} is damaged") from error
    here = sparknlp.version()
    if made.split(".")[:2] != here.split(".")[:2]:
        raise problem(told, f"made by Spark NLP {made}, this is {here}; train it anew with train_ner")


def _checksum(files: HadoopFiles, inner: str) -> str:
    """SHA-256 over the names and contents of all files of the model, in order."""
    digest = hashlib.sha256()
    for name in sorted(files.walk(inner)):
        if not name.rpartition("/")[2].startswith("."):  # what Hadoop keeps beside its files
            digest.update(f"{name.removeprefix(inner)} {files.sha256(name)}\n".encode())
    return digest.hexdigest()


def _onnx(spark: SparkSession, saved: SavedModel) -> Any:
    """A BERT token classifier from model.onnx, in a copy named by its checksum, and its assets."""
    files, inner = saved.files, saved.inner
    for name in _ASSETS:
        if not files.exists(inner + name):
            raise problem(saved.told, f"{name} is missing beside {_GRAPH}")
    vocabulary, labels = (files.read(inner + name).decode("utf-8").splitlines() for name in _ASSETS)
    graph = Path(tempfile.mkdtemp(prefix="medconcept-onnx-")) / f"{saved.checksum}.onnx"
    try:
        graph.write_bytes(files.read(inner + _GRAPH))
        model = bert_from_graph(spark, "BertForTokenClassification", graph, vocabulary, labels)
    except Exception as error:
        raise problem(
            saved.told, f"cannot be loaded as an ONNX token classifier ({reason(error)})"
        ) from error
    return model.setInputCols(["sentence", "token"]).setOutputCol("ner").setCaseSensitive(True)
