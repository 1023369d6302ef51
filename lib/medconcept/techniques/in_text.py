"""Imaging and laboratory techniques named in a text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from medconcept.techniques.technique_list import (
    TOKEN,
    Technique,
    TechniqueName,
    is_in_context,
    named_by,
    technique_list,
    variants,
)

_GAP = re.compile(r"[\s\-‐‑–—/'’.*]{0,3}")
_LONGEST = 8  # tokens of the longest name


@dataclass(frozen=True, slots=True)
class TechniqueMention:
    """A technique named by `text[start:end]` (code points)."""

    technique: Technique
    start: int
    end: int
    is_abbreviation: bool


def techniques() -> Mapping[str, Technique]:
    """The techniques of the list by concept id.

    >>> next(t for t in techniques().values() if t.name == "computed tomography angiography").modalities
    ('ct', 'angiography')
    """
    return technique_list().by_id


def find_techniques(text: str, long_forms: Mapping[str, str] | None = None) -> list[TechniqueMention]:
    """The techniques that a text names, in order, longest match first, none overlapping another.

    `long_forms` are the article's abbreviations: one defined as a technique is believed without context, one
    defined as anything else is not believed at all.

    >>> [(m.technique.name, m.start) for m in find_techniques("Axial T2-weighted MR image")]
    [('T2-weighted imaging', 6), ('magnetic resonance imaging', 18)]
    >>> find_techniques("Data are mean ± SEM"), find_techniques("SEM", {"SEM": "standard error"})
    ([], [])
    >>> [m.technique.name for m in find_techniques("SEM", {"SEM": "scanning electron microscopy"})]
    ['scanning electron microscopy']
    """
    tokens = list(TOKEN.finditer(text))
    words = [token.group().lower() for token in tokens]
    around = frozenset(words)
    mentions: list[TechniqueMention] = []
    at = 0
    while at < len(tokens):
        mention, length = _longest(text, tokens, words, at, around, long_forms or {})
        if mention is not None:
            mentions.append(mention)
        at += length
    return mentions


def _longest(
    text: str,
    tokens: list[re.Match[str]],
    words: list[str],
    at: int,
    around: frozenset[str],
    long_forms: Mapping[str, str],
) -> tuple[TechniqueMention | None, int]:
    names = technique_list().names
    reach = 1
    while reach < _LONGEST and at + reach < len(tokens):
        if _GAP.fullmatch(text, tokens[at + reach - 1].end(), tokens[at + reach].start()) is None:
            break
        reach += 1
    for length in range(reach, 0, -1):
        start, end = tokens[at].start(), tokens[at + length - 1].end()
        for key in variants(tuple(words[at : at + length])):
            for name in names.get(key, ()):
                if _is_believed(name, text, start, end, around, long_forms):
                    return TechniqueMention(name.technique, start, end, name.is_abbreviation), length
    return None, 1


def _is_believed(
    name: TechniqueName,
    text: str,
    start: int,
    end: int,
    around: frozenset[str],
    long_forms: Mapping[str, str],
) -> bool:
    if not name.is_abbreviation:
        return True
    if text[start:end] not in (name.surface, f"{name.surface}s"):
        return False
    long_form = long_forms.get(name.surface)
    if long_form is not None:
        return any(
            other.technique is name.technique
            or set(other.technique.modalities) & set(name.technique.modalities)
            for other in named_by(long_form)
        )
    return is_in_context(name, text, start, end, around)
