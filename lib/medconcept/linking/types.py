"""Input and output of the linker: captions with their context, links with their concepts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from medconcept.jats.records.figure import Panel

LINKING_VERSION = 5  # of the rules that make mentions of forms; a new version re-links all captions


@dataclass(frozen=True)
class LinkSettings:
    """Settings of the linker; none is learned from gold."""

    threshold: float = 0.8  # similarity below which nothing is linked
    nested: bool = False  # names inside longer names as well
    by_source: bool = False  # resolve overlaps within each source only
    acronym_length: int = 5  # synonyms that are acronyms up to this length need evidence
    scope_penalty: float = 0.04  # for a narrow, broad or related synonym
    exact_only: bool = True  # leave out such synonyms, but for MeSH's
    sources: frozenset[str] | None = None  # only names of these; None for all
    semantic_types: frozenset[str] | None = None
    general: bool = True  # keep stop concepts, flagged
    mesh_or_omim_only: bool = False  # only terms with a MeSH or OMIM id
    languages: frozenset[str] = frozenset({"en"})  # of the dictionary's names
    context: bool = True  # flags of negation and certainty


@dataclass(frozen=True)
class ArticleContext:
    """What the article adds to a caption: its pairs of short and long form."""

    abbreviations: tuple[tuple[str, str], ...] = ()


class Entity(NamedTuple):
    """A span of a recogniser, in code points.

    `label` is the type it returned, `kinds` the semantic types that fit it; empty where any may fit.
    """

    start: int
    end: int
    label: str = ""
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Caption:
    """A caption to link: NFC text, context of its article, sentences (code points), language.

    `panels` are those of the parser; by default the text is split into panels again. `entities` are those of
    recognisers, with distinct spans; `read` are the parts of the text that the shipped one read.
    """

    text: str
    article: ArticleContext = ArticleContext()
    sentences: Sequence[tuple[int, int]] | None = None
    language: str | None = "en"
    panels: Sequence[Panel] | None = None
    entities: Sequence[Entity] = ()
    read: Sequence[tuple[int, int]] = ()


class AlternativeConcept(NamedTuple):
    """Another concept that a mention may mean, by the best of its names."""

    concept_id: str
    name: str
    source_id: str
    similarity: float


class Link(NamedTuple):
    """A mention and its concept.

    `spans` are code points of the text, end exclusive; `text` the pieces under them, joined by a space.
    `similarity` is 1.0 for an exact name; `method` one of METHODS; `alternatives` the other concepts above
    the threshold, best first, without duplicates. `panels` are the labels of the mention's panel.
    `entity` is a recogniser's label of the same span. An entity without a concept has the method "recognised"
    and the semantic types that would fit. `restriction_level` is that of the name's source (MRSAB.SRL), None
    without a concept. `confidence` is the probability that the link is right, None where none was computed;
    `confidence_evidence` is what moved it most.
    """

    spans: tuple[tuple[int, int], ...]
    text: str
    concept_id: str | None
    name: str | None
    source: str | None
    source_id: str | None
    similarity: float | None
    method: str
    semantic_types: tuple[str, ...]
    alternatives: tuple[AlternativeConcept, ...] = ()
    flags: tuple[str, ...] = ()
    panels: tuple[str, ...] = ()
    sentence: int = 0
    entity: str | None = None
    restriction_level: int | None = None
    confidence: float | None = None
    confidence_evidence: str | None = None

    def as_dict(self) -> dict[str, object]:
        """As plain values, for JSON."""
        return {**self._asdict(), "alternatives": [other._asdict() for other in self.alternatives]}


TUNED = "tuned"
RECOGNISED = "recognised"
METHODS = (
    "exact",
    "case_folded",
    "form",
    "inflected",
    "reordered",
    "shorter",
    "part",
    "derived",
    "elliptic",
    "synonym",
    "abbreviation",
    "similar",
    TUNED,
    RECOGNISED,
)


@dataclass(frozen=True)
class LinkedCaption:
    """The links of a caption in order; `flags` say why it was not linked, if so."""

    links: tuple[Link, ...] = ()
    flags: tuple[str, ...] = field(default=())
