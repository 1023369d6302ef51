"""Imaging and laboratory techniques named in a text, from the reviewed list `techniques.tsv`.

The list is a name list (`medconcept.terminologies.name_list`) with two further columns: `modality`, the
modalities that an image of the technique has, separated by `|` (none for techniques without an image of their
own), and `context`, for an abbreviation that is believed only with a word of that row of `contexts.tsv` in
the same text, or if the article defines it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_TOKEN = re.compile(r"[^\W_]+|&")
_GAP = re.compile(r"[\s\-‐‑–—/'’.*]{0,3}")
_LONGEST = 8  # tokens of the longest name
_STANDARD_ERROR = re.compile(
    r"(?:±|\+/[-−–]|\bmeans?\b|\berrors?\b|\baverage)[^.;]{0,25}\Z|\A\s*(?:error|bars?\b|of\b|values?\b)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Technique:
    """One concept of the list; `modalities` is empty for a technique that has no image of its own."""

    concept_id: str
    name: str
    modalities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TechniqueMention:
    """A technique named by `text[start:end]` (code points)."""

    technique: Technique
    start: int
    end: int
    is_abbreviation: bool


@dataclass(frozen=True, slots=True)
class _Name:
    technique: Technique
    surface: str
    is_abbreviation: bool
    context: frozenset[str]


@dataclass(frozen=True, slots=True)
class _TechniqueList:
    by_id: Mapping[str, Technique]
    names: Mapping[tuple[str, ...], tuple[_Name, ...]]


def techniques() -> Mapping[str, Technique]:
    """The techniques of the list by concept id.

    >>> next(t for t in techniques().values() if t.name == "computed tomography angiography").modalities
    ('ct', 'angiography')
    """
    return _technique_list().by_id


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
    tokens = list(_TOKEN.finditer(text))
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
    names = _technique_list().names
    reach = 1
    while reach < _LONGEST and at + reach < len(tokens):
        if _GAP.fullmatch(text, tokens[at + reach - 1].end(), tokens[at + reach].start()) is None:
            break
        reach += 1
    for length in range(reach, 0, -1):
        start, end = tokens[at].start(), tokens[at + length - 1].end()
        for key in _variants(tuple(words[at : at + length])):
            for name in names.get(key, ()):
                if _is_believed(name, text, start, end, around, long_forms):
                    return TechniqueMention(name.technique, start, end, name.is_abbreviation), length
    return None, 1


def _variants(key: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The words as they are, then with the last one in the singular."""
    yield key
    last = key[-1]
    for plural, singular in (("ies", "y"), ("ae", "a"), ("s", "")):
        if last.endswith(plural) and len(last) > len(plural) + 1:
            yield (*key[:-1], last[: -len(plural)] + singular)


def _is_believed(
    name: _Name, text: str, start: int, end: int, around: frozenset[str], long_forms: Mapping[str, str]
) -> bool:
    if not name.is_abbreviation:
        return True
    surface = text[start:end]
    if surface not in (name.surface, f"{name.surface}s"):
        return False
    long_form = long_forms.get(name.surface)
    if long_form is not None:
        return any(
            other.technique is name.technique
            or set(other.technique.modalities) & set(name.technique.modalities)
            for other in _named_by(long_form)
        )
    if name.surface in ("SEM", "STEM") and (
        _STANDARD_ERROR.search(text[max(0, start - 40) : start])
        or _STANDARD_ERROR.match(text[end : end + 20])
    ):
        return False
    return not name.context or not name.context.isdisjoint(around - {surface.lower()})


def _named_by(long_form: str) -> tuple[_Name, ...]:
    words = tuple(token.group().lower() for token in _TOKEN.finditer(long_form))
    if not words:
        return ()
    names = _technique_list().names
    return tuple(name for key in _variants(words) for name in names.get(key, ()) if not name.is_abbreviation)


@cache  # read once in each process: 1,500 names
def _technique_list() -> _TechniqueList:
    contexts = {row["context"]: frozenset(row["words"].lower().split()) for row in rows("contexts.tsv")}
    by_id: dict[str, Technique] = {}
    names: dict[tuple[str, ...], list[_Name]] = {}
    for row in rows("techniques.tsv"):
        concept_id = row["concept_id"]
        if concept_id not in by_id:  # the preferred name has the first line of a concept
            modalities = tuple(row["modality"].split("|")) if row["modality"] else ()
            by_id[concept_id] = Technique(concept_id, row["name"], modalities)
        key = tuple(token.group().lower() for token in _TOKEN.finditer(row["name"]))
        context = contexts[row["context"]] if row["context"] else frozenset[str]()
        is_abbreviation = row["term_type"] == "abbreviation"
        names.setdefault(key, []).append(_Name(by_id[concept_id], row["name"], is_abbreviation, context))
    return _TechniqueList(by_id, {key: tuple(entries) for key, entries in names.items()})


def rows(file: str) -> Iterator[dict[str, str]]:
    """The rows of a tab-separated file of this package, by the names of its header."""
    text = (files("medconcept.modality") / file).read_text(encoding="utf-8")
    header, *lines = text.splitlines()
    columns = header.split("\t")
    for line in lines:
        yield dict(zip(columns, line.split("\t"), strict=True))
