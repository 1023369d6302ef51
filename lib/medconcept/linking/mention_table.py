"""The mentions of many captions while they are decided on: as columns where names gave them, few singly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from medconcept.linking.caption_batch import Numbers
from medconcept.linking.lookup import LookedUp

Spans = tuple[tuple[int, int], ...]


class SingleMention(NamedTuple):
    """A mention that no name gave as it stands: of several pieces, of a short form, of an entity."""

    text: int
    spans: Spans
    known: int


class MentionColumns(NamedTuple):
    """Mentions, a row each; `several` has all spans of the rows that have several."""

    text: Numbers
    start: Numbers  # of the first span
    end: Numbers
    length: Numbers  # of all spans
    second: Numbers  # one more than the start of a second span; 0 without one
    known: Numbers
    several: dict[int, Spans]

    def behind(self, extras: Iterable[SingleMention]) -> MentionColumns:
        """The same and others behind them."""
        told = list(extras)
        flat = np.array([_row(extra) for extra in told], np.int64).reshape(-1, 6)
        several = {len(self.text) + n: extra.spans for n, extra in enumerate(told) if len(extra.spans) > 1}
        joined = (np.concatenate([column, flat[:, n]]) for n, column in enumerate(self[:6]))
        return MentionColumns._make([*joined, {**self.several, **several}])

    def take(self, rows: Numbers) -> MentionColumns:
        """Some of the rows, in this order."""
        several = self.several
        if several:
            several = {n: several[row] for n, row in enumerate(rows.tolist()) if row in several}
        return MentionColumns._make([*(column[rows] for column in self[:6]), several])

    def spans(self, row: int) -> Spans:
        """All spans of a row."""
        return self.several.get(row) or ((int(self.start[row]), int(self.end[row])),)


def _row(extra: SingleMention) -> tuple[int, ...]:
    (start, end), *more = extra.spans
    length = sum(b - a for a, b in extra.spans)
    return extra.text, start, end, length, more[0][0] + 1 if more else 0, extra.known


class MentionTable:
    """Mentions by number: first those of `named`, then the extra ones, in order of preference."""

    def __init__(self, named: LookedUp, texts: int, extras: Iterable[SingleMention]) -> None:
        """Take what the names gave for so many texts, and what is there beside."""
        self.text, self.start, self.end, self.known = named.text, named.start, named.end, named.known
        self.kept = np.ones(len(named.text), np.bool_)
        self.edges: list[int] = np.searchsorted(named.text, np.arange(texts + 1)).tolist()
        self._extras: dict[int, list[SingleMention]] = {}
        for extra in extras:
            self._extras.setdefault(extra.text, []).append(extra)

    def extras(self, text: int) -> list[SingleMention]:
        """The extra mentions of a text."""
        return self._extras.get(text, [])

    def with_extras(self) -> set[int]:
        """The texts that have extra mentions."""
        return {text for text, extras in self._extras.items() if extras}

    def numbers_of(self, places: Sequence[tuple[int, int, int]]) -> Numbers:
        """The numbers of the mentions of names at some places: text, start and end."""
        if not places:
            return np.empty(0, np.int64)
        wanted = np.array(places, np.int64)
        most = 1 + max(int(self.end.max(initial=0)), int(wanted[:, 2].max()))
        keys = np.sort((wanted[:, 0] * most + wanted[:, 1]) * most + wanted[:, 2])
        own = (self.text * most + self.start) * most + self.end
        found = keys[np.minimum(np.searchsorted(keys, own), len(keys) - 1)] == own
        return np.flatnonzero(found)

    def put(self, text: int, extras: list[SingleMention]) -> None:
        """Have these in place of the extra ones of a text."""
        self._extras[text] = extras

    def keep(self, wanted: Callable[[SingleMention], bool]) -> None:
        """Keep those of the extra mentions that are wanted."""
        for text, extras in self._extras.items():
            self._extras[text] = list(filter(wanted, extras))

    def replace(self, text: int, entries: Iterable[tuple[Spans, int]]) -> None:
        """Have these in place of all mentions of a text."""
        self.kept[self.edges[text] : self.edges[text + 1]] = False
        self.put(text, [SingleMention(text, spans, known) for spans, known in entries])

    def of_text(self, text: int) -> Iterator[tuple[Spans, int]]:
        """Spans and what they may mean of all mentions of a text."""
        for row in range(self.edges[text], self.edges[text + 1]):
            if self.kept[row]:
                yield ((int(self.start[row]), int(self.end[row])),), int(self.known[row])
        for extra in self.extras(text):
            yield extra.spans, extra.known

    def columns(self) -> MentionColumns:
        """All mentions, those of names first."""
        kept = np.flatnonzero(self.kept)
        text, start, end, known = (c[kept] for c in (self.text, self.start, self.end, self.known))
        named = MentionColumns(text, start, end, end - start, np.zeros(len(kept), np.int64), known, {})
        return named.behind(extra for text in sorted(self._extras) for extra in self._extras[text])
