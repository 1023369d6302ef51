"""Which of several mentions that overlap are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medconcept.dictionary import kernel
from medconcept.linking.candidates import Candidate


class Mention(NamedTuple):
    """A place and the names that may be meant there, best first.

    `claims` is the stretch that the mention needs for itself: of one in several pieces ("left … ventricle")
    the first piece, since its head belongs to another mention as well.
    """

    spans: tuple[tuple[int, int], ...]
    candidates: tuple[Candidate, ...]
    method: str = ""

    @property
    def claims(self) -> tuple[int, int]:
        """Start and end of what no other mention may have."""
        return self.spans[0]

    @property
    def length(self) -> int:
        """Characters under all spans."""
        return sum([end - start for start, end in self.spans])


def longest_first(
    mentions: Sequence[Mention], *, nested: bool = False, by_source: bool = False
) -> list[Mention]:
    """The mentions to keep, in order of place: the longest, of equals the better, then the first.

    With `nested` those inside longer ones are kept too, not those that cross. With `by_source` only mentions
    of one source stand in each other's way, as where each ontology was annotated by itself.
    """
    if by_source:
        sources: dict[str, list[Mention]] = {}
        for mention in mentions:
            sources.setdefault(mention.candidates[0].name.source, []).append(mention)
        each = (m for part in sources.values() for m in longest_first(part, nested=nested))
        return sorted(each, key=lambda m: m.spans)
    if not nested:
        return _apart(mentions)
    kept: list[Mention] = []
    for mention in sorted(mentions, key=_order):
        start, end = mention.claims
        clashes = (m for m in kept if start < m.claims[1] and m.claims[0] < end)
        if all(_inside(mention.claims, m.claims) and mention.spans != m.spans for m in clashes):
            kept.append(mention)
    return sorted(kept, key=lambda m: m.spans)


def _apart(mentions: Sequence[Mention]) -> list[Mention]:
    """The same without those inside others."""
    ordered = sorted(mentions, key=_order)
    claims = np.array([mention.claims for mention in ordered], np.int64).reshape(-1, 2)
    kept = apart(claims[:, 0].copy(), claims[:, 1].copy()).tolist()
    return sorted([m for m, free in zip(ordered, kept, strict=True) if free], key=lambda m: m.claims)


def apart(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Of places in order of preference those that share no character with one before them.

    >>> apart(np.array([2, 0, 5]), np.array([5, 3, 6])).tolist()
    [True, False, True]
    """
    taken, kept = np.zeros(int(ends.max(initial=0)), np.uint8), np.empty(len(starts), np.bool_)
    kernel.library().mc_apart(
        starts.ctypes.data, ends.ctypes.data, len(starts), taken.ctypes.data, kept.ctypes.data
    )
    return kept


def _order(mention: Mention) -> tuple[int, float, tuple[tuple[int, int], ...]]:
    return -mention.length, -mention.candidates[0].score, mention.spans


def _inside(inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]
