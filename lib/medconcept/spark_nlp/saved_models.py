"""Folders of saved models: where in them the model is, a checksum of its content, and loading it."""

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
    """A folder with a model; `path` is as the user wrote it, `inner` leads from there to the model."""

    path: str
    files: HadoopFiles
    inner: str
    checksum: str


def problem(path: str, detail: str) -> ConfigError:
    """Return the error about a model or its vectors: its path as the user wrote it, and what is wrong."""
    return ConfigError(f"Spark NLP model {path}: {detail}")


def open_folder(spark: SparkSession, path: str, missing: str) -> HadoopFiles:
    """Open a folder; raise ConfigError with the text `missing` if it does not exist."""
    try:
        files = HadoopFiles(spark, path)
    except LakeError as error:
        raise problem(path, str(error)) from error
    if not files.exists(""):
        raise problem(path, missing)
    return files


def find_saved(spark: SparkSession, path: str) -> SavedModel:
    """Locate the model in a folder; raise ConfigError if it is missing or of another version of Spark NLP.

    In a folder with versions, as `train_ner` writes it, take the latest.
    """
    files = open_folder(spark, path, "no such model folder")
    inner = f"{files.read(LATEST).decode('utf-8').strip()}/" if files.exists(LATEST) else ""
    if files.exists(inner + CARD):
        _check_versions(path, files.read(inner + CARD))
        inner += f"{MODEL}/"
    return SavedModel(path, files, inner, _checksum(files, inner))


def load_saved(spark: SparkSession, saved: SavedModel) -> list[Any]:
    """Load the stages of a saved pipeline or model, or an ONNX token classifier; raise ConfigError."""
    import sparknlp

    path, files, inner = saved.path, saved.files, saved.inner
    here = f"Spark NLP {sparknlp.version()}"
    if files.exists(inner + _GRAPH):
        return [_onnx(spark, saved)]
    written = [name for name in files.list(f"{inner}metadata") if name.startswith("part-")]
    if not written:
        raise problem(path, f"neither a saved Spark NLP model or pipeline nor a folder with {_GRAPH}")
    try:
        kind = str(json.loads(files.read(f"{inner}metadata/{written[0]}").splitlines()[0])["class"])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise problem(path, "its metadata is damaged") from error
    where = files.uri(inner).rstrip("/")
    try:
        if kind == _PIPELINE:
            return list(PipelineModel.load(where).stages)
        return [annotator(kind.rpartition(".")[2]).load(where)]
    except AttributeError as error:
        raise problem(path, f"{kind} is not a class of {here}") from error
    except Exception as error:  # whatever the JVM or its wrappers make of a damaged or foreign model
        raise problem(path, f"cannot be loaded by {here} ({reason(error)})") from error


def annotator(name: str) -> Any:
    """Return a class of Spark NLP by its name without a package; raise AttributeError if there is none."""
    import sparknlp.annotator

    return getattr(sparknlp.annotator, name)


def _check_versions(path: str, card: bytes) -> None:
    import sparknlp

    try:
        trained_with = str(json.loads(card)["versions"]["spark_nlp"])
    except (ValueError, KeyError, TypeError) as error:
        raise problem(path, f"{CARD} is damaged") from error
    here = sparknlp.version()
    if trained_with.split(".")[:2] != here.split(".")[:2]:
        raise problem(
            path, f"made by Spark NLP {trained_with}, this is {here}; train it again with train_ner"
        )


def _checksum(files: HadoopFiles, inner: str) -> str:
    """Return the SHA-256 over the names and contents of all files of the model, sorted by name."""
    digest = hashlib.sha256()
    for name in sorted(files.walk(inner)):
        if not name.rpartition("/")[2].startswith("."):  # Hadoop's own checksum files
            digest.update(f"{name.removeprefix(inner)} {files.sha256(name)}\n".encode())
    return digest.hexdigest()


def _onnx(spark: SparkSession, saved: SavedModel) -> Any:
    """Load a BERT token classifier from a copy of model.onnx, named by its checksum, and its assets."""
    files, inner = saved.files, saved.inner
    for name in _ASSETS:
        if not files.exists(inner + name):
            raise problem(saved.path, f"{name} is missing next to {_GRAPH}")
    vocabulary, labels = (files.read(inner + name).decode("utf-8").splitlines() for name in _ASSETS)
    graph = Path(tempfile.mkdtemp(prefix="medconcept-onnx-")) / f"{saved.checksum}.onnx"
    try:
        graph.write_bytes(files.read(inner + _GRAPH))
        model = bert_from_graph(spark, "BertForTokenClassification", graph, vocabulary, labels)
    except Exception as error:
        raise problem(
            saved.path, f"cannot be loaded as an ONNX token classifier ({reason(error)})"
        ) from error
    return model.setInputCols(["sentence", "token"]).setOutputCol("ner").setCaseSensitive(True)
