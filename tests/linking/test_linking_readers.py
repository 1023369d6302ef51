"""Captions as a reader takes them: what short forms mean where, what is invisible, what is denied."""

import pytest

from medconcept.dictionary.linking_dictionary import LinkingDictionary, compile_linking
from medconcept.linking.linker import Linker
from medconcept.linking.types import ArticleContext, Caption, Entity
from medconcept.terminologies.term import Term

DISEASE, ANATOMY, CHEMICAL, METHOD = ("disease",), ("anatomy",), ("chemical",), ("procedure",)
TERMS = (
    Term("MONDO", "MONDO:ms", "multiple sclerosis", (), DISEASE),
    Term("MONDO", "MONDO:cc", "cervical cancer", (), DISEASE),
    Term("MONDO", "MONDO:cancer", "cancer", (), DISEASE),
    Term("MONDO", "MONDO:pneumonia", "pneumonia", (), DISEASE),
    Term("MONDO", "MONDO:prostate", "prostate cancer", (), DISEASE),
    Term("MONDO", "MONDO:tumor", "tumor", (), DISEASE),
    Term("MONDO", "MONDO:metastasis", "metastasis", (), DISEASE),
    Term("MONDO", "MONDO:diabetes", "type II diabetes", (), DISEASE),
    Term("MESH", "MESH:ms", "mass spectrometry", (), METHOD),
    Term("MESH", "MESH:e", "epinephrine", (), CHEMICAL),
    Term("MESH", "MESH:tnf", "tumor necrosis factor alpha", ("TNF-alpha",), CHEMICAL),
    Term("UBERON", "UBERON:lung", "lung", (), ANATOMY),
    Term("UBERON", "UBERON:left", "left ventricle", (), ANATOMY),
    Term("UBERON", "UBERON:right", "right ventricle", (), ANATOMY),
)
LINKER = Linker(LinkingDictionary(compile_linking(TERMS, ["MONDO", "MESH", "UBERON"]), "readers"))


def linked(text, **more):
    return [(link.spans, link.source_id) for link in LINKER.link(text, **more).links]


def concepts(text, surface, **more):
    """The concepts of each occurrence of a surface, in order."""
    found = dict(linked(text, **more))
    places, at = [], text.find(surface)
    while at >= 0:
        places.append(found.get(((at, at + len(surface)),)))
        at = text.find(surface, at + 1)
    return places


def flagged(text):
    return {
        text[link.spans[0][0] : link.spans[-1][1]]
        for link in LINKER.link(text).links
        if "negated" in link.flags
    }


def test_a_short_form_means_what_its_last_explanation_says():
    text = "MS images. Mass spectrometry (MS), MS of cells; multiple sclerosis (MS) and MS patients."
    first, *_ = dict(linked(text)).values()
    assert first == "MESH:ms"
    assert concepts(text, "MS") == ["MESH:ms", "MESH:ms", "MESH:ms", "MONDO:ms", "MONDO:ms"]


def test_an_explanation_in_the_caption_goes_before_that_of_the_article():
    article = ArticleContext((("MS", "multiple sclerosis"), ("MS", "mass spectrometry")))
    assert concepts("MS patients.", "MS", article=article) == [
        "MONDO:ms"
    ]  # the first: the article's own list
    assert concepts("Mass spectrometry (MS): MS of cells.", "MS", article=article) == ["MESH:ms"] * 2


def test_the_whole_long_form_is_meant():
    assert concepts("Cervical cancer (CC) tissue: CC cells.", "CC") == ["MONDO:cc"] * 2


def test_one_letter_is_no_short_form_where_it_labels_a_panel():
    article = ArticleContext((("E", "epinephrine"),))
    assert concepts("(E) Levels of E in plasma, E: lung, E-cadherin.", "E", article=article) == [
        None, "MESH:e", None, None,
    ]  # fmt: skip


@pytest.mark.parametrize("sign", ["\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"])
def test_what_is_invisible_is_not_there_and_spans_are_those_of_the_caption(sign):
    text = f"pneumo{sign}nia in the l{sign}ung, pro{sign}state can{sign}cer{sign}"
    assert linked(text) == [
        (((0, 10),), "MONDO:pneumonia"),
        (((18, 23),), "UBERON:lung"),
        (((25, 42),), "MONDO:prostate"),
    ]


def test_a_mention_in_pieces_has_the_spans_of_the_caption():
    text = "left and right ventri\u00adcle"
    assert linked(text) == [(((0, 4), (15, 25)), "UBERON:left"), (((9, 25),), "UBERON:right")]


def test_short_forms_sentences_panels_and_entities_with_invisible_signs():
    text = "(A) No tu\u00admor. (B) Multiple scle\u200brosis (M\u00adS): MS."
    caption = Caption(text, sentences=[(0, 14), (15, len(text))], entities=[Entity(7, 13, "X")])
    (result,) = LINKER.link_batch([caption])
    assert [
        (link.spans[0], link.source_id, link.flags, link.panels, link.sentence) for link in result.links
    ] == [
        ((7, 13), "MONDO:tumor", ("negated",), ("A",), 0),
        ((19, 38), "MONDO:ms", (), ("B",), 1),
        ((40, 43), "MONDO:ms", (), ("B",), 1),
        ((46, 48), "MONDO:ms", (), ("B",), 1),
    ]
    assert result.links[0].entity == "X"


def test_mathematical_letters_are_letters():
    text = "Tumor necrosis factor 𝛼 (TNF-𝛼) and TNF-𝛼, 𝑙𝑢𝑛𝑔."
    assert concepts(text, "TNF-𝛼") == ["MESH:tnf"] * 2 and concepts(text, "𝑙𝑢𝑛𝑔") == ["UBERON:lung"]
    article = ArticleContext((("TNF-𝛼", "tumor necrosis factor alpha"),))
    assert concepts("Levels of TNF-α.", "TNF-α", article=article) == ["MESH:tnf"]


def test_both_of_two_coordinated_names_are_negated():
    assert flagged("No evidence of type II diabetes in the left and right ventricle") == {
        "type II diabetes", "left and right ventricle", "right ventricle",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("(A) no tumor, (B) lung metastasis, (C) cervical cancer", {"tumor"}),
        ("(A) Mice without pneumonia (B) metastasis", {"pneumonia"}),
        ("A, no tumor. B, metastasis.", {"tumor"}),
        ("Mice lacking Pten develop tumor and metastasis.", set()),
        ("Effect of NO on pneumonia.", set()),
        ("With or without pneumonia.", set()),
        ("Metastasis: none, tumor: present.", {"Metastasis"}),
    ],
)
def test_what_is_denied_of_one_panel_or_group_is_not_of_the_next(text, negated):
    assert flagged(text) == negated
