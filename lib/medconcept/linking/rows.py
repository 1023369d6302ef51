"""The mentions of many captions while they are decided on: as columns where names gave them, few singly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from medconcept.linking.captions import Numbers
from medconcept.linking.readings import Named

Spans = tuple[tuple[int, int], ...]


class Extra(NamedTuple):
    """A mention that no name gave as it stands: of several pieces, of a short form, of an entity."""

    text: int
    spans: Spans
    known: int


class Rows:
    """Mentions by number: first those of `named`, then the extra ones, in order of preference."""

    def __init__(self, named: Named, texts: int, extras: Iterable[Extra]) -> None:
        """Take what the names gave for so many texts, and what is there beside."""
        self.text, self.start, self.end, self.known = named.text, named.start, named.end, named.known
        self.kept = np.ones(len(named.text), np.bool_)
        self.edges: list[int] = np.searchsorted(named.text, np.arange(texts + 1)).tolist()
        self._extras: dict[int, list[Extra]] = {}
        self.extend(extras)

    def extend(self, extras: Iterable[Extra]) -> None:
        """Add mentions behind all others of their texts."""
        for extra in extras:
            self._extras.setdefault(extra.text, []).append(extra)

    def extras(self, text: int) -> list[Extra]:
        """The extra mentions of a text."""
        return self._extras.get(text, [])

    def put(self, text: int, extras: list[Extra]) -> None:
        """Have these in place of the extra ones of a text."""
        self._extras[text] = extras

    def keep(self, wanted: Callable[[Extra], bool]) -> None:
        """Keep those of the extra mentions that are wanted."""
        for text, extras in self._extras.items():
            self._extras[text] = list(filter(wanted, extras))

    def replace(self, text: int, entries: Iterable[tuple[Spans, int]]) -> None:
        """Have these in place of all mentions of a text."""
        self.kept[self.edges[text] : self.edges[text + 1]] = False
        self.put(text, [Extra(text, spans, known) for spans, known in entries])

    def of_text(self, text: int) -> Iterator[tuple[Spans, int]]:
        """Spans and what they may mean of all mentions of a text."""
        for row in range(self.edges[text], self.edges[text + 1]):
            if self.kept[row]:
                yield ((int(self.start[row]), int(self.end[row])),), int(self.known[row])
        for extra in self.extras(text):
            yield extra.spans, extra.known

    def columns(self) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers, dict[int, Spans]]:
        """Text, start and end of the first span, length of all spans, what is known; spans of several."""
        kept = np.flatnonzero(self.kept)
        extras = [extra for text in sorted(self._extras) for extra in self._extras[text]]
        start, end = self.start[kept], self.end[kept]
        flat = np.array(
            [(e.text, *e.spans[0], sum(b - a for a, b in e.spans), e.known) for e in extras], np.int64
        ).reshape(-1, 5)
        several = {len(kept) + n: e.spans for n, e in enumerate(extras) if len(e.spans) > 1}
        text = np.concatenate([self.text[kept], flat[:, 0]])
        known = np.concatenate([self.known[kept], flat[:, 4]])
        return (
            text, np.concatenate([start, flat[:, 1]]), np.concatenate([end, flat[:, 2]]),
            np.concatenate([end - start, flat[:, 3]]), known, several,
        )  # fmt: skip
