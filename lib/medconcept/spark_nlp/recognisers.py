"""Recognisers as the configuration names them: found, loaded and tried before any data is read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.ml import Pipeline, PipelineModel
from pyspark.sql import SparkSession

from medconcept.config import RecogniserConfig
from medconcept.spark.hadoop_files import reason
from medconcept.spark_nlp.ner_pipeline import chunks, cut
from medconcept.spark_nlp.saved_models import annotator, find_saved, load_saved, open_folder, problem
from medconcept.spark_nlp.training import has_tensorflow

DOCUMENT, TOKEN, TAGS, CHUNKS = "document", "token", "named_entity", "chunk"
_TRIED = "A patient with a heart attack and type 2 diabetes had a scan of the left ventricle."
_loaded: dict[tuple[str, ...], Recogniser] = {}


@dataclass(frozen=True)
class Recogniser:
    """A fitted pipeline from a column of text to columns of chunks; `checksum` names its content."""

    name: str
    model: Any
    text: str
    chunks: tuple[str, ...]
    checksum: str


def load_recognisers(spark: SparkSession, wanted: Sequence[RecogniserConfig]) -> tuple[Recogniser, ...]:
    """The recognisers of a configuration, each loaded once a session. Raises ConfigError with one line."""
    return tuple(_by_name(spark, one) if one.path is None else _by_path(spark, one) for one in wanted)


def _by_path(spark: SparkSession, wanted: RecogniserConfig) -> Recogniser:
    assert wanted.path is not None
    found = find_saved(spark, wanted.path)
    vectors = find_saved(spark, wanted.embeddings) if wanted.embeddings else None
    parts = [vectors, found] if vectors else [found]
    key = (str(spark.sparkContext.applicationId), *(part.checksum for part in parts))
    if key not in _loaded:
        steps = [step for part in parts for step in load_saved(spark, part)]
        _loaded[key] = whole(spark, wanted.path, steps, "+".join(key[1:]))
    return _loaded[key]


def _by_name(spark: SparkSession, wanted: RecogniserConfig) -> Recogniser:
    """A pretrained model of a hub, or out of a folder laid out as Spark NLP's own cache."""
    name, language = str(wanted.pretrained), wanted.language
    if wanted.mirror is not None:
        models = open_folder(spark, wanted.mirror, "no such folder of models").list("")
        here = [n for n in models if n == name or n.startswith(f"{name}_{language}_")]
        if not here:
            raise problem(wanted.mirror, f"no model {name} for language {language} in this mirror")
        return _by_path(spark, RecogniserConfig(path=f"{wanted.mirror.rstrip('/')}/{here[-1]}"))
    key = (str(spark.sparkContext.applicationId), name, language, str(wanted.hub), str(wanted.annotator))
    if key not in _loaded:
        try:
            if wanted.annotator is None:
                from sparknlp.pretrained import PretrainedPipeline

                steps = list(PretrainedPipeline(name, language, wanted.hub).model.stages)
            else:
                steps = [annotator(wanted.annotator).pretrained(name, language, wanted.hub)]
        except Exception as error:  # no such class, no such model, no network: each raises its own
            raise problem(
                f"pretrained {name} ({language})", f"cannot be fetched ({reason(error)})"
            ) from error
        told = " ".join((*key[1:], *(step.uid for step in steps)))  # each training draws its uids anew
        _loaded[key] = whole(spark, name, steps, hashlib.sha256(told.encode()).hexdigest())
    return _loaded[key]


def whole(spark: SparkSession, told: str, steps: list[Any], checksum: str) -> Recogniser:
    """The pipeline around what was loaded, tried on a sentence. Raises ConfigError where it does not run."""
    from sparknlp.base import LightPipeline

    if not {TAGS, CHUNKS} & {_gives(step) for step in steps}:
        raise problem(told, "has no step that recognises entities")
    if DOCUMENT not in map(_gives, steps):
        steps = [*cut(), *steps]
    taken = {name for step in steps if hasattr(step, "getInputCols") for name in step.getInputCols()}
    out = [s.getOutputCol() for s in steps if _gives(s) == CHUNKS and s.getOutputCol() not in taken]
    if not out:
        joined = chunks(*_tagged(steps))
        steps, out = [*steps, joined], [joined.getOutputCol()]
    assembler = next(step for step in steps if type(step).__name__ == "DocumentAssembler")
    assembler.setCleanupMode("disabled")  # offsets must be those of the caption as it stands
    try:
        model: PipelineModel = Pipeline(stages=steps).fit(
            spark.createDataFrame([], f"`{assembler.getInputCol()}` string")
        )
        LightPipeline(model).fullAnnotate(_TRIED)
    except Exception as error:
        detail = reason(error)
        if not has_tensorflow(spark) and "tensorflow" in str(error).lower():
            detail = "it needs TensorFlow, whose JAR is not on the class path"
        raise problem(told, f"does not run ({detail})") from error
    return Recogniser(told, model, assembler.getInputCol(), tuple(out), checksum)


def _gives(step: Any) -> str:
    return str(getattr(step, "outputAnnotatorType", None) or "")


def _tagged(steps: Sequence[Any]) -> tuple[str, str, str]:
    """Columns of sentences, tokens and tags, as the last step that tags has them."""
    tagger = next(step for step in reversed(steps) if _gives(step) == TAGS)
    kinds = {step.getOutputCol(): _gives(step) for step in steps if hasattr(step, "getOutputCol")}
    inputs = {kinds.get(name, ""): name for name in tagger.getInputCols()}
    return inputs.get(DOCUMENT, "sentence"), inputs.get(TOKEN, "token"), tagger.getOutputCol()
