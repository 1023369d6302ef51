"""A caption in parts: its panels and what they share, each in sentences, as offsets of the caption."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from medconcept.jats.records.figure import Panel

_END = re.compile(r"(?<![A-Z][a-z])(?<!\b[A-Z])(?<!\bvs)(?<!\bal)(?<!\bFig)[.;!?]\s+(?=[A-Z(\[“\"*†‡0-9])")
_MAX_SENTENCE = 600  # a caption of one endless sentence must not cost time by its square


@dataclass(frozen=True, slots=True)
class Part:
    """`caption[start:end]` and the labels of its panel, none if all panels share it."""

    labels: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` begins at `start` of the caption; `is_head` if it is the first of its part."""

    text: str
    start: int
    is_head: bool


def parts(caption: str, panels: Sequence[Panel]) -> list[Part]:
    """The panels of a caption and the stretches between them, in order, as a partition of the caption.

    >>> [(p.labels, p.start, p.end) for p in parts("Lung. (A) CT.", [Panel(("A",), 6, 13, 7, 8)])]
    [((), 0, 6), (('A',), 6, 13)]
    """
    result: list[Part] = []
    at = 0
    for panel in sorted(panels, key=lambda panel: (panel.start, panel.end)):
        start = max(at, panel.start)
        if start > at:
            result.append(Part((), at, start))
        if panel.end > start:
            result.append(Part(panel.labels, start, panel.end))
        at = max(at, panel.end)
    if at < len(caption):
        result.append(Part((), at, len(caption)))
    return result


def sentences(caption: str, part: Part) -> Iterator[Sentence]:
    """The sentences of a part, long ones cut at 600 characters.

    >>> [s.text for s in sentences("One. Two vs. 3.", Part((), 0, 15))]
    ['One. ', 'Two vs. 3.']
    """
    start = part.start
    ends = [match.end() for match in _END.finditer(caption, part.start, part.end)]
    for end in (*ends, part.end):
        while start < end:
            stop = min(end, start + _MAX_SENTENCE)
            yield Sentence(caption[start:stop], start, start == part.start)
            start = stop
