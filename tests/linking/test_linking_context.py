"""Negation and certainty on sentences that were marked by a reader."""

import re

import pytest
from context_sentences import SENTENCES, marked
from hypothesis import given
from hypothesis import strategies as st

from medconcept.linking import negation, negation_triggers
from medconcept.linking.negation import context_flags, sentence_spans
from medconcept.linking.negation_triggers import Reach


@pytest.mark.parametrize(("sentence", "expected"), SENTENCES)
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
                "without",
                "free of",
                "shows",
                "none",
                ": none.",
                "tumor-free",
                "lacking",
                "Pten",
                "NO",
                ",",
                "and",
                ";",
                "(B)",
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
    """Each trigger with each place, the reach ended by the nearest of all that ends one."""
    found = set()
    for start, end in sentences:
        spans = {
            name: [m.span() for m in getattr(negation_triggers, name).finditer(text, start, end)]
            for name in ("END", "PSEUDO", "VERB")
        }
        for trigger in negation_triggers.TRIGGERS:
            for match in trigger.pattern.finditer(text, start, end):
                a, b = match.span()
                if any(p <= a and b <= q for p, q in spans["PSEUDO"]):
                    continue
                capitals = sum(map(str.isupper, text[start:end]))
                if match[0] == "NO" and 2 * capitals <= sum(map(str.isalpha, text[start:end])):
                    continue
                if trigger.reach in (Reach.CLAUSE, Reach.PHRASE):
                    if b <= place[0] < naive_end(trigger, match, spans, end):
                        found.add(trigger.flag)
                elif naive_begin(trigger, match, spans, start) < place[1] <= a:
                    found.add(trigger.flag)
    return tuple(sorted(found))


def naive_end(trigger, match, spans, end):
    text, b = match.string, match.end()
    stop = b + negation.REACH
    for item in negation_triggers.ITEM.finditer(text, b, end):
        if item.start() > stop:
            break
        stop = item.start() + negation.REACH
    ends = [p for p, _ in spans["END"] if p >= b]
    if trigger.reach is Reach.PHRASE:
        ends += [p for p, _ in spans["VERB"] if p >= b]
    stop = min([stop, end, *ends])
    if match[0].lower().startswith("lack") and (genes := negation_triggers.GENES.match(text, b, stop)):
        stop = min(stop, genes.end())
    return stop


def naive_begin(trigger, match, spans, start):
    text, a = match.string, match.start()
    if trigger.reach is Reach.WORD:
        return a - 1
    begin = max([q for _, q in spans["END"] if q <= a] + [start, a - negation.REACH])
    if trigger.reach is Reach.LABEL:
        begin = max(begin, text.rfind(",", begin, a) + 1, text.rfind("(", begin, a) + 1)
    return begin
