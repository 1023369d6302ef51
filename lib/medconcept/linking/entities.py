"""Entities of recognisers: how they change the mentions that come from names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from medconcept.linking.candidates import Candidate, SpanCandidates
from medconcept.linking.types import Entity

MIN_OVERLAPPING_SIMILARITY = 0.85
FindSimilar = Callable[[Entity], tuple[Candidate, ...]]


def fits(candidate: Candidate, entity: Entity) -> bool:
    """True for a candidate with a semantic type that fits the entity's type."""
    return not entity.kinds or not entity.kinds.isdisjoint(candidate.name.kinds)


def apply_entity_types(
    mentions: Sequence[SpanCandidates], entities: Sequence[Entity], find_similar: FindSimilar
) -> list[SpanCandidates]:
    """Restrict candidates at the place of an entity to those that fit its type, and add similar names.

    Where no candidate fits, all stay: a name is better evidence than a recogniser's type. An entity without a
    name at its place is linked to the names that `find_similar` returns; where it overlaps a mention, only to
    those of at least MIN_OVERLAPPING_SIMILARITY, since the entity would replace the mention.
    """
    at = {(entity.start, entity.end): entity for entity in entities}
    out, named = [], set()
    for mention in mentions:
        entity = at.get(mention.spans[0]) if len(mention.spans) == 1 else None
        if entity is not None:
            named.add(mention.spans[0])
            adapted_to = tuple(c for c in mention.candidates if fits(c, entity))
            if adapted_to and len(adapted_to) < len(mention.candidates):
                mention = mention._replace(candidates=adapted_to)
        out.append(mention)
    for place, entity in at.items():
        candidates = find_similar(entity) if place not in named else ()
        if candidates and any(
            start < place[1] and place[0] < end for m in mentions for start, end in m.spans
        ):
            candidates = tuple(c for c in candidates if c.similarity >= MIN_OVERLAPPING_SIMILARITY)
        if candidates:
            out.append(SpanCandidates((place,), candidates))
    return out


def merge_entities(entities: Sequence[Entity]) -> list[Entity]:
    """Merge entities of equal spans: labels joined by "+", all their semantic types; in order of place.

    >>> gene, drug = Entity(0, 4, "Gene", frozenset({"gene"})), Entity(0, 4, "Drug", frozenset({"x"}))
    >>> (both,) = merge_entities([gene, drug])
    >>> both.label, sorted(both.kinds)
    ('Drug+Gene', ['gene', 'x'])
    """
    at: dict[tuple[int, int], list[Entity]] = {}
    for entity in entities:
        at.setdefault((entity.start, entity.end), []).append(entity)
    out = []
    for place, same in sorted(at.items()):
        labels = "+".join(sorted({entity.label for entity in same}))
        # A type without kinds fits anything.
        every = all(entity.kinds for entity in same)
        kinds = frozenset(k for e in same for k in e.kinds) if every else frozenset()
        out.append(Entity(*place, labels, kinds))
    return out
