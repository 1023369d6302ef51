"""Gold documents and annotations, human or predicted."""

from __future__ import annotations

from dataclasses import dataclass

Spans = tuple[tuple[int, int], ...]
Place = tuple[int, int, str]  # start, end, kind of entity


@dataclass(frozen=True)
class Annotation:
    """A concept at a place: ordered spans in code points, end exclusive; several if discontinuous."""

    id: str
    spans: Spans


@dataclass(frozen=True)
class Document:
    """A text with its human annotations.

    `article` is the unit of the bootstrap; `file` names the article's JATS file, None if the gold does not.
    `annotations` are the concepts annotated; the ids of a composite concept are joined by "+".
    `types` are the kinds of entity that the gold annotates. `entities` are the spans that a recogniser should
    find, with or without a concept; discontinuous ones are left out.
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
