"""Recognisers of a configuration: located, loaded and tried before any data is read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.ml import Pipeline, PipelineModel
from pyspark.sql import SparkSession

from medconcept.config import RecogniserConfig
from medconcept.spark.hadoop_files import reason
from medconcept.spark_nlp.ner_pipeline import chunk_stage, tokenisation_stages
from medconcept.spark_nlp.saved_models import annotator, find_saved, load_saved, open_folder, problem
from medconcept.spark_nlp.training import has_tensorflow

DOCUMENT, TOKEN, TAGS, CHUNKS = "document", "token", "named_entity", "chunk"
_SAMPLE = "A patient with a heart attack and type 2 diabetes had a scan of the left ventricle."
_loaded: dict[tuple[str, ...], Recogniser] = {}


@dataclass(frozen=True)
class Recogniser:
    """A fitted pipeline from a column of text to columns of chunks; `checksum` identifies its content."""

    name: str
    model: Any
    text: str
    chunks: tuple[str, ...]
    checksum: str


def load_recognisers(spark: SparkSession, configs: Sequence[RecogniserConfig]) -> tuple[Recogniser, ...]:
    """Load the recognisers of a configuration, each once per session; raise ConfigError with one line.

    The shipped one is left out: it reads sentences of a lake, see `shipped_recogniser`.
    """
    return tuple(
        _pretrained(spark, config) if config.path is None else _saved(spark, config)
        for config in configs
        if not config.is_shipped
    )


def _saved(spark: SparkSession, config: RecogniserConfig) -> Recogniser:
    assert config.path is not None
    model = find_saved(spark, config.path)
    vectors = find_saved(spark, config.embeddings) if config.embeddings else None
    parts = [vectors, model] if vectors else [model]
    key = (str(spark.sparkContext.applicationId), *(part.checksum for part in parts))
    if key not in _loaded:
        steps = [step for part in parts for step in load_saved(spark, part)]
        _loaded[key] = build_recogniser(spark, config.path, steps, "+".join(key[1:]))
    return _loaded[key]


def _pretrained(spark: SparkSession, config: RecogniserConfig) -> Recogniser:
    """Load a pretrained model of a hub, or from a folder laid out like Spark NLP's own cache."""
    name, language = str(config.pretrained), config.language
    if config.mirror is not None:
        models = open_folder(spark, config.mirror, "no such folder of models").list("")
        matches = [n for n in models if n == name or n.startswith(f"{name}_{language}_")]
        if not matches:
            raise problem(config.mirror, f"no model {name} for language {language} in this mirror")
        return _saved(spark, RecogniserConfig(path=f"{config.mirror.rstrip('/')}/{matches[-1]}"))
    key = (str(spark.sparkContext.applicationId), name, language, str(config.hub), str(config.annotator))
    if key not in _loaded:
        try:
            if config.annotator is None:
                from sparknlp.pretrained import PretrainedPipeline

                steps = list(PretrainedPipeline(name, language, config.hub).model.stages)
            else:
                steps = [annotator(config.annotator).pretrained(name, language, config.hub)]
        except Exception as error:  # no such class, no such model, no network: each raises its own
            raise problem(
                f"pretrained {name} ({language})", f"cannot be fetched ({reason(error)})"
            ) from error
        identity = " ".join((*key[1:], *(step.uid for step in steps)))  # uids differ for each training
        _loaded[key] = build_recogniser(spark, name, steps, hashlib.sha256(identity.encode()).hexdigest())
    return _loaded[key]


def build_recogniser(spark: SparkSession, name: str, steps: list[Any], checksum: str) -> Recogniser:
    """Complete loaded steps to a pipeline and try it on a sentence; raise ConfigError if it does not run."""
    from sparknlp.base import LightPipeline

    if not {TAGS, CHUNKS} & {_output_type(step) for step in steps}:
        raise problem(name, "has no step that recognises entities")
    if DOCUMENT not in map(_output_type, steps):
        steps = [*tokenisation_stages(), *steps]
    consumed = {column for step in steps if hasattr(step, "getInputCols") for column in step.getInputCols()}
    out = [s.getOutputCol() for s in steps if _output_type(s) == CHUNKS and s.getOutputCol() not in consumed]
    if not out:
        joined = chunk_stage(*_tagger_columns(steps))
        steps, out = [*steps, joined], [joined.getOutputCol()]
    assembler = next(step for step in steps if type(step).__name__ == "DocumentAssembler")
    assembler.setCleanupMode("disabled")  # offsets must be those of the unchanged caption
    try:
        model: PipelineModel = Pipeline(stages=steps).fit(
            spark.createDataFrame([], f"`{assembler.getInputCol()}` string")
        )
        LightPipeline(model).fullAnnotate(_SAMPLE)
    except Exception as error:
        detail = reason(error)
        if not has_tensorflow(spark) and "tensorflow" in str(error).lower():
            detail = "it needs TensorFlow, whose JAR is not on the class path"
        raise problem(name, f"does not run ({detail})") from error
    return Recogniser(name, model, assembler.getInputCol(), tuple(out), checksum)


def _output_type(step: Any) -> str:
    return str(getattr(step, "outputAnnotatorType", None) or "")


def _tagger_columns(steps: Sequence[Any]) -> tuple[str, str, str]:
    """Return the columns of sentences, tokens and tags that the last tagger uses."""
    tagger = next(step for step in reversed(steps) if _output_type(step) == TAGS)
    kinds = {step.getOutputCol(): _output_type(step) for step in steps if hasattr(step, "getOutputCol")}
    inputs = {kinds.get(name, ""): name for name in tagger.getInputCols()}
    return inputs.get(DOCUMENT, "sentence"), inputs.get(TOKEN, "token"), tagger.getOutputCol()
