"""The reviewed list of techniques: its form as a name list, and what its names mean in a text."""

import pytest

from medconcept.modality import MODALITIES
from medconcept.techniques import dictionary_list, find_techniques, techniques
from medconcept.techniques.technique_list import rows
from medconcept.terminologies.readers import iter_terms

LIST = dictionary_list()


def named(text: str, long_forms: dict[str, str] | None = None) -> list[str]:
    return [mention.technique.name for mention in find_techniques(text, long_forms)]


def test_the_list_loads_as_a_name_list_with_every_concept() -> None:
    terms = list(iter_terms(LIST, "tsv", "TECH"))
    assert {term.source_id for term in terms} == set(techniques())
    assert all(term.semantic_types == ("procedure",) for term in terms)
    assert len(terms) >= 150


def test_every_modality_and_context_of_the_list_is_defined() -> None:
    contexts = {row["context"] for row in rows("contexts.tsv")}
    for row in rows("techniques.tsv"):
        assert set(filter(None, row["modality"].split("|"))) <= set(MODALITIES)
        assert row["context"] in contexts | {""}
        assert row["term_type"] == "abbreviation" or not row["context"]


def test_no_name_stands_for_two_techniques_in_one_language() -> None:
    keys = [
        (row["name"] if row["term_type"] == "abbreviation" else row["name"].lower(), row["language"])
        for row in rows("techniques.tsv")
    ]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Axial CT scan", ["computed tomography"]),
        ("CT repeats of the promoter", []),  # dinucleotides: no word of radiology
        ("Ct values of the assay", []),  # abbreviations keep their case
        ("PET scan with FDG uptake", ["positron emission tomography", "positron emission tomography"]),
        ("PET bottles", []),
        ("SEM micrograph of the surface", ["scanning electron microscopy"]),
        ("Data are means ± SEM", []),
        ("X-ray, x ray and X‐rays", ["radiography", "radiography", "radiography"]),
        ("H&E stain", ["hematoxylin and eosin staining"]),
        ("micro-CT", ["X-ray microtomography"]),
        ("CT angiography", ["computed tomography angiography"]),  # the longest name
        ("panoramic radiographs", ["panoramic radiography"]),  # plural
        ("Western blots", ["Western blotting"]),
    ],
)
def test_names_and_abbreviations_in_context(text: str, expected: list[str]) -> None:
    assert named(text) == expected


def test_the_article_decides_what_its_abbreviations_mean() -> None:
    assert named("OCT", {"OCT": "optical coherence tomography"}) == ["optical coherence tomography"]
    assert named("OCT of the retina", {"OCT": "ornithine carbamoyltransferase"}) == []


def test_mentions_index_the_text() -> None:
    text = "Sagittal T2-weighted MRI of the spine"
    assert [text[m.start : m.end] for m in find_techniques(text)] == ["T2-weighted MRI"]


@pytest.mark.parametrize("text", ["", "...", "&", "–" * 50, "MRI" * 10_000])
def test_odd_text(text: str) -> None:
    assert find_techniques(text) == []
