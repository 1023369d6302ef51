"""The forms under which a name is looked up, made when the dictionary is compiled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum

from medconcept.linking.normal import Normaliser
from medconcept.linking.words import plain_words

MOST_WORDS = 24


class Variant(IntEnum):
    """How a looked-up form came from a name; the smaller the nearer."""

    NORMAL = 0  # case, hyphens, diacritics, Greek, spelling, number
    ORDER = 1  # "carcinoma, hepatocellular", "carcinoma of lung"
    SHORTER = 2  # without a qualifier in brackets behind it, or a head that says nothing
    NOUN = 3  # adjectives and verbs as the noun behind them


_QUALIFIER = re.compile(r"^(.{3,}?)\s*[(\[][^()\[\]]*[)\]]$")
_INVERTED = re.compile(r"^([^,()]+), ([^,()]+)(?:, ([^,()]+))?$")
_NO_MODIFIER = re.compile(r"^\d|\b(?:and|or|with|without|due|nos|unspecified|other)\b", re.IGNORECASE)
_OF = re.compile(r"^([^,()]+?) (?:of|in) (?:the )?([^,()]+)$")


def variants(name: str, normaliser: Normaliser) -> Iterator[tuple[str, Variant]]:
    """The forms of a name as words joined by spaces, the nearest first; a form may come twice.

    >>> from medconcept.linking.normal import vocabulary
    >>> plain = Normaliser(vocabulary(["carcinoma", "nucleus"]))
    >>> [(form, variant.name) for form, variant in variants("Carcinomas, Nuclear", plain)]
    [('carcinoma , nuclear', 'NORMAL'), ('nuclear carcinoma', 'ORDER'), ('carcinoma , nucleus', 'NOUN'), \
('nucleus carcinoma', 'NOUN')]
    """
    forms = [(name, Variant.NORMAL), *((other, Variant.ORDER) for other in reordered(name))]
    if qualified := _QUALIFIER.match(name):
        forms.append((qualified.group(1), Variant.SHORTER))
    seen: dict[str, Variant] = {}
    worded = [(plain_words(form), variant) for form, variant in forms]
    for words, variant in worded:
        if len(words) <= MOST_WORDS:
            seen.setdefault(" ".join(map(normaliser.singular, words)), variant)
    for words, _ in worded:
        if len(words) <= MOST_WORDS:
            seen.setdefault(" ".join(map(normaliser.noun, words)), Variant.NOUN)
    yield from seen.items()


def reordered(name: str) -> Iterator[str]:
    """The same name in other word orders: an inverted one turned round, "X of Y" as "Y X".

    >>> list(reordered("Anemia, Sickle Cell")), list(reordered("carcinoma of the lung"))
    (['Sickle Cell Anemia'], ['lung carcinoma'])
    >>> list(reordered("1,2-dichloroethane"))
    []
    """
    inverted = _INVERTED.match(name)
    if inverted and not any(_NO_MODIFIER.search(part) for part in inverted.groups() if part):
        head, modifier, more = inverted.groups()
        yield f"{modifier} {head}" if more is None else f"{more} {modifier} {head}"
        if more is not None:
            yield f"{modifier} {more} {head}"
    of = _OF.match(name)
    if of and not re.search(r"\b(?:of|in|and|or)\b", of.group(2)):
        yield f"{of.group(2)} {of.group(1)}"
