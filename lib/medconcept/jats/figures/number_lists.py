"""The numbers in the words of a label or reference: "Figs. 1A,B, 2C", "Figure 1—figure supplements 1–3".

The words are cut into heads (what is counted), numbers, panels and what joins them. Panels are skipped:
only a number that stands alone or before its panels names a figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

DASHES = "-‐‑‒–—−~～"
_DASH = f"[{DASHES}]"
RANGE_WORDS = r"to|thru|through|until|bis|tot|até|hasta|jusqu['’]à|à|al"
_IS_RANGE_WORD = re.compile(RANGE_WORDS, re.IGNORECASE)
_JOINING_WORDS = frozenset(("and", "or", "und", "oder", "et", "ou", "ed", "och", "og", "en"))
_BEFORE_HEADS = frozenset(
    (
        "see",
        "also",
        "in",
        "the",
        "cf",
        "compare",
        "siehe",
        "vgl",
        "ver",
        "véase",
        "voir",
        "from",
        "both",
        "eg",
    )
)
# Where in a figure to look, not what is counted: "Fig. 2, left, and 3".
_PLACES = frozenset(
    (
        "left",
        "right",
        "top",
        "bottom",
        "upper",
        "lower",
        "middle",
        "centre",
        "center",
        "inset",
        "insets",
        "respectively",
    )
)
_TOKEN = re.compile(
    rf"""(?P<letter>[A-Z]{{1,2}}|S[ -]|[a-z])?(?P<number>\d+)(?P<part>(?:\.\d{{1,3}})+(?!\d))?
        (?P<panels>[A-Za-z]{{1,3}}(?![^\W\d_])\d{{0,2}})?
    |(?P<word>[^\W\d_]{{2,}}?(?=S\d)|[^\W\d_]{{2,}}|à(?![^\W\d_]))
    |(?P<dash>{_DASH})
    |(?P<apart>[,;&/+])
    |(?P<open>[(\[])
    |(?P<close>[)\]])
    |(?P<panel>[^\W\d_])
    |(?P<strange>[=<>%°µ])""",
    re.VERBOSE,
)
_ROMAN = re.compile("[ivx]{2,4}|[IVX]{2,4}")
_DIGIT = re.compile("[0-9]")
_ROMAN_NUMBER = re.compile(r"(?<![^\W\d_])[IVXL]{1,6}(?![^\W\d_])")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}
_FIGURE = re.compile(r"(e|web)?fig(?:s|ur\w{0,3})?|abb(?:ildung(?:en)?)?|рис\w*", re.IGNORECASE)
_SUPPLEMENTARY = re.compile(r"sup+l?|sup+l[eé]m?\w*|supporting", re.IGNORECASE)
_OF_SUPPLEMENTS = frozenset(("information", "material", "data", "online"))
_MAX_NUMBER = 9999
_MAX_NUMBERS = 200  # of one label or reference: more are no list of figures


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers of one series, from `low` to `high`: `head` is what is counted, `path` what it belongs to.

    `letter` stands before the number, as in S1; supplementary figures have `s` however they are written.
    `segment` counts the heads in the words; `is_hyphened` if a hyphen, not a dash, stands before the number.
    """

    head: str
    letter: str
    path: tuple[int, ...]
    low: int
    high: int
    segment: int
    is_plural: bool
    is_hyphened: bool


def read_numbers(words: str) -> tuple[Numbers, ...]:
    """Return the numbers that words name, in their order; empty if there are none.

    >>> [(n.head, n.low, n.high) for n in read_numbers("Figs. 1A,B, 2C and 4–6")]
    [('fig', 1, 1), ('fig', 2, 2), ('fig', 4, 6)]
    >>> [(n.head, n.path, n.low, n.high) for n in read_numbers("Figure 1—figure supplements 1–3")]
    [('fig fig supplement', (1,), 1, 3)]
    >>> [(n.head, n.letter, n.low) for n in read_numbers("Supplementary Fig. 2")]
    [('fig', 's', 2)]
    """
    if not _DIGIT.search(words):
        words = _ROMAN_NUMBER.sub(lambda match: str(_value(match.group())), words)
    reader = _Reader()
    for token in _TOKEN.finditer(words):
        reader.add(token)
        if len(reader.numbers) > _MAX_NUMBERS:
            return ()
    return reader.finished()


def has_number(words: str) -> bool:
    """True if words have an Arabic number, or a Roman one as in "Plate II".

    >>> has_number("Figure 2"), has_number("Plate II"), has_number("Figure A")
    (True, True, False)
    """
    return _DIGIT.search(words) is not None or _ROMAN_NUMBER.search(words) is not None


def _value(roman: str) -> int:
    """Return what a Roman number below 90 stands for.

    >>> _value("XIV"), _value("III")
    (14, 3)
    """
    values = [_ROMAN_VALUES[letter] for letter in roman]
    return sum(
        -value if value < following else value
        for value, following in zip(values, [*values[1:], 0], strict=True)
    )


class _Reader:
    """What was read so far of one label or reference."""

    def __init__(self) -> None:
        self.numbers: list[Numbers] = []
        self._head = ""
        self._letter = ""
        self._path: tuple[int, ...] = ()
        self._segment = 0
        self._is_plural = False
        self._words: list[str] = []
        self._dash = ""
        self._is_apart = False  # a comma or "and" since the last number
        self._is_bare = False  # nothing since the last number, not even its panels
        self._has_numbered_panel = False
        self._depth = 0
        self._is_skipped = False  # in brackets behind a number: its panels, or a reference to literature

    def add(self, token: re.Match[str]) -> None:
        """Read one more token."""
        kind = token.lastgroup or ""
        text = token.group()
        if token.group("number") is not None:
            self._add_number(token)
        elif kind == "word":
            self._add_word(text)
        elif kind == "dash":
            self._dash = text
        elif kind == "panel":
            # "Figuras 2 a 4" is a range, "Fig. 2 a, b" is not.
            self._dash = "a" if text in "aà" and self._is_bare else ""
        elif kind == "open":
            self._depth += 1
            self._is_skipped = bool(self.numbers)
        elif kind == "close":
            self._depth = max(self._depth - 1, 0)
            self._is_skipped = self._is_skipped and self._depth > 0
            if self.numbers:
                self._words = []  # "Figs. 2 (top) and 3"
        elif kind == "strange":
            self._words.append(text)
        else:
            self._dash, self._is_apart = "", True
        if kind == "apart" or kind in ("word", "panel", "open"):
            self._is_bare = False

    def finished(self) -> tuple[Numbers, ...]:
        """Return the numbers; a head that only follows its number, as in "S1 Fig", is theirs."""
        if self._words and not self._head and not self._is_apart:
            head, is_supplement, is_plural = _head_of(self._words)
            return tuple(
                Numbers(head, n.letter or ("s" if is_supplement else ""), n.path, n.low, n.high, n.segment,
                        n.is_plural or is_plural, n.is_hyphened)
                for n in self.numbers
            )  # fmt: skip
        return tuple(self.numbers)

    def _add_word(self, text: str) -> None:
        if _IS_RANGE_WORD.fullmatch(text):
            self._dash = text
        elif text.lower() in _JOINING_WORDS:
            self._dash, self._is_apart = "", True
        elif not self.numbers or not (_ROMAN.fullmatch(text) or text.lower() in _PLACES):
            self._words.append(text)
            self._is_skipped = False

    def _add_number(self, token: re.Match[str]) -> None:
        number = int(token.group("number")[:5])
        if self._is_skipped or number > _MAX_NUMBER:
            return
        if self._has_numbered_panel and self._dash:  # "Fig. 1A1–3": the panels A1 to A3
            self._dash = ""
            return
        is_same = not self._words or self._read_head()
        if letter := (token.group("letter") or "").strip(" -").lower():
            is_same = is_same and letter == self._letter
            self._letter = letter
        path = self._path
        if part := token.group("part"):
            parts = [number, *map(int, part[1:].split("."))]
            path, number = (*path, *parts[:-1]), parts[-1]
        low, last = number, self.numbers[-1] if self.numbers else None
        if self._dash and last is not None and is_same and last.path == path and last.high < number:
            low = last.low
            self.numbers.pop()
        is_hyphened = self._dash == "-"
        self.numbers.append(
            Numbers(self._head, self._letter, path, low, number, self._segment, self._is_plural, is_hyphened)
        )
        panels = token.group("panels")
        self._has_numbered_panel = panels is not None and panels[-1].isdigit()
        self._dash, self._is_apart, self._is_bare = "", False, panels is None

    def _read_head(self) -> bool:
        """Read the head from the words before a number; True if it is the head of the number before."""
        head, is_supplement, is_plural = _head_of(self._words)
        self._words = []
        if head == self._head and self.numbers:
            return True
        if self.numbers and self._belongs(head):
            whole = self.numbers.pop()
            self._path = (*whole.path, whole.high)
            self._head = f"{self._head} {head}"
        elif self.numbers and not self._head and not self._is_apart and not self._dash:
            self._head = head  # "S1 Fig and S2 Fig": the first head follows its number, too
            return True
        else:
            self._segment += bool(self.numbers)
            self._path, self._head = (), head
        self._letter = "s" if is_supplement else ""
        self._is_plural = is_plural
        return False

    def _belongs(self, head: str) -> bool:
        """True if a head belongs to the number before it, as in "Figure 1—figure supplement" """
        if not self._head:
            return False
        if "supplement" in head or "source" in head:
            return "supplement" not in self._head
        return not self._is_apart and "fig" in head and "fig" not in self._head


def _head_of(words: list[str]) -> tuple[str, bool, bool]:
    """Return the head that words make, whether it says "supplementary", and whether it is a plural."""
    named = list(_normalised(words))
    is_supplement = len(named) > 1 and _SUPPLEMENTARY.fullmatch(named[0]) is not None
    if is_supplement:
        named = [word for word in named[1:] if word not in _OF_SUPPLEMENTS]
    # "eFigure 1" is no Figure 1 of the article.
    is_online = any((match := _FIGURE.fullmatch(word)) and match.group(1) for word in words)
    last = words[-1].lower() if words else ""
    is_plural = last.endswith("s") or last in ("figuren", "abbildungen")
    return " ".join(named), is_supplement or is_online, is_plural


def _normalised(words: list[str]) -> Iterator[str]:
    """Yield words in lower case and singular, one word for "figure" however it is abbreviated."""
    for word in words:
        lowered = word.lower()
        if lowered in _BEFORE_HEADS:
            continue
        if _FIGURE.fullmatch(lowered):
            yield "fig"
        else:
            yield lowered[:-1] if lowered.endswith("s") and len(lowered) > 3 else lowered
