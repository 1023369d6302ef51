"""Which of several mentions that overlap are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medconcept.linking.candidates import Candidate


@dataclass(frozen=True)
class Mention:
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
        return sum(end - start for start, end in self.spans)


def longest_first(mentions: Sequence[Mention], *, nested: bool = False) -> list[Mention]:
    """The mentions to keep, in order of place: the longest, of equals the better, then the first.

    With `nested` those inside longer ones are kept too, not those that cross.
    """
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (-m.length, -m.candidates[0].score, m.spans)):
        start, end = mention.claims
        clashes = [m for m in kept if start < m.claims[1] and m.claims[0] < end]
        if nested:
            clashes = [
                m for m in clashes if not _inside(mention.claims, m.claims) or mention.spans == m.spans
            ]
        if not clashes:
            kept.append(mention)
    return sorted(kept, key=lambda m: m.spans)


def _inside(inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]
