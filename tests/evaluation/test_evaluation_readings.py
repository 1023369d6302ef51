"""Gold for what is read without a dictionary: short forms and negation, from the file to the figures."""

import json

import pytest

from medconcept.cli import main
from medconcept.errors import InputError
from medconcept.evaluation.negated_concepts import read_marked_sentences
from medconcept.evaluation.short_forms import read_explained_texts

EXPLAINED = """12
Cystic fibrosis (CF) and more.
Magnetic  resonance imaging (MRI) of mice.
  CF|cystic fibrosis
  MRI|magnetic resonance  imaging
//!num
  E1|pyruvate dehydrogenase

13
No short form, but contrast agent (CA).

A torn end with computed tomography (CT).
  CT|computed tomography
"""
MARKED = (
    "Report No.\tConcept\tSentence\tNegation\n"
    "1\tfever\tNo FEVER, but cough.\tNegated\n"
    "1\tcough\tNo fever, but COUGH.\tAffirmed\n"
    '2\tchest   pain\t"She said: no CHEST\tPAIN, and ""fever""."\tNegated\n'
    "2\tPE\tHe had PE's in the past.\tAffirmed\n"
    "2\trash\tNothing of the kind.\tAffirmed\n"
    "3\tasthma\tThe ASTHMA had never been treated.\tNegated\n"
)


def _write(tmp_path, text):
    path = tmp_path / "gold.txt"
    path.write_text(text, encoding="utf-8")
    return str(path)


def _output(capsys, path, format):
    assert main(["evaluate", "--gold", path, "--format", format, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_short_forms_are_sets_of_pairs_without_spaces_and_case(tmp_path, capsys):
    output = _output(capsys, _write(tmp_path, EXPLAINED), "short-forms")
    assert output["texts"] == 2
    figures = output["short_forms"]
    assert (figures["tp"], figures["fp"], figures["fn"]) == (3, 1, 1)  # CA is not in the gold, E1 not found
    assert (figures["precision"], figures["recall"], figures["f1"]) == (0.75, 0.75, 0.75)


def test_a_torn_end_belongs_to_the_text_before(tmp_path):
    first, second = read_explained_texts(_write(tmp_path, EXPLAINED))
    assert (first.key, len(first.pairs)) == ("12", 3)
    assert second.pairs == (("CT", "computed tomography"),) and second.text.endswith("tomography (CT).")


def test_negation_is_scored_at_the_place_in_capitals(tmp_path, capsys):
    output = _output(capsys, _write(tmp_path, MARKED), "negation")
    assert (output["sentences"], output["reports"]) == (5, 3)
    assert output["left_out"] == {"concept not in the sentence": 1}
    figures = output["negation"]
    assert (figures["tp"], figures["fp"], figures["fn"]) == (2, 0, 1)


def test_the_place_of_a_concept_is_whole_words_in_capitals_first(tmp_path):
    rows = read_marked_sentences(_write(tmp_path, MARKED))
    text = "PE: she has PEs, PE's, and PE."
    more = read_marked_sentences(_write(tmp_path, f"a\tb\tc\td\n1\tpe\tpe {text}\tNegated\n"))
    assert [row.place for row in rows] == [(3, 8), (14, 19), (13, 23), (7, 9), None, (4, 10)]
    assert more[0].place == (3, 5)


def test_the_report_is_a_table(tmp_path, capsys):
    assert main(["evaluate", "--gold", _write(tmp_path, MARKED), "--format", "negation"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["5 sentences", "3 reports"]
    assert any(line.split()[:4] == ["negation", "1.0000", "0.6667", "0.8000"] for line in lines)
    assert lines[-1] == "left out of the gold: concept not in the sentence: 1"


@pytest.mark.parametrize(
    ("format", "text", "reason"),
    [
        ("short-forms", "no id of one word\ntext\n", "line 1: not short-forms: 'no id of one word' is no id"),
        ("short-forms", "12\ntext\n  CF cystic fibrosis\n", "'CF cystic fibrosis' is no pair"),
        ("short-forms", "12\ntext\n", "it has no pair in the format short-forms"),
        ("negation", "a\tb\tc\td\n1\tfever\n", "line 2: not negation: 2 columns"),
        (
            "negation",
            "a\tb\tc\td\n1\t\tNo fever\tNegated\n",
            "line 2: not negation: 4 columns, or no concept",
        ),
        ("negation", "a\tb\tc\td\n", "it has no sentence in the format negation"),
    ],
)
def test_what_is_wrong_with_a_file_in_one_line(tmp_path, format, text, reason):
    read = {"short-forms": read_explained_texts, "negation": read_marked_sentences}[format]
    path = _write(tmp_path, text)
    with pytest.raises(InputError) as raised:
        read(path)
    assert str(raised.value).startswith(path) and reason in str(raised.value)
