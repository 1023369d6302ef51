"""train_ner: real training on a few sentences, the card, and what cannot be trained in one line."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from ner_examples import DISEASES, documents, pubtator

from medconcept.cli import main
from medconcept.config import RecogniserConfig
from medconcept.errors import ConfigError

QUICK = ["--epochs", "60", "--seed", "7", "--json"]


def command(folder: Path, *more: str) -> list[str]:
    gold = str(pubtator(folder / "gold.txt"))
    arguments = ["--gold", gold, "--format", "pubtator", "--licence", "CC0", "--test", gold]
    return ["train_ner", *arguments, "--out", str(folder / "models"), *QUICK, *more]


def recognised(spark, path: str, text: str) -> list[tuple[int, int, str]]:
    from medconcept.spark_nlp.entity_recognition import find_entities
    from medconcept.spark_nlp.recognisers import load_recognisers

    (found,) = find_entities(spark, load_recognisers(spark, [RecogniserConfig(path=path)]), [text])
    return found


@pytest.fixture(scope="module")
def trained(spark, tmp_path_factory) -> Path:
    """The folder of a recogniser of the default architecture, NerDL."""
    folder = tmp_path_factory.mktemp("trained")
    assert main(command(folder)) == 0
    return folder


def with_mice(folder: Path) -> str:
    """A configuration whose dictionary has one organism, which the gold does not annotate."""
    (folder / "mine.tsv").write_text("concept_id\tname\tsemantic_type\nMESH:D051379\tMice\torganism\n")
    source = {"name": "MESH", "format": "tsv", "path": str(folder / "mine.tsv")}
    (folder / "mice.yaml").write_text(json.dumps({"dictionary": {"sources": [source]}}))
    return str(folder / "mice.yaml")


def version_in(folder: Path) -> str:
    """The one version of a recogniser that was trained in a folder."""
    (version,) = (path.name for path in (folder / "models").iterdir() if path.is_dir())
    return version


@pytest.mark.parametrize("architecture", ["ner_dl", "ner_crf"])
def test_a_trained_recogniser_recognises_and_its_card_says_what_it_was_trained_on(
    spark, trained: Path, tmp_path: Path, capfd, architecture: str
) -> None:
    labelled = {"Organism": len(DISEASES)} if architecture == "ner_crf" else {}
    if architecture == "ner_dl":
        folder, version = trained, version_in(trained)
    else:
        more = ["--complete", "--config", with_mice(tmp_path), "--archive", str(tmp_path / "all.zip")]
        assert main(command(tmp_path, "--architecture", architecture, "--epochs", "200", *more)) == 0
        folder, version = tmp_path, json.loads(capfd.readouterr().out.splitlines()[-1])["version"]
    card = json.loads((folder / "models" / version / "card.json").read_text())
    assert card["labels"] == ["Disease", *labelled]
    assert card["seed"] == 7 and card["versions"]["spark_nlp"] == "5.5.3"
    (data,) = card["data"]
    assert (data["file"], data["licence"], data["documents"]) == ("gold.txt", "CC0", len(documents()))
    assert data["entities"] == {"Disease": len(documents()), **labelled} and len(data["sha256"]) == 64
    assert (data["labelled_by_dictionary"] or {}) == labelled
    if architecture == "ner_crf":
        with zipfile.ZipFile(folder / "all.zip") as archive:
            own = folder / "models" / version
            files = {str(p.relative_to(own)): p for p in own.rglob("*") if p.is_file()}
            assert set(archive.namelist()) == {name for name in files if not name.endswith(".crc")}
            assert all(archive.read(name) == files[name].read_bytes() for name in archive.namelist())
    assert card["held_out"]["spans"]["f1"] > 0.8 and str(folder) not in json.dumps(card)
    assert "| Disease |" in (folder / "models" / version / "card.md").read_text()
    # By the folder of all versions, which names the latest, or by that of the one.
    for path in (folder / "models", folder / "models" / version):
        assert recognised(spark, str(path), "\U0001d6fc \U0001d6fd. No gout in this group.") == [
            (8, 12, "Disease")
        ]


def test_the_same_seed_trains_the_same_recogniser(spark, trained: Path, tmp_path: Path, capfd) -> None:
    assert main(command(tmp_path)) == 0
    again = json.loads(capfd.readouterr().out.splitlines()[-1])
    first = json.loads((trained / "models" / version_in(trained) / "card.json").read_text())
    assert again["version"] == version_in(trained)
    assert again["held_out"] == first["held_out"]
    assert main(command(tmp_path)) == 2  # the version exists and is not overwritten
    assert f"version {again['version']} is there already" in capfd.readouterr().err


def test_embeddings_of_articles_and_saved_ones(spark, tmp_path: Path) -> None:
    from medconcept.spark_nlp.training import embeddings_for, paragraphs_in
    from medconcept.spark_nlp.training_options import TrainingOptions

    (tmp_path / "text").mkdir()
    (tmp_path / "text/a.xml").write_text("<article><p>Gout hurts, and measles spreads fast.</p></article>")
    (tmp_path / "text/b.txt").write_text("A line that is long enough.\nshort\n")
    (tmp_path / "text/c.xml").write_text("<article><p>cut")
    texts = sorted(row["text"] for row in paragraphs_in(spark, [str(tmp_path / "text")]).collect())
    assert texts == ["A line that is long enough.", "Gout hurts, and measles spreads fast."]
    options = TrainingOptions(vector_epochs=1, vector_least=1)
    made, description = embeddings_for(spark, documents(), [str(tmp_path / "text")], None, options)
    assert description["paragraphs"] == len(documents()) + 2
    made.write().save(str(tmp_path / "vectors"))
    loaded, description = embeddings_for(spark, [], [], str(tmp_path / "vectors"), options)
    assert loaded.getOutputCol() == "embeddings" and set(description) == {"loaded"}
    from ner_examples import save_matcher

    matcher = save_matcher(spark, tmp_path, "matcher", "X", "gout")
    with pytest.raises(ConfigError, match="is not a single stage that returns word embeddings"):
        embeddings_for(spark, [], [], str(matcher), options)


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (["--gold", "nowhere.txt"], 3, "nowhere.txt: No such file"),
        (["--types", "Organ"], 3, "it has no entity to learn"),
        (["--format", "pubtator", "--format", "conll"], 2, "--format once, or once for each --gold"),
    ],
)
def test_what_cannot_be_trained_is_one_line(
    spark, tmp_path: Path, capfd, change: list[str], code: int, words: str
) -> None:
    assert main([*command(tmp_path), *change]) == code
    lines = capfd.readouterr().err.strip().splitlines()
    assert any(words in line for line in lines[-1:])
