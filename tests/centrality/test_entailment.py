"""Entailment by a tiny model: the folder, the classifier of Spark NLP against an oracle, the whole stage."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from articles import config, jats, run, write
from tiny_nli import LONGEST, VOCABULARY, entailment, export

from medconcept.centrality.entailment_model import open_model
from medconcept.config import CentralityConfig, parse_config
from medconcept.errors import ConfigError

HYPOTHESIS = "The figure is about {concept}."
ABOUT = ["the", "figure", "is", "about"]


def answers(spark, tmp_path: Path, model, named, captions) -> dict[tuple[str, str], float]:
    from medconcept.centrality.entailment import entailment_centrality, load_classifier

    classifier = load_classifier(spark, model, tmp_path / "graphs")
    rows = entailment_centrality(
        spark.createDataFrame(named, "figure_key string, concept_id string, concept string"),
        spark.createDataFrame(captions, "figure_key string, caption string"),
        classifier,
        model,
        HYPOTHESIS,
    ).collect()
    return {(row.figure_key, row.concept_id): row.centrality for row in rows}


def test_every_pair_gets_the_answer_of_the_model(spark, tmp_path: Path) -> None:
    model = open_model(str(export(tmp_path / "model")))
    named = [("f", "A", "Heart"), ("f", "B", "left lung"), ("g", "A", "Heart")]
    captions = [("f", "Heart-attack (2), lung in myo."), ("g", "LUNG")]
    found = answers(spark, tmp_path, model, named, captions)
    premise = ["heart", "-", "attack", "(", "2", ")", ",", "lung", "in", "my", "##o", "."]
    assert found == {
        ("f", "A"): pytest.approx(entailment(premise, [*ABOUT, "heart", "."]), abs=1e-4),
        ("f", "B"): pytest.approx(entailment(premise, [*ABOUT, "left", "lung", "."]), abs=1e-4),
        ("g", "A"): pytest.approx(entailment(["lung"], [*ABOUT, "heart", "."]), abs=1e-4),
    }


def test_more_concepts_than_a_batch_and_captions_longer_than_the_model(spark, tmp_path: Path) -> None:
    folder = export(tmp_path / "model", labels=("entailment", "neutral", "contradiction"))
    model_config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**model_config, "max_position_embeddings": LONGEST}))
    model = open_model(str(folder))
    assert (model.max_tokens, model.entailment) == (LONGEST, "entailment")
    names = [word for word in VOCABULARY if word.isalpha()]
    named = [("f", f"C{n:02}", f"{names[n % len(names)]} {names[n // len(names)]}") for n in range(40)]
    found = answers(spark, tmp_path, model, named, [("f", "heart lung " * 100)])
    assert len(found) == 40
    for _, concept, name in named:
        hypothesis = [*ABOUT, *name.split(), "."]
        premise = (["heart", "lung"] * 100)[: LONGEST - 3 - len(hypothesis)]
        # The label that comes first here is the one that the oracle knows as contradiction.
        wanted = entailment(premise, hypothesis, label="contradiction")
        assert found["f", concept] == pytest.approx(wanted, abs=1e-4)


# The jobs up to the mentions, which this module is about.
JOBS = ("sync_articles", "parse_articles", "build_dictionary", "annotate_captions")


@pytest.fixture(scope="module")
def made(spark, tmp_path_factory):
    folder = tmp_path_factory.mktemp("entailed")
    settings = config(folder)
    write(folder / "in", a_xml=jats("1", "A heart attack. The heart", "heart"), b_xml=jats("2", "heart"))
    export(folder / "first", seed=1)
    export(folder / "second", seed=2, spark_nlp=True)
    settings = replace(settings, centrality=CentralityConfig(0.5, str(folder / "first"), HYPOTHESIS))
    lake, _ = run(spark, settings, *JOBS)
    return lake, settings, folder


def central(lake) -> dict[tuple[str, str], tuple[float, str]]:
    return {
        (m.figure_key, m.concept_id): (m.centrality, m.centrality_method)
        for m in lake.read("mentions").collect()
    }


def test_the_stage_asks_the_model_and_records_it(made) -> None:
    lake, settings, _ = made
    found = central(lake)
    method = f"entailment:{open_model(settings.centrality.model).sha256[:16]}"
    assert {how for _, how in found.values()} == {method}
    # C0027051 is called by the name that the dictionary prefers, whichever name the caption has.
    wanted = entailment(["heart"], [*ABOUT, "heart", "."])
    assert found["PMC1#f2", "T:2"][0] == found["PMC2#f1", "T:2"][0] == pytest.approx(wanted, abs=1e-4)
    premise = ["a", "heart", "attack", ".", "the", "heart"]
    unknown = entailment(premise, [*ABOUT, "[UNK]", "[UNK]", "."])
    assert found["PMC1#f1", "C0027051"][0] == pytest.approx(unknown, abs=1e-4)
    for m in lake.read("mentions").collect():
        assert ("peripheral" in m.flags) == (m.centrality < 0.5)


@pytest.mark.long  # rebuilds, minutes each: make test-long
@pytest.mark.slow  # five runs of the stages
def test_increments_and_other_statistics_leave_what_was_asked(spark, made) -> None:
    from medconcept.stages.publish_release import content_digest

    lake, settings, folder = made
    before = central(lake)
    write(folder / "in", c_xml=jats("3", "The heart attack and the heart"))
    run(spark, settings, *JOBS)
    assert {key: value for key, value in central(lake).items() if key in before} == before
    run(spark, settings, "count_concepts", "annotate_captions")
    counted = central(lake)
    assert {key: value for key, value in counted.items() if key in before} == before
    anew = replace(settings, lake=f"{settings.lake}-anew")
    rebuilt, _ = run(spark, anew, *JOBS)
    assert central(rebuilt) == counted
    run(spark, anew, "count_concepts", "annotate_captions")
    assert content_digest(lake.read("mentions")) == content_digest(rebuilt.read("mentions"))


def test_another_model_in_the_same_session_is_another_answer(spark, made) -> None:
    lake, settings, folder = made
    first = central(lake)
    other = replace(settings, centrality=replace(settings.centrality, model=str(folder / "second")))
    run(spark, other, "annotate_captions")
    second = central(lake)
    assert set(second) == set(first)
    assert {how for _, how in second.values()} == {
        f"entailment:{open_model(str(folder / 'second')).sha256[:16]}"
    }
    wanted = entailment(["heart"], [*ABOUT, "heart", "."], seed=2)
    assert second["PMC2#f1", "T:2"][0] == pytest.approx(wanted, abs=1e-4)
    run(spark, settings, "annotate_captions")
    assert central(lake) == first


def test_a_folder_that_is_no_model_is_one_line_before_anything_is_read(spark, made, tmp_path: Path) -> None:
    lake, settings, _ = made
    head = lake.head().seq
    broken = {
        "none": "no such folder on this machine",
        "empty": "there is no model.onnx in it",
        "damaged": "model.onnx is not an ONNX graph",
        "unnamed": "its labels are LABEL_0, LABEL_1, LABEL_2, none of them or several 'entailment'",
        "wordless": "there is no vocab.txt in it, nor in its folder assets",
        "foreign": "its vocab.txt lacks \\[CLS\\], \\[SEP\\]",
    }
    (tmp_path / "empty").mkdir()
    export(tmp_path / "damaged")
    (tmp_path / "damaged/model.onnx").write_bytes(b"\x00PK not a graph")
    export(tmp_path / "unnamed", labels=("LABEL_0", "LABEL_1", "LABEL_2"))
    export(tmp_path / "wordless").joinpath("vocab.txt").unlink()
    export(tmp_path / "foreign").joinpath("vocab.txt").write_text("[PAD]\n[UNK]\nheart\n")
    for name, expected in broken.items():
        bad = replace(settings, centrality=replace(settings.centrality, model=str(tmp_path / name)))
        with pytest.raises(ConfigError, match=rf"centrality.model: .*{name}: {expected}") as raised:
            run(spark, bad, "annotate_captions")
        assert "\n" not in str(raised.value)
    assert lake.head().seq == head


def test_a_hypothesis_names_the_concept_once() -> None:
    for wrong in ("about a concept", "{concept} and {concept}"):
        with pytest.raises(ConfigError, match=r"centrality.hypothesis must have \{concept\} in it, once"):
            parse_config({"centrality": {"hypothesis": wrong}})


def test_a_label_file_names_what_the_configuration_of_a_model_does_not(tmp_path: Path) -> None:
    folder = export(tmp_path / "model", labels=("LABEL_0", "LABEL_1", "LABEL_2"))
    (folder / "labels.txt").write_text("contradiction\nentailment\nneutral\n")
    assert open_model(str(folder)).entailment == "entailment"
    assert open_model(str(folder)).lower_case
    before = open_model(str(folder)).sha256
    (folder / "tokenizer_config.json").write_text('{"do_lower_case": false}')
    assert not open_model(str(folder)).lower_case
    assert open_model(str(folder)).sha256 != before
