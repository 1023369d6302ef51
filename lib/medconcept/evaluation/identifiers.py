"""Comparable ids of gold and dictionary: retired ids resolved, terms mapped to their MeSH or OMIM id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np

from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.evaluation.documents import Annotation, Document, source_of


class Identifiers:
    """Resolves ids to the id that they are compared by.

    Retired and alternative ids resolve to their replacement. With `mesh_and_omim` (the MeSH and OMIM ids of
    each term) an id resolves to the smallest MeSH id of its term, else to its first OMIM id; an OMIM id of a
    term with a MeSH id resolves to that MeSH id, of several terms to the smallest.
    """

    def __init__(
        self, retired: Mapping[str, str], mesh_and_omim: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        """Take the dictionary's tables."""
        self._retired = retired
        self._one: dict[str, str] = {}
        for term, ids in (mesh_and_omim or {}).items():
            mesh = [i for i in ids if i.startswith("MESH:")]
            if term.startswith("MESH:"):
                continue
            target = min(mesh) if mesh else ids[0]
            self._one[term] = target
            if mesh:
                for other in ids:
                    if other.startswith("OMIM:"):
                        self._one[other] = min(target, self._one.get(other, target))
        for term, target in list(self._one.items()):
            self._one[term] = self._one.get(target, target)

    def resolve(self, identifier: str) -> str:
        """Resolve an id; of a composite each part.

        >>> Identifiers({"GO:1": "GO:2"}, {"MONDO:1": ("OMIM:7", "MESH:D1")}).resolve("OMIM:7+GO:1")
        'GO:2+MESH:D1'
        """
        parts = identifier.split("+")
        parts = [self._retired.get(part, part) for part in parts]
        return "+".join(sorted({self._one.get(part, part) for part in parts}))

    def document(self, document: Document, sources: frozenset[str] | None) -> Document:
        """Resolve the ids of a document, and leave out annotations of other sources."""
        kept = (a for a in document.annotations if sources is None or source_of(a.id) in sources)
        return replace(document, annotations=tuple(Annotation(self.resolve(a.id), a.spans) for a in kept))

    def terms(self, ids: Iterable[str]) -> dict[str, str]:
        """The preferred term of each resolved id: the one with this id, else the first that resolves to it.

        >>> Identifiers({}, {"MONDO:1": ("OMIM:7",), "DOID:1": ("OMIM:7",)}).terms(["MONDO:1", "DOID:1"])
        {'OMIM:7': 'MONDO:1'}
        """
        out: dict[str, str] = {}
        for term in ids:
            identifier = self.resolve(term)
            if identifier == term:
                out[identifier] = term
            else:
                out.setdefault(identifier, term)
        return out


@lru_cache(maxsize=1)
def term_ids(dictionary: LinkingDictionary) -> dict[str, None]:
    """The ids of a dictionary's terms, each once, those of preferred sources first."""
    names = dictionary.names.named(np.arange(len(dictionary)))
    ranked = sorted({(name.source_rank, name.source_id) for name in names})
    return {source_id: None for _, source_id in ranked}
