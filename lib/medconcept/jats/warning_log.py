"""Warnings about one article: recoverable flaws, deduplicated and bounded in number."""

from __future__ import annotations

_MAX_DISTINCT = 50  # different warnings kept per code


class WarningLog:
    """Warnings of the form "code: detail"; repeats are counted, and at most 50 different ones kept per code.

    >>> warnings = WarningLog()
    >>> for rid in ("f8", "f9", "f9"):
    ...     warnings.append(f"dangling_xref: {rid}")
    >>> warnings.lines()
    ('dangling_xref: f8', 'dangling_xref: f9 (2 times)')
    """

    def __init__(self) -> None:
        self._repeats: dict[str, int] = {}
        self._distinct_per_code: dict[str, int] = {}
        self._dropped_per_code: dict[str, int] = {}

    def append(self, warning: str) -> None:
        """Add a warning, cut to its first 300 characters."""
        warning = warning[:300]
        if warning in self._repeats:
            self._repeats[warning] += 1
            return
        code = warning.partition(":")[0]
        if self._distinct_per_code.get(code, 0) >= _MAX_DISTINCT:
            self._dropped_per_code[code] = self._dropped_per_code.get(code, 0) + 1
            return
        self._distinct_per_code[code] = self._distinct_per_code.get(code, 0) + 1
        self._repeats[warning] = 1

    def lines(self) -> tuple[str, ...]:
        """Return the warnings in the order of their first occurrence, then the number dropped per code."""
        kept = [w if n == 1 else f"{w} ({n} times)" for w, n in self._repeats.items()]
        return (*kept, *(f"{code}: and {n} more" for code, n in self._dropped_per_code.items()))
