"""The names most similar to what was recognised and is no form of a name."""

from __future__ import annotations

from collections.abc import Callable

from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.dictionary.name_variants import Variant
from medconcept.linking.candidates import Candidate, judge
from medconcept.linking.entities import fits
from medconcept.linking.types import Entity, LinkSettings

CACHE = 1 << 16


class FuzzyLookup:
    """Looks names up by similarity; keeps what it found."""

    def __init__(
        self,
        dictionary: LinkingDictionary,
        settings: LinkSettings,
        spoken: Callable[[str | None], frozenset[str]],
    ) -> None:
        """Take a dictionary, and what tells the languages of names that a text's language goes with."""
        self._dictionary, self._settings, self._spoken = dictionary, settings, spoken
        self._found: dict[tuple[str, str | None, frozenset[str]], tuple[Candidate, ...]] = {}

    def near(self, text: str, entity: Entity, language: str | None) -> tuple[Candidate, ...]:
        """The terms of the names most similar to an entity that fit its type, best first."""
        surface = text[entity.start : entity.end]
        key = (surface, language, entity.kinds)
        found = self._found.get(key)
        if found is None:
            found = tuple(c for c in self._similar(surface, language) if fits(c, entity))
            if len(self._found) >= CACHE:
                self._found.clear()
            self._found[key] = found
        return found

    def _similar(self, text: str, language: str | None) -> list[Candidate]:
        """The terms of the names most similar to a text, best first, judged as all others are."""
        spoken = self._spoken(language)
        out: dict[str, Candidate] = {}
        for name, similarity in self._dictionary.similar_names(text, self._settings.threshold):
            if name.language in spoken and name.source_id not in out:
                judged = judge(name.name, ((name, Variant.NORMAL),), False, self._settings)
                for candidate in judged:
                    score = candidate.score - 1 + similarity
                    out[name.source_id] = candidate._replace(
                        method="similar", similarity=round(similarity, 4), score=score
                    )
        return sorted(out.values(), key=lambda c: (-c.score, c.name.source_id))
