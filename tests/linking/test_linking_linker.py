"""The linker as a whole: spans, abbreviations, coordination, overlaps, flags."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linking_examples import TERMS, dictionary, linker
from naive_linking import naive_exact

from medconcept.dictionary.file_layout import DictionaryDamaged
from medconcept.dictionary.linking_dictionary import LinkingDictionary, compile_linking
from medconcept.jats.records.figure import Panel
from medconcept.linking.caption_batch import Captions
from medconcept.linking.linker import Linker
from medconcept.linking.types import ArticleContext, Caption
from medconcept.terminologies.term import Term

LINKER = linker()


def ids(text, using=LINKER, **more):
    return [(link.text, link.source_id) for link in using.link(text, **more).links]


def test_spans_are_code_points_of_the_text_given():
    text = "𝛼 Retina; the left\u00a0\u00a0ventricle 💉 heart"
    for link in LINKER.link(text).links:
        assert " ".join(text[a:b] for a, b in link.spans) == link.text
    assert [link.spans for link in LINKER.link(text).links] == [((2, 8),), ((14, 29),), ((32, 37),)]


def test_a_coordinated_head_gives_the_other_name_in_two_pieces():
    links = LINKER.link("left and right ventricles").links
    assert [(link.source_id, link.spans) for link in links] == [
        ("U:lv", ((0, 4), (15, 25))),
        ("U:rv", ((9, 25),)),
    ]
    assert ids("heart and right ventricle") == [("heart", "U:heart"), ("right ventricle", "U:rv")]
    assert ids("right/left ventricle") == [("right ventricle", "U:rv"), ("left ventricle", "U:lv")]
    assert ids("left and/or right ventricle")[0] == ("left ventricle", "U:lv")
    assert ids("x/right ventricle") == [("right ventricle", "U:rv")]


def test_short_forms_of_the_caption_and_of_its_article():
    assert ids("DRG") == []  # nothing says so
    assert ids("dorsal root ganglia (DRG) and DRGs") == [
        ("dorsal root ganglia", "U:drg"), ("DRG", "U:drg"), ("DRGs", "U:drg"),
    ]  # fmt: skip
    assert ids("DRG", article=ArticleContext((("DRG", "dorsal root ganglion"),))) == [("DRG", "U:drg")]
    assert (
        LINKER.link("DRG", article=ArticleContext((("DRG", "dorsal root ganglion"),))).links[0].method
        == "abbreviation"
    )


def test_a_short_form_that_its_article_defines_otherwise_is_never_linked():
    own = linker(acronym_length=2)
    assert ids("ALL", own) == [("ALL", "M:all")]
    assert ids("ALL", own, article=ArticleContext((("ALL", "anterior limbic lobe"),))) == []
    # The caption's own word counts before the article's.
    text = "acute lymphoblastic leukemia (ALL)"
    assert ids(text, own, article=ArticleContext((("ALL", "anterior limbic lobe"),)))[-1] == ("ALL", "M:all")


def test_a_short_form_may_be_part_of_a_name():
    assert ids("ES cells", article=ArticleContext((("ES", "embryonic stem"),))) == [("ES cells", "U:esc")]
    assert ids("ES bars", article=ArticleContext((("ES", "electrical stimulation"),))) == []


def test_longest_first_and_nested_on_request():
    assert ids("left ventricle") == [("left ventricle", "U:lv")]
    both = linker(nested=True)
    assert ids("left ventricle", both) == [("left ventricle", "U:lv"), ("ventricle", "U:ventricle")]


def test_flags_for_negation_certainty_and_what_says_too_little():
    text = "No evidence of hepatocellular carcinoma. Suspected Alzheimer disease, but normal tissue."
    assert [(link.source_id, link.flags) for link in LINKER.link(text).links] == [
        ("M:hcc", ("negated",)),
        ("M:alz", ("uncertain",)),
        ("U:tissue", ("general",)),
    ]
    assert ids("tissue", linker(general=False)) == []


def test_the_panel_and_sentence_of_each_mention():
    links = LINKER.link("Mice. (A) Retina. (B) Heart.").links
    assert [(link.source_id, link.panels) for link in links] == [("U:retina", ("A",)), ("U:heart", ("B",))]
    links = LINKER.link("Retina. heart.", sentences=[(0, 7), (8, 14)]).links
    assert [link.sentence for link in links] == [0, 1]


def test_panels_that_are_given_are_not_looked_for_again():
    caption = Caption("(A) Retina. (B) Heart.", panels=(Panel(("X",), 0, 22, None, None),))
    (linked,) = LINKER.link_batch([caption])
    assert [link.panels for link in linked.links] == [("X",), ("X",)]


def test_negation_can_be_left_out():
    (link,) = linker(context=False).link("No evidence of hepatocellular carcinoma.").links
    assert link.flags == ()


def test_other_languages_are_flagged_and_not_linked():
    linked = LINKER.link("glucose im Herz", language="de")
    assert (linked.links, linked.flags) == ((), ("language",))
    assert LINKER.link("glucose", language="en-GB").links and LINKER.link("glucose", language=None).links


def test_ambiguity_goes_to_the_preferred_source_and_keeps_the_other():
    terms = (
        Term("A", "A:1", "node"),
        Term("B", "B:1", "node", cuis=("C0000001",)),
        Term("C", "C:1", "x node", ("Node",)),
    )
    (link,) = linker(terms).link("node").links
    assert link.source_id == "A:1"
    assert [(a.concept_id, a.source_id, a.name) for a in link.alternatives] == [
        ("C0000001", "B:1", "node"),
        ("C:1", "C:1", "Node"),
    ]
    assert link.similarity >= link.alternatives[0].similarity >= 0.8
    (other,) = linker(terms, sources=frozenset({"B"})).link("node").links
    assert (other.source_id, other.concept_id) == ("B:1", "C0000001")


def test_retired_ids_and_joined_ids():
    own = dictionary()
    assert own.retired() == {"G:old": "G:transfection", "C:sugar": "C:glucose"}
    assert own.joined() == {"M:hcc": ("MESH:D006528",)}


def test_the_same_terms_give_the_same_bytes_in_any_order():
    sources = sorted({term.source for term in TERMS})
    assert compile_linking(TERMS, sources) == compile_linking(TERMS[::-1], sources)


def test_replacement_cycles_end():
    terms = (Term("A", "A:1", "one", obsolete=True, replaced_by="A:2"), Term("A", "A:2", "two",
    obsolete=True, replaced_by="A:1"),
             Term("A", "A:3", "three"))  # fmt: skip
    assert set(LinkingDictionary(compile_linking(terms, ["A"]), "x").retired()) == {"A:1", "A:2"}


def test_a_file_of_another_kind_is_one_line():
    with pytest.raises(DictionaryDamaged, match="another version"):
        LinkingDictionary(b"nothing of the kind", "nothing")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["left", "ventricle", "heart", "Heart", "-", " ", ",", "cat", "CAT", "retina", "xheart", "é", "s"]
        ),
        max_size=14,
    )
)
def test_exact_names_are_those_of_a_naive_search(parts):
    text = "".join(parts)
    names = {
        t.name: t.source_id for t in TERMS if t.source_id in ("U:heart", "U:lv", "U:ventricle", "U:retina")
    }
    own = Linker(dictionary(tuple(t for t in TERMS if t.source_id in names.values())))
    matches = own.matches(Captions.of([Caption(text)]))
    exact = {
        (matches.spans(row)[0], candidate.name.source_id)
        for row, number in enumerate(matches.interpretation.tolist())
        for candidate in own.lookup[number].candidates
        if candidate.method in ("exact", "case_folded") and not own.lookup[number].place_method
    }
    assert exact >= naive_exact(text, names)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["left and right ventricle", "", "retinal nuclei", "glucose", "ALS", "𝛼 hearts"]),
        max_size=6,
    )
)
def test_a_batch_gives_what_each_caption_gives_alone(texts):
    languages = ["en" if n % 3 else "de" for n in range(len(texts))]
    batch = [Caption(text, language=language) for text, language in zip(texts, languages, strict=True)]
    alone = [LINKER.link(text, language=language) for text, language in zip(texts, languages, strict=True)]
    assert list(LINKER.link_batch(batch)) == alone


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_linked_without_a_crash_and_with_spans_inside(text):
    for link in LINKER.link(text + " heart and left, right ventricle " + text).links:
        assert all(0 <= a < b for a, b in link.spans)
