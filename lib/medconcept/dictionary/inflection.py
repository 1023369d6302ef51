"""Singulars of plurals: English rules, and those of the Latin and Greek words of anatomy."""

from __future__ import annotations

from collections.abc import Iterator

_IRREGULAR = {
    "feet": "foot", "teeth": "tooth", "mice": "mouse", "lice": "louse", "men": "man", "women": "woman",
    "children": "child", "geese": "goose", "oxen": "ox",
}  # fmt: skip
# Endings whose singular is surer than the word without its -s: that may be a word of another language, of
# which a dictionary has a few. "Dystrophie" would otherwise keep "dystrophies" from "dystrophy", "masse"
# "masses" from "mass", and "thrombose" "thromboses" from "thrombosis".
_BEFORE_S = (
    ("ies", ("y",)),
    ("ices", ("ex", "ix")),
    ("yces", ("yx",)),
    ("aces", ("ax",)),
    ("nges", ("nx",)),
    ("oses", ("osis",)),
    ("ases", ("asis",)),
    ("eses", ("esis",)),
    ("ises", ("isis",)),
    ("yses", ("ysis",)),
    ("uses", ("us",)),
    ("sses", ("ss",)),
    ("xes", ("xis", "x")),
    ("ches", ("ch",)),
    ("shes", ("sh",)),
    ("stes", ("stis",)),
)
# Of a word with both, as in "bases" (base, basis), the one in -e is meant.
_NOT_BEFORE_S = frozenset({"bases", "doses"})
_SHORTEST = 4  # letters of such a singular: "noses" is not the plural of "nos"
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
    ("izes", ("isis",)),  # "phthises", after the British rule of words.py
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
_SURE = tuple(plural for plural, _ in _BEFORE_S)


def singulars(word: str) -> Iterator[str]:
    """Singulars that a plain word may be the plural of, the most likely first; some do not exist.

    >>> list(singulars("nuclei")), list(singulars("cells")), list(singulars("pus"))
    (['nucleus', 'nucleo'], ['cell'], [])
    >>> list(singulars("dystrophies"))[:2], list(singulars("doses"))[:1]
    (['dystrophy', 'dystrophie'], ['dose'])
    """
    if len(word) < 4:
        return
    if word in _IRREGULAR:
        yield _IRREGULAR[word]
        return
    if word.endswith(_SURE) and word not in _NOT_BEFORE_S:
        for plural, endings in _BEFORE_S:
            stem = word.removesuffix(plural)
            if stem != word:
                for ending in endings:
                    if len(stem) >= 2 and len(stem) + len(ending) >= _SHORTEST:
                        yield stem + ending
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        yield word[:-1]
    if not word.endswith(_PLURAL):
        return
    for plural, endings in _ENDINGS:
        stem = word.removesuffix(plural)
        if len(stem) >= 2 and stem != word:
            for ending in endings:
                yield stem + ending
