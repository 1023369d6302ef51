"""`evaluate` with recognisers: saved ones, and one trained for each fold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ner_examples import DISEASES, pubtator, save_matcher

from medconcept.cli import main


@pytest.fixture
def gold(tmp_path: Path, monkeypatch) -> list[str]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    names = "".join(f"MESH:D1\t{name}\tdisease\n" for name in DISEASES[:2])
    (tmp_path / "names.tsv").write_text("concept_id\tname\tsemantic_type\n" + names)
    path = str(pubtator(tmp_path / "gold.txt"))
    return ["--gold", path, "--format", "pubtator", "--dictionary", str(tmp_path / "names.tsv"), "--json"]


def scores(capfd, *arguments: str) -> dict:
    capfd.readouterr()
    assert main(["evaluate", *arguments]) == 0
    return json.loads(capfd.readouterr().out.splitlines()[-1])


def test_a_saved_recogniser_is_scored_in_addition_to_the_concepts(spark, gold, tmp_path: Path, capfd) -> None:
    path = save_matcher(spark, tmp_path, "model", "Disease", *DISEASES[1:], "mice")
    with_it = scores(capfd, *gold, "--recogniser", str(path))
    without = scores(capfd, *gold)
    assert (with_it["setting"], without["setting"]) == ("trained", "untrained")
    spans = with_it["recognition"]["spans"]
    assert (spans["tp"], spans["fp"], spans["fn"]) == (12, 4, 4)
    assert with_it["mention"] == without["mention"]  # what has no concept is no mention
    assert "recognition" not in without


def test_each_fold_is_recognised_by_what_was_trained_on_the_others(spark, gold, capfd) -> None:
    training = ["--cross-validate", "--train", "--epochs", "60", "--seed", "3"]
    result = scores(capfd, *gold, *training)
    assert result["setting"] == "tuned and trained"
    assert result["recognition"]["spans"]["f1"] > 0.5 and result["mention_unseen"]["tp"] == 0
    assert main(["evaluate", *gold, "--train"]) == 2
    assert "--train needs --cross-validate" in capfd.readouterr().err


def test_what_is_recognised_is_linked_to_similar_names(spark, gold, tmp_path: Path, capfd) -> None:
    names = "concept_id\tname\tsemantic_type\nMESH:D1\ttype 2 diabetess\tdisease\n"
    (tmp_path / "names.tsv").write_text(names)
    path = save_matcher(spark, tmp_path, "model", "Disease", "type 2 diabetes")
    assert scores(capfd, *gold)["mention"]["tp"] == 0
    assert scores(capfd, *gold, "--recogniser", str(path))["mention"]["tp"] == 4
