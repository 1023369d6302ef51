"""Spans of entities to BIO tags of tokens, from which a recogniser learns. Imports no pyspark."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence

from medconcept.evaluation.documents import Document, Place

# NCBI disease distinguishes kinds of mention, which recognition does not need.
MERGED_TYPES = dict.fromkeys(("SpecificDisease", "DiseaseClass", "CompositeMention", "Modifier"), "Disease")


def entities_to_recognise(document: Document, types: Collection[str] = ()) -> list[Place]:
    """Return the entities of a document without overlaps, longest first kept, in order of position.

    `types`, if given, restricts them to these types. Types that only one corpus distinguishes are merged.

    >>> text = "left ventricle wall"
    >>> places = ((5, 14, "anatomy"), (0, 14, "anatomy"), (5, 19, "anatomy"), (0, 4, "other"))
    >>> entities_to_recognise(Document("1", "1", text, (), entities=places), ("anatomy",))
    [(0, 14, 'anatomy')]
    """
    places = {(start, end, MERGED_TYPES.get(kind, kind)) for start, end, kind in document.entities}
    kept: list[Place] = []
    for place in sorted(places, key=lambda p: (p[0] - p[1], p)):
        if types and place[2] not in types:
            continue
        if all(place[1] <= other[0] or other[1] <= place[0] for other in kept):
            kept.append(place)
    return sorted(kept)


def tag_tokens(tokens: Sequence[tuple[int, int]], places: Sequence[Place]) -> list[str]:
    """Return a BIO tag for each token; tokens that share a character with an entity are part of it.

    >>> tag_tokens([(0, 3), (4, 8), (8, 9)], [(4, 8, "Disease")])
    ['O', 'B-Disease', 'O']
    """
    out = ["O"] * len(tokens)
    ends = [end for _, end in tokens]
    for start, end, kind in sorted(places):
        number, prefix = bisect_left(ends, start + 1), "B"
        while number < len(tokens) and tokens[number][0] < end:
            if out[number] == "O":
                out[number], prefix = f"{prefix}-{kind}", "I"
            number += 1
    return out


def count_by_type(entities_by_document: Sequence[Sequence[Place]]) -> Mapping[str, int]:
    """Count entities by type, sorted by type.

    >>> count_by_type([[(0, 4, "b")], [(0, 4, "a"), (5, 9, "b")]])
    {'a': 1, 'b': 2}
    """
    out: dict[str, int] = {}
    for places in entities_by_document:
        for _, _, kind in places:
            out[kind] = out.get(kind, 0) + 1
    return dict(sorted(out.items()))
