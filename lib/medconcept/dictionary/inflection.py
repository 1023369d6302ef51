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
    ("es", ("is",)),
    ("ata", ("a",)),
    ("ina", ("en",)),
    ("ora", ("us",)),
    ("era", ("us",)),
    ("ae", ("a",)),
    ("i", ("us",)),
    ("a", ("um", "on")),
)
# The plurals in -ves of English, by what is before it (Quirk and others, 5.83); all others are of words in
# -ve: "hives" is not the plural of HIF.
_BEFORE_VES = {
    "f": ("cal", "dwar", "el", "hal", "hoo", "kerchie", "lea", "loa", "scar", "sel", "shea", "shel", "thie",
          "whar", "wol"),
    "fe": ("kni", "wi"),
}  # fmt: skip
_LIFE = ("li", "midli")
# Neuters in -on (Allen and Greenough, 52; Quirk and others, 5.99): intra is not the plural of intron.
_BEFORE_ON = ("i", "zo", "x", "men", "hedr", "skelet", "encephal")
# Singular, though they end as plurals do.
_SINGULAR = frozenset({"news", "means", "mathematics", "physics", "aids"})
_PLURAL = ("ves", *(plural for plural, _ in _ENDINGS))  # for one test of all endings
_SURE = tuple(plural for plural, _ in _BEFORE_S)


def singulars(word: str) -> Iterator[str]:
    """Singulars that a plain word may be the plural of, the most likely first; some do not exist.

    >>> list(singulars("nuclei")), list(singulars("cells")), list(singulars("pus"))
    (['nucleus'], ['cell'], [])
    >>> list(singulars("dystrophies"))[:2], list(singulars("doses"))[:1]
    (['dystrophy', 'dystrophie'], ['dose'])
    >>> list(singulars("leaves")), list(singulars("hives")), list(singulars("intra"))
    (['leave', 'leaf', 'leavis'], ['hive', 'hivis'], ['intrum'])
    """
    if len(word) < 4 or word in _SINGULAR:
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
    if word.endswith("ves"):
        stem = word.removesuffix("ves")
        for ending, stems in _BEFORE_VES.items():
            if stem.endswith(stems):
                yield stem + ending
        if stem in _LIFE:
            yield stem + "fe"
    for plural, endings in _ENDINGS:
        stem = word.removesuffix(plural)
        if len(stem) >= 2 and stem != word:
            for ending in endings:
                if ending != "on" or stem.endswith(_BEFORE_ON):
                    yield stem + ending
