"""Coordination: "left and right ventricle" names the left ventricle too, in two pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.linking.word_offsets import PlainWords, WordOffsets

CONJUNCTIONS = frozenset({"and", "or", "to", "&"})
# What precedes the last name of a list.
_CONJUNCTION = re.compile(r"(?:\b(?:and|or|to)|[&/])[\s/\-\u2010-\u2015\u2212\u00ad]*$", re.IGNORECASE)
_LONGEST_CONJUNCTION = 12
MAX_MODIFIERS = 2


@dataclass(frozen=True)
class SharedHead:
    """A possible name: its own words `first` to `last`, and those it shares, `head` to `end`; inclusive."""

    first: int
    last: int
    head: int
    end: int


def follows_conjunction(text: str, start: int) -> bool:
    """True where a conjunction, or a sign used as one, directly precedes a position.

    >>> text = "left and right/lower ventricle"
    >>> follows_conjunction(text, 9), follows_conjunction(text, 15), follows_conjunction(text, 21)
    (True, True, False)
    """
    return _CONJUNCTION.search(text, max(0, start - _LONGEST_CONJUNCTION), start) is not None


def coordinated_names(
    dictionary: LinkingDictionary, texts: Sequence[str], places: Mapping[int, Sequence[tuple[int, int]]]
) -> Iterator[tuple[int, tuple[tuple[int, int], tuple[int, int]], str]]:
    """Yield names that may share the head of a name behind a conjunction: text, two spans, and the name.

    `places` are spans of names behind a conjunction, by the number of their text. The spans of the result are
    those of the name's own words and of the head that it shares.
    """
    # A slash separates words as a space does; here it is a conjunction: "right/left ventricle".
    words = WordOffsets(dictionary, [texts[number].replace("/", "&") for number in places])
    for n, (number, each) in enumerate(places.items()):
        text, plain = texts[number], PlainWords(words, texts[number].replace("/", "&"), n)
        names = set()
        for start, end in each:
            first, last = words.first(n, start), words.last(n, end)
            if last is None:
                last = words.last(n, end + 2)  # with a possessive ending
            if first is not None and last is not None and first < last:
                names.add((first - plain.begin, last - plain.begin))
        for joint in shared_heads(plain, sorted(names)):
            own, head = (
                (words.starts[plain.begin + a], words.ends[plain.begin + b])
                for a, b in ((joint.first, joint.last), (joint.head, joint.end))
            )
            yield number, (own, head), f"{text[slice(*own)]} {text[slice(*head)]}"


def shared_heads(words: Sequence[str], names: Sequence[tuple[int, int]]) -> Iterator[SharedHead]:
    """Yield possible names that share the head of one of `names`: one or two words before the conjunction.

    `words` are plain words; `names` the first and last word of names that have two words or more.

    >>> list(shared_heads(["left", "and", "right", "ventricle"], [(2, 3)]))
    [SharedHead(first=0, last=0, head=3, end=3)]
    >>> words = ["brain", ",", "breast", ",", "and", "lung", "cancer"]
    >>> [head.first for head in shared_heads(words, [(5, 6)])]
    [2, 0]
    >>> list(shared_heads(["left", "near", "right", "ventricle"], [(2, 3)]))
    []
    """
    for begin, end in names:
        stop = begin
        while stop > 1 and (words[stop - 1] in CONJUNCTIONS or words[stop - 1] == ","):
            stop -= 1  # "A and/or B head", "A, and B head"
        if not any(words[number] in CONJUNCTIONS for number in range(stop, begin)):
            continue
        while True:
            last = stop - 1
            for head in range(begin + 1, end + 1):
                for first in range(last, max(-1, last - MAX_MODIFIERS), -1):
                    if words[first] in CONJUNCTIONS or not words[first].isalnum():
                        break
                    yield SharedHead(first, last, head, end)
            # A list has commas before its last conjunction: "A, B and C head".
            if last < 2 or words[last - 1] != ",":
                break
            stop = last - 1
