"""`link` and `evaluate` with the dictionary of a lake."""

from __future__ import annotations

import json

import pytest
from articles import run

from medconcept.cli import main
from medconcept.config import Config, DictionaryConfig, DictionarySource

GOLD = {"pmid": "1", "fig_id": "F1", "nxml": "a", "text": "Retina. A lens.",
        "annotations": [{"id": "UBERON:1", "spans": [[0, 6]]}]}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("lake")


def test_the_dictionary_of_a_lake_links_and_scores(spark, folder, capsys):
    (folder / "mine.tsv").write_text("concept_id\tname\nUBERON:1\tretina\nUBERON:2\tlens\n")
    source = DictionarySource("UBERON", "tsv", str(folder / "mine.tsv"))
    config = Config(lake=str(folder / "lake"), dictionary=DictionaryConfig((source,)))
    run(spark, config, "build_dictionary")
    capsys.readouterr()
    for named in ([], ["--dictionary", "concept_names"]):
        assert main(["link", "The retinas", "--lake", config.lake, "--json", *named]) == 0
        (link,) = json.loads(capsys.readouterr().out)["links"]
        assert (link["source_id"], link["spans"]) == ("UBERON:1", [[4, 11]])
    (folder / "gold.jsonl").write_text(json.dumps(GOLD) + "\n")
    gold = ["--gold", str(folder / "gold.jsonl"), "--format", "craft-captions", "--sources", "UBERON"]
    assert main(["evaluate", *gold, "--lake", config.lake, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["mention"]["tp"], told["mention"]["fp"]) == (1, 1)


def test_a_lake_that_is_not_there_is_one_line(tmp_path, capsys):
    assert main(["link", "x", "--lake", str(tmp_path / "none")]) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"medconcept: file:{tmp_path}/none: there is no lake here"
