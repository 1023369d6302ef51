"""Labels of figures as series and numbers, and the figures that a range such as "Figs 2–4" implies."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from medconcept.jats.figures.number_lists import (
    DASHES,
    RANGE_WORDS,
    Numbers,
    has_number,
    read_numbers,
)

_NUMBER = re.compile(r"[0-9]{1,4}")
_RANGE_WORD = re.compile(rf"\s*(?:[{DASHES}]|{RANGE_WORDS}|a)\s*", re.IGNORECASE)
_OTHER_THINGS = re.compile(
    r"\b(?:tab(?:le)?|tabela|tabla|tableaux?|tabelle|quadro|eqn?|equation|scheme|movie|video|section|ref|reference"
    r"|file|box|note|text|dataset|algorithm|step|chart|map|plate)\Z"
)
_SHORT = 64  # characters; shorter labels and references are cached
_LONGEST = 200  # characters of a reference that may name several figures
_MAX_SPAN = 200  # numbers of one label, as in "Figures 1–12"; of a longer span only the ends count
_Key = tuple[str, str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class NumberedLabel:
    """A label: what is counted, as words and letter, the numbers it belongs to, and its own numbers.

    "Figure 1—figure supplement 2" is number 2 of `fig fig supplement` within 1; "Figures 21 and 22" has two
    numbers. `digits` are all numbers printed in it.
    """

    head: str
    letter: str
    path: tuple[int, ...]
    numbers: tuple[int, ...]
    digits: tuple[int, ...]

    @property
    def key(self) -> _Key:
        """What labels of one series have in common."""
        return self.head, self.letter, self.path


def read_label(label: str | None) -> NumberedLabel | None:
    """Return the series and numbers of a label; None if it has no number.

    >>> read_label("Figure S2.")
    NumberedLabel(head='fig', letter='s', path=(), numbers=(2,), digits=(2,))
    >>> read_label("Figures 1–4.").numbers, read_label("Figure 2-4").path
    ((1, 2, 3, 4), (2,))
    """
    if label is None:
        return None
    return _read_short_label(label) if len(label) < _SHORT else _read_label(label)


def _read_label(label: str) -> NumberedLabel | None:
    named = read_numbers(label[:_LONGEST]) if has_number(label) else ()
    if not named:
        return None
    first = named[0]
    digits = tuple(int(n) for n in _NUMBER.findall(label)) or tuple(n.high for n in named)
    own = [n for n in named if (n.head, n.letter, n.path) == (first.head, first.letter, first.path)]
    if own[-1].is_hyphened and len(digits) == 2 and not first.is_plural:
        # Figure 3 of chapter 2; a range has the other dash or a plural.
        return NumberedLabel(first.head, first.letter, (*first.path, first.low), (own[-1].high,), digits)
    numbers = dict.fromkeys(number for n in own for number in _spelt_out(n))
    return NumberedLabel(first.head, first.letter, first.path, tuple(numbers), digits)


def _spelt_out(numbers: Numbers) -> Sequence[int]:
    span = range(numbers.low, numbers.high + 1)
    return span if len(span) <= _MAX_SPAN else (numbers.low, numbers.high)


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
        self._by_series: dict[_Key, list[tuple[int, int]]] = {}
        self._heads: set[str] = set()
        for index, label in enumerate(labels):
            if label is not None:
                self._heads.add(label.head)
                self._by_series.setdefault(label.key, []).extend((n, index) for n in label.numbers)
        for entries in self._by_series.values():
            entries.sort()

    def between(self, first: NumberedLabel | None, last: NumberedLabel | None) -> list[int]:
        """Return the indices of the labels strictly between two labels of one series."""
        if first is None or last is None or first.key != last.key:
            return []
        return list(dict.fromkeys(self._within(first.key, first.numbers[-1] + 1, last.numbers[0] - 1)))

    def named_in(self, words: str, target: NumberedLabel | None) -> list[int]:
        """Return the indices of the labels that the words of a reference name in addition to its target.

        >>> index = SeriesIndex([read_label(f"Fig. {n}") for n in (1, 2, 3, 4)])
        >>> target = read_label("Fig. 2")
        >>> index.named_in("Figs 2–4", target), index.named_in("Fig. 2A–C", target)
        ([2, 3], [])
        """
        if target is None or len(words) > _LONGEST:
            return []
        named = _numbers_in_short(words) if len(words) < _SHORT else _numbers_in(words)
        if not named:
            return []
        implied: dict[int, None] = {}
        own: list[int] = []
        has_letters = any(numbers.letter for numbers in named)
        for numbers in named:
            key = self._key_of(numbers, target, has_letters)
            if key == target.key:
                own += (numbers.low, numbers.high)
            if key is not None:
                implied.update(dict.fromkeys(self._within(key, numbers.low, numbers.high)))
        if not own or max(own) < target.numbers[0] or min(own) > target.numbers[-1]:
            return []  # the words are not about the target: an error, or another way of counting
        for index in self._within(target.key, target.numbers[0], target.numbers[-1]):
            implied.pop(index, None)
        return list(implied)

    def _key_of(self, numbers: Numbers, target: NumberedLabel, has_letters: bool) -> _Key | None:
        """Return the series that numbers in a reference belong to; that of the target if no words say it."""
        key = (numbers.head, numbers.letter, numbers.path)
        if key in self._by_series:
            return key
        if numbers.head in self._heads:
            # "Figures 1–3" may stand for Figures S1–S3 if only the target is among them.
            return target.key if numbers.head == target.head and not has_letters else key
        if numbers.segment or _OTHER_THINGS.search(numbers.head):
            return None  # "Fig. 2, ref. 3", "Tables 1, 2 and Fig. 2"
        return target.head, numbers.letter if has_letters else target.letter, numbers.path or target.path

    def _within(self, key: _Key, low: int, high: int) -> list[int]:
        entries = self._by_series.get(key, [])
        return [i for _, i in entries[bisect_left(entries, (low, 0)) : bisect_left(entries, (high + 1, 0))]]


def _numbers_in(words: str) -> tuple[Numbers, ...]:
    """Return the numbers of a list or range; empty if the words have only one number."""
    digits = len(_NUMBER.findall(words))
    return read_numbers(words) if digits > 1 or (not digits and has_number(words)) else ()


_numbers_in_short = lru_cache(maxsize=4096)(_numbers_in)
