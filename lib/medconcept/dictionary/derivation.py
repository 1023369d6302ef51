"""Nouns that an adjective or verb may be derived from: "retinal" (retina), "transfected" (transfection).

The endings are those of medical Latin and Greek, and of English nominalisation, as in the derivational rules
of NLM's Lexical Tools.
"""

from __future__ import annotations

from collections.abc import Iterator

# Ending of the adjective -> endings of the noun, the most likely first.
_ADJECTIVES = (
    ("otic", ("osis",)),
    ("itic", ("itis",)),
    ("etic", ("esis",)),
    ("atic", ("asis", "as", "a")),
    ("ytic", ("ysis", "yte")),
    ("ptic", ("pse", "psy", "psis")),
    ("istic", ("ism",)),
    ("plastic", ("plasia", "plasm")),
    ("onic", ("o", "on")),
    ("ical", ("ex", "ix", "y")),
    ("icular", ("icle", "is")),
    ("ular", ("", "le", "ule", "ula", "ulum")),
    ("geal", ("x",)),
    ("eal", ("us", "eum", "ea", "a")),
    ("inous", ("en", "e")),
    ("ian", ("y", "ium")),
    ("ial", ("ium", "ia", "y", "e")),
    ("al", ("", "a", "e", "um", "us", "on", "is", "y")),
    ("ic", ("", "a", "e", "us", "um", "on", "is", "y", "ia", "es")),
    ("ar", ("", "a", "e", "um", "us")),
    ("ary", ("", "a", "e")),
    ("ous", ("", "e", "us", "a")),
    ("atory", ("ation",)),
    ("sive", ("sion",)),
    ("ent", ("ency", "ence")),
    ("ant", ("ancy", "ance")),
)
_ADJECTIVE = tuple(ending for ending, _ in _ADJECTIVES)  # for one test of all endings
# Adjectives whose noun has another stem, and words that are no form of the noun that their ending suggests:
# "found" is a form of find, and a digital image has no fingers.
_IRREGULAR = {"venous": ("vein",), "found": (), "digital": (), "letter": (), "based": ()}
_NOMINAL = ("ion", "ation", "ment", "ing", "ance", "ence", "al", "ure", "age")
# Of a word without the ending of a verb, which is more often a noun, adjective or adverb: "transplant" is of
# transplantation, but "mass" not of massage, "market" not of marketing, nor "later" of a lateral.
_NOMINAL_OF_BARE = ("ion", "ation", "ment", "ance", "ence", "al")
# Of these endings, the stem has at least so many letters ("canal" is not of a cane, "solar" not of a sole),
_SHORTEST_STEM = {("al", "e"): 4, ("ar", "e"): 4}
# and that of a neuter in -on ends so: "mitochondrial" and "skeletal" are of one, but not "neutral".
_BEFORE_ON = ("i", "skelet", "encephal", "gangli")


def nouns(word: str) -> Iterator[str]:
    """Nouns that a plain word may be derived from, the most likely first; some do not exist.

    >>> "retina" in nouns("retinal"), "cortex" in nouns("cortical"), "expression" in nouns("expressed")
    (True, True, True)
    >>> list(nouns("cat")), list(nouns("venous")), "massage" in nouns("mass")
    ([], ['vein'], False)
    """
    if word in _IRREGULAR:
        yield from _IRREGULAR[word]
        return
    for ending, endings in _ADJECTIVES if word.endswith(_ADJECTIVE) else ():
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3:
            for noun in endings:
                if ending == "al" and noun == "on" and not stem.endswith(_BEFORE_ON):
                    continue
                if len(stem) + len(noun) >= 4 and len(stem) >= _SHORTEST_STEM.get((ending, noun), 3):
                    yield stem + noun
    for base, nominal in _verbs(word):
        for ending in nominal:
            if base + ending != word:
                yield base + ending


def _verbs(word: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Stems of a verb, without a final -e, that the word may be a form of, and the endings of their nouns."""
    for ending in ("ed", "ing", "es", "e", "s"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 4:
            yield stem, _NOMINAL
            if len(stem) > 4 and stem[-1] == stem[-2] and ending in ("ed", "ing"):
                yield stem[:-1], _NOMINAL
    if word.endswith("ss"):
        yield word, ("ion",)
    elif len(word) >= 5 and not word.endswith(("e", "s", "ion", "ing", "ed", "er", "ic")):
        yield word, _NOMINAL_OF_BARE
