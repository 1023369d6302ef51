"""What the linker does for many captions at once, against the same one by one."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from linking_examples import TERMS, dictionary

from medconcept.dictionary.words import TOKEN, plain
from medconcept.linking.abbreviations import MOST_LONGS, by_short_form, occurrences
from medconcept.linking.linker import Linker
from medconcept.linking.overlaps import Mention, apart, longest_first
from medconcept.linking.types import Caption
from medconcept.linking.word_offsets import PlainWords, WordPlaces

OPENED = dictionary(TERMS)
PIECES = ["CF", "CFs", "s", "CFCF", "_", " ", "-", "é", "1", "x", "α", "'s", "/", "ES-cell"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@settings(deadline=None)
@given(TEXTS, st.sampled_from(["CF", "CFs", "ES-cell", "1", "."]))
def test_short_forms_stand_where_a_pattern_finds_them(text, short):
    pattern = re.compile(rf"(?<![^\W_]){re.escape(short)}s?(?![^\W_])")
    assert occurrences(text, short) == [match.span() for match in pattern.finditer(text)]


def test_a_form_that_is_explained_in_many_ways_keeps_the_first():
    told = by_short_form([("CF", f"cystic fibrosis {n // 2}") for n in range(100)])
    assert told == {"CF": tuple(f"cystic fibrosis {n}" for n in range(MOST_LONGS))}


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=4))
def test_words_stand_where_the_pattern_of_words_has_them(texts):
    words = WordPlaces(OPENED, texts)
    for number, text in enumerate(texts):
        spans = [match.span() for match in TOKEN.finditer(text)]
        assert list(PlainWords(words, text, number)) == [plain(text[a:b]) for a, b in spans]
        begins, ends = {a for a, _ in spans}, {b for _, b in spans}
        for place in range(len(text) + 2):
            first, last = words.first(number, place), words.last(number, place)
            assert (first is not None) == (place in begins) and (last is not None) == (place in ends)
            assert first is None or words.starts[first] == place
            assert last is None or words.ends[last] == place


PLACES = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6), st.sampled_from([0.5, 0.9])), max_size=12)


class _Candidate:
    def __init__(self, score):
        self.score = score


@settings(deadline=None)
@given(st.lists(PLACES, min_size=1, max_size=3))
def test_the_kernel_keeps_what_longest_first_does(each):
    expected, rows = [], []
    for number, places in enumerate(each):
        mentions = [Mention(((a, a + n),), (_Candidate(score),)) for a, n, score in places]
        expected += [(number, *m.spans[0], m.candidates[0].score) for m in longest_first(mentions)]
        rows += sorted(
            [(number, a, a + n, score) for a, n, score in places],
            key=lambda row: (row[1] - row[2], -row[3], row[1:3]),
        )
    # One text behind the other.
    starts, ends = (np.array([30 * row[0] + row[n] for row in rows], np.int64) for n in (1, 2))
    kept = apart(starts, ends)
    assert sorted(row for row, own in zip(rows, kept.tolist(), strict=True) if own) == sorted(expected)


def test_a_batch_of_nothing_and_captions_without_text():
    linker = Linker(OPENED)
    assert list(linker.link_batch([])) == []
    empty, german = linker.link_batch([Caption(""), Caption("heart", language="de")])
    assert (empty.links, empty.flags, german.links, german.flags) == ((), (), (), ("language",))
