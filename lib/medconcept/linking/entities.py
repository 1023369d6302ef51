"""What recognised entities change in the mentions that the dictionary's names gave."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from medconcept.linking.candidates import Candidate, SpanCandidates
from medconcept.linking.types import Entity

OVER = 0.85
Near = Callable[[Entity], tuple[Candidate, ...]]


def fits(candidate: Candidate, entity: Entity) -> bool:
    """True where a candidate is of a kind that the entity's type may be."""
    return not entity.kinds or not entity.kinds.isdisjoint(candidate.name.kinds)


def restricted(
    mentions: Sequence[SpanCandidates], entities: Sequence[Entity], near: Near
) -> list[SpanCandidates]:
    """Mentions, those of an entity's place with the candidates that fit its type; and those of similar names.

    Where no candidate fits, all stay: that a name of the dictionary stands there is surer than its type. An
    entity at whose place no name stands is linked to what is `near` to it; where a part of it is a name, only
    to what is as near as OVER, since that would take the name's place.
    """
    at = {(entity.start, entity.end): entity for entity in entities}
    out, named = [], set()
    for mention in mentions:
        entity = at.get(mention.spans[0]) if len(mention.spans) == 1 else None
        if entity is not None:
            named.add(mention.spans[0])
            fitting = tuple(c for c in mention.candidates if fits(c, entity))
            if fitting and len(fitting) < len(mention.candidates):
                mention = mention._replace(candidates=fitting)
        out.append(mention)
    for place, entity in at.items():
        candidates = near(entity) if place not in named else ()
        if candidates and any(
            start < place[1] and place[0] < end for m in mentions for start, end in m.spans
        ):
            candidates = tuple(c for c in candidates if c.similarity >= OVER)
        if candidates:
            out.append(SpanCandidates((place,), candidates))
    return out


def each_once(entities: Sequence[Entity]) -> list[Entity]:
    """One entity a place, in order: of several types there, all their kinds, and the labels joined.

    >>> gene, drug = Entity(0, 4, "Gene", frozenset({"gene"})), Entity(0, 4, "Drug", frozenset({"x"}))
    >>> (both,) = each_once([gene, drug])
    >>> both.label, sorted(both.kinds)
    ('Drug+Gene', ['gene', 'x'])
    """
    at: dict[tuple[int, int], list[Entity]] = {}
    for entity in entities:
        at.setdefault((entity.start, entity.end), []).append(entity)
    out = []
    for place, told in sorted(at.items()):
        labels = "+".join(sorted({entity.label for entity in told}))
        # A type that anything may fit leaves all open.
        every = all(entity.kinds for entity in told)
        kinds = frozenset(k for e in told for k in e.kinds) if every else frozenset()
        out.append(Entity(*place, labels, kinds))
    return out
