"""What keeps the records of a hostile file small: a budget of text, and warnings that are counted."""

from __future__ import annotations

from medconcept.jats.errors import ArticleRejected, Reason

_DISTINCT = 50  # warnings of one code that are told each by itself


class Budget:
    """Characters that the records of one article may hold; a figure repeats its group, sections, citations.

    >>> Budget(10).spend(11)
    Traceback (most recent call last):
    medconcept.jats.errors.ArticleRejected: too_large: the records would hold more than 10 characters
    """

    def __init__(self, characters: int) -> None:
        self._all = self._left = characters

    def spend(self, characters: int) -> None:
        """Take so many off what is left; refuse the article when nothing is."""
        self._left -= characters
        if self._left < 0:
            detail = f"the records would hold more than {self._all} characters"
            raise ArticleRejected(Reason.TOO_LARGE, None, detail)


class Warnings:
    """Recoverable flaws as "code: detail", equal ones counted, at most 50 different ones of a code.

    >>> warnings = Warnings()
    >>> for rid in ("f8", "f9", "f9"):
    ...     warnings.append(f"dangling_xref: {rid}")
    >>> warnings.told()
    ('dangling_xref: f8', 'dangling_xref: f9 (2 times)')
    """

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._codes: dict[str, int] = {}
        self._more: dict[str, int] = {}

    def append(self, warning: str) -> None:
        """Add a warning; only its first 300 characters are kept."""
        warning = warning[:300]
        if warning in self._counts:
            self._counts[warning] += 1
            return
        code = warning.partition(":")[0]
        if self._codes.get(code, 0) >= _DISTINCT:
            self._more[code] = self._more.get(code, 0) + 1
            return
        self._codes[code] = self._codes.get(code, 0) + 1
        self._counts[warning] = 1

    def told(self) -> tuple[str, ...]:
        """The warnings in the order in which they first came up, then how many more of which code."""
        told = [w if n == 1 else f"{w} ({n} times)" for w, n in self._counts.items()]
        return (*told, *(f"{code}: and {n} more" for code, n in self._more.items()))
