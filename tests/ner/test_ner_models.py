"""Recognisers out of folders: what is loaded, and what is refused in one line before any data is read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from ner_examples import save_matcher

from medconcept.config import SHIPPED_RECOGNISER, AnnotateConfig, RecogniserConfig, parse_config
from medconcept.errors import ConfigError
from medconcept.terminologies.entity_kinds import kinds_of


def load(spark, *wanted: RecogniserConfig):
    from medconcept.spark_nlp.recognisers import load_recognisers

    return load_recognisers(spark, wanted)


def places(spark, recognisers, *texts: str):
    from medconcept.spark_nlp.entity_recognition import find_entities

    return find_entities(spark, recognisers, texts)


@pytest.fixture(scope="module")
def saved(spark, tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    return {
        "diseases": save_matcher(spark, folder, "diseases", "Disease", "heart attack", "gout"),
        "organs": save_matcher(spark, folder, "organs", "Organ", "heart", "eye", "gout"),
    }


def test_the_configuration_takes_none_one_or_several() -> None:
    def recogniser(value: object) -> tuple[RecogniserConfig, ...]:
        return parse_config({"annotate": {"recogniser": value}}).annotate.recogniser

    assert recogniser("none") == recogniser(None) == ()
    assert recogniser("shipped") == AnnotateConfig().recogniser == (SHIPPED_RECOGNISER,)
    assert recogniser({"path": "m"}) == (RecogniserConfig(path="m"),)
    both = recogniser([{"path": "m"}, {"pretrained": "n", "language": "de", "types": {"X": "disease, cell"}}])
    assert [one.path or one.pretrained for one in both] == ["m", "n"]
    for value, words in (
        ("model", "'annotate.recogniser' must be none, shipped or a list, not 'model'"),
        ([{"path": "m"}, {"pretrained": "shipped"}], "the shipped one cannot be united with others"),
        ({"paht": "m"}, "unknown key 'annotate.recogniser\\[0\\].paht'"),
        ({"path": "m", "pretrained": "n"}, "one of path and pretrained"),
    ):
        with pytest.raises(ConfigError, match=words):
            recogniser(value)


def test_what_several_find_is_put_together(spark, saved) -> None:
    both = load(spark, *(RecogniserConfig(path=str(path)) for path in saved.values()))
    text = "\U0001d6fc gout, a heart attack. An eye"
    assert places(spark, both, text, "", "nothing") == [
        [(2, 6, "Disease"), (2, 6, "Organ"), (10, 15, "Organ"), (10, 22, "Disease"), (27, 30, "Organ")],
        [], [],
    ]  # fmt: skip


def test_a_model_is_loaded_once_and_known_by_its_content(spark, saved, tmp_path: Path) -> None:
    (one,) = load(spark, RecogniserConfig(path=str(saved["diseases"])))
    shutil.copytree(saved["diseases"], tmp_path / "copy")
    (copy,) = load(spark, RecogniserConfig(path=str(tmp_path / "copy")))
    (other,) = load(spark, RecogniserConfig(path=str(saved["organs"])))
    assert copy is one and other.checksum != one.checksum


def test_a_mirror_is_a_folder_laid_out_as_the_cache_of_pretrained_models(
    spark, saved, tmp_path: Path
) -> None:
    shutil.copytree(saved["diseases"], tmp_path / "clinical_en_5.5.0_3.4_1730000000000")
    wanted = RecogniserConfig(pretrained="clinical", mirror=str(tmp_path))
    assert places(spark, load(spark, wanted), "gout") == [[(0, 4, "Disease")]]
    with pytest.raises(ConfigError, match="no model clinical for language de in this mirror"):
        load(spark, RecogniserConfig(pretrained="clinical", language="de", mirror=str(tmp_path)))


def change(file: Path, old: bytes, new: bytes) -> None:
    file.write_bytes(file.read_bytes().replace(old, new))
    file.with_name(f".{file.name}.crc").unlink(missing_ok=True)


def broken(folder: Path, saved: Path, how: str) -> Path:
    """A copy of a saved pipeline that is damaged in a way."""
    path = folder / how
    shutil.copytree(saved, path)
    stage = sorted((path / "stages").iterdir())[-1] if how != "empty" else path
    if how == "empty":
        shutil.rmtree(path)
        path.mkdir()
    elif how == "metadata":
        (path / "metadata/part-00000").write_bytes(b"not JSON")
        (path / "metadata/.part-00000.crc").unlink(missing_ok=True)
    elif how == "stage gone":
        shutil.rmtree(stage)
    elif how == "class unknown":
        change(stage / "metadata/part-00000", b"TextMatcherModel", b"TextMatcher99Model")
    elif how == "foreign":
        change(path / "metadata/part-00000", b"org.apache.spark.ml.PipelineModel", b"org.other.Tagger")
    elif how == "cut short":
        for file in (stage / "fields").rglob("part-*"):
            file.write_bytes(b"")
            file.with_name(f".{file.name}.crc").unlink(missing_ok=True)
    elif how == "other version":
        card = {"versions": {"spark_nlp": "4.4.0"}}
        (path / "card.json").write_text(json.dumps(card))
    return path


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("empty", "neither a saved Spark NLP model"),
        ("metadata", "its metadata is damaged"),
        ("stage gone", "cannot be loaded by Spark NLP 5"),
        ("class unknown", "cannot be loaded by Spark NLP 5|is not a class of"),
        ("foreign", "org.other.Tagger is not a class of Spark NLP 5"),
        ("cut short", "cannot be loaded|does not run"),
        ("other version", "made by Spark NLP 4.4.0, this is 5"),
    ],
)
def test_a_broken_or_foreign_model_is_one_line(spark, saved, tmp_path: Path, how: str, words: str) -> None:
    path = broken(tmp_path, saved["diseases"], how)
    with pytest.raises(ConfigError, match=words) as raised:
        load(spark, RecogniserConfig(path=str(path)))
    assert str(raised.value).startswith(f"Spark NLP model {path}: ") and "\n" not in str(raised.value)


def test_what_is_missing_or_recognises_nothing_is_one_line(spark, tmp_path: Path) -> None:
    from pyspark.ml import Pipeline

    from medconcept.spark_nlp.ner_pipeline import tokenisation_stages

    with pytest.raises(ConfigError, match=r"Spark NLP model .*/nowhere: no such model folder$"):
        load(spark, RecogniserConfig(path=str(tmp_path / "nowhere")))
    words = Pipeline(stages=tokenisation_stages()).fit(spark.createDataFrame([], "text string"))
    words.write().save(str(tmp_path / "words"))
    with pytest.raises(ConfigError, match="has no step that recognises entities"):
        load(spark, RecogniserConfig(path=str(tmp_path / "words")))
    with pytest.raises(ConfigError, match=r"pretrained x \(en\): cannot be fetched"):
        load(spark, RecogniserConfig(pretrained="x", annotator="NoSuchModel"))


def test_types_of_corpora_fit_kinds_of_the_dictionary() -> None:
    assert "cell" in kinds_of("Cell_type") and "disease" in kinds_of("DISEASE")
    assert kinds_of("PERSON") == frozenset()
