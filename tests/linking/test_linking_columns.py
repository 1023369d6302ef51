"""What the linker does for many captions at once, against the same one by one."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from linking_examples import TERMS, dictionary

from medconcept.dictionary.words import TOKEN, plain
from medconcept.linking.abbreviations import MAX_LONG_FORMS, by_short_form, occurrences
from medconcept.linking.linker import Linker
from medconcept.linking.mention_table import MentionColumns, SingleMention
from medconcept.linking.overlaps import without_overlaps
from medconcept.linking.types import Caption
from medconcept.linking.word_offsets import PlainWords, WordOffsets

OPENED = dictionary(TERMS)
PIECES = ["CF", "CFs", "s", "CFCF", "_", " ", "-", "é", "1", "x", "α", "'s", "/", "ES-cell"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@settings(deadline=None)
@given(TEXTS, st.sampled_from(["CF", "CFs", "ES-cell", "1", "."]))
def test_short_forms_stand_where_a_pattern_finds_them(text, short):
    pattern = re.compile(rf"(?<![^\W_]){re.escape(short)}s?(?![^\W_])")
    assert occurrences(text, short) == [match.span() for match in pattern.finditer(text)]


def test_a_form_that_is_explained_in_many_ways_keeps_the_first():
    long_forms = by_short_form([("CF", f"cystic fibrosis {n // 2}") for n in range(100)])
    assert long_forms == {"CF": tuple(f"cystic fibrosis {n}" for n in range(MAX_LONG_FORMS))}


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=4))
def test_words_stand_where_the_pattern_of_words_has_them(texts):
    words = WordOffsets(OPENED, texts)
    for number, text in enumerate(texts):
        spans = [match.span() for match in TOKEN.finditer(text)]
        assert list(PlainWords(words, text, number)) == [plain(text[a:b]) for a, b in spans]
        begins, ends = {a for a, _ in spans}, {b for _, b in spans}
        for place in range(len(text) + 2):
            first, last = words.first(number, place), words.last(number, place)
            assert (first is not None) == (place in begins) and (last is not None) == (place in ends)
            assert first is None or words.starts[first] == place
            assert last is None or words.ends[last] == place


# Text, spans (one or two, in order), score, source.
ROWS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6)), min_size=1, max_size=2),
        st.sampled_from([0.5, 0.9]),
        st.integers(0, 1),
    ),
    max_size=12,
)


def _kept_one_by_one(rows, nested, by_source):
    """Take mentions by preference, each unless one that was taken is in its way."""
    taken = []
    for text, spans, score, source in sorted(
        rows, key=lambda row: (-sum(b - a for a, b in row[1]), -row[2], row[1])
    ):
        (start, end), rivals = (
            spans[0],
            [r for r in taken if r[0] == text and (r[3] == source or not by_source)],
        )
        overlapping = [r for r in rivals if not set(range(start, end)).isdisjoint(range(*r[1][0]))]
        if not nested:
            good = not overlapping
        else:
            good = all(
                set(range(start, end)) <= set(range(*other[1][0])) and other[1] != spans
                for other in overlapping
            )
        if good:
            taken.append((text, spans, score, source))
    return taken


@settings(deadline=None, max_examples=300)
@given(ROWS, st.booleans(), st.booleans())
def test_overlaps_are_resolved_as_if_one_by_one(rows, nested, by_source):
    rows = [
        (text, tuple((20 * n + a, 20 * n + a + length) for n, (a, length) in enumerate(spans)), score, source)
        for text, spans, score, source in rows
    ]
    nothing = np.empty(0, np.int64)
    mentions = MentionColumns(*[nothing] * 6, {}).append(
        SingleMention(text, spans, 0) for text, spans, _, _ in rows
    )
    scores, sources = np.array([r[2] for r in rows], float), np.array([r[3] for r in rows], np.int32)
    kept = without_overlaps(mentions, scores, sources, [60] * 3, nested=nested, by_source=by_source)
    expected = _kept_one_by_one(rows, nested, by_source)
    assert sorted(rows[n] for n in kept.tolist()) == sorted(expected)


def test_a_batch_of_nothing_and_captions_without_text():
    linker = Linker(OPENED)
    assert list(linker.link_batch([])) == []
    empty, german = linker.link_batch([Caption(""), Caption("heart", language="de")])
    assert (empty.links, empty.flags, german.links, german.flags) == ((), (), (), ("language",))
