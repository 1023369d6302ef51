"""Negation and certainty on sentences that were marked by a reader."""

import pytest
from context_sentences import SENTENCES, marked

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
