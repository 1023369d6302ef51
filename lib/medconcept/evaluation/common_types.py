"""One training set of corpora that annotate different types of entities. Imports no pyspark.

A corpus that annotates diseases alone would teach a recogniser that genes are nothing. So types get common
names, and what a corpus does not annotate is labelled by the dictionary where it is sure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from medconcept.evaluation.documents import Document, Place
from medconcept.linking.linker import Linker
from medconcept.linking.types import Caption, Link

_NAMES = {
    "Gene": "gene, protein, geneorgeneproduct",
    "Disease": "disease, specificdisease, diseaseclass, compositemention, modifier, "
    "diseaseorphenotypicfeature, phenotype",
    "Chemical": "chemical, chemicalentity",
    "Organism": "organism, organismtaxon, species",
    "Cell_line": "cell line, cellline",
    "Cell": "cell",
    "Cell_component": "cell component",
    "Anatomy": "anatomy",
}
COMMON_TYPES = {name: common for common, names in _NAMES.items() for name in names.split(", ")}
SURE = 0.9  # confidence of a mention that labels a place
_BATCH = 64


def common_type(kind: str) -> str | None:
    """The common name of a corpus' type or of a kind of the dictionary, None for one that has none.

    >>> common_type("SpecificDisease"), common_type("cell_component"), common_type("SequenceVariant")
    ('Disease', 'Cell_component', None)
    """
    return COMMON_TYPES.get(kind.lower().replace("_", " "))


def annotated_types(documents: Iterable[Document]) -> set[str]:
    """The common types of which a corpus has an entity."""
    every = (common_type(kind) for document in documents for _, _, kind in document.entities)
    return {kind for kind in every if kind is not None}


def completed(documents: Sequence[Document], linker: Linker) -> list[Document]:
    """The documents of one corpus with entities of all common types.

    Entities of other types are left out. The types of which the corpus has no entity are labelled where the
    linker has a mention of confidence SURE or more that overlaps none of the corpus' own entities.
    """
    own = [replace(d, entities=tuple(_renamed(d.entities))) for d in documents]
    annotated = annotated_types(documents)
    out = []
    for at in range(0, len(own), _BATCH):
        batch = own[at : at + _BATCH]
        linked = linker.link_batch([Caption(document.text) for document in batch])
        for document, links in zip(batch, linked, strict=True):
            more = _labelled(links.links, document.entities, annotated)
            out.append(replace(document, entities=(*document.entities, *more)))
    return out


def _renamed(entities: Iterable[Place]) -> Iterator[Place]:
    for start, end, kind in entities:
        if common := common_type(kind):
            yield start, end, common


def _labelled(links: Iterable[Link], own: Sequence[Place], annotated: set[str]) -> list[Place]:
    out: list[Place] = []
    for link in links:
        types = {common_type(kind) for kind in link.semantic_types}
        if len(link.spans) != 1 or len(types) != 1 or (link.confidence or 0.0) < SURE:
            continue
        ((start, end),), (kind,) = link.spans, types
        is_free = all(b <= start or end <= a for a, b, _ in own)
        if kind is not None and kind not in annotated and is_free:
            out.append((start, end, kind))
    return out
