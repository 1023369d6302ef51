"""Places in a text to BIO tags of its tokens: what a recogniser learns from. Imports no pyspark."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence

from medconcept.evaluation.documents import Document, Place

# NCBI disease tells kinds of mention apart, which is no matter of recognition.
SAME = dict.fromkeys(("SpecificDisease", "DiseaseClass", "CompositeMention", "Modifier"), "Disease")


def wanted(document: Document, types: Collection[str] = ()) -> list[Place]:
    """The places of a document that are to be recognised: none overlaps another, the longest are kept.

    With `types` those of these types alone. Types that differ for reasons of their corpus alone become one.

    >>> text = "left ventricle wall"
    >>> places = ((5, 14, "anatomy"), (0, 14, "anatomy"), (5, 19, "anatomy"), (0, 4, "other"))
    >>> wanted(Document("1", "1", text, (), entities=places), ("anatomy",))
    [(0, 14, 'anatomy')]
    """
    places = {(start, end, SAME.get(kind, kind)) for start, end, kind in document.entities}
    kept: list[Place] = []
    for place in sorted(places, key=lambda p: (p[0] - p[1], p)):
        if types and place[2] not in types:
            continue
        if all(place[1] <= other[0] or other[1] <= place[0] for other in kept):
            kept.append(place)
    return sorted(kept)


def tags(tokens: Sequence[tuple[int, int]], places: Sequence[Place]) -> list[str]:
    """A BIO tag for each token: those that share a character with a place are in it.

    >>> tags([(0, 3), (4, 8), (8, 9)], [(4, 8, "Disease")])
    ['O', 'B-Disease', 'O']
    """
    out = ["O"] * len(tokens)
    ends = [end for _, end in tokens]
    for start, end, kind in sorted(places):
        at, mark = bisect_left(ends, start + 1), "B"
        while at < len(tokens) and tokens[at][0] < end:
            if out[at] == "O":
                out[at], mark = f"{mark}-{kind}", "I"
            at += 1
    return out


def counts(found: Sequence[Sequence[Place]]) -> Mapping[str, int]:
    """How many places there are of each kind, sorted by kind.

    >>> counts([[(0, 4, "b")], [(0, 4, "a"), (5, 9, "b")]])
    {'a': 1, 'b': 2}
    """
    out: dict[str, int] = {}
    for places in found:
        for _, _, kind in places:
            out[kind] = out.get(kind, 0) + 1
    return dict(sorted(out.items()))
