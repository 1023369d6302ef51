"""A user's own list of names: tab-separated values with a header line, one name per line.

| column | meaning |
|---|---|
| concept_id | identifier, such as `MINE:1`; lines with the same id are one term (required) |
| name | a name of the term (required) |
| preferred | `1`, `true` or `yes` for the preferred name; else the first line of the term has it |
| scope | exact (default), narrow, broad or related |
| language | ISO 639-1 code; `en` if empty |
| term_type | any word, stored as it is |
| cui | UMLS CUI of the concept |
| semantic_type | kind (disease, anatomy, …) or a semantic type of the UMLS |
| xref | cross-references, separated by `|` |
| definition | definition of the concept |
| obsolete | `1`, `true` or `yes` if the term is no longer in use |
| replaced_by | identifier of the term to use instead |
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from medconcept.terminologies import term_fields
from medconcept.terminologies.term import SCOPES, DictionarySourceError, Term

COLUMNS = (
    "concept_id", "name", "preferred", "scope", "language", "term_type", "cui", "semantic_type", "xref",
    "definition", "obsolete", "replaced_by",
)  # fmt: skip
_YES = ("1", "true", "yes")
Row = dict[str, str]


def read_tsv(data: bytes, source: str) -> Iterator[Term]:
    """Yield the terms of a list in the order of their first lines; lines without id or name are skipped.

    Raises DictionarySourceError if the header lacks a required column, or for an unknown scope.
    """
    rows = iter(table_rows(data, source))
    header = next(rows, [])
    if "concept_id" not in header or "name" not in header:
        raise DictionarySourceError(source, "the first line must name the columns concept_id and name")
    grouped: dict[str, list[Row]] = {}
    for number, row in enumerate(rows, 2):
        entry = {key: value.strip() for key, value in zip(header, row, strict=False)}
        if not entry.get("concept_id") or not term_fields.clean_text(entry.get("name", "")):
            continue
        if entry.get("scope", "") not in ("", *SCOPES):
            raise DictionarySourceError(source, f"line {number}: no scope {entry['scope'][:40]!r}")
        grouped.setdefault(entry["concept_id"], []).append(entry)
    for concept_id, entries in grouped.items():
        yield _term(source, concept_id, entries)


def table_rows(data: bytes, source: str) -> list[list[str]]:
    """The lines of tab-separated values in UTF-8.

    Raises DictionarySourceError for a file that was cut: its last line has no end and fewer columns than the
    first one.

    >>> table_rows(b"a\\tb\\n1\\t2", "MINE")
    [['a', 'b'], ['1', '2']]
    >>> table_rows(b"a\\tb\\n1\\t2\\n3", "MINE")
    Traceback (most recent call last):
    medconcept.terminologies.term.DictionarySourceError: dictionary source MINE: line 3, the last, has no \
end and 1 of 2 columns: is the file whole?
    """
    text = io.StringIO(data.decode("utf-8-sig"))
    rows = list(csv.reader(text, delimiter="\t", quoting=csv.QUOTE_NONE))
    if rows and not data.endswith((b"\n", b"\r")) and len(rows[-1]) < len(rows[0]):
        raise DictionarySourceError(
            source,
            f"line {len(rows)}, the last, has no end and {len(rows[-1])} of {len(rows[0])} columns: is the "
            "file whole?",
        )
    return rows


def _term(source: str, concept_id: str, entries: list[Row]) -> Term:
    entries.sort(key=lambda entry: not _is_yes(entry, "preferred"))
    names: dict[str, Row] = {}
    for entry in entries:
        names.setdefault(term_fields.clean_text(entry["name"]), entry)
    first, *others = names.values()
    values = {key: _values(entries, key) for key in ("cui", "semantic_type", "definition", "replaced_by")}
    references = [part.partition(":") for entry in entries for part in entry.get("xref", "").split("|")]
    pairs = [(space.strip(), value.strip()) for space, colon, value in references if colon]
    cuis, xrefs = term_fields.split_references([*pairs, *(("UMLS", cui) for cui in values["cui"])])
    return Term(
        source,
        concept_id,
        next(iter(names)),
        tuple(names)[1:],
        tuple(sorted(values["semantic_type"])) or ("other",),
        cuis,
        xrefs,
        definition=next(iter(values["definition"]), None),
        obsolete=any(_is_yes(entry, "obsolete") for entry in entries),
        replaced_by=next(iter(values["replaced_by"]), None),
        scopes=tuple(entry.get("scope") or "exact" for entry in others),
        language=first.get("language") or "en",
        languages=tuple(entry.get("language") or "en" for entry in others),
        term_type=first.get("term_type") or None,
        term_types=tuple(entry.get("term_type", "") for entry in others),
    )


def _values(entries: list[Row], key: str) -> list[str]:
    return list(dict.fromkeys(entry[key] for entry in entries if entry.get(key)))


def _is_yes(entry: Row, key: str) -> bool:
    return entry.get(key, "").lower() in _YES
