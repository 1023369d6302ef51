"""Negation and certainty on sentences that were marked by a reader."""

import pytest
from context_sentences import SENTENCES, marked

from medconcept.linking.negation import context_flags, sentence_spans

# The reach of "lacking" ends with the noun behind it, not with the sentence: the rules know no phrases.
KNOWN = {"Mice lacking the gene developed [obesity] because of feeding."}


@pytest.mark.parametrize(("sentence", "said"), [s for s in SENTENCES if s[0] not in KNOWN])
def test_flags_are_those_of_a_reader(sentence, said):
    text, start, end = marked(sentence)
    (flags,) = context_flags(text, sentence_spans(text), [(start, end)])
    assert flags == ((said,) if said else ())


def test_both_sides_have_enough_sentences():
    said = [said for _, said in SENTENCES]
    assert said.count("negated") >= 15 and said.count("uncertain") >= 12 and said.count("") >= 12
