"""Short forms that a caption or its article explains: what they stand for there, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from medconcept.jats.abbreviations import pairs


def known_pairs(text: str, article: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Short form to its long forms: those of the caption alone where it explains it, else the article's.

    >>> known_pairs("Cystic fibrosis (CF).", [("CF", "carbon fibre"), ("DRG", "dorsal root ganglion")])
    {'CF': ('Cystic fibrosis',), 'DRG': ('dorsal root ganglion',)}
    """
    own: dict[str, tuple[str, ...]] = {}
    for short, long, _ in pairs(text):
        own[short] = (*own.get(short, ()), long)
    told: dict[str, tuple[str, ...]] = {}
    for short, long in article:
        if short not in own and long not in told.get(short, ()):
            told[short] = (*told.get(short, ()), long)
    return {**own, **told}


def occurrences(text: str, short: str) -> list[tuple[int, int]]:
    """Where a short form stands as a word, in its own case, a plural s allowed.

    >>> occurrences("DRGs and DRG, not DRGX", "DRG")
    [(0, 4), (9, 12)]
    """
    if short not in text:
        return []
    pattern = re.compile(rf"(?<![^\W_]){re.escape(short)}s?(?![^\W_])")
    return [match.span() for match in pattern.finditer(text)]
