"""Names of techniques in captions: full names always, abbreviations in their context alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from medconcept.config import DictionarySource
from medconcept.dictionary.linking_dictionary import LinkingDictionary, compile_linking
from medconcept.errors import ConfigError
from medconcept.linking.linker import Linker
from medconcept.linking.types import ArticleContext
from medconcept.techniques import dictionary_list, find_techniques
from medconcept.terminologies.readers import iter_terms
from medconcept.terminologies.term import Term

OTHERS = [
    Term("EFO", "EFO:1", "SEM", (), ("cell line",)),
    Term("HGNC", "HGNC:1", "CT", (), ("gene",)),
    Term("CHEBI", "CHEBI:1", "GFP", (), ("chemical",)),
    Term("X", "X:1", "PET", (), ("organism",)),
]


@pytest.fixture(scope="module")
def links() -> Callable[..., list[tuple[str, str]]]:
    terms = [*iter_terms(dictionary_list(), "techniques", "TECH"), *OTHERS]
    linker = Linker(
        LinkingDictionary(compile_linking(terms, ["TECH", "EFO", "HGNC", "CHEBI", "X"]), "example")
    )

    def linked(text: str, **more: str) -> list[tuple[str, str]]:
        article = ArticleContext(tuple(more.items()))
        return [(link.text, link.source_id) for link in linker.link(text, article=article).links]

    return linked


def ids(text: str) -> list[str]:
    return [mention.technique.concept_id for mention in find_techniques(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Axial CT of the chest", "Sagittal MRI of the brain", "Transverse US image of the liver",
        "SEM micrograph of the surface", "PET scan", "Western blots of lysates", "H&E staining", "ECG",
        "TUNEL", "Confocal microscopy", "Immunofluorescence", "qRT-PCR of the gene", "HPLC", "FACS", "ELISA",
        "TEM micrograph", "IHC", "OCT of the macula", "Mammogram of the left breast", "plain radiographs",
    ],
)  # fmt: skip
def test_techniques_are_linked_where_they_are_meant(links, text) -> None:
    expected = ids(text)
    assert expected
    assert [source_id for _, source_id in links(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CT repeats of the promoter", []),  # no word of radiology; a gene of two letters is no evidence
        ("Data are means ± SEM", [("SEM", "EFO:1")]),  # never the microscope; the other name stays
        ("Error bars, SEM of three clones", [("SEM", "EFO:1")]),
        ("PET bottles", [("PET", "X:1")]),
        ("GFP in neurons", [("GFP", "CHEBI:1")]),  # shows that a picture is fluorescence, but names a protein
        ("he told us if it fa", []),  # HE, US, IF and FA in lower case are words
    ],
)
def test_and_not_where_they_are_not(links, text, expected) -> None:
    assert links(text) == expected


def test_what_the_article_defines_comes_before_the_context(links) -> None:
    assert links("CT", CT="computed tomography") == [("CT", "TECH:0016")]
    assert links("CT of the chest", CT="cholera toxin") == []


def test_the_technique_comes_first_and_other_meanings_are_alternatives(links) -> None:
    terms = [*OTHERS, *iter_terms(dictionary_list(), "techniques", "TECH")]
    linker = Linker(
        LinkingDictionary(compile_linking(terms, ["EFO", "HGNC", "CHEBI", "X", "TECH"]), "example")
    )
    (link,) = linker.link("SEM at low magnification").links
    assert link.source_id == "TECH:0101"
    assert [other.source_id for other in link.alternatives] == ["EFO:1"]


def test_the_list_is_no_file() -> None:
    assert DictionarySource("TECH", "techniques").path == ""
    with pytest.raises(ConfigError, match="TECH: format techniques has no path"):
        DictionarySource("TECH", "techniques", "list.tsv")
    with pytest.raises(ConfigError, match="X: format tsv needs a path"):
        DictionarySource("X", "tsv")


def test_stains_are_techniques(links) -> None:
    assert links("Masson's trichrome, von Kossa") == [
        ("Masson's trichrome", "TECH:0072"),
        ("von Kossa", "TECH:0389"),
    ]


def test_what_an_act_gives_is_not_the_act(links) -> None:
    assert links("Exome sequencing of the exome sequence; linking analysis, linkage analyses") == [
        ("Exome sequencing", "TECH:0177"),
        ("linkage analyses", "TECH:0288"),
    ]
