"""Labels of panels as captions print them: `A`, `a, b`, `A–C`, `Bi`, `A′`, `ii`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

DASH = r"[-‐‑‒–—−]"
_SUB = r"(?:[ivx]{1,4}|[0-9]{1,2}|['’′″\"]{1,3})"
_ITEM = rf"(?:[A-Z]{_SUB}?|[a-z](?:[ivx]{{2,4}}|[0-9]{{1,2}}|['’′″]{{1,3}})?)"
_JOIN = rf"\s*(?:{DASH}|,\s*and\b|,\s*&|[,;/&+~∼]|\band\b|\bto\b|\bthrough\b|\bund\b|\bet\b|\by\b|\be\b)\s*"
LABELS = rf"{_ITEM}(?:{_JOIN}(?:{_ITEM}|{_SUB})){{0,11}}"
_PLAIN_ITEM = r"[A-Za-z](?:[0-9]{1,2}|['’′]{1,3})?(?![a-z])"
BARE_LABELS = rf"{_ITEM}(?:{_JOIN}{_PLAIN_ITEM}){{0,11}}"
"""A list without brackets has no roman numerals: "A, Mix" names one panel."""
ROMANS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_ROMAN_LIST = rf"(?:x?i[xv]|x?v?i{{1,3}}|xi{{0,2}}|v)(?:{_JOIN}(?:x?i[xv]|x?v?i{{1,3}}|xi{{0,2}}|v)){{0,5}}"
ROMAN_LABELS = _ROMAN_LIST
_LIST_PART = re.compile(rf"({_JOIN})?({_ITEM}(?![a-z])|{_SUB})")
_LETTER_AND_SUB = re.compile(rf"([A-Za-z])({_SUB})?\Z")
_SUB_ONLY = re.compile(rf"{_SUB}\Z")
_RANGE = re.compile(rf"\s*(?:{DASH}|[~∼]|to|through)\s*")


class Label(NamedTuple):
    """One label: its letter as a number from 0, and what follows it in print (`i`, `2`, `′`)."""

    letter: int
    sub: str
    printed: str


@lru_cache(maxsize=4096)
def read_labels(text: str, upper: bool) -> tuple[Label, ...]:
    """Return the labels of a list or range in one case; empty if it is not a list, or runs backwards.

    >>> [label.printed for label in read_labels("A–C", upper=True)]
    ['A', 'B', 'C']
    >>> [label.printed for label in read_labels("Bi-iii", upper=True)]
    ['Bi', 'Bii', 'Biii']
    """
    labels: list[Label] = []
    at = 0
    while at < len(text):
        match = _LIST_PART.match(text, at)
        if match is None or (match.group(1) is None) != (at == 0):
            return ()
        label = _read_label(match.group(2), labels, upper)
        if label is None:
            return ()
        if labels and _RANGE.fullmatch(match.group(1) or ""):
            between = _between(labels[-1], label)
            if between is None:
                return ()
            labels += between
        labels.append(label)
        at = match.end()
    letters = [(label.letter, label.sub) for label in labels]
    return tuple(labels) if len(set(letters)) == len(letters) else ()


def _read_label(text: str, before: list[Label], upper: bool) -> Label | None:
    # "Bi, ii" names Bi and Bii; "i, ii" alone is read by `read_romans`.
    if before and before[-1].sub and _SUB_ONLY.match(text):
        letter = before[-1].printed[0]
        return Label(before[-1].letter, text, letter + text)
    match = _LETTER_AND_SUB.match(text)
    if match is None or match.group(1).isupper() is not upper:
        return None
    return Label(ord(match.group(1).upper()) - ord("A"), match.group(2) or "", text)


def _between(first: Label, last: Label) -> list[Label] | None:
    """Return the labels strictly inside a range; None if it runs backwards or is not a range of labels."""
    if first.letter != last.letter:
        step = last.letter - first.letter
        if step < 0 or step > 25:
            return None
        base = ord("A") if first.printed[0].isupper() else ord("a")
        return [
            Label(n, "", chr(base + n)) for n in range(first.letter + 1, last.letter)
        ]  # the sub-labels within "Ai–Bii" are unknown
    low, high = sub_rank(first.sub), sub_rank(last.sub)
    if low is None or high is None or low >= high:
        return None
    if first.sub in ROMANS:
        return [
            Label(first.letter, ROMANS[n - 1], first.printed[0] + ROMANS[n - 1]) for n in range(low + 1, high)
        ]
    if first.sub.isdigit():
        return [Label(first.letter, str(n), f"{first.printed[0]}{n}") for n in range(low + 1, high)]
    return []


@lru_cache(maxsize=1024)
def read_romans(text: str) -> tuple[Label, ...]:
    """Return the labels of a list or range of roman numerals, as sub-labels without a letter (-1).

    >>> [label.printed for label in read_romans("i–iii")]
    ['i', 'ii', 'iii']
    """
    pieces = re.split(rf"({_JOIN})", text.strip())
    labels: list[Label] = []
    for index in range(0, len(pieces), 2):
        rank = sub_rank(pieces[index])
        if (
            rank is None
            or not pieces[index].isalpha()
            or (labels and rank <= (sub_rank(labels[-1].sub) or 0))
        ):
            return ()
        if labels and _RANGE.fullmatch(pieces[index - 1]):
            start = sub_rank(labels[-1].sub) or 0
            labels += [Label(-1, ROMANS[n - 1], ROMANS[n - 1]) for n in range(start + 1, rank)]
        labels.append(Label(-1, pieces[index], pieces[index]))
    return tuple(labels)


def sub_rank(sub: str) -> int | None:
    """Return the rank of a sub-label among its kind (roman numeral, number, primes), from 1; None if unknown.

    >>> sub_rank("iv"), sub_rank("2"), sub_rank("′"), sub_rank("q")
    (4, 2, 1, None)
    """
    if sub in ROMANS:
        return ROMANS.index(sub) + 1
    if sub.isdigit():
        return int(sub)
    if sub and set(sub) <= set("'’′"):
        return len(sub)
    return 2 if sub in ("″", '"') else None
