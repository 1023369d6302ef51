"""Gold files: what each format says, and what is wrong with a file in one line."""

import json

import pytest

from medconcept.errors import InputError
from medconcept.evaluation.documents import Annotation
from medconcept.evaluation.evaluate import FORMATS, adapted_to
from medconcept.evaluation.gold import read_gold

PUBTATOR = """12|t|BRCA1 and cancers
12|a|Breast and ovarian cancer run in families.
12\t10\t17\tcancers\tDiseaseClass\t D009369
12\t18\t43\tBreast and ovarian cancer\tCompositeMention\tD001943|D010051
12\t18\t24\tBreast\tSpecificDisease\tD001943+OMIM:114480
12\t44\t47\trun\tDisease\t-1
12\tCID\tD1\tD2

12|t|again
12|a|the same record
"""


def _write(tmp_path, text):
    path = tmp_path / "gold.txt"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_pubtator_reads_alternatives_composites_stray_spaces_and_each_record_once(tmp_path):
    gold = read_gold(_write(tmp_path, PUBTATOR), "pubtator")
    (document,) = gold.documents
    assert document.text == "BRCA1 and cancers\nBreast and ovarian cancer run in families."
    assert document.annotations == (
        Annotation("MESH:D009369", ((10, 17),)),
        Annotation("MESH:D001943", ((18, 43),)),
        Annotation("MESH:D010051", ((18, 43),)),
        Annotation("MESH:D001943+OMIM:114480", ((18, 24),)),
    )
    assert document.types == {"DiseaseClass", "CompositeMention", "SpecificDisease", "Disease"}
    assert gold.left_out == {"document a second time": 1, "mention without a concept": 1}


def test_craft_captions_keep_discontinuous_spans_and_name_what_lies_outside(tmp_path):
    row = {
        "pmid": "1", "fig_id": "F1", "nxml": "PMC1.nxml", "text": "left and right ventricle",
        "annotations": [
            {"id": "UBERON:0002084", "spans": [[0, 4], [15, 24]]},
            {"id": "UBERON:0002080", "spans": [[9, 25]]},
        ],
    }  # fmt: skip
    gold = read_gold(_write(tmp_path, json.dumps(row) + "\n"), "craft-captions")
    (document,) = gold.documents
    assert (document.key, document.article, document.file) == ("1#F1", "1", "PMC1.nxml")
    assert document.annotations == (Annotation("UBERON:0002084", ((0, 4), (15, 24))),)
    assert gold.left_out == {"span outside the text": 1}


@pytest.mark.parametrize(
    ("text", "format", "words"),
    [
        ("{}\n", "craft-captions", "line 1: not craft-captions"),
        ("no title here\n", "pubtator", "line 1: not pubtator"),
        ("", "pubtator", "no document"),
        ("", "brat", "unknown gold format 'brat'"),
    ],
)
def test_a_bad_file_is_one_line_that_names_it(tmp_path, text, format, words):
    path = _write(tmp_path, text)
    with pytest.raises(InputError) as raised:
        read_gold(path, format)
    assert str(raised.value).startswith(path) and words in str(raised.value) and "\n" not in str(raised.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.txt: No such file"):
        read_gold(str(tmp_path / "nowhere.txt"), "pubtator")


def test_chemicals_are_linked_where_the_gold_has_some(tmp_path):
    diseases = read_gold(_write(tmp_path, PUBTATOR), "pubtator")
    form = FORMATS["pubtator"]
    assert adapted_to(form, diseases) == form
    chemicals = read_gold(_write(tmp_path, PUBTATOR.replace("SpecificDisease", "Chemical")), "pubtator")
    assert set(adapted_to(form, chemicals).semantic_types) - set(form.semantic_types) == {
        "chemical",
        "protein",
    }
