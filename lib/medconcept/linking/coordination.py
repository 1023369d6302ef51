"""Coordinated heads: "left and right ventricle" names the left ventricle too, in two pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.linking.word_offsets import PlainWords, WordPlaces

JOINING = frozenset({"and", "or", "to", "&"})
# What stands before the last name of a list.
_JOINED = re.compile(r"(?:\b(?:and|or|to)|[&/])[\s/\-\u2010-\u2015\u2212\u00ad]*$", re.IGNORECASE)
_NEAR = 12
MOST_MODIFIERS = 2


@dataclass(frozen=True)
class Joint:
    """A name that may be there: its own words `first`..`last`, then `head`..`end` shared (inclusive)."""

    first: int
    last: int
    head: int
    end: int


def is_joined(text: str, start: int) -> bool:
    """True where a conjunction, or what stands for one, is before a place.

    >>> is_joined("left and right ventricle", 9), is_joined("left/right", 5), is_joined("left right", 5)
    (True, True, False)
    """
    return _JOINED.search(text, max(0, start - _NEAR), start) is not None


def coordinated(
    dictionary: LinkingDictionary, texts: Sequence[str], places: Mapping[int, Sequence[tuple[int, int]]]
) -> Iterator[tuple[int, tuple[tuple[int, int], tuple[int, int]], str]]:
    """Of places by text that `is_joined`: text, own part and head of each name that may be, and its words."""
    # A slash parts words as a space does; here it joins them: "right/left ventricle".
    words = WordPlaces(dictionary, [texts[number].replace("/", "&") for number in places])
    for n, (number, each) in enumerate(places.items()):
        text, plain = texts[number], PlainWords(words, texts[number].replace("/", "&"), n)
        names = set()
        for start, end in each:
            first, last = words.first(n, start), words.last(n, end)
            if last is None:
                last = words.last(n, end + 2)  # behind a possessive ending
            if first is not None and last is not None and first < last:
                names.add((first - plain.begin, last - plain.begin))
        for joint in joints(plain, sorted(names)):
            own, head = (
                (words.starts[plain.begin + a], words.ends[plain.begin + b])
                for a, b in ((joint.first, joint.last), (joint.head, joint.end))
            )
            yield number, (own, head), f"{text[slice(*own)]} {text[slice(*head)]}"


def joints(words: Sequence[str], names: Sequence[tuple[int, int]]) -> Iterator[Joint]:
    """Names that may share the head of one that was found behind a conjunction.

    `words` are plain; `names` first and last word of names of two words or more. The words before the
    conjunction, one or two, with the last words of the name.

    >>> list(joints(["left", "and", "right", "ventricle"], [(2, 3)]))
    [Joint(first=0, last=0, head=3, end=3)]
    >>> [joint.first for joint in joints(["brain", ",", "breast", ",", "and", "lung", "cancer"], [(5, 6)])]
    [2, 0]
    >>> list(joints(["left", "beside", "right", "ventricle"], [(2, 3)]))
    []
    """
    for begin, end in names:
        stop = begin
        while stop > 1 and (words[stop - 1] in JOINING or words[stop - 1] == ","):
            stop -= 1  # "A and/or B head", "A, and B head"
        if not any(words[number] in JOINING for number in range(stop, begin)):
            continue
        while True:
            last = stop - 1
            for head in range(begin + 1, end + 1):
                for first in range(last, max(-1, last - MOST_MODIFIERS), -1):
                    if words[first] in JOINING or not words[first].isalnum():
                        break
                    yield Joint(first, last, head, end)
            # A list has commas before its last conjunction: "A, B and C head".
            if last < 2 or words[last - 1] != ",":
                break
            stop = last - 1
