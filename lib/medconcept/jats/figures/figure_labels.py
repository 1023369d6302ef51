"""Labels of figures as series and number, and the figures that a range such as "Figs 2–4" implies."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_FIGURE = re.compile(r"fig(?:ur[ae]|ures)?\b\.?\s*")  # one series, however it is abbreviated
_NUMBER = re.compile(r"[0-9]{1,4}")
_TO = r"(?:[-‐‑‒–—−~]|to|thru|through|bis|até|hasta|à|al?)"
_RANGE_WORD = re.compile(rf"\s*{_TO}\s*", re.IGNORECASE)
# Numbers joined by dashes, commas and words, each with the panels it may name: "Figs 2, 3A and 5–7".
_NUMBER_LIST = re.compile(
    r"[^0-9]{0,40}?[0-9]{1,4}[A-Za-z]?"
    rf"(?:\s*(?:[,;&/]|{_TO}|and|or|und|et|e|y|,\s*and)\s*(?:Figs?\.?\s*)?[A-Z]?[0-9]{{1,4}}[A-Za-z]?){{1,40}}\W*",
    re.IGNORECASE,
)
_SHORT = 64  # characters; shorter labels and references are cached
_LIST_ITEM = re.compile(rf"({_TO})?\s*(?:Figs?\.?\s*)?[A-Z]?([0-9]{{1,4}})(?![0-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NumberedLabel:
    """A label such as "Figure 1—figure supplement 2" as a series of words and its numbers."""

    series: str
    numbers: tuple[int, ...]


def read_label(label: str | None) -> NumberedLabel | None:
    """Return the series and numbers of a label; None if it has no number.

    >>> read_label("Figure S2.")
    NumberedLabel(series='fig s#', numbers=(2,))
    """
    if label is None:
        return None
    return _read_short_label(label) if len(label) < _SHORT else _read_label(label)


def _read_label(label: str) -> NumberedLabel | None:
    numbers = tuple(int(n) for n in _NUMBER.findall(label))
    if not numbers:
        return None
    series = _FIGURE.sub("fig ", _NUMBER.sub("#", label).lower()).strip(" .:|")
    return NumberedLabel(series, numbers)


_read_short_label = lru_cache(maxsize=4096)(_read_label)  # every article has its "Figure 1"


def joins_range(between: str | None) -> bool:
    """True if the words between two cross-references make these the ends of a range.

    >>> joins_range("–"), joins_range(" to "), joins_range(" and ")
    (True, True, False)
    """
    return between is not None and len(between) < 20 and _RANGE_WORD.fullmatch(between) is not None


class SeriesIndex:
    """Index of labels by series and number, to find the figures that a range or list implies.

    >>> index = SeriesIndex([read_label(f"Fig. {n}") for n in (1, 2, 3, 4)])
    >>> index.between(read_label("Fig. 1"), read_label("Fig. 4"))
    [1, 2]
    """

    def __init__(self, labels: Sequence[NumberedLabel | None]) -> None:
        self._by_series: dict[tuple[str, tuple[int, ...]], list[tuple[int, int]]] = {}
        for index, label in enumerate(labels):
            if label is not None:
                self._by_series.setdefault(_series_key(label), []).append((label.numbers[-1], index))
        for entries in self._by_series.values():
            entries.sort()

    def between(self, first: NumberedLabel | None, last: NumberedLabel | None) -> list[int]:
        """Return the indices of the labels strictly between two labels of one series."""
        if first is None or last is None or _series_key(first) != _series_key(last):
            return []
        return [index for _, index in self._within(first, first.numbers[-1] + 1, last.numbers[-1] - 1)]

    def named_in(self, words: str, target: NumberedLabel | None) -> list[int]:
        """Return the indices of the labels that the words of a reference name in addition to its target.

        >>> index = SeriesIndex([read_label(f"Fig. {n}") for n in (1, 2, 3, 4)])
        >>> target = read_label("Fig. 2")
        >>> index.named_in("Figs 2–4", target), index.named_in("Fig. 2A–C", target)
        ([2, 3], [])
        """
        if target is None or len(words) > 200:
            return []
        items = _list_items_of_short(words) if len(words) < _SHORT else _list_items(words)
        implied: dict[int, None] = {}
        numbers: set[int] = set()
        previous: int | None = None
        for is_range, number in items:
            low = previous if is_range and previous is not None and previous < number else number
            numbers.update((low, number))
            implied.update(
                (index, None) for n, index in self._within(target, low, number) if n != target.numbers[-1]
            )
            previous = number
        covered = min(numbers) <= target.numbers[-1] <= max(numbers) if numbers else False
        return list(implied) if covered else []

    def _within(self, label: NumberedLabel, low: int, high: int) -> list[tuple[int, int]]:
        entries = self._by_series.get(_series_key(label), [])
        return entries[bisect_left(entries, (low, 0)) : bisect_left(entries, (high + 1, 0))]


def _list_items(words: str) -> tuple[tuple[bool, int], ...]:
    """Return the numbers of a list, each with True if a dash or "to" precedes it; empty if it is no list."""
    if not _NUMBER_LIST.fullmatch(words):
        return ()
    return tuple((bool(match.group(1)), int(match.group(2))) for match in _LIST_ITEM.finditer(words))


_list_items_of_short = lru_cache(maxsize=4096)(_list_items)


def _series_key(label: NumberedLabel) -> tuple[str, tuple[int, ...]]:
    return label.series, label.numbers[:-1]
