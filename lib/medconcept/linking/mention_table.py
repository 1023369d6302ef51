"""The mentions of many captions during selection: columns for names, single rows for the few others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from medconcept.linking.caption_batch import IntArray
from medconcept.linking.lookup import NameHits

Spans = tuple[tuple[int, int], ...]


class SingleMention(NamedTuple):
    """A mention that is not a name as it stands: in several pieces, of a short form, of an entity."""

    text: int
    spans: Spans
    interpretation: int


class MentionColumns(NamedTuple):
    """Mentions, one row each; `multi_span` has all spans of the rows that have more than one."""

    text: IntArray
    start: IntArray  # of the first span
    end: IntArray
    length: IntArray  # of all spans
    second: IntArray  # one more than the start of a second span; 0 without one
    interpretation: IntArray
    multi_span: dict[int, Spans]

    def append(self, extras: Iterable[SingleMention]) -> MentionColumns:
        """Return these mentions followed by others."""
        more = list(extras)
        flat = np.array([_row(extra) for extra in more], np.int64).reshape(-1, 6)
        several = {len(self.text) + n: extra.spans for n, extra in enumerate(more) if len(extra.spans) > 1}
        joined = (np.concatenate([column, flat[:, n]]) for n, column in enumerate(self[:6]))
        return MentionColumns._make([*joined, {**self.multi_span, **several}])

    def take(self, rows: IntArray) -> MentionColumns:
        """Return some of the rows, in the given order."""
        several = self.multi_span
        if several:
            several = {n: several[row] for n, row in enumerate(rows.tolist()) if row in several}
        return MentionColumns._make([*(column[rows] for column in self[:6]), several])

    def spans(self, row: int) -> Spans:
        """All spans of a row."""
        return self.multi_span.get(row) or ((int(self.start[row]), int(self.end[row])),)


def _row(extra: SingleMention) -> tuple[int, ...]:
    (start, end), *more = extra.spans
    length = sum(b - a for a, b in extra.spans)
    return extra.text, start, end, length, more[0][0] + 1 if more else 0, extra.interpretation


class MentionTable:
    """Mentions of names by row, of which `kept` marks the selected, and extra mentions by text."""

    def __init__(self, named: NameHits, texts: int, extras: Iterable[SingleMention]) -> None:
        """Take the hits of names in so many texts, and further mentions."""
        self.text, self.start, self.end, self.interpretation = (
            named.text,
            named.start,
            named.end,
            named.interpretation,
        )
        self.kept = np.ones(len(named.text), np.bool_)
        self._unsupported = np.empty(0, np.int64)
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

    def rows_at(self, places: Sequence[tuple[int, int, int]]) -> IntArray:
        """The rows of names at the given places: text, start and end."""
        if not places:
            return np.empty(0, np.int64)
        wanted = np.array(places, np.int64)
        most = 1 + max(int(self.end.max(initial=0)), int(wanted[:, 2].max()))
        keys = np.sort((wanted[:, 0] * most + wanted[:, 1]) * most + wanted[:, 2])
        own = (self.text * most + self.start) * most + self.end
        is_at_place = keys[np.minimum(np.searchsorted(keys, own), len(keys) - 1)] == own
        return np.flatnonzero(is_at_place)

    def set_extras(self, text: int, extras: list[SingleMention]) -> None:
        """Replace the extra mentions of a text."""
        self._extras[text] = extras

    def filter_extras(self, wanted: Callable[[SingleMention], bool]) -> None:
        """Keep the extra mentions for which `wanted` is true."""
        for text, extras in self._extras.items():
            self._extras[text] = list(filter(wanted, extras))

    def replace(self, text: int, entries: Iterable[tuple[Spans, int]]) -> None:
        """Replace all mentions of a text."""
        self.kept[self.edges[text] : self.edges[text + 1]] = False
        self.set_extras(text, [SingleMention(text, spans, number) for spans, number in entries])

    def of_text(self, text: int) -> Iterator[tuple[Spans, int]]:
        """Yield spans and interpretation of all mentions of a text."""
        for row in range(self.edges[text], self.edges[text + 1]):
            if self.kept[row]:
                yield ((int(self.start[row]), int(self.end[row])),), int(self.interpretation[row])
        for extra in self.extras(text):
            yield extra.spans, extra.interpretation

    def drop_unsupported(self, rows: IntArray) -> None:
        """Deselect names that lack evidence; they are remembered."""
        self.kept[rows], self._unsupported = False, rows

    def unsupported(self) -> MentionColumns:
        """The names that lack evidence."""
        return self._named(self._unsupported)

    def columns(self) -> MentionColumns:
        """All selected mentions, those of names first."""
        named = self._named(np.flatnonzero(self.kept))
        return named.append(extra for text in sorted(self._extras) for extra in self._extras[text])

    def _named(self, rows: IntArray) -> MentionColumns:
        text, start, end, numbers = (c[rows] for c in (self.text, self.start, self.end, self.interpretation))
        return MentionColumns(text, start, end, end - start, np.zeros(len(rows), np.int64), numbers, {})
