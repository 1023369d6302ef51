"""Batches of captions as columns: the input of the linker, from Arrow or from single captions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medconcept.jats.panels.caption_panels import find_panels
from medconcept.linking.negation import sentence_spans
from medconcept.linking.types import Caption, Entity

IntArray = NDArray[np.int64]
AbbreviationPairs = tuple[tuple[str, str], ...]


class SpanColumns(NamedTuple):
    """Spans of texts in code points, text by text; those of text i are rows edges[i] to edges[i + 1]."""

    edges: IntArray
    starts: IntArray
    ends: IntArray

    @classmethod
    def of(cls, texts: Iterable[Iterable[tuple[int, int]]]) -> SpanColumns:
        """Take the spans of each text.

        >>> SpanColumns.of([[(0, 4)], [], [(0, 2), (3, 9)]]).edges.tolist()
        [0, 1, 1, 3]
        """
        each = [list(spans) for spans in texts]
        edges = np.cumsum([0, *map(len, each)])
        flat = np.array([span for spans in each for span in spans], np.int64).reshape(-1, 2)
        return cls(edges, flat[:, 0], flat[:, 1])

    def covering(self, text: IntArray, place: IntArray) -> IntArray:
        """The row of the last span of a text that starts at or before a position, -1 if it ends before that.

        >>> sentences = SpanColumns.of([[(0, 4)], [], [(0, 2), (3, 9)]])
        >>> sentences.covering(np.array([0, 0, 1, 2]), np.array([3, 4, 0, 5])).tolist()
        [0, -1, -1, 2]
        """
        if not len(self.starts):
            return np.full(len(place), -1)
        row = self.edges[text] + self.count_before(self.starts, text, place + 1) - 1
        is_in = (row >= self.edges[text]) & (place < self.ends[np.maximum(row, 0)])
        return np.where(is_in, row, -1)

    def count_before(self, edges: IntArray, text: IntArray, place: IntArray) -> IntArray:
        """Count the spans of a text whose edge (`starts` or `ends`) is before a position.

        >>> words = SpanColumns.of([[(0, 4)], [], [(0, 2), (3, 9)]])
        >>> words.count_before(words.ends, np.array([0, 2]), np.array([4, 3])).tolist()
        [0, 1]
        """
        # One sorted column for all texts: each text has its own range of numbers.
        most = 1 + max(int(place.max(initial=0)), int(edges.max(initial=0)))
        own = np.repeat(np.arange(len(self.edges) - 1), np.diff(self.edges)) * most + edges
        return np.searchsorted(own, text * most + place) - self.edges[text]

    def of_text(self, text: int) -> list[tuple[int, int]]:
        """The spans of one text."""
        own = slice(self.edges[text], self.edges[text + 1])
        return list(zip(self.starts[own].tolist(), self.ends[own].tolist(), strict=True))


@dataclass(frozen=True)
class Captions:
    """The fields of `Caption` as columns; sentences and panels are always given."""

    texts: Sequence[str]
    languages: Sequence[str | None]
    abbreviations: Sequence[AbbreviationPairs]
    sentences: SpanColumns
    panels: SpanColumns
    labels: Sequence[tuple[str, ...]]  # of all panels in order; empty where no `Link` is made
    entities: Sequence[Sequence[Entity]]
    # The parts of the texts that the shipped recogniser read for `entities`; None where it did not run.
    read: SpanColumns | None = None

    @classmethod
    def of(cls, captions: Sequence[Caption]) -> Captions:
        """Take captions; those without sentences or panels are split here."""
        panels = [find_panels(c.text) if c.panels is None else c.panels for c in captions]
        return cls(
            [c.text for c in captions],
            [c.language for c in captions],
            [c.article.abbreviations for c in captions],
            SpanColumns.of(sentence_spans(c.text) if c.sentences is None else c.sentences for c in captions),
            SpanColumns.of([(panel.start, panel.end) for panel in each] for each in panels),
            [panel.labels for each in panels for panel in each],
            [c.entities for c in captions],
            SpanColumns.of(c.read for c in captions) if any(c.read for c in captions) else None,
        )
