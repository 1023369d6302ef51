"""The compiled half of the linker against the same in plain Python, over odd names and texts."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from linking_examples import TERMS, dictionary
from naive_forms import NaiveForms, lemmatiser_of, variants

from medconcept.dictionary import kernel
from medconcept.dictionary.file_layout import unpack
from medconcept.dictionary.linking_dictionary import LinkingDictionary, compile_linking
from medconcept.dictionary.name_rules import is_matchable, name_flags
from medconcept.dictionary.word_table import WordTable
from medconcept.linking.abbreviations import legend_pairs
from medconcept.linking.inverted_names import inverted
from medconcept.linking.linker import Linker
from medconcept.terminologies.term import Term

PIECES = [
    "hearts", "heart", "Cell", "cells", "nuclear", "nucleus", "retinal", "retina", "of", "type", "II", "I",
    "v", "tumour", "tumor", "α", "TNFα", "TNF-α", "é", "Ménière's", "x’s", "'s", ",", "(disease)", "-", "_",
    "'S", "KAPOSI'S", "non-cell", "nonnuclear",
    "process", "apoptotic", "carcinoma", "in", "the", "β2", "e\u0301", "ẞ", "ﬁ", "İ", "\u00ad", "שלום", "١",
    "𝛼",
]  # fmt: skip
NAMES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map(" ".join)
TEXTS = st.lists(st.sampled_from([*PIECES, " ", " "]), max_size=14).map("".join) | NAMES


@settings(max_examples=150, deadline=None)
@given(names=st.lists(NAMES, min_size=1, max_size=8), texts=st.lists(TEXTS, min_size=1, max_size=4))
def test_forms_are_found_where_the_rules_say(names, texts):
    kinds = ("disease",)
    names = [name for name in dict.fromkeys(names) if is_matchable(name)]
    compiled = compile_linking([Term("A", f"A:{n}", name, (), kinds) for n, name in enumerate(names)], ["A"])
    hits, _ = LinkingDictionary(compiled, "x").find_forms(texts)
    found = [set() for _ in texts]
    for _, text, start, end, *_ in hits.tolist():
        found[text].add((start, end))
    reference = NaiveForms(names, kinds)
    assert found == [reference.places(text) for text in texts]


@settings(max_examples=120, deadline=None)
@given(
    names=st.lists(NAMES.map(lambda name: f"{name}, cell"), min_size=1, max_size=4)
    | st.lists(NAMES, min_size=1),
    kind=st.sampled_from(["disease", "process", "chemical", "cell"]),
)
@example(names=["- - (disease)"], kind="disease")  # nothing is left of it without its qualifier
def test_each_form_has_the_variant_that_the_rules_give_it(names, kind):
    names = [name for name in dict.fromkeys(names) if is_matchable(name)]
    terms = [Term("A", f"A:{n}", name, (), (kind,)) for n, name in enumerate(names)]
    compiled = compile_linking(terms, ["A"])
    lemmatiser = lemmatiser_of(names)
    expected = {(name, how) for name in names for how in variants(name, lemmatiser, {kind}).values()}
    found, senses = set(), range(len(unpack(compiled, "x")["senses"]))
    for sense in LinkingDictionary(compiled, "x").names.of_senses(senses).values():
        found.update((name.name, how) for name, how in sense)
    assert found == expected


def test_every_name_can_be_read_back():
    terms = [
        Term("A", "A:0001", "heart", ("Heart", "cœur"), languages=("en", "fr"), term_types=("SY", "PT")),
        Term("B", "MESH:D000007", "x" * 200, ("y" * 199 + "é",), cuis=("C0000007",)),
        Term("B", "no digits", "lung", xrefs=("OMIM:1", "MESH:D1")),
        Term("B", "1234567890123", "liver"),
        Term("B", "é:007", "spleen"),
    ]
    opened = LinkingDictionary(compile_linking(terms, ["A", "B"]), "x")
    rows = opened.names.named(range(len(opened)))
    assert [row.name for row in rows] == sorted(row.name for row in rows)
    read = {
        (r.name, r.source, r.source_id, r.concept_id, r.language, r.preferred, r.has_mesh_or_omim)
        for r in rows
    }
    assert read == {
        ("heart", "A", "A:0001", "A:0001", "en", True, False),
        ("Heart", "A", "A:0001", "A:0001", "en", False, False),
        ("cœur", "A", "A:0001", "A:0001", "fr", False, False),
        ("x" * 200, "B", "MESH:D000007", "C0000007", "en", True, True),
        ("y" * 199 + "é", "B", "MESH:D000007", "C0000007", "en", False, True),
        ("lung", "B", "no digits", "no digits", "en", True, True),
        ("liver", "B", "1234567890123", "1234567890123", "en", True, False),
        ("spleen", "B", "é:007", "é:007", "en", True, False),
    }
    assert opened.concepts_of([0, len(opened) - 1]).to_pylist() == [rows[0].concept_id, rows[-1].concept_id]


def test_the_preferred_name_of_a_concept_is_that_of_the_preferred_source():
    terms = [
        Term("B", "B:1", "cardiac organ", ("heart",), cuis=("C0000001",)),
        Term("A", "A:2", "Heart", ("pump",), cuis=("C0000001",)),
        Term("A", "A:3", "lung"),
    ]
    names = LinkingDictionary(compile_linking(terms, ["A", "B"]), "x").names
    assert names.preferred(["C0000001", "A:3", "A:9"]) == {"C0000001": "Heart", "A:3": "lung"}
    assert names.preferred([]) == {}


def test_names_match_texts_of_their_own_language():
    terms = [Term("A", "A:1", "sang", language="fr"), Term("A", "A:2", "blood"), Term("A", "A:3", "Sang")]
    opened = LinkingDictionary(compile_linking(terms, ["A"]), "x")
    from medconcept.linking.types import LinkSettings

    both = Linker(opened, LinkSettings(languages=frozenset({"en", "fr"})))
    assert [m.source_id for m in both.link("sang", language="fr").links] == ["A:1"]
    assert [m.source_id for m in both.link("sang", language="en-GB").links] == ["A:3"]
    assert both.link("Blut", language="de").flags == ("language",)


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("x", "too_short"),
        ("a" * 10_000, "too_long"),
        ("-?!", "no_letter"),
        ("", "no_letter"),
        ("\ud800b", None),
    ],
)
def test_names_that_are_none_are_never_matched(name, flag):
    if flag is not None:
        assert name_flags(name) == [flag]
    opened = LinkingDictionary(
        compile_linking([Term("A", "A:1", name), Term("A", "A:2", "heart")], ["A"]), "x"
    )
    assert len(opened) == 1
    text = name.replace("\ud800", "")
    assert [m.source_id for m in Linker(opened).link(f"{text} heart {text}").links] == ["A:2"]


def test_an_empty_dictionary_links_nothing():
    opened = LinkingDictionary(compile_linking([], ["A"]), "x")
    assert len(opened) == 0 and opened.sources == ("A",) and opened.retired() == {}
    assert Linker(opened).link("heart attack").links == ()
    assert len(opened.find_forms(["heart"])[0]) == 0


def test_an_id_told_twice_counts_once_and_replacements_may_go_in_a_circle():
    terms = [
        Term("A", "A:1", "heart"), Term("A", "A:1", "liver"),
        Term("A", "A:2", "old", obsolete=True, replaced_by="A:3"),
        Term("A", "A:3", "older", obsolete=True, replaced_by="A:2"),
    ]  # fmt: skip
    opened = LinkingDictionary(compile_linking(terms, ["A"]), "x")
    assert [one.name for one in opened.names.named(range(len(opened)))] == ["heart"]
    assert opened.retired() == {"A:2": "A:3", "A:3": "A:2"}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("heart " * 170_000, 170_000), ("h" * 1_000_000, 0), ("heart", 1), ("", 0),
        ("\ud800 heart \udfff", 1),
        ("לב heart לב", 1), ("\u202eheart\u202c", 1), ("h\u0301eart heart\u0301", 2), ("\x00heart\x00", 1),
    ],
)  # fmt: skip
def test_odd_captions_are_bounded(text, count):
    linker = Linker(dictionary(TERMS))
    sentences = [(0, len(text))] if len(text) > 1000 else None
    found = linker.link(text, sentences=sentences)
    assert len(found.links) == count
    assert all(text[a:b] == link.text for link in found.links for a, b in link.spans)


def test_a_full_word_table_starts_from_scratch():
    opened = dictionary(TERMS)
    opened.words = WordTable(unpack(compile_linking(TERMS, ["U", "G", "C", "M"]), "x"), opened.normaliser, 50)
    texts = [" ".join(f"w{n}x{k}" for k in range(40)) + " hearts" for n in range(300)]
    sizes = []
    for text in texts[:6]:  # 41 words, then 40 more, which is above 50: the third text finds an empty table
        assert len(opened.find_forms([text])[0]) == 1
        sizes.append(opened.words.table.used)
    assert sizes == [41, 81, 41, 81, 41, 81]
    # More words in one call than the table has room for: it grows.
    assert len(opened.find_forms(texts)[0]) == 300
    assert opened.words.table.used == 300 * 40 + 1
    assert opened.find_forms(["a heart, hearts"])[0]["start"].tolist() == [2, 9]


@pytest.mark.parametrize("text", ["++++", "a b c", "α" * 500, ""])
def test_each_word_may_be_marked(text):
    opened = dictionary(TERMS)
    opened.words.mark(lambda word: True)
    _, marked = opened.find_forms([text, text])
    starts = opened.find_words([text])[0][:, 0].tolist()
    assert marked.tolist() == [[number, start] for number in (0, 1) for start in starts]


WORKER = """
import sys
from medconcept.dictionary import kernel
if len(sys.argv) > 1:
    kernel.add_folder(sys.argv[1])
try:
    kernel.library()
    print("found")
except kernel.CompilerMissing as error:
    print(error)
"""


def test_a_worker_without_a_compiler_takes_the_library_that_the_driver_sent(tmp_path, monkeypatch):
    monkeypatch.delenv("MEDCONCEPT_KERNEL", raising=False)  # of `make test-native`
    sent = tmp_path / "sent"
    sent.mkdir()
    shutil.copy(kernel.library_path(), sent)
    environment = {
        "PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONPATH": ":".join(sys.path),
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip

    def run(*arguments):
        code = f"import sys; sys.modules['ziglang'] = None\n{WORKER}"
        command = [sys.executable, "-c", code, *arguments]
        done = subprocess.run(command, env=environment, cwd=sent, capture_output=True, text=True, check=True)
        return done.stdout

    assert run(str(sent)) == "found\n"
    assert run(".") == "found\n"  # what a cluster's worker calls the folder that Spark brings files to
    assert "there is no C compiler" in run()


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["\u0301", "a", " ", "(", ". a, b", ", ", "\u00a0", "; a\u00a0"])
def test_patterns_of_legends_and_inverted_names_take_linear_time(piece):
    text = piece * (1_000_000 // len(piece))
    assert len([*legend_pairs(text), *inverted(text)]) <= len(text) // len(piece)
