"""Values that all readers share: names, identifiers, cross-references, kinds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from medconcept.terminologies.left_out import LeftOut
from medconcept.terminologies.prefixes import one_id, one_prefix

CUI = re.compile(r"C[0-9]{7}")
_SURROGATE = re.compile("[\ud800-\udfff]")
# The kind of an ontology's terms, by the prefix of their ids.
KIND_BY_PREFIX = {
    "MONDO": "disease", "DOID": "disease", "OMIM": "disease", "ORPHANET": "disease", "ORDO": "disease",
    "GARD": "disease", "ICD9": "disease", "ICD9CM": "disease", "ICD10": "disease", "ICD10CM": "disease",
    "ICDO": "disease", "ONCOTREE": "disease", "HP": "phenotype", "MP": "phenotype", "CHEBI": "chemical",
    "HMDB": "chemical", "ATCC": "cell line", "CLO": "cell line", "CVCL": "cell line", "HGNC": "gene",
    "PR": "protein", "UBERON": "anatomy", "FMA": "anatomy", "CL": "cell", "GO": "process",
    "NCBITAXON": "organism", "SO": "sequence", "MOP": "process",
}  # fmt: skip


def clean_text(value: str) -> str:
    """Return the text in NFC with white space collapsed and lone surrogates replaced by U+FFFD.

    >>> clean_text(" heart \
 attack"), clean_text("a\\ud800")
    ('heart attack', 'a\ufffd')
    """
    if not value.isascii():
        value = _SURROGATE.sub("\ufffd", value)
        value = unicodedata.normalize("NFC", value)
    return " ".join(value.split())


def clean_texts(values: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct non-empty texts, cleaned, in order.

    >>> clean_texts(["a", "", " a", "b"])
    ('a', 'b')
    """
    return tuple(dict.fromkeys(t for t in map(clean_text, values) if t))


def split_references(
    references: Iterable[str], left_out: LeftOut | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split cross-references into sorted UMLS CUIs and all others, sorted, each in its one spelling.

    What is neither prefix and local part nor an address is no identifier; what looks like a reference to the
    UMLS without a CUI is counted in `left_out`.

    >>> split_references(["UMLS:C0012634", "MSH:D004194", "DOID:DOID:4", "ORDO:98", "UMLS_CUI:x", "word"])
    (('C0012634',), ('DOID:4', 'MESH:D004194', 'Orphanet:98'))
    """
    cuis: set[str] = set()
    xrefs: set[str] = set()
    for reference in references:
        prefix, colon, local = one_id(reference).partition(":")
        if not colon or not prefix or not local:
            continue
        if prefix != "UMLS":
            xrefs.add(f"{prefix}:{local}")
        elif CUI.fullmatch(local):
            cuis.add(local)
        elif left_out is not None:
            left_out["cui"] += 1
    return tuple(sorted(cuis)), tuple(sorted(xrefs))


def is_own(identifier: str, source: str) -> bool:
    """Whether an identifier has the prefix that a source is named by, in any spelling.

    >>> is_own("NCBITaxon:9606", "NCBITAXON"), is_own("Orphanet:98", "ORDO"), is_own("HP:1", "EFO")
    (True, True, False)
    """
    return identifier.partition(":")[0] == one_prefix(source)


def kind_of_id(curie: str) -> str:
    """Return the kind of a term by the prefix of its id; "other" if the prefix is unknown.

    >>> kind_of_id("MONDO:0000001"), kind_of_id("X:1")
    ('disease', 'other')
    """
    return KIND_BY_PREFIX.get(curie.partition(":")[0].upper(), "other")
