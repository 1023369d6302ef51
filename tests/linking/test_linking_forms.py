"""Forms of names: what is linked, and beside each what is not."""

import pytest
from linking_examples import linker

from medconcept.dictionary.inflection import singulars

LINKER = linker()


def found(text, **more):
    return [(link.text, link.source_id, link.method) for link in LINKER.link(text, **more).links]


@pytest.mark.parametrize(
    ("text", "target", "method"),
    [
        ("glucose", "C:glucose", "exact"),
        ("GLUCOSE", "C:glucose", "case_folded"),
        ("left-ventricle", "U:lv", "form"),
        ("left/ventricle", "U:lv", "form"),
        ("nuclei", "U:nucleus", "inflected"),
        ("hearts", "U:heart", "inflected"),
        ("Alzheimer's disease", "M:alz", "form"),
        ("Alzheimer’s disease", "M:alz", "form"),
        ("TNFα", "C:tnf", None),
        ("TNF-α", "C:tnf", "form"),
        ("tumour of the esophagus", None, None),
        ("tumours of esophagus", "M:tumor", "inflected"),
        ("tumour of œsophagus", "M:tumor", "form"),
        ("diabetes type II", "M:d2", "form"),
        ("hepatocellular carcinoma", "M:hcc", "reordered"),
        ("Hepatocellular carcinomas", "M:hcc", "reordered"),
        ("lung carcinoma", "M:lung", "reordered"),
        ("retinal", "U:retina", "derived"),
        ("transfected", "G:transfection", "derived"),
        ("apoptosis", "G:apoptosis", "derived"),
    ],
)
def test_a_form_is_linked_to_its_name(text, target, method):
    links = found(f"We saw {text} there.")
    if method is None and target is None:
        assert not [link for link in links if link[0] == text]
    elif method is None:
        assert [link[:2] for link in links] in ([(text, target)], [])
    else:
        assert links == [(text, target, method)]


@pytest.mark.parametrize(
    "text",
    [
        "all of them",  # ALL is no "all"
        "ALL mice",  # an acronym that nothing here explains
        "the CAT assay",  # CAT is no cat
        "heartless",  # inside a word
        "basic",  # a substance has no adjective
        "heart2",
        "sclerosis",
        "",
        "...",
    ],
)
def test_what_is_none_is_not_linked(text):
    assert found(text) == []


def test_a_name_keeps_its_own_case_and_may_be_plural():
    own = linker(acronym_length=2)
    assert [link.source_id for link in own.link("ALL and DRGs").links] == ["M:all", "U:drg"]
    assert not own.link("all and drgs").links


@pytest.mark.parametrize(
    ("plural", "singular"),
    [("testes", "testis"), ("ganglia", "ganglion"), ("bacteria", "bacterium"), ("cortices", "cortex"),
     ("bodies", "body"), ("phalanges", "phalanx"), ("foramina", "foramen"), ("axes", "axis"), ("feet",
     "foot"),
     ("vertebrae", "vertebra"), ("stomata", "stoma"), ("calves", "calf")],
)  # fmt: skip
def test_singulars_of_english_latin_and_greek(plural, singular):
    assert singular in list(singulars(plural))


@pytest.mark.parametrize("word", ["pus", "mass", "axis", "iris", "was"])
def test_words_in_s_that_are_no_plurals(word):
    assert word[:-1] not in list(singulars(word)) or word == "was"
