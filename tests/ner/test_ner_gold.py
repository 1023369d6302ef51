"""Gold that recognisers are trained on: what each format says, and what is wrong with a file in one line."""

import json
from pathlib import Path

import pytest

from medconcept.errors import InputError
from medconcept.evaluation.gold import read_gold
from medconcept.spark_nlp.bio_tags import entities_to_recognise, tag_tokens

BIOC = """<?xml version="1.0"?><!DOCTYPE collection SYSTEM "BioC.dtd"><collection><document><id>12</id>
<passage><offset>0</offset><text>Gout and pain</text>
<annotation id="1"><infon key="type">Disease</infon><infon key="identifier">D006073</infon>
<location offset="0" length="4"/><text>Gout</text></annotation></passage>
<passage><offset>20</offset><text>left and right eye</text>
<annotation id="2"><infon key="type">Organ</infon>
<location offset="20" length="4"/><location offset="35" length="3"/><text>left eye</text></annotation>
<annotation id="3"><infon key="type">Organ</infon>
<location offset="29" length="9"/><text>right eye</text></annotation>
<annotation id="4"><infon key="type">Organ</infon>
<location offset="1" length="3"/><text>eye</text></annotation>
<annotation id="5"><location offset="0" length="4"/><text>Gout</text></annotation>
</passage></document></collection>"""

CONLL = """-DOCSTART- O

Chronic\tB-Disease
gout\tI-Disease
hurts\tO

-DOCSTART- O

TNF NN B-Gene
IL2 NN S-Gene
"""


def write(folder: Path, text: str) -> str:
    path = folder / "gold"
    path.write_text(text, encoding="utf-8")
    return str(path)


def texts(document) -> list[tuple[str, str]]:
    return [(document.text[start:end], kind) for start, end, kind in document.entities]


def test_bioc_has_passages_at_their_offsets_and_counts_what_it_leaves_out(tmp_path: Path) -> None:
    gold = read_gold(write(tmp_path, BIOC), "bioc")
    (document,) = gold.documents
    assert document.text == "Gout and pain".ljust(20) + "left and right eye"
    assert texts(document) == [("Gout", "Disease"), ("right eye", "Organ")]  # what is in pieces is no place
    assert [a.id for a in document.annotations] == ["D006073"]
    assert gold.left_out == {"text is not what the spans say": 1, "annotation without a kind": 1}


def test_conll_has_documents_sentences_and_tags_of_every_scheme(tmp_path: Path) -> None:
    first, second = read_gold(write(tmp_path, CONLL), "conll").documents
    assert (first.text, texts(first)) == ("Chronic gout hurts", [("Chronic gout", "Disease")])
    assert texts(second) == [("TNF", "Gene"), ("IL2", "Gene")]


def test_pubtator_and_craft_tell_what_kind_of_thing_stands_where(tmp_path: Path) -> None:
    abstract = "1|t|Gout\n1|a|Colon cancers\n1\t0\t4\tGout\tSpecificDisease\t-1\n"
    abstract += "1\t5\t18\tColon cancers\tModifier\tD1\n"
    (document,) = read_gold(write(tmp_path, abstract), "pubtator").documents
    assert texts(document) == [("Gout", "SpecificDisease"), ("Colon cancers", "Modifier")]
    assert [kind for *_, kind in entities_to_recognise(document)] == ["Disease", "Disease"]
    row = {"pmid": "1", "fig_id": "F1", "text": "left retina cells", "annotations": [
        {"id": "UBERON:1", "ontology": "UBERON", "spans": [[5, 11]]},
        {"id": "CL:1", "ontology": "CL", "spans": [[5, 17]]},
        {"id": "GO:1", "ontology": "GO_CC", "spans": [[0, 4], [12, 17]]},
    ]}  # fmt: skip
    (caption,) = read_gold(write(tmp_path, json.dumps(row)), "craft-captions").documents
    assert texts(caption) == [("retina", "anatomy"), ("retina cells", "cell")]
    assert entities_to_recognise(caption) == [(5, 17, "cell")]


def test_tags_follow_tokens_finer_and_coarser_than_the_places() -> None:
    tokens = [(0, 3), (3, 4), (4, 9), (10, 20)]
    assert tag_tokens(tokens, [(0, 9, "x"), (12, 14, "y")]) == ["B-x", "I-x", "I-x", "B-y"]


@pytest.mark.parametrize(
    ("text", "format", "words"),
    [
        ("<collection><document>", "bioc", "not BioC XML: Premature end"),
        ("<article/>", "bioc", "its root is <article>"),
        ("<collection><document><passage><offset>x</offset></passage></document></collection>", "bioc",
         "document 1: not BioC XML"),
        ('<!DOCTYPE c [<!ENTITY x SYSTEM "/etc/passwd">]><collection><document><passage><text>&x;</text>'
         "</passage></document></collection>", "bioc", "not BioC XML"),
        ("gout\tDisease\n", "conll", "line 1: not conll"),
        ("", "conll", "no document"),
    ],
)  # fmt: skip
def test_a_bad_file_is_one_line_that_names_it(tmp_path: Path, text: str, format: str, words: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError) as raised:
        read_gold(path, format)
    assert str(raised.value).startswith(path) and words in str(raised.value) and "\n" not in str(raised.value)
