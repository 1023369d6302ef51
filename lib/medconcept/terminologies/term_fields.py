"""Values that all readers share: names, identifiers, cross-references, kinds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

CUI = re.compile(r"C[0-9]{7}")
_SURROGATE = re.compile("[\ud800-\udfff]")
# The kind of an ontology's terms, by the prefix of their ids.
KIND_BY_PREFIX = {
    "MONDO": "disease", "DOID": "disease", "OMIM": "disease", "ORPHANET": "disease", "ORDO": "disease",
    "GARD": "disease", "ICD9": "disease", "ICD10": "disease", "ICD10CM": "disease", "ICDO": "disease",
    "ONCOTREE": "disease", "HP": "phenotype", "MP": "phenotype", "CHEBI": "chemical", "HMDB": "chemical",
    "ATCC": "cell line", "CLO": "cell line", "CVCL": "cell line", "HGNC": "gene", "PR": "protein",
    "UBERON": "anatomy", "FMA": "anatomy", "CL": "cell", "GO": "process", "NCBITAXON": "organism",
    "SO": "sequence", "MOP": "process",
}  # fmt: skip


def clean_text(value: str) -> str:
    """Return the text in NFC with white space collapsed and lone surrogates replaced by U+FFFD.

    >>> clean_text(" heart \
 attack"), clean_text("a\\ud800")
    ('heart attack', 'a\ufffd')
    """
    if not value.isascii():
        value = _SURROGATE.sub("\ufffd", value)
    return " ".join(unicodedata.normalize("NFC", value).split())


def clean_texts(values: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct non-empty texts, cleaned, in order.

    >>> clean_texts(["a", "", " a", "b"])
    ('a', 'b')
    """
    return tuple(dict.fromkeys(t for t in map(clean_text, values) if t))


def split_references(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split cross-references (namespace, id) into sorted UMLS CUIs and sorted CURIEs of all others.

    >>> split_references([("UMLS", "C0012634"), ("MESH", "D004194"), ("DOID", "DOID:4"), ("UMLS", "x")])
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


def kind_of_id(curie: str) -> str:
    """Return the kind of a term by the prefix of its id; "other" if the prefix is unknown.

    >>> kind_of_id("MONDO:0000001"), kind_of_id("X:1")
    ('disease', 'other')
    """
    return KIND_BY_PREFIX.get(curie.partition(":")[0].upper(), "other")
