"""Patterns of file names, as Hadoop writes them, in upper or lower case."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import translate


def name_pattern(include: Sequence[str]) -> re.Pattern[str]:
    """One pattern for names that match any of these, as Hadoop writes patterns, in upper or lower case.

    >>> pattern = name_pattern(["*.{xml,nxml}"])
    >>> [bool(pattern.fullmatch(name)) for name in ("UP.XML", "a.nxml", "a.xml.gz", "a\\n.xml")]
    [True, True, False, True]
    """
    each = [part.replace("[^", "[!") for pattern in include for part in _alternatives(pattern)]
    return re.compile("|".join(map(translate, each)) or r"(?!)", re.IGNORECASE | re.DOTALL)


def any_case(pattern: str) -> str:
    """A pattern of Hadoop's that matches in upper or lower case.

    >>> any_case("*.xml"), any_case("[ab]x")
    ('*.[xX][mM][lL]', '[ab][xX]')
    """
    pieces = re.split(r"(\[[^]]*\])", pattern)
    return "".join(
        piece
        if piece.startswith("[")
        else re.sub(r"[A-Za-z]", lambda m: f"[{m[0].lower()}{m[0].upper()}]", piece)
        for piece in pieces
    )


def _alternatives(pattern: str) -> list[str]:
    """The patterns without braces that a pattern with `{a,b}` stands for."""
    match = re.search(r"\{([^{}]*)\}", pattern)
    if match is None:
        return [pattern]
    head, tail = pattern[: match.start()], pattern[match.end() :]
    return [whole for part in match[1].split(",") for whole in _alternatives(f"{head}{part}{tail}")]
