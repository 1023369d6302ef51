"""From Spark NLP's offsets (UTF-16 code units, end inclusive) to Unicode code points (end exclusive)."""

from __future__ import annotations

from collections.abc import Iterable


def code_points(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Convert spans over the UTF-16 form of a text to spans over its code points.

    >>> code_points("a\\U0001d6fcb", [(3, 3)])
    [(2, 3)]
    >>> code_points("abc", [(0, 1)])
    [(0, 2)]
    """
    if is_plain(text):
        return [(begin, end + 1) for begin, end in spans]
    at: list[int] = []
    for place, char in enumerate(text):
        at.append(place)
        if char > "\uffff":
            at.append(place)  # the second half of a surrogate pair
    at.append(len(text))
    return [(at[begin], at[end] + 1) for begin, end in spans]


def is_plain(text: str) -> bool:
    """True where a code unit is a code point: no character lies beyond the basic plane.

    >>> is_plain("α"), is_plain("\U0001d6fc")
    (True, False)
    """
    return text.isascii() or max(text, default="") <= "\uffff"
