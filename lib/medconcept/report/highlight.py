"""Cut a caption into pieces with and without a concept, and link each concept to its page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

_CUI_PAGE = "https://uts.nlm.nih.gov/uts/umls/concept/"
_RESOLVER = "https://bioregistry.io/"


@dataclass(frozen=True)
class Concept:
    """A concept of a caption with its spans in code points, end exclusive, and its attributes there."""

    concept_id: str
    name: str
    kind: str
    spans: tuple[tuple[int, int], ...]
    similarity: float = 1.0
    method: str = "exact"
    panels: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    centrality: float | None = None

    @property
    def about(self) -> str:
        """All attributes in one line.

        >>> how = {"similarity": 0.96, "method": "inflected", "panels": ("A",), "flags": ("negated",)}
        >>> Concept("C0018787", "Heart", "anatomy", ((2, 8),), **how, centrality=0.7).about
        'Heart · C0018787 · anatomy · 0.96 inflected · panel A · centrality 0.70 · negated'
        """
        match = f"{self.similarity:.2f} {self.method.replace('_', ' ')}"
        panels = (f"panel {', '.join(self.panels)}",) if self.panels else ()
        central = () if self.centrality is None else (f"centrality {self.centrality:.2f}",)
        return " · ".join((self.name, self.concept_id, self.kind, match, *panels, *central, *self.flags))

    @property
    def url(self) -> str:
        """The page that describes the concept."""
        return concept_url(self.concept_id)


@dataclass(frozen=True)
class Piece:
    """A piece of a caption; pieces joined are the caption."""

    text: str
    concept: Concept | None = None


def pieces(caption: str, concepts: Iterable[Concept]) -> list[Piece]:
    """Cut a caption at the spans of its concepts. Where spans overlap, the first wins, then the longer.

    >>> heart = Concept("C0018787", "Heart", "anatomy", ((2, 7),))
    >>> [(p.text, p.concept is not None) for p in pieces("a heart.", [heart])]
    [('a ', False), ('heart', True), ('.', False)]
    """
    spans = sorted(
        ((start, end, concept) for concept in concepts for start, end in concept.spans),
        key=lambda span: (span[0], -span[1], span[2].concept_id),
    )
    out: list[Piece] = []
    at = 0
    for start, end, concept in spans:
        if start < at or end > len(caption):
            continue
        if start > at:
            out.append(Piece(caption[at:start]))
        out.append(Piece(caption[start:end], concept))
        at = end
    if at < len(caption):
        out.append(Piece(caption[at:]))
    return out


def concept_url(concept_id: str) -> str:
    """The page of a UMLS CUI, or a resolver's for other identifiers.

    >>> concept_url("C0018787"), concept_url("UBERON:0000948")
    ('https://uts.nlm.nih.gov/uts/umls/concept/C0018787', 'https://bioregistry.io/uberon:0000948')
    """
    prefix, colon, rest = concept_id.partition(":")
    if colon:
        return f"{_RESOLVER}{quote(prefix.lower())}:{quote(rest)}"
    return _CUI_PAGE + quote(concept_id)
