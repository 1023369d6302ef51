"""Which figures a range such as "Figs 2–4" names: by number, within figures numbered alike."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_FIGURE = re.compile(r"fig(?:ur[ae]|ures)?\b\.?\s*")  # one series, however it is abbreviated
_NUMBER = re.compile(r"[0-9]{1,4}")
_TO = r"(?:[-‐‑‒–—−~]|to|thru|through|bis|até|hasta|à|al?)"
_BETWEEN = re.compile(rf"\s*{_TO}\s*", re.IGNORECASE)
# Numbers joined by dashes, commas and words, each with the panels it may name: "Figs 2, 3A and 5–7".
_LIST = re.compile(
    r"[^0-9]{0,40}?[0-9]{1,4}[A-Za-z]?"
    rf"(?:\s*(?:[,;&/]|{_TO}|and|or|und|et|e|y|,\s*and)\s*(?:Figs?\.?\s*)?[A-Z]?[0-9]{{1,4}}[A-Za-z]?){{1,40}}\W*",
    re.IGNORECASE,
)
_SHORT = 64  # characters of labels and references that are worth remembering
_STEP = re.compile(rf"({_TO})?\s*(?:Figs?\.?\s*)?[A-Z]?([0-9]{{1,4}})(?![0-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A label such as "Figure 1—figure supplement 2" as its series of words and its numbers."""

    series: str
    numbers: tuple[int, ...]


def read_label(label: str | None) -> Numbered | None:
    """The series and numbers of a label; None if it has no number.

    >>> read_label("Figure S2.")
    Numbered(series='fig s#', numbers=(2,))
    """
    if label is None:
        return None
    return _read_short_label(label) if len(label) < _SHORT else _read_label(label)


def _read_label(label: str) -> Numbered | None:
    numbers = tuple(int(n) for n in _NUMBER.findall(label))
    if not numbers:
        return None
    series = _FIGURE.sub("fig ", _NUMBER.sub("#", label).lower()).strip(" .:|")
    return Numbered(series, numbers)


_read_short_label = lru_cache(maxsize=4096)(_read_label)  # every article has its "Figure 1"


def joins_range(between: str | None) -> bool:
    """True if the words between two cross-references make them the ends of a range.

    >>> joins_range("–"), joins_range(" to "), joins_range(" and ")
    (True, True, False)
    """
    return between is not None and len(between) < 20 and _BETWEEN.fullmatch(between) is not None


class SeriesIndex:
    """Places of labels by series and number, for what a range or list names besides the figures referred to.

    >>> index = SeriesIndex([read_label(f"Fig. {n}") for n in (1, 2, 3, 4)])
    >>> index.between(read_label("Fig. 1"), read_label("Fig. 4"))
    [1, 2]
    """

    def __init__(self, labels: Sequence[Numbered | None]) -> None:
        self._places: dict[tuple[str, tuple[int, ...]], list[tuple[int, int]]] = {}
        for place, label in enumerate(labels):
            if label is not None:
                self._places.setdefault(_series(label), []).append((label.numbers[-1], place))
        for places in self._places.values():
            places.sort()

    def between(self, first: Numbered | None, last: Numbered | None) -> list[int]:
        """The places of what lies strictly between two labels of the same series."""
        if first is None or last is None or _series(first) != _series(last):
            return []
        return [place for _, place in self._within(first, first.numbers[-1] + 1, last.numbers[-1] - 1)]

    def named_in(self, words: str, target: Numbered | None) -> list[int]:
        """The places that the words of one cross-reference name besides its target.

        >>> index = SeriesIndex([read_label(f"Fig. {n}") for n in (1, 2, 3, 4)])
        >>> target = read_label("Fig. 2")
        >>> index.named_in("Figs 2–4", target), index.named_in("Fig. 2A–C", target)
        ([2, 3], [])
        """
        if target is None or len(words) > 200:
            return []
        steps = _steps_of_short(words) if len(words) < _SHORT else _steps(words)
        found: dict[int, None] = {}
        numbers: set[int] = set()
        before: int | None = None
        for dashed, number in steps:
            low = before if dashed and before is not None and before < number else number
            numbers.update((low, number))
            found.update(
                (place, None) for n, place in self._within(target, low, number) if n != target.numbers[-1]
            )
            before = number
        covered = min(numbers) <= target.numbers[-1] <= max(numbers) if numbers else False
        return list(found) if covered else []

    def _within(self, label: Numbered, low: int, high: int) -> list[tuple[int, int]]:
        places = self._places.get(_series(label), [])
        return places[bisect_left(places, (low, 0)) : bisect_left(places, (high + 1, 0))]


def _steps(words: str) -> tuple[tuple[bool, int], ...]:
    """The numbers of a list, each with whether a dash or "to" stands before it; empty if it is none."""
    if not _LIST.fullmatch(words):
        return ()
    return tuple((bool(match.group(1)), int(match.group(2))) for match in _STEP.finditer(words))


_steps_of_short = lru_cache(maxsize=4096)(_steps)


def _series(label: Numbered) -> tuple[str, tuple[int, ...]]:
    return label.series, label.numbers[:-1]
