"""What the letters, numbers and signs of a short form ask of its long form, read once for each short form."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from medconcept.jats.article.letter_match import GREEK_NAMES, folded, letters_of, with_greek_letters

_NUMBERS = {
    "1": ("one", "mono", "first", "uni", "i"), "2": ("two", "di", "bi", "second", "ii"),
    "3": ("three", "tri", "third", "iii"), "4": ("four", "tetra", "quad", "iv"),
    "5": ("five", "penta", "fifth", "v"), "6": ("six", "hexa", "vi"), "7": ("seven", "hepta", "vii"),
    "8": ("eight", "octa", "viii"), "9": ("nine", "nona", "ix"),
}  # fmt: skip
_DIGITS = re.compile(r"\d+")
_SIGN = re.compile(r"([+\-−])\)?\Z")
_SIGNS = {"+": "positive", "-": "negative", "−": "negative"}
_PLURAL = re.compile(r"[A-Z0-9]s\Z")
_MAY_BE_REORDERED = re.compile(r"(?:[- ]\w{1,3}|[α-ω\d]|[A-Z]{2}[a-rt-z]|" + "|".join(GREEK_NAMES) + r")\Z")
# The last part of a short form that a long form may begin with.
_SUFFIX = re.compile(r"(?:[\- ]\w{1,3}|[α-ω]|[A-Z]?\d{1,2}|(?<=[A-Z]{2})[a-rt-z])\Z")
_LONGEST_WORD = 14  # characters, on average over a long form
LONGEST = _LONGEST_WORD * 17  # characters of the text before a short form that are looked at
LONGEST_CONTRACTION = 5  # characters of one word: "Chol"
_WORD_LIKE = re.compile(r"[^\W\d_][^\W\d_A-ZΑ-Ω]{3,}")  # one capital at most, at the beginning: "Control"


class Suffix(NamedTuple):
    """The last part of a short form, where the long form may begin with it: "gamma" of "IFN-gamma"."""

    core: str
    """Letters of the rest."""
    ways: tuple[str, ...]
    """What a word of the suffix may begin with."""
    is_word: bool


class ShortForm(NamedTuple):
    """A short form: its letters in lower case, and what else may be read in it."""

    letters: str
    most: int
    """Words of the long form."""
    reach: int
    """Characters before the short form that may belong to it."""
    is_name: bool
    """Whether it is a capitalised word too long for a contraction."""
    second: str
    """The first letter of its second word."""
    is_capitals: bool = False
    """Whether it consists of capitals only."""
    is_word_like: bool = False
    is_plural: bool = False
    has_other_ways: bool = False
    """Whether anything but its letters in their order may spell it."""
    sign: str | None = None
    """The word for the plus or minus that it ends in."""
    without_numbers: str = ""
    """Its letters if it has numbers, too."""
    numbers: tuple[tuple[str, ...], ...] = ()
    """What the part of a word for each of its numbers may begin with."""
    suffix: Suffix | None = None


@lru_cache(maxsize=8192)
def read_short_form(short: str) -> ShortForm:
    """Read a short form.

    >>> form = read_short_form("PAR2")
    >>> form.letters, form.without_numbers, form.suffix.core, form.most
    ('par2', 'par', 'pa', 8)
    """
    size = len(short)
    most = min(size + 5, 2 * size)
    reach = _LONGEST_WORD * most
    letters = letters_of(short)
    if short.isalpha():
        if short.isupper():
            return ShortForm(letters, most, reach, False, "", size > 1)
        is_name = size > LONGEST_CONTRACTION and short[1:].islower()
        is_word_like = _WORD_LIKE.fullmatch(short) is not None
        second = ""
    else:
        is_name = is_word_like = False
        second = folded(word[0]) if (word := short.partition(" ")[2]) else ""
    is_plural = letters[-1:] == "s" and _PLURAL.search(short) is not None
    sign = None if is_plural or not (end := _SIGN.search(short)) else _SIGNS[end[1]]
    if short.islower():
        has_other_ways = is_plural or sign is not None
        return ShortForm(
            letters, most, reach, is_name, second, False, is_word_like, is_plural, has_other_ways, sign
        )
    others = _DIGITS.sub("", letters)
    numbers = (
        tuple((number, *_NUMBERS.get(number, ())) for number in _DIGITS.findall(letters))
        if others and others != letters
        else ()
    )
    suffix = _suffix(short) if _MAY_BE_REORDERED.search(short) else None
    has_other_ways = is_plural or sign is not None or bool(numbers) or suffix is not None
    return ShortForm(
        letters, most, reach, is_name, second, False, is_word_like, is_plural, has_other_ways, sign,
        others if numbers else "", numbers, suffix,
    )  # fmt: skip


def _suffix(short: str) -> Suffix | None:
    suffix = _SUFFIX.search(with_greek_letters(short))
    if suffix is None:
        return None
    core = letters_of(suffix.string[: suffix.start()])
    last = folded(suffix[0].lstrip("- "))
    if len(core) < 2:
        return None
    return Suffix(core, (last, *_NUMBERS.get(last, ())), suffix[0].startswith(" "))
