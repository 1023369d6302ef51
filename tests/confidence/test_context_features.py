"""Features of a mention from its caption, against plain string operations."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from medconcept.confidence.context_features import AFTER, BEFORE, FEATURES, context_features
from medconcept.confidence.name_features import CAPITALISED, EVERYDAY_WORD, LONG_FORM, ONE_WORD, SHORT
from medconcept.linking.caption_batch import Captions
from medconcept.linking.mention_table import MentionColumns
from medconcept.linking.types import Caption

_COLUMNS = {feature.name: number for number, feature in enumerate(FEATURES)}


def features(
    marked: list[str], traits: int = 0, concepts: list[int] | None = None, kinds: list[int] | None = None
) -> list[dict[str, float]]:
    """The features of the mentions that stand in [[brackets]], in order; by default all of one kind."""
    texts, places = [], []
    for number, text in enumerate(marked):
        plain, at = "", 0
        for mention in re.finditer(r"\[\[(.*?)\]\]", text):
            plain += text[at : mention.start()]
            places.append((number, len(plain), len(plain) + len(mention[1])))
            plain, at = plain + mention[1], mention.end()
        texts.append(plain + text[at:])
    text, start, end = np.array(places, np.int64).reshape(-1, 3).T
    zeros = np.zeros(len(text), np.int64)
    mentions = MentionColumns(text, start, end, end - start, zeros, zeros, {})
    own = np.array(concepts if concepts is not None else range(len(text)), np.int64)
    captions = Captions.of([Caption(each) for each in texts])
    of_kind = zeros if kinds is None else np.array(kinds, np.int64)
    rows = context_features(captions, mentions, own, of_kind, np.full(len(text), traits, np.int64))
    return [{name: row[number] for name, number in _COLUMNS.items() if row[number]} for row in rows]


def test_signs_next_to_a_mention() -> None:
    bracketed, joined, value = features(["a ([[SEM]])", "in [[F2]]-deficient", "[[F]] = 2.1"], SHORT)
    assert {"in brackets", "short and in brackets", "bracket before"} <= bracketed.keys()
    assert {"hyphen after", "short and hyphen"} <= joined.keys()
    assert joined.keys().isdisjoint({"hyphen before", "begins sentence"})
    assert {"equals after", "begins sentence"} <= value.keys()


def test_a_capital_says_something_only_inside_a_sentence() -> None:
    first, second, inside = features(["[[At]] rest. [[At]] rest and [[At]] rest"], CAPITALISED)
    assert "capitalised inside" not in first.keys() | second.keys()
    assert "capitalised inside" in inside


def test_words_next_to_a_mention_by_class() -> None:
    (cells, verb, apart) = features(["the [[hair]] cells", "to [[affect]] the rest", "the, [[hair]]; cells"])
    assert {"article before", "cell after"} <= cells.keys()
    assert {"auxiliary before", "object after"} <= verb.keys()
    assert apart.keys().isdisjoint({"article before", "cell after", "word before", "word after"})


def test_what_else_the_caption_names() -> None:
    first, second, _, alone = features(
        ["[[T cells]], [[T cells]] and [[B cells]]", "[[T cells]]"], 0, [0, 0, 1, 0]
    )
    assert first["times named"] == second["times named"] == np.log(2)
    assert first["share of its kind"] == 1
    assert alone.keys().isdisjoint({"times named", "share of its kind", "log mentions"})
    assert "named in full" not in features(["[[TC]]"], LONG_FORM)[0]
    assert "everyday and its kind" in features(["[[hair]] or [[nail]]"], EVERYDAY_WORD | ONE_WORD)[0]


def test_a_concept_counts_for_each_kind_of_the_terms_that_name_it() -> None:
    # Two terminologies that were joined may give one concept names of two kinds.
    rows = features(["[[cancer]] or [[tumour]] of [[colon]]"], 0, [0, 0, 1], [2, 5, 5])
    assert [row.get("others of its kind", 0) for row in rows] == [0, np.log(2), np.log(2)]
    assert [row.get("share of its kind", 0) for row in rows] == [0, 1, 1]


def test_no_mentions_have_no_features() -> None:
    assert features(["nothing here", ""]) == []


_WORDS = sorted({word for words in (*BEFORE.values(), *AFTER.values()) for word in words.split()})
_PIECES = st.lists(st.sampled_from([*_WORDS, "Xyz", "é", "𝛼", "7", "(", "-", ".", ""]), max_size=3).map(
    " ".join
)


@given(st.lists(st.tuples(_PIECES, st.sampled_from([" ", "", "  ", "-"]), _PIECES), min_size=1, max_size=4))
def test_classes_of_words_are_those_of_plain_strings(parts: list[tuple[str, str, str]]) -> None:
    marked = [f"{before}{gap}[[name]]{gap}{after}" for before, gap, after in parts]
    for found, (before, gap, after) in zip(features(marked), parts, strict=True):
        last = re.search(r"(?<![^\W\d_])([a-z]+) \Z", before + gap)
        first = re.match(r" ([a-z]+)(?![^\W\d_])", gap + after)
        for name, words in BEFORE.items():
            assert (f"{name} before" in found) == (last is not None and last[1] in words.split())
        for name, words in AFTER.items():
            assert (f"{name} after" in found) == (first is not None and first[1] in words.split())
