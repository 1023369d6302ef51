"""Ids of the gold and of the dictionary brought to one: retired ids resolved, MeSH and OMIM joined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np

from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.evaluation.documents import Annotation, Document, source_of


class Identifiers:
    """How ids are compared.

    Retired and alternative ids stand for what replaced them. With `joined` (the MeSH and OMIM ids of each
    term) an id stands for the first MeSH id of its term, else for the first OMIM id; an OMIM id that a term
    with a MeSH id names stands for that. Where several terms name it, the smallest counts.
    """

    def __init__(
        self, retired: Mapping[str, str], joined: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        """Take the dictionary's own tables, frozen from here on."""
        self._retired = retired
        self._one: dict[str, str] = {}
        for term, ids in (joined or {}).items():
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
        """The id that this one stands for; of a composite each part.

        >>> Identifiers({"GO:1": "GO:2"}, {"MONDO:1": ("OMIM:7", "MESH:D1")}).resolve("OMIM:7+GO:1")
        'GO:2+MESH:D1'
        """
        parts = identifier.split("+")
        parts = [self._retired.get(part, part) for part in parts]
        return "+".join(sorted({self._one.get(part, part) for part in parts}))

    def document(self, document: Document, sources: frozenset[str] | None) -> Document:
        """The document with its ids resolved, and annotations of other sources left out."""
        kept = (a for a in document.annotations if sources is None or source_of(a.id) in sources)
        return replace(document, annotations=tuple(Annotation(self.resolve(a.id), a.spans) for a in kept))

    def terms(self, ids: Iterable[str]) -> dict[str, str]:
        """The first of some term ids, in order of preference, for each id that `resolve` returns for them.

        A term stands for its own id before any other.

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
