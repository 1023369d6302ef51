"""Similar names: the index finds what comparing with every name finds; the linker asks it for entities."""

import math
import random
import unicodedata
from collections import Counter

import pytest
from linking_examples import TERMS

from medconcept.dictionary.compile_terms import compile_files
from medconcept.dictionary.file_layout import DictionaryDamaged
from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.linking.linker import Linker
from medconcept.linking.types import Caption, Entity, LinkSettings
from medconcept.terminologies.term import Term

SYLLABLES = [
    "car",
    "di",
    "o",
    "my",
    "hep",
    "a",
    "to",
    "neu",
    "ro",
    "path",
    "y",
    "it",
    "is",
    "ose",
    "gen",
    "ic",
]


def opened(terms, index=None):
    main, similar = compile_files(terms, sorted({term.source for term in terms}))
    return LinkingDictionary(main, "example", lambda: index if index is not None else similar)


def grams(text):
    """Trigrams within words, padded by one space, as scikit-learn's char_wb makes them; without signs."""
    plain = "".join(c if c.isalnum() else " " for c in unicodedata.normalize("NFC", text).casefold())
    return {f" {word} "[n : n + 3] for word in plain.split() for n in range(len(word))}


class EveryName:
    """Names compared by the cosine of their trigrams, weighted by rarity; none is left out."""

    def __init__(self, names):
        self.sets = {name: grams(name) for name in names}
        counts = Counter(gram for own in self.sets.values() for gram in own)
        self.weights = {gram: self._weight(count) for gram, count in counts.items()}
        self.norms = {name: self._norm(own) for name, own in self.sets.items()}

    def _weight(self, count):
        return math.log((1 + len(self.sets)) / (1 + count)) + 1

    def _norm(self, own):
        return math.sqrt(sum(self.weights.get(g, self._weight(0)) ** 2 for g in own))

    def similar(self, query, threshold):
        asked = grams(query)
        norm = self._norm(asked)
        found = {}
        for name, own in self.sets.items():
            score = sum(self.weights[g] ** 2 for g in asked & own) / (norm * self.norms[name])
            if score >= threshold:
                found[name] = score
        return found


def test_the_index_finds_what_comparing_with_every_name_finds():
    draw = random.Random(7)
    print("seed 7")
    names = sorted({
        " ".join("".join(draw.choices(SYLLABLES, k=draw.randint(2, 4))) for _ in range(draw.randint(1, 4)))
        for _ in range(600)
    })  # fmt: skip
    names = [name for name in names if len(name) >= 3]
    dictionary = opened([Term("A", f"A:{n}", name) for n, name in enumerate(names)])
    every = EveryName(names)
    compared = 0
    for name in draw.sample(names, 200):
        query = list(name)
        for _ in range(draw.randint(0, 3)):
            query[draw.randrange(len(query))] = draw.choice("aeiouxyz ")
        query = "".join(query)
        if not grams(query):
            continue
        expected = every.similar(query, 0.5)
        found = dictionary.similar.nearest(query, 0.5, most=1000)
        assert {dictionary.names.texts[n]: pytest.approx(s, abs=1e-4) for n, s in found} == expected
        assert [s for _, s in found] == sorted((s for _, s in found), reverse=True)
        compared += len(expected)
    assert compared > 100


def test_an_entity_that_no_form_matches_is_linked_to_the_most_similar_name():
    text = "Amyotropic lateral sclerosis and retina."
    linker = Linker(opened(TERMS))
    entities = [Entity(0, 28), Entity(33, 39)]
    (found,) = linker.link_batch([Caption(text, entities=entities)])
    assert [(m.text, m.source_id, m.method) for m in found.links] == [
        ("Amyotropic lateral sclerosis", "M:als", "similar"),
        ("retina", "U:retina", "exact"),
    ]
    assert 0.8 <= found.links[0].similarity < 1
    assert [m.text for m in linker.link(text).links] == ["retina"]  # no entity was given


@pytest.mark.parametrize("settings", [{"threshold": 0.95}, {"sources": frozenset({"U"})}])
def test_settings_hold_for_similar_names(settings):
    linker = Linker(opened(TERMS), LinkSettings(**settings))
    (found,) = linker.link_batch([Caption("Amyotropic lateral sclerosis", entities=[Entity(0, 28)])])
    assert [(m.text, m.concept_id, m.method) for m in found.links] == [
        ("Amyotropic lateral sclerosis", None, "recognised")
    ]


def test_acronyms_are_no_similar_names():
    assert opened(TERMS).similar_names("ALSS", 0.3) == []


@pytest.mark.parametrize("query", ["", "-", " ", "x", "\ud800", "a" * 5000, "é" * 400])
def test_odd_queries_find_nothing_and_do_not_crash(query):
    assert opened(TERMS).similar_names(query, 0.8) == []


def test_a_damaged_index_is_one_line():
    dictionary = opened(TERMS, b"something else")
    with pytest.raises(DictionaryDamaged, match=r"^compiled dictionary example\.similar: its checksum is "):
        dictionary.similar_names("heart", 0.8)


def test_without_an_index_there_are_no_similar_names():
    main, similar = compile_files(TERMS, ["U", "G", "C", "M"], similar=False)
    assert similar == b"" and LinkingDictionary(main, "x").similar_names("hearts", 0.1) == []
