"""Text as a reader sees it: no soft hyphens, no spaces of no width, mathematical letters as plain ones."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left

# Soft hyphen, zero-width space, non-joiner, joiner, word joiner, byte order mark.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_MATHEMATICAL = re.compile("[\U0001d400-\U0001d7ff]")
_PLAIN = {
    code: plain
    for code in range(0x1D400, 0x1D800)
    if len(plain := unicodedata.normalize("NFKC", chr(code))) == 1
}


def visible_form(text: str) -> str:
    """The text without invisible characters, mathematical letters as plain ones.

    >>> visible_form("pneumo\\u00adnia, TNF-\\U0001d6fc")
    'pneumonia, TNF-α'
    """
    if text.isascii():
        return text
    if has_invisible(text):
        text = _INVISIBLE.sub("", text)
    return text.translate(_PLAIN) if _MATHEMATICAL.search(text) else text


def has_invisible(text: str) -> bool:
    """Whether a text has characters that a reader does not see; faster than a pattern on a long text."""
    return (
        "\u00ad" in text or "\u200b" in text or "\u200c" in text or "\u200d" in text
        or "\u2060" in text or "\ufeff" in text
    )  # fmt: skip


class VisibleText:
    """The visible form of a text, with the places of its characters in the text itself.

    >>> text = VisibleText("pneumo\\u00adnia")
    >>> text.visible, text.inner(8), text.outer(0, 9)
    ('pneumonia', 7, (0, 10))
    """

    def __init__(self, text: str) -> None:
        """Take a text as it is stored."""
        self.visible = visible_form(text)
        self._places = [n for n, c in enumerate(text) if not _INVISIBLE.match(c)]

    def inner(self, place: int) -> int:
        """The place in the visible form that corresponds to one in the text."""
        return bisect_left(self._places, place)

    def outer(self, start: int, end: int) -> tuple[int, int]:
        """The span in the text of a span (not empty) in the visible form."""
        return self._places[start], self._places[end - 1] + 1
