"""Singulars of plurals: English rules, and those of the Latin and Greek words of anatomy."""

from __future__ import annotations

from collections.abc import Iterator

_IRREGULAR = {
    "feet": "foot", "teeth": "tooth", "mice": "mouse", "lice": "louse", "men": "man", "women": "woman",
    "children": "child", "geese": "goose", "oxen": "ox",
}  # fmt: skip
# Ending of the plural -> endings of the singular, the most likely first. Latin and Greek by declension (Allen
# and Greenough, New Latin Grammar, 40-99).
_ENDINGS = (
    ("ies", ("y",)),
    ("ices", ("ex", "ix")),
    ("yces", ("yx",)),
    ("aces", ("ax",)),
    ("nges", ("nx",)),
    ("ides", ("is",)),
    ("ses", ("sis", "s")),
    ("xes", ("xis", "x")),
    ("ches", ("ch",)),
    ("shes", ("sh",)),
    ("zes", ("z",)),
    ("oes", ("o",)),
    ("ves", ("f", "fe")),
    ("es", ("is",)),
    ("ata", ("a",)),
    ("ina", ("en",)),
    ("ora", ("us",)),
    ("era", ("us",)),
    ("ae", ("a",)),
    ("i", ("us", "o")),
    ("a", ("um", "on")),
)
_PLURAL = tuple(plural for plural, _ in _ENDINGS)  # for one test of all endings


def singulars(word: str) -> Iterator[str]:
    """Singulars that a plain word may be the plural of, the most likely first; some do not exist.

    >>> list(singulars("nuclei")), list(singulars("cells")), list(singulars("pus"))
    (['nucleus', 'nucleo'], ['cell'], [])
    """
    if len(word) < 4:
        return
    if word in _IRREGULAR:
        yield _IRREGULAR[word]
        return
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        yield word[:-1]
    if not word.endswith(_PLURAL):
        return
    for plural, endings in _ENDINGS:
        stem = word.removesuffix(plural)
        if len(stem) >= 2 and stem != word:
            for ending in endings:
                yield stem + ending
