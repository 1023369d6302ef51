"""`evaluate`, `link` and `tune` from the command line: no lake, no Spark, a dictionary of a few lines."""

import json
import subprocess
import sys
import zipfile

import pytest
from linking_examples import write_files

from medconcept.cli import main

NAMES = "concept_id\tname\nCL:1\tneuron\nUBERON:1\tretina\nUBERON:2\tleft ventricle\nGO:1\tmemory\n"
ROWS = [
    {"pmid": "1", "fig_id": "F1", "nxml": "a.nxml", "text": "Neurons of the retina.",
     "annotations": [{"id": "CL:1", "spans": [[0, 7]]}, {"id": "UBERON:1", "spans": [[15, 21]]}]},
    {"pmid": "2", "fig_id": "F1", "nxml": "b.nxml", "text": "The wall. A wall and memory.",
     "annotations": [{"id": "UBERON:2", "spans": [[4, 8]]}, {"id": "UBERON:2", "spans": [[12, 16]]}]},
]  # fmt: skip


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write_files(tmp_path, NAMES, ROWS)
    return tmp_path


def _output(capsys, *arguments):
    assert main([str(part) for part in arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_evaluate_prints_only_json_with_the_figures_that_scripts_read(files, capsys):
    gold = ("--gold", files / "gold.jsonl", "--format", "craft-captions", "--dictionary", files / "mine.tsv")
    output = _output(capsys, "evaluate", *gold, "--json")
    # A dictionary of the user's own is one source; what is scored goes by the prefixes of its ids.
    assert output["articles_read"] == 0 and output["documents"] == 2 and output["setting"] == "untrained"
    assert {k: output["mention"][k] for k in ("tp", "fp", "fn")} == {"tp": 2, "fp": 1, "fn": 2}
    assert {k: output["concept"][k] for k in ("tp", "fp", "fn")} == {"tp": 2, "fp": 1, "fn": 1}
    assert output["by_source"]["GO"]["fp"] == 1 and output["by_source"]["CL"]["tp"] == 1
    alone = _output(capsys, "evaluate", *gold, "--json", "--sources", "UBERON,CL")
    assert alone["mention"]["fp"] == 0 and "GO" not in alone["by_source"]


def test_what_tune_wrote_is_used_where_it_is_named(files, capsys):
    gold = ("--gold", files / "gold.jsonl", "--format", "craft-captions", "--dictionary", files / "mine.tsv")
    _output(capsys, "tune", *gold, "--out", files / "learned.json", "--json")
    output = _output(capsys, "evaluate", *gold, "--learned", files / "learned.json", "--json")
    assert output["setting"] == "tuned" and output["mention"]["fn"] == 0
    first = (files / "learned.json").read_bytes()
    _output(capsys, "tune", *gold, "--out", files / "learned.json", "--json")
    assert (files / "learned.json").read_bytes() == first


def test_link_shows_spans_and_concepts(files, capsys):
    text = "No neurons. The retina"
    output = _output(capsys, "link", text, "--dictionary", files / "mine.tsv", "--json")
    assert [(link["source_id"], link["spans"], link["flags"]) for link in output["links"]] == [
        ("CL:1", [[3, 10]], ["negated"]),
        ("UBERON:1", [[16, 22]], []),
    ]
    assert main(["link", "retinas", "--dictionary", str(files / "mine.tsv")]) == 0
    assert "UBERON:1" in capsys.readouterr().out


def test_link_states_the_restriction_level_of_the_configured_source(files, capsys):
    config = "dictionary: {sources: [{name: SRC, format: tsv, path: mine.tsv, restriction_level: LEVEL}]}"
    for level in (9, 0):  # the same file under another licence is not the one in the cache
        (files / "own.yaml").write_text(config.replace("LEVEL", str(level)))
        (link,) = _output(capsys, "link", "retina", "--config", files / "own.yaml", "--json")["links"]
        assert (link["source"], link["restriction_level"]) == ("SRC", level)
        assert 0 < link["confidence"] < 1 and link["confidence_evidence"]


def test_link_prints_the_preferred_name_of_the_concept_next_to_the_name_that_matched(files, capsys):
    obo = '[Term]\nid: MONDO:0015926\nname: lung disease of childhood\nsynonym: "child" EXACT []\n'
    (files / "MONDO.obo").write_text(f"format-version: 1.2\n\n{obo}")
    dictionary = ("--dictionary", str(files / "MONDO.obo"))
    (link,) = _output(capsys, "link", "a child", *dictionary, "--json")["links"]
    assert (link["name"], link["preferred_name"]) == ("child", "lung disease of childhood")
    assert main(["link", "a child", *dictionary]) == 0
    assert capsys.readouterr().out.splitlines()[1] == (
        '  child  [2-7]  MONDO:0015926  lung disease of childhood  (matched name: "child", exact 1.00, MONDO)'
        f"  [confidence {link['confidence']:.2f}: {link['confidence_evidence']}]"
    )


def test_the_matched_name_is_printed_where_no_name_of_the_concept_is_preferred(files, capsys):
    # A name too short to be matched is not in the dictionary.
    (files / "MONDO.obo").write_text('[Term]\nid: MONDO:0000001\nname: x\nsynonym: "wasting" EXACT []\n')
    (link,) = _output(capsys, "link", "wasting", "--dictionary", files / "MONDO.obo", "--json")["links"]
    assert link["preferred_name"] == link["name"] == "wasting"


def test_learned_terms_that_the_dictionary_lacks_are_not_scored_as_jobs_leave_them_out(files, capsys):
    for row in (rows := json.loads(json.dumps(ROWS))):
        for annotation in row["annotations"]:
            annotation["id"] = annotation["id"].replace("UBERON:2", "UBERON:9")
    write_files(files, NAMES, rows)
    gold = ("--gold", files / "gold.jsonl", "--format", "craft-captions", "--dictionary", files / "mine.tsv")
    _output(capsys, "tune", *gold, "--out", files / "learned.json", "--json")
    assert "UBERON:9" in (files / "learned.json").read_text()
    output = _output(capsys, "evaluate", *gold, "--learned", files / "learned.json", "--json")
    assert {k: output["mention"][k] for k in ("tp", "fp", "fn")} == {
        "tp": 2,
        "fp": 1,
        "fn": 2,
    }  # fp: "memory"


def test_a_learned_surface_names_a_term_of_the_dictionary(files, capsys):
    """Gold with an OMIM id: its term of MONDO is learned, whose id the dictionary and the jobs know."""
    obo = "[Term]\nid: MONDO:0000007\nname: odd disease\nxref: OMIM:100100\n"
    (files / "MONDO.obo").write_text(f"format-version: 1.2\n\n{obo}")
    record = "1|t|Strange wasting.\n1|a|No strange wasting.\n"
    places = ((0, 15, "Strange wasting"), (20, 35, "strange wasting"))
    rows = (f"1\t{a}\t{b}\t{text}\tDisease\tOMIM:100100\n" for a, b, text in places)
    (files / "gold.txt").write_text(record + "".join(rows) + "\n")
    gold = ("--gold", files / "gold.txt", "--format", "pubtator", "--dictionary", files / "MONDO.obo")
    _output(capsys, "tune", *gold, "--out", files / "learned.json")
    assert json.loads((files / "learned.json").read_text())["surfaces"] == {
        "strange wasting": ["MONDO:0000007", 2, 2]
    }
    output = _output(capsys, "evaluate", *gold, "--learned", files / "learned.json", "--json")
    assert {k: output["mention"][k] for k in ("tp", "fp", "fn")} == {"tp": 2, "fp": 0, "fn": 0}


OBO = "format-version: 1.2\n\n[Term]\nid: UBERON:7\nname: optic cup\n"


def test_several_files_zipped_or_not_in_order_of_preference(files, capsys):
    with zipfile.ZipFile(files / "UBERON.obo.zip", "w") as archive:
        archive.writestr("UBERON.obo", OBO)
    both = f"{files / 'UBERON.obo.zip'},{files / 'mine.tsv'}"
    output = _output(capsys, "link", "Optic cup and retina", "--dictionary", both, "--json")
    assert [(link["source"], link["source_id"]) for link in output["links"]] == [
        ("UBERON", "UBERON:7"), ("mine", "UBERON:1"),
    ]  # fmt: skip
    for bad in (f"{both},{files / 'mine.tsv'}", f"{both},nowhere.obo"):
        assert main(["link", "x", "--dictionary", bad]) == 3
        assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["evaluate", "--gold", "nowhere.txt", "--format", "pubtator"], "nowhere.txt: No such file"),
        (["link", "x", "--dictionary", "nowhere.bin"], "nowhere.bin: No such file"),
        (["link", "x", "--dictionary", __file__], "neither a compiled dictionary nor"),
    ],
)
def test_bad_input_is_one_line(arguments, words, capsys):
    assert main(arguments) == 3
    message = capsys.readouterr().err.strip()
    assert words in message and "\n" not in message


def test_linking_needs_no_pyspark():
    modules = "medconcept.cli.linking_commands, medconcept.linking.linker"
    code = f"import sys, {modules}; sys.exit('pyspark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
