"""Look up texts in a dictionary: each interpretation is computed once and has a number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.linking.candidates import Candidate, judge
from medconcept.linking.caption_batch import IntArray
from medconcept.linking.interpretation import CACHE, NONE, Interpretation, InterpretationCache
from medconcept.linking.types import LinkSettings

_NEW = -2


class NameHits(NamedTuple):
    """Distinct places of names in order of the texts; `interpretation` numbers what each may mean."""

    text: IntArray
    start: IntArray
    end: IntArray
    interpretation: IntArray
    signs: NDArray[np.uint32]  # bits of linking_dictionary: JOINED, ALLELES
    hints: IntArray  # text and start of each word that may be part of a trigger of negation or uncertainty


class NameLookup:
    """Interprets pieces of text by one dictionary; caches its results."""

    def __init__(
        self, dictionary: LinkingDictionary, settings: LinkSettings, general: frozenset[str]
    ) -> None:
        """Take an open dictionary, and the names of stop concepts in lower case."""
        self._dictionary, self._settings = dictionary, settings
        self.cache = InterpretationCache(general, settings.acronym_length)
        self._judged: dict[str | None, dict[int, int]] = {}  # by the key of a hit
        self._whole: dict[str | None, dict[str, int]] = {}
        self._whole_count = 0

    def __getitem__(self, number: int) -> Interpretation:
        return self.cache[number]

    def trim(self) -> None:
        """Empty the cache if it is full; numbers returned before are invalid from then on."""
        if max(len(self.cache), len(self.cache.short_form_contexts), self._whole_count) >= CACHE:
            self.cache.clear()
            self._judged.clear()
            self._whole.clear()
            self._whole_count = 0

    def find_names(self, texts: Sequence[str], languages: Sequence[str | None]) -> NameHits:
        """Find all forms of names, of every length at each word; at equal places names win over nouns."""
        hits, hints = self._dictionary.find_forms(texts)
        numbers = np.empty(len(hits), np.int64)
        distinct = set(languages)
        for language in distinct:
            rows: slice | IntArray = slice(None)
            if len(distinct) > 1:
                rows = np.flatnonzero(np.array([own == language for own in languages])[hits["text"]])
            numbers[rows] = self._numbers(hits[rows], texts, language)
        good = np.flatnonzero(numbers != NONE)
        hits, numbers = hits[good], numbers[good]
        # The first hit of each place counts.
        most = 1 + int(hits["end"].max(initial=0))
        places = (hits["text"].astype(np.int64) * most + hits["start"]) * most + hits["end"]
        first = np.sort(np.unique(places, return_index=True)[1])
        hits, numbers = hits[first], numbers[first]
        text, start, end = (hits[name].astype(np.int64) for name in ("text", "start", "end"))
        return NameHits(text, start, end, numbers, hits["signs"], hints)

    def _numbers(self, hits: NDArray[np.void], texts: Sequence[str], language: str | None) -> IntArray:
        judged = self._judged.setdefault(language, {})
        keys = hits["key"].tolist()
        numbers = np.array([*map(judged.get, keys, repeat(_NEW))], np.int64)
        new = np.flatnonzero(numbers == _NEW).tolist()
        senses = self._dictionary.names.of_senses(hits["sense"][new].tolist()) if new else {}
        name_languages = self.name_languages(language)
        for row in new:
            number = judged.get(keys[row])
            if number is None:
                _, text, start, end, sense, derived, _ = hits[row].tolist()
                surface = texts[text][start:end]
                names = tuple(pair for pair in senses[sense] if pair[0].language in name_languages)
                number = self.cache.add(surface, judge(surface, names, bool(derived), self._settings))
                judged[keys[row]] = number
            numbers[row] = number
        return numbers

    def name_languages(self, language: str | None) -> frozenset[str]:
        """The languages of names that match a text's language; None is an unknown language."""
        return self._settings.languages if language is None else frozenset({base_language(language)})

    def prefetch(self, texts: Iterable[tuple[str, str | None]]) -> None:
        """Interpret whole texts, given with their languages, for later calls; cheaper than one by one."""
        new = list({one: None for one in texts if one[0] not in self.whole_texts(one[1])})
        if not new:
            return
        written = [text for text, _ in new]
        hits = self.find_names(written, [language for _, language in new])
        words, edges = self._dictionary.find_words(written)
        numbers = np.full(len(new), NONE)
        if len(words):
            begin = words[np.minimum(edges[:-1], len(words) - 1), 0]
            end = words[edges[1:] - 1, 1]
            is_whole = (hits.start == begin[hits.text]) & (hits.end == end[hits.text])
            numbers[hits.text[is_whole]] = hits.interpretation[is_whole]
        self._whole_count += len(new)
        for (text, language), number in zip(new, numbers.tolist(), strict=True):
            self.whole_texts(language)[text] = number

    def whole_texts(self, language: str | None) -> dict[str, int]:
        """Cached texts of a language with the numbers of their interpretations, NONE for no meaning."""
        return self._whole.setdefault(language, {})

    def interpret(self, text: str, language: str | None) -> int:
        """The number of what a whole text may mean, NONE for nothing."""
        number = self.whole_texts(language).get(text)
        if number is None:
            self.prefetch([(text, language)])
            number = self.whole_texts(language)[text]
        return number

    def candidates(self, text: str, language: str | None) -> tuple[Candidate, ...]:
        """The candidates of a whole text, best first."""
        number = self.interpret(text, language)
        return () if number == NONE else self.cache[number].candidates

    def underived_candidates(self, text: str, language: str | None) -> tuple[Candidate, ...]:
        """The same without nouns derived from an adjective or verb: too uncertain inside another guess."""
        return tuple(c for c in self.candidates(text, language) if c.method != "derived")

    def memoised(self, method: str, key: object, text: str, find: Callable[[], tuple[Candidate, ...]]) -> int:
        """The number of a derived interpretation, NONE without candidates; `find` runs once a key."""
        full_key = (method, key, text)
        number = self.cache.by_key.get(full_key)
        if number is None:
            number = self.cache.by_key[full_key] = self.cache.add(text, find(), method)
        return number


@lru_cache(maxsize=256)
def base_language(language: str) -> str:
    """A language code without its country.

    >>> base_language("en-GB")
    'en'
    """
    return language.split("-")[0].lower()
