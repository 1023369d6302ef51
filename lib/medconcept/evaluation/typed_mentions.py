"""Reads gold of several kinds of entity with the ids of each, in PubTator's format (BioRED)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from medconcept.errors import InputError
from medconcept.evaluation.gold import NO_CONCEPT, curie, pubtator_records, read_gold_text

# The kinds of BioRED, and of other corpora in this format, by the names of the report.
_TYPES = {
    "geneorgeneproduct": "gene", "gene": "gene", "diseaseorphenotypicfeature": "disease",
    "disease": "disease", "chemicalentity": "chemical", "chemical": "chemical",
    "organismtaxon": "organism", "species": "organism", "cellline": "cell line",
}  # fmt: skip
TYPES = tuple(dict.fromkeys(_TYPES.values()))
# Ids without a prefix belong to the database that the corpus takes for this kind.
_NUMBERS = {"gene": "NCBIGene", "organism": "NCBITaxon"}
_SEPARATORS = re.compile(r"[,;|+]")


@dataclass(frozen=True)
class TypedMention:
    """A place, in code points, with the kind of its entity and the ids that annotators gave it, if any."""

    start: int
    end: int
    type: str
    ids: frozenset[str]


@dataclass(frozen=True)
class TypedText:
    """A text with its mentions."""

    key: str
    text: str
    mentions: tuple[TypedMention, ...]


@dataclass(frozen=True)
class TypedGold:
    """The texts of a gold file, and the number of annotations left out, by reason."""

    texts: tuple[TypedText, ...]
    left_out: dict[str, int]


def read_typed_gold(path: str) -> TypedGold:
    """Read a gold file. Raises InputError with one line that names the file and the reason.

    Kinds that no terminology has, such as variants of sequences, are left out and counted; so is a place
    that does not have the words that the line says.
    """
    left_out: dict[str, int] = {}
    texts = []
    for key, body, lines in pubtator_records(read_gold_text(path), path, left_out):
        texts.append(TypedText(key, body, tuple(_mentions(lines, body, left_out))))
    if not any(text.mentions for text in texts):
        raise InputError(f"{path}: it has no mention of a kind that is scored ({', '.join(TYPES)})")
    return TypedGold(tuple(texts), left_out)


def _mentions(lines: list[list[str]], text: str, left_out: dict[str, int]) -> Iterator[TypedMention]:
    for parts in lines:
        kind = _TYPES.get(parts[4].strip().lower().replace("_", ""))
        start, end = int(parts[1]), int(parts[2])
        reason = None
        if kind is None:
            reason = f"kind {parts[4].strip()}"
        elif text[start:end] != parts[3]:
            reason = "text is not what the spans say"
        if reason is not None or kind is None:
            left_out[f"{reason}"] = left_out.get(f"{reason}", 0) + 1
            continue
        yield TypedMention(start, end, kind, gold_ids(parts[5] if len(parts) > 5 else "", kind))


def gold_ids(value: str, kind: str) -> frozenset[str]:
    """The ids of a cell, each with its prefix.

    >>> sorted(gold_ids("3172,3651", "gene")), sorted(gold_ids("D003920", "disease"))
    (['NCBIGene:3172', 'NCBIGene:3651'], ['MESH:D003920'])
    >>> sorted(gold_ids("CVCL_0045", "cell line")), gold_ids("-", "chemical")
    (['CVCL:0045'], frozenset())
    """
    ids = set()
    for part in _SEPARATORS.split(value):
        one = part.strip()
        if one in (*NO_CONCEPT, "-"):
            continue
        if one.isdigit() and kind in _NUMBERS:
            one = f"{_NUMBERS[kind]}:{one}"
        elif one.startswith("CVCL_"):
            one = one.replace("_", ":", 1)
        ids.add(curie(one))
    return frozenset(ids)
