"""Panels against hand-split captions: figures counted by hand, and the command."""

import json

import pytest

from medconcept.cli import main
from medconcept.errors import InputError
from medconcept.evaluation.panels import SplitCaption, panel_report, panel_texts, read_split_captions

ROWS = [
    # all labels, and all words but one: gold has "both" in B
    {"figure": "1", "caption": "Mice. (A) Lung. (B) Liver.",
     "panels": [{"label": "A", "text": "Mice. Lung."}, {"label": "B", "text": "Mice. Liver both."}]},
    # gold knows a third panel
    {"figure": "2", "caption": "(a) Lung. (b) Liver.",
     "panels": [{"label": "a", "text": "Lung."}, {"label": "b", "text": "Liver."},
                {"label": "c", "text": ""}]},
    # gold knows none
    {"figure": "3", "caption": "(A) Lung. (B) Liver.", "panels": []},
]  # fmt: skip


@pytest.fixture
def gold(tmp_path):
    path = tmp_path / "panels.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return str(path)


def test_labels_and_words_are_counted(gold):
    out = panel_report(read_split_captions(gold))
    assert out["captions"] == 3 and out["label_sets_equal"] == 0.3333
    assert {key: out["labels"][key] for key in ("tp", "fp", "fn")} == {"tp": 4, "fp": 2, "fn": 1}
    # words of A and B in 1, of a and b in 2; labels are no words of the text
    assert {key: out["words"][key] for key in ("tp", "fp", "fn")} == {"tp": 6, "fp": 0, "fn": 1}


def test_a_panel_has_its_parts_and_what_all_share():
    assert panel_texts("Mice. (A, B) All. (B) Liver. Scale bars, 5 µm.") == {
        "A": "Mice. Scale bars, 5 µm. All.",
        "B": "Mice. Scale bars, 5 µm. All. Liver.",
    }
    assert panel_texts("No panels.") == {}


def test_case_of_labels_counts():
    out = panel_report([SplitCaption("1", "(a) Lung. (b) Liver.", {"A": "Lung.", "B": "Liver."})])
    assert out["label_sets_equal"] == 0.0 and out["labels"]["tp"] == 0


def test_the_command_prints_the_figures(gold, capsys):
    assert main(["evaluate", "--gold", gold, "--format", "panels", "--json"]) == 0
    out = json.loads(capsys.readouterr().out)
    assert (out["captions"], out["labels"]["precision"], out["labels"]["recall"]) == (3, 0.6667, 0.8)
    assert main(["evaluate", "--gold", gold, "--format", "panels"]) == 0
    text = capsys.readouterr().out
    assert "label sets equal: 0.3333" in text and "0.6667" in text and "0.8000" in text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no caption in the format panels"),
        ('{"figure": "1", "caption": "x"}\n', "line 1: not panels: KeyError"),
        ("[]\n", "line 1: not panels: TypeError"),
        ('\n{"figure"', "line 2: not panels"),
    ],
)
def test_a_bad_file_is_one_line_that_names_it(tmp_path, content, words):
    path = tmp_path / "bad.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_split_captions(str(path))
    assert str(raised.value).startswith(str(path)) and words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_tune_learns_nothing_from_panels(gold, capsys):
    with pytest.raises(SystemExit):
        main(["tune", "--gold", gold, "--format", "panels", "--out", "x.json"])
    assert "invalid choice: 'panels'" in capsys.readouterr().err
