"""Short forms that a caption or its article explains: what they stand for there, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from medconcept.dictionary.names import FUNCTION_WORDS
from medconcept.jats.abbreviations import pairs

# "SF, long form" or "SF: long form" or "SF = long form", up to the next semicolon or full stop.
_KEY = re.compile(
    r"(?:[.;:(,]\s|\()([^\W\d_][\w\-]{1,7})\s?[,:=]\s"
    r"([^\W\d_][\w'’ \-–/]{2,60}?)(?=\s*(?:[;.,)]|$))"
)


def known_pairs(text: str, article: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Short form to its long forms: those of the caption alone where it explains it, else the article's.

    >>> known_pairs("Cystic fibrosis (CF).", [("CF", "carbon fibre"), ("DRG", "dorsal root ganglion")])
    {'CF': ('Cystic fibrosis',), 'DRG': ('dorsal root ganglion',)}
    """
    own: dict[str, tuple[str, ...]] = {}
    for short, long in chain(((short, long) for short, long, _ in pairs(text)), legend_pairs(text)):
        own[short] = (*own.get(short, ()), long)
    told: dict[str, tuple[str, ...]] = {}
    for short, long in article:
        if short not in own and long not in told.get(short, ()):
            told[short] = (*told.get(short, ()), long)
    return {**own, **told}


def legend_pairs(text: str) -> Iterator[tuple[str, str]]:
    """Short and long forms of a legend's key, such as "DRG, dorsal root ganglion; SC: spinal cord".

    A short form must be spelt by its long form: letter by letter, the first of each at the start of a word;
    one without a capital by the first letters of all words, and not alone.

    >>> list(legend_pairs("Brain. Cb, cerebellum; OB: olfactory bulb; x, time."))
    [('Cb', 'cerebellum'), ('OB', 'olfactory bulb')]
    >>> list(legend_pairs("Mice, mutant; is, shown here."))
    []
    """
    found = []
    for match in _KEY.finditer(f". {text}"):  # as if a sentence ended before it
        short, long = match.group(1), " ".join(match.group(2).split())
        if short.lower() not in FUNCTION_WORDS and len(long) > len(short) and _spells(short, long):
            found.append((short, long))
    if len(found) > 1 or any(any(c.isupper() for c in short) for short, _ in found):
        yield from found


def _spells(short: str, long: str) -> bool:
    words = re.split(r"[\s\-–/]+", long.lower())
    if not any(c.isupper() for c in short):
        return short == "".join(word[:1] for word in words)
    rest = iter(long.lower())
    return short[0].lower() == long[0].lower() and all(c in rest for c in short.lower() if c.isalnum())


def occurrences(text: str, short: str) -> list[tuple[int, int]]:
    """Where a short form stands as a word, in its own case, a plural s allowed.

    >>> occurrences("DRGs and DRG, not DRGX", "DRG")
    [(0, 4), (9, 12)]
    """
    if short not in text:
        return []
    pattern = re.compile(rf"(?<![^\W_]){re.escape(short)}s?(?![^\W_])")
    return [match.span() for match in pattern.finditer(text)]
