"""The reviewed list of imaging and laboratory techniques: `techniques.tsv`, `contexts.tsv` of this package.

The list is a name list (`medconcept.terminologies.name_list`) with three further columns. `modality` has
the modalities that an image of the technique has, separated by `|`, none for techniques without an image of
their own. `context` stands at an abbreviation that is believed only with a word of that row of `contexts.tsv`
in the same text, or if the article defines it. `agent` is `1` for a dye, tracer, enzyme or protein that an
image of the technique shows: it tells what a picture is, but does not name the technique.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SOURCE = "TECH"
"""The name of the list as a source of a dictionary, and the prefix of its ids."""
_PREFIX = f"{SOURCE}:"
TOKEN = re.compile(r"[^\W_]+|&")
_STANDARD_ERROR = re.compile(
    r"(?:±|\+/[-−–]|\bmeans?\b|\berrors?\b|\baverage)[^.;]{0,25}\Z|\A\s*(?:error|bars?\b|of\b|values?\b)",
    re.I,
)
_OF_DICTIONARY = ("concept_id", "name", "preferred", "scope", "language", "term_type", "cui", "semantic_type",
                  "xref")  # fmt: skip
_OF_STATISTICS = ("SEM", "STEM")  # microscopes, unless the words say that it is an error of the mean


@dataclass(frozen=True, slots=True)
class Technique:
    """One concept of the list; `modalities` is empty for a technique that has no image of its own."""

    concept_id: str
    name: str
    modalities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TechniqueName:
    """A name of a technique; an abbreviation with a `context` is believed only near one of its words."""

    technique: Technique
    surface: str
    is_abbreviation: bool
    context: frozenset[str]


@dataclass(frozen=True, slots=True)
class TechniqueList:
    """Techniques by id, names by their words in lower case, abbreviations by id and surface."""

    by_id: Mapping[str, Technique]
    names: Mapping[tuple[str, ...], tuple[TechniqueName, ...]]
    abbreviations: Mapping[tuple[str, str], TechniqueName]


def is_in_context(name: TechniqueName, text: str, start: int, end: int, around: frozenset[str]) -> bool:
    """Whether an abbreviation at `text[start:end]` may mean its technique; `around` are `words_of(text)`.

    >>> sem = technique_list().abbreviations["TECH:0101", "SEM"]
    >>> [is_in_context(sem, t, 0, 3, words_of(t)) for t in ("SEM micrograph", "SEM bars", "SEM of cells")]
    [True, False, False]
    """
    if name.surface in _OF_STATISTICS and (
        _STANDARD_ERROR.search(text, max(0, start - 40), start) or _STANDARD_ERROR.match(text[end : end + 20])
    ):
        return False
    return not name.context or not name.context.isdisjoint(around - {text[start:end].lower()})


def words_of(text: str) -> frozenset[str]:
    """The distinct words of a text in lower case."""
    return frozenset(token.group().lower() for token in TOKEN.finditer(text))


def is_trusted(source_id: str, name: str) -> bool:
    """Whether a name is a technique's abbreviation that stands for little else where its context is.

    Of those of two letters CT alone does: MR is a receptor as well.

    >>> is_trusted("TECH:0016", "CT"), is_trusted("TECH:0021", "MR"), is_trusted("TECH:0016", "CT scan")
    (True, False, False)
    """
    if name in _OF_STATISTICS or (len(name) < 3 and name != "CT"):
        return False
    return abbreviation(source_id, name) is not None


def variants(key: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The words as they are, then with the last one in the singular."""
    yield key
    last = key[-1]
    for plural, singular in (("ies", "y"), ("ae", "a"), ("s", "")):
        if last.endswith(plural) and len(last) > len(plural) + 1:
            yield (*key[:-1], last[: -len(plural)] + singular)


def named_by(long_form: str) -> tuple[TechniqueName, ...]:
    """The names, abbreviations left out, that a long form is."""
    words = tuple(token.group().lower() for token in TOKEN.finditer(long_form))
    if not words:
        return ()
    names = technique_list().names
    return tuple(name for key in variants(words) for name in names.get(key, ()) if not name.is_abbreviation)


@cache  # read once in each process: 3,300 names
def technique_list() -> TechniqueList:
    """The list."""
    contexts = {row["context"]: frozenset(row["words"].lower().split()) for row in rows("contexts.tsv")}
    by_id: dict[str, Technique] = {}
    names: dict[tuple[str, ...], list[TechniqueName]] = {}
    abbreviations: dict[tuple[str, str], TechniqueName] = {}
    for row in rows("techniques.tsv"):
        concept_id, surface = row["concept_id"], row["name"]
        if concept_id not in by_id:  # the preferred name has the first line of a concept
            modalities = tuple(row["modality"].split("|")) if row["modality"] else ()
            by_id[concept_id] = Technique(concept_id, surface, modalities)
        key = tuple(token.group().lower() for token in TOKEN.finditer(surface))
        context = contexts[row["context"]] if row["context"] else frozenset[str]()
        is_abbreviation = row["term_type"] == "abbreviation"
        name = TechniqueName(by_id[concept_id], surface, is_abbreviation, context)
        names.setdefault(key, []).append(name)
        if is_abbreviation:
            abbreviations[concept_id, surface] = name
    return TechniqueList(by_id, {key: tuple(entries) for key, entries in names.items()}, abbreviations)


def is_technique(source_id: str) -> bool:
    """Whether the id of a term is one of the list's."""
    return source_id.startswith(_PREFIX)


def abbreviation(source_id: str, name: str) -> TechniqueName | None:
    """The abbreviation that a name of a dictionary is; None for any other name.

    >>> abbreviation("TECH:0101", "SEM").technique.name, abbreviation("MESH:D008855", "SEM")
    ('scanning electron microscopy', None)
    """
    return technique_list().abbreviations.get((source_id, name)) if is_technique(source_id) else None


@cache
def short_abbreviations() -> frozenset[str]:
    """The abbreviations of two letters, which names of other terminologies are not matched by.

    >>> sorted(short_abbreviations())[:3]
    ['CT', 'EM', 'FA']
    """
    return frozenset(surface for _, surface in technique_list().abbreviations if len(surface) == 2)


def dictionary_list() -> bytes:
    """The list as a name list for a dictionary, in the format `tsv`, without agents.

    >>> dictionary_list().decode().splitlines()[0].split("\\t")[:2]
    ['concept_id', 'name']
    """
    lines = ["\t".join(_OF_DICTIONARY)]
    lines += ["\t".join(row[c] for c in _OF_DICTIONARY) for row in rows("techniques.tsv") if not row["agent"]]
    return "\n".join(lines).encode()


def rows(file: str) -> Iterator[dict[str, str]]:
    """The rows of a tab-separated file of this package, by the names of its header."""
    text = (files("medconcept.techniques") / file).read_text(encoding="utf-8")
    header, *lines = text.splitlines()
    columns = header.split("\t")
    for line in lines:
        yield dict(zip(columns, line.split("\t"), strict=True))
