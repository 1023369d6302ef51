"""Readers of gold files: CRAFT captions as JSON lines, PubTator (NCBI disease, BC5CDR), BioC XML and CoNLL.

The last two are for training recognisers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medconcept.errors import InputError
from medconcept.evaluation.bioc import read_bioc
from medconcept.evaluation.conll import read_conll
from medconcept.evaluation.documents import Annotation, Document, Place, Spans

_MESH = re.compile(r"[CD]\d+")
_TITLE = re.compile(r"([^|\t]+)\|t\|(.*)")
_ABSTRACT = re.compile(r"([^|\t]+)\|a\|(.*)")
NO_CONCEPT = ("-1", "")
# Semantic types of CRAFT's ontologies, by the names that the readers of terminologies use.
_KINDS = {
    "CL": "cell", "UBERON": "anatomy", "MONDO": "disease", "CHEBI": "chemical", "GO_BP": "process",
    "GO_CC": "cell_component", "GO_MF": "function", "SO": "sequence", "PR": "protein",
    "NCBITAXON": "organism",
}  # fmt: skip


@dataclass(frozen=True)
class Gold:
    """The documents of a gold file, and the number of annotations left out, by reason."""

    documents: tuple[Document, ...]
    left_out: dict[str, int] = field(default_factory=dict)


def read_gold(path: str, format: str) -> Gold:
    """Read a gold file. Raises InputError with one line that names the file and the reason."""
    reader = READERS.get(format)
    if reader is None:
        raise InputError(f"{path}: unknown gold format {format!r} (known: {', '.join(READERS)})")
    left_out: dict[str, int] = {}
    documents = tuple(reader(read_gold_text(path), path, left_out))
    if not documents:
        raise InputError(f"{path}: it has no document in the format {format}")
    return Gold(documents, left_out)


def read_gold_text(path: str) -> str:
    """Return the text of a gold file. Raises InputError with one line that names the file and the reason."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or 'cannot be read'}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start}") from error


def _craft_captions(text: str, path: str, left_out: dict[str, int]) -> Iterator[Document]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            caption, article = str(row["text"]), str(row["pmid"])
            annotations = tuple(_craft_annotation(a, caption, left_out) for a in row["annotations"])
            places = (_craft_place(a) for a in row["annotations"])
            yield Document(
                key=f"{article}#{row['fig_id']}",
                article=article,
                text=caption,
                annotations=tuple(a for a in annotations if a is not None),
                file=row.get("nxml"),
                entities=tuple(p for p in places if p is not None and 0 <= p[0] < p[1] <= len(caption)),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(
                f"{path}: line {number}: not craft-captions: {type(error).__name__} {error}"
            ) from error


def _craft_annotation(row: dict[str, Any], text: str, left_out: dict[str, int]) -> Annotation | None:
    spans: Spans = tuple((int(start), int(end)) for start, end in row["spans"])
    if not spans or any(not 0 <= start < end <= len(text) for start, end in spans):
        _count(left_out, "span outside the text")
        return None
    return Annotation(str(row["id"]).strip(), spans)


def _craft_place(row: dict[str, Any]) -> Place | None:
    if len(row["spans"]) != 1:
        return None
    ontology = str(row.get("ontology") or str(row["id"]).partition(":")[0]).upper()
    start, end = row["spans"][0]
    return int(start), int(end), _KINDS.get(ontology, ontology.lower())


def _pubtator(text: str, path: str, left_out: dict[str, int]) -> Iterator[Document]:
    for pmid, body, lines in pubtator_records(text, path, left_out):
        annotations: list[Annotation] = []
        types: set[str] = set()
        places: list[Place] = []
        for parts in lines:
            types.add(parts[4].strip())
            annotations.extend(_mentions(parts, body, left_out))
            if int(parts[1]) < int(parts[2]) <= len(body):
                places.append((int(parts[1]), int(parts[2]), parts[4].strip()))
        yield Document(pmid, pmid, body, tuple(annotations), types=frozenset(types), entities=tuple(places))


def pubtator_records(
    text: str, path: str, left_out: dict[str, int]
) -> Iterator[tuple[str, str, list[list[str]]]]:
    """Yield the id of each document, its text, and the columns of its mentions; relations are no mentions.

    A document that is there twice is taken once. Raises InputError for what is not in the format.
    """
    seen: set[str] = set()
    for number, lines in _records(text):
        title = _TITLE.fullmatch(lines[0])
        abstract = _ABSTRACT.fullmatch(lines[1]) if len(lines) > 1 else None
        if title is None or (abstract is not None and abstract[1] != title[1]):
            raise InputError(f"{path}: line {number}: not pubtator: {lines[0][:60]!r} is no title")
        pmid = title[1].strip()
        if pmid in seen:
            _count(left_out, "document a second time")
            continue
        seen.add(pmid)
        body = title[2] + ("\n" + abstract[2] if abstract else "")
        columns = (line.split("\t") for line in lines[2 if abstract else 1 :])
        yield pmid, body, [c for c in columns if len(c) >= 5 and c[1].isdigit() and c[2].isdigit()]


def _mentions(parts: list[str], text: str, left_out: dict[str, int]) -> Iterator[Annotation]:
    """Yield one annotation for each concept of a line: `|` separates concepts, `+` joins a composite."""
    start, end = int(parts[1]), int(parts[2])
    if not 0 <= start < end <= len(text):
        _count(left_out, "span outside the text")
        return
    if text[start:end] != parts[3]:
        _count(left_out, "text is not what the spans say")  # counted, and kept: the spans decide
    for concept in (parts[5] if len(parts) > 5 else "").split("|"):
        ids = [curie(part) for part in concept.split("+") if part.strip() not in NO_CONCEPT]
        if ids:
            yield Annotation("+".join(sorted(ids)), ((start, end),))
        else:
            _count(left_out, "mention without a concept")


def curie(value: str) -> str:
    """A PubTator id with its prefix.

    >>> curie(" D003110"), curie("OMIM:114500"), curie("MESH:C535")
    ('MESH:D003110', 'OMIM:114500', 'MESH:C535')
    """
    stripped = value.strip()
    return f"MESH:{stripped}" if _MESH.fullmatch(stripped) else stripped


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the blocks between empty lines with the number of their first line."""
    block: list[str] = []
    first = 1
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line.strip():
            first = first if block else number
            block.append(line.rstrip("\r"))
        elif block:
            yield first, block
            block = []


def _count(counts: dict[str, int], reason: str) -> None:
    counts[reason] = counts.get(reason, 0) + 1


READERS: dict[str, Callable[[str, str, dict[str, int]], Iterator[Document]]] = {
    "craft-captions": _craft_captions,
    "pubtator": _pubtator,
    "bioc": read_bioc,
    "conll": read_conll,
}
