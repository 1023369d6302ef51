"""A gold document, and an annotation of it, human or predicted."""

from __future__ import annotations

from dataclasses import dataclass

Spans = tuple[tuple[int, int], ...]
Place = tuple[int, int, str]  # start, end, and what kind of thing stands there


@dataclass(frozen=True)
class Annotation:
    """A concept at a place: spans in code points, end exclusive, in order; several where discontinuous."""

    id: str
    spans: Spans


@dataclass(frozen=True)
class Document:
    """A text with its human annotations.

    `article` is the unit of the bootstrap; `file` names the article's JATS file where the gold tells it.
    `concepts` are the distinct concepts annotated, a composite (several ids that make one concept) joined
    by "+"; `types` what kinds of thing the gold annotates. `entities` are the places that a recogniser should
    find, whether they have a concept or not; what is in pieces is none.
    """

    key: str
    article: str
    text: str
    annotations: tuple[Annotation, ...]
    file: str | None = None
    types: frozenset[str] = frozenset()
    entities: tuple[Place, ...] = ()


def source_of(identifier: str) -> str:
    """The ontology of an id, by its prefix in upper case.

    >>> source_of("GO:0005634"), source_of("MESH:D003110+MESH:D004487")
    ('GO', 'MESH')
    """
    return identifier.partition(":")[0].upper()
