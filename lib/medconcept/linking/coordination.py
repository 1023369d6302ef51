"""Coordinated heads: "left and right ventricle" names the left ventricle too, in two pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

JOINING = frozenset({"and", "or", "to", "&"})
MOST_MODIFIERS = 2


@dataclass(frozen=True)
class Joint:
    """A name that may be there: its own words `first`..`last`, then `head`..`end` shared (inclusive)."""

    first: int
    last: int
    head: int
    end: int


def joints(words: Sequence[str], names: Sequence[tuple[int, int]]) -> Iterator[Joint]:
    """Names that may share the head of one that was found behind a conjunction.

    `words` are plain; `names` first and last word of names of two words or more. The words before the
    conjunction, one or two, with the last words of the name.

    >>> list(joints(["left", "and", "right", "ventricle"], [(2, 3)]))
    [Joint(first=0, last=0, head=3, end=3)]
    >>> list(joints(["left", "beside", "right", "ventricle"], [(2, 3)]))
    []
    """
    for begin, end in names:
        stops = [begin - 1]
        # A list has commas before its last conjunction: "A, B and C head".
        while stops[-1] >= 1 and (words[stops[-1]] in JOINING or words[stops[-1]] == ","):
            last = stops[-1] - 1
            if words[last] in JOINING or words[last] == ",":
                stops[-1] = last  # "A, and B head"
                continue
            if len(stops) == 1 and words[stops[-1]] == ",":
                break
            for head in range(begin + 1, end + 1):
                for first in range(last, max(-1, last - MOST_MODIFIERS), -1):
                    if words[first] in JOINING or not words[first].isalnum():
                        break
                    yield Joint(first, last, head, end)
            before = last - 1
            if before < 1 or words[before] != ",":
                break
            stops.append(before)
