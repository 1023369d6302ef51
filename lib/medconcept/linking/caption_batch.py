"""Many captions as columns: what the linker works on, whether they come from Arrow or one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medconcept.jats.panels.caption_panels import find_panels
from medconcept.linking.negation import sentence_spans
from medconcept.linking.types import Caption, Entity

Numbers = NDArray[np.int64]
Pairs = tuple[tuple[str, str], ...]


class Stretches(NamedTuple):
    """Parts of texts, code points, those of each text behind each other: `edges` tell where they begin."""

    edges: Numbers
    starts: Numbers
    ends: Numbers

    @classmethod
    def of(cls, texts: Iterable[Iterable[tuple[int, int]]]) -> Stretches:
        """Take those of each text.

        >>> Stretches.of([[(0, 4)], [], [(0, 2), (3, 9)]]).edges.tolist()
        [0, 1, 1, 3]
        """
        each = [list(text) for text in texts]
        edges = np.cumsum([0, *map(len, each)])
        flat = np.array([stretch for text in each for stretch in text], np.int64).reshape(-1, 2)
        return cls(edges, flat[:, 0], flat[:, 1])

    def at(self, text: Numbers, place: Numbers) -> Numbers:
        """The number of the last one of a text that begins at or before a place, -1 if it ends before that.

        >>> sentences = Stretches.of([[(0, 4)], [], [(0, 2), (3, 9)]])
        >>> sentences.at(np.array([0, 0, 1, 2]), np.array([3, 4, 0, 5])).tolist()
        [0, -1, -1, 2]
        """
        if not len(self.starts):
            return np.full(len(place), -1)
        found = self.edges[text] + self.before(self.starts, text, place + 1) - 1
        is_in = (found >= self.edges[text]) & (place < self.ends[np.maximum(found, 0)])
        return np.where(is_in, found, -1)

    def before(self, edges: Numbers, text: Numbers, place: Numbers) -> Numbers:
        """How many of a text have their edge, of `starts` or `ends`, before a place.

        >>> words = Stretches.of([[(0, 4)], [], [(0, 2), (3, 9)]])
        >>> words.before(words.ends, np.array([0, 2]), np.array([4, 3])).tolist()
        [0, 1]
        """
        # One order over all texts: every text has a range of numbers for itself.
        most = 1 + max(int(place.max(initial=0)), int(edges.max(initial=0)))
        own = np.repeat(np.arange(len(self.edges) - 1), np.diff(self.edges)) * most + edges
        return np.searchsorted(own, text * most + place) - self.edges[text]

    def of_text(self, text: int) -> list[tuple[int, int]]:
        """Those of one text."""
        own = slice(self.edges[text], self.edges[text + 1])
        return list(zip(self.starts[own].tolist(), self.ends[own].tolist(), strict=True))


@dataclass(frozen=True)
class Captions:
    """Columns of `Caption`, see there; sentences and panels are always told."""

    texts: Sequence[str]
    languages: Sequence[str | None]
    abbreviations: Sequence[Pairs]
    sentences: Stretches
    panels: Stretches
    labels: Sequence[tuple[str, ...]]  # of all panels, behind each other; none where nobody asks for links
    entities: Sequence[Sequence[Entity]]

    @classmethod
    def of(cls, captions: Sequence[Caption]) -> Captions:
        """Take captions; sentences and panels that are not told are looked for."""
        panels = [find_panels(c.text) if c.panels is None else c.panels for c in captions]
        return cls(
            [c.text for c in captions],
            [c.language for c in captions],
            [c.article.abbreviations for c in captions],
            Stretches.of(sentence_spans(c.text) if c.sentences is None else c.sentences for c in captions),
            Stretches.of([(panel.start, panel.end) for panel in each] for each in panels),
            [panel.labels for each in panels for panel in each],
            [c.entities for c in captions],
        )
