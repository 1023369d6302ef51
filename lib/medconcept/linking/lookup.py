"""What the names of a dictionary say of texts: every reading is worked out once and has a number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.linking.candidates import Candidate, judge
from medconcept.linking.caption_batch import Numbers
from medconcept.linking.interpretation import CACHE, NONE, Interpretation, InterpretationCache
from medconcept.linking.types import LinkSettings

_NEW = -2


class LookedUp(NamedTuple):
    """Places where names stand, each once, in order of the texts; `known` numbers what each may mean."""

    text: Numbers
    start: Numbers
    end: Numbers
    known: Numbers
    signs: NDArray[np.uint32]  # see compiled.JOINED
    hints: Numbers  # text and begin of each word that hints at negation or doubt


class NameLookup:
    """Judges pieces of text by one dictionary, and keeps what it found for the next time."""

    def __init__(
        self, dictionary: LinkingDictionary, settings: LinkSettings, general: frozenset[str]
    ) -> None:
        """Take an open dictionary, and the names that say too little, in lower case."""
        self._dictionary, self._settings = dictionary, settings
        self.pool = InterpretationCache(general, settings.acronym_length)
        self._judged: dict[str | None, dict[int, int]] = {}  # by the key of a hit
        self._whole: dict[str | None, dict[str, int]] = {}
        self._wholes = 0

    def __getitem__(self, number: int) -> Interpretation:
        return self.pool[number]

    def forget(self) -> None:
        """Make room where there is much: no number that was told before holds then."""
        if max(len(self.pool), len(self.pool.around), self._wholes) >= CACHE:
            self.pool.clear()
            self._judged.clear()
            self._whole.clear()
            self._wholes = 0

    def named(self, texts: Sequence[str], languages: Sequence[str | None]) -> LookedUp:
        """The places where forms of names stand, every length at each word, names before nouns."""
        hits, hints = self._dictionary.find_forms(texts)
        known = np.empty(len(hits), np.int64)
        spoken = set(languages)
        for language in spoken:
            rows: slice | Numbers = slice(None)
            if len(spoken) > 1:
                rows = np.flatnonzero(np.array([own == language for own in languages])[hits["text"]])
            known[rows] = self._numbers(hits[rows], texts, language)
        good = np.flatnonzero(known != NONE)
        hits, known = hits[good], known[good]
        # The first at each place counts.
        most = 1 + int(hits["end"].max(initial=0))
        places = (hits["text"].astype(np.int64) * most + hits["start"]) * most + hits["end"]
        first = np.sort(np.unique(places, return_index=True)[1])
        hits, known = hits[first], known[first]
        text, start, end = (hits[name].astype(np.int64) for name in ("text", "start", "end"))
        return LookedUp(text, start, end, known, hits["signs"], hints)

    def _numbers(self, hits: NDArray[np.void], texts: Sequence[str], language: str | None) -> Numbers:
        judged = self._judged.setdefault(language, {})
        keys = hits["key"].tolist()
        numbers = np.array([*map(judged.get, keys, repeat(_NEW))], np.int64)
        new = np.flatnonzero(numbers == _NEW).tolist()
        senses = self._dictionary.names.of_senses(hits["sense"][new].tolist()) if new else {}
        spoken = self.spoken(language)
        for row in new:
            number = judged.get(keys[row])
            if number is None:
                _, text, start, end, sense, derived, _ = hits[row].tolist()
                surface = texts[text][start:end]
                names = tuple(pair for pair in senses[sense] if pair[0].language in spoken)
                number = self.pool.add(surface, judge(surface, names, bool(derived), self._settings))
                judged[keys[row]] = number
            numbers[row] = number
        return numbers

    def spoken(self, language: str | None) -> frozenset[str]:
        """The languages of names that go with a text's language; None is one not told."""
        return self._settings.languages if language is None else frozenset({base(language)})

    def ask(self, asked: Iterable[tuple[str, str | None]]) -> None:
        """Find out what whole texts mean, with their language: many at once cost far less than one by one."""
        new = list({one: None for one in asked if one[0] not in self.wholes(one[1])})
        if not new:
            return
        texts = [text for text, _ in new]
        named = self.named(texts, [language for _, language in new])
        words, edges = self._dictionary.find_words(texts)
        numbers = np.full(len(new), NONE)
        if len(words):
            begin = words[np.minimum(edges[:-1], len(words) - 1), 0]
            end = words[edges[1:] - 1, 1]
            is_whole = (named.start == begin[named.text]) & (named.end == end[named.text])
            numbers[named.text[is_whole]] = named.known[is_whole]
        self._wholes += len(new)
        for (text, language), number in zip(new, numbers.tolist(), strict=True):
            self.wholes(language)[text] = number

    def wholes(self, language: str | None) -> dict[str, int]:
        """What was asked of texts of a language: the number of what each may mean, NONE for nothing."""
        return self._whole.setdefault(language, {})

    def whole(self, text: str, language: str | None) -> int:
        """What a whole text may mean, NONE for nothing."""
        found = self.wholes(language).get(text)
        if found is None:
            self.ask([(text, language)])
            found = self.wholes(language)[text]
        return found

    def candidates(self, text: str, language: str | None) -> tuple[Candidate, ...]:
        """The names that a whole text may mean, best first."""
        number = self.whole(text, language)
        return () if number == NONE else self.pool[number].candidates

    def surely(self, text: str, language: str | None) -> tuple[Candidate, ...]:
        """The same without those that an adjective or verb is made from: a guess too many in a guess."""
        return tuple(c for c in self.candidates(text, language) if c.method != "derived")

    def made(self, way: str, key: object, text: str, find: Callable[[], tuple[Candidate, ...]]) -> int:
        """The number of what a text means by a way that `key` tells, found once; NONE without candidates."""
        whole_key = (way, key, text)
        found = self.pool.made.get(whole_key)
        if found is None:
            found = self.pool.made[whole_key] = self.pool.add(text, find(), way)
        return found


@lru_cache(maxsize=256)
def base(language: str) -> str:
    """A language without its country.

    >>> base("en-GB")
    'en'
    """
    return language.split("-")[0].lower()
