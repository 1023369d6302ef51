"""Recall by kind of entity: hand-scored cases of each measure, and what the command prints."""

import json

import pytest

from medconcept.cli import main
from medconcept.dictionary.linking_dictionary import LinkingDictionary, compile_linking
from medconcept.errors import InputError
from medconcept.evaluation.type_recall import type_recall
from medconcept.evaluation.typed_mentions import TypedMention, read_typed_gold
from medconcept.linking.linker import Linker
from medconcept.terminologies.term import Term

TERMS = (
    Term("HGNC", "HGNC:1", "PTEN", ("phosphatase and tensin homolog",), ("gene",), xrefs=("NCBIGene:5728",)),
    Term("HGNC", "HGNC:2", "renin", (), ("gene",), xrefs=("NCBIGene:5972",)),
    Term("MESH", "MESH:D1", "asthma", (), ("disease",)),
    Term("MONDO", "MONDO:2", "gout", (), ("disease",), xrefs=("MESH:D2",)),
    Term("MESH", "MESH:D3", "olanzapine", (), ("chemical",), alt_ids=("MESH:C3",)),
    Term("MESH", "MESH:D4", "mouse", (), ("disease",)),
)
# asthma, gout and PTEN as marked; "renin" with another gene's id, "olanzapine" with an id since retired,
# "mouse" linked to something of another kind, "kidney" to nothing, and a variant, which no terminology has.
ROWS = (
    ("asthma", "DiseaseOrPhenotypicFeature", "D1"),
    ("gout", "DiseaseOrPhenotypicFeature", "D2"),
    ("kidney", "DiseaseOrPhenotypicFeature", "D9"),
    ("PTEN", "GeneOrGeneProduct", "5728,7"),
    ("renin", "GeneOrGeneProduct", "99"),
    ("olanzapine", "ChemicalEntity", "C3"),
    ("mouse", "OrganismTaxon", "10090"),
    ("V600E", "SequenceVariant", "c|SUB|V"),
)


def _gold(tmp_path, rows=ROWS):
    title = " ".join(word for word, _, _ in rows)
    lines = [f"1|t|{title}", "1|a|"]
    at = 0
    for word, kind, ids in rows:
        lines.append(f"1\t{at}\t{at + len(word)}\t{word}\t{kind}\t{ids}")
        at += len(word) + 1
    path = tmp_path / "gold.txt"
    path.write_text("\n".join([*lines, "1\tAssociation\tD1\t5728\tNovel"]) + "\n", encoding="utf-8")
    return path


def _linker():
    return Linker(LinkingDictionary(compile_linking(TERMS, ["HGNC", "MONDO", "MESH"]), "example"))


def test_each_measure_of_each_kind_counted_by_hand(tmp_path):
    out = type_recall(read_typed_gold(str(_gold(tmp_path))), _linker(), samples=10)
    right = {
        kind: [
            row["mentions"],
            *(row[n]["right"] for n in ("exact_span", "fitting_kind", "exact_id", "can_be_named")),
        ]
        for kind, row in out["by_type"].items()
    }
    assert right == {
        "disease": [3, 2, 2, 2, 2],
        "gene": [2, 2, 2, 1, 1],
        "chemical": [1, 1, 1, 1, 1],
        "organism": [1, 1, 0, 0, 0],
    }
    assert out["by_type"]["disease"]["exact_span"]["recall"] == 0.6667
    assert out["left_out"] == {"kind SequenceVariant": 1}


def test_an_id_among_the_alternatives_is_not_the_very_id(tmp_path):
    twice = (*TERMS, Term("HGNC", "HGNC:9", "gout", (), ("gene",), xrefs=("NCBIGene:1",)))
    linker = Linker(LinkingDictionary(compile_linking(twice, ["MONDO", "HGNC", "MESH"]), "example"))
    gold = read_typed_gold(str(_gold(tmp_path, [("gout", "GeneOrGeneProduct", "1")])))
    row = type_recall(gold, linker, samples=10)["by_type"]["gene"]
    measures = ("exact_span", "fitting_kind", "exact_id", "id_among_alternatives")
    assert [row[name]["right"] for name in measures] == [1, 0, 0, 1]


def test_a_part_of_a_mention_is_not_its_span(tmp_path):
    gold = read_typed_gold(str(_gold(tmp_path, [("asthma attack", "DiseaseOrPhenotypicFeature", "D1")])))
    assert type_recall(gold, _linker(), samples=10)["by_type"]["disease"]["exact_span"]["right"] == 0


def test_ids_kinds_and_misplaced_mentions_of_a_file(tmp_path):
    path = _gold(tmp_path, [("HeLa", "CellLine", "CVCL_0030"), ("TNF", "Gene", "7124;MESH:D014409")])
    path.write_text(path.read_text() + "1\t0\t3\tHeLa\tCellLine\t-\n")
    gold = read_typed_gold(str(path))
    assert gold.texts[0].mentions == (
        TypedMention(0, 4, "cell line", frozenset({"CVCL:0030"})),
        TypedMention(5, 8, "gene", frozenset({"NCBIGene:7124", "MESH:D014409"})),
    )
    assert gold.left_out == {"text is not what the spans say": 1}


def test_a_file_without_such_mentions_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"gold\.txt: it has no mention of a kind that is scored"):
        read_typed_gold(str(_gold(tmp_path, [("V600E", "SequenceVariant", "x")])))


def test_the_command_prints_a_table_and_json(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "mine.tsv").write_text(
        "concept_id\tname\tsemantic_type\txref\nX:1\tPTEN\tgene\tNCBIGene:5728\n"
    )
    command = ["evaluate", "--gold", str(_gold(tmp_path)), "--format", "entities"]
    command += ["--dictionary", str(tmp_path / "mine.tsv")]
    assert main([*command, "--json"]) == 0
    out = json.loads(capsys.readouterr().out)
    assert out["by_type"]["gene"]["exact_id"] == {"recall": 0.5, "right": 1, "interval": [0.5, 0.5]}
    assert out["dictionary"]["names"] == 1
    assert main(command) == 0
    assert "exact span" in (printed := capsys.readouterr().out) and "gene" in printed
