"""Names similar to an entity that no form of a name matches."""

from __future__ import annotations

from collections.abc import Callable

from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.dictionary.name_variants import Variant
from medconcept.linking.candidates import Candidate, judge
from medconcept.linking.entities import fits
from medconcept.linking.types import Entity, LinkSettings

CACHE = 1 << 16


class FuzzyLookup:
    """Looks names up by similarity; caches its results."""

    def __init__(
        self,
        dictionary: LinkingDictionary,
        settings: LinkSettings,
        name_languages: Callable[[str | None], frozenset[str]],
    ) -> None:
        """Take a dictionary, and a function from a text's language to the languages of names."""
        self._dictionary, self._settings, self._name_languages = dictionary, settings, name_languages
        self._cached: dict[tuple[str, str | None, frozenset[str]], tuple[Candidate, ...]] = {}

    def nearest(self, text: str, entity: Entity, language: str | None) -> tuple[Candidate, ...]:
        """Candidates from the names most similar to an entity that fit its type, best first."""
        surface = text[entity.start : entity.end]
        key = (surface, language, entity.kinds)
        candidates = self._cached.get(key)
        if candidates is None:
            candidates = tuple(c for c in self._similar(surface, language) if fits(c, entity))
            if len(self._cached) >= CACHE:
                self._cached.clear()
            self._cached[key] = candidates
        return candidates

    def _similar(self, text: str, language: str | None) -> list[Candidate]:
        """Candidates from the names most similar to a text, one a term, best first."""
        name_languages = self._name_languages(language)
        out: dict[str, Candidate] = {}
        for name, similarity in self._dictionary.similar_names(text, self._settings.threshold):
            if name.language in name_languages and name.source_id not in out:
                judged = judge(name.name, ((name, Variant.NORMAL),), False, self._settings)
                for candidate in judged:
                    score = candidate.score - 1 + similarity
                    out[name.source_id] = candidate._replace(
                        method="similar", similarity=round(similarity, 4), score=score
                    )
        return sorted(out.values(), key=lambda c: (-c.score, c.name.source_id))
