"""Fields that terminologies share: texts, identifiers, cross-references, semantic types."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

CUI = re.compile(r"C[0-9]{7}")
_SURROGATE = re.compile("[\ud800-\udfff]")
# What the terms of an ontology are, by the prefix of their ids.
TYPES = {
    "MONDO": "disease", "DOID": "disease", "OMIM": "disease", "ORPHANET": "disease", "ORDO": "disease",
    "GARD": "disease", "ICD9": "disease", "ICD10": "disease", "ICD10CM": "disease", "ICDO": "disease",
    "ONCOTREE": "disease", "HP": "phenotype", "MP": "phenotype", "CHEBI": "chemical", "HMDB": "chemical",
    "ATCC": "cell line", "CLO": "cell line", "CVCL": "cell line", "HGNC": "gene", "PR": "protein",
    "UBERON": "anatomy", "FMA": "anatomy", "CL": "cell", "GO": "process", "NCBITAXON": "organism",
    "SO": "sequence", "MOP": "process",
}  # fmt: skip


def text(value: str) -> str:
    """NFC, white space collapsed, a lone surrogate as U+FFFD: it is no character and fits no file.

    >>> text(" heart \\n attack"), text("a\\ud800")
    ('heart attack', 'a\ufffd')
    """
    if not value.isascii():
        value = _SURROGATE.sub("\ufffd", value)
    return " ".join(unicodedata.normalize("NFC", value).split())


def texts(values: Iterable[str]) -> tuple[str, ...]:
    """The distinct texts that are not empty, in order.

    >>> texts(["a", "", " a", "b"])
    ('a', 'b')
    """
    return tuple(dict.fromkeys(t for t in map(text, values) if t))


def references(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Cross-references (namespace, id) as sorted UMLS CUIs and sorted CURIEs of all else.

    >>> references([("UMLS", "C0012634"), ("MESH", "D004194"), ("DOID", "DOID:4"), ("UMLS", "x")])
    (('C0012634',), ('DOID:4', 'MESH:D004194'))
    """
    cuis: set[str] = set()
    xrefs: set[str] = set()
    for namespace, value in pairs:
        space = namespace.upper()
        if space in ("UMLS", "UMLS_CUI"):
            if CUI.fullmatch(value):
                cuis.add(value)
        else:
            xrefs.add(value if value.upper().startswith(f"{space}:") else f"{space}:{value}")
    return tuple(sorted(cuis)), tuple(sorted(xrefs))


def kind(curie: str) -> str:
    """Semantic type by the prefix of an id.

    >>> kind("MONDO:0000001"), kind("X:1")
    ('disease', 'other')
    """
    return TYPES.get(curie.partition(":")[0].upper(), "other")
