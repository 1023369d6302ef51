"""A user's own list of names: tab-separated values with a header line, one name per line.

| column | meaning |
|---|---|
| concept_id | identifier, such as `MINE:1`; lines with the same id are one term (required) |
| name | a name of the term (required) |
| preferred | `1`, `true` or `yes` for the preferred name; else the first line of the term has it |
| scope | exact (default), narrow, broad or related |
| language | ISO 639-1 code (two letters); `en` if empty |
| term_type | any word, stored as it is |
| cui | UMLS CUIs of the concept, separated by `|` |
| semantic_type | kinds (disease, anatomy, …) or semantic types of the UMLS, separated by `|` |
| xref | cross-references, separated by `|` |
| definition | definition of the concept |
| obsolete | `1`, `true` or `yes` if the name is no longer in use; of all names of a term: the term |
| replaced_by | identifier of the term to use instead |
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from medconcept.terminologies import term_fields
from medconcept.terminologies.left_out import LeftOut
from medconcept.terminologies.prefixes import one_id
from medconcept.terminologies.term import SCOPES, DictionarySourceError, Term

COLUMNS = (
    "concept_id", "name", "preferred", "scope", "language", "term_type", "cui", "semantic_type", "xref",
    "definition", "obsolete", "replaced_by",
)  # fmt: skip
# Further columns of the reviewed list of techniques (docs/modality.md), which is a list of names too.
NOT_READ = ("modality", "context")
_YES = ("1", "true", "yes")
# ISO 639-1.
_LANGUAGES = """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz
    ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik
    io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml
    mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd
    se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi
    vo wa wo xh yi yo za zh zu
"""
LANGUAGES = frozenset(_LANGUAGES.split())
Row = dict[str, str]


def read_tsv(data: bytes, source: str, left_out: LeftOut) -> Iterator[Term]:
    """Yield the terms of a list in the order of their first lines; lines without id or name are left out.

    Raises DictionarySourceError if the header lacks a required column or has an unknown one, or for an
    unknown scope or language.
    """
    rows = iter(table_rows(data, source))
    header = [column.strip() for column in next(rows, [])]
    _check_header(header, source)
    grouped: dict[str, list[Row]] = {}
    for number, row in enumerate(rows, 2):
        entry = {key: value.strip() for key, value in zip(header, row, strict=False)}
        if not any(entry.values()):
            continue  # an empty line is none
        if not entry.get("concept_id"):
            left_out["no_id"] += 1
        elif not term_fields.clean_text(entry.get("name", "")):
            left_out["no_name"] += 1
        else:
            _check_row(entry, number, source)
            grouped.setdefault(one_id(entry["concept_id"]), []).append(entry)
    for concept_id, entries in grouped.items():
        yield _term(source, concept_id, entries, left_out)


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


def _check_header(header: list[str], source: str) -> None:
    if "concept_id" not in header or "name" not in header:
        raise DictionarySourceError(source, "the first line must name the columns concept_id and name")
    for column in header:
        if column and column not in (*COLUMNS, *NOT_READ):
            known = ", ".join(COLUMNS)
            raise DictionarySourceError(source, f"no column {column[:40]!r} (known: {known})")
        if column and header.count(column) > 1:
            raise DictionarySourceError(source, f"the column {column} is there twice")


def _check_row(entry: Row, number: int, source: str) -> None:
    for column, known in (("scope", SCOPES), ("language", LANGUAGES)):
        value = entry[column] = entry.get(column, "").lower()
        if value and value not in known:
            names = ", ".join(known if column == "scope" else sorted(known))
            raise DictionarySourceError(source, f"line {number}: no {column} {value[:40]!r} (known: {names})")


def _term(source: str, concept_id: str, entries: list[Row], left_out: LeftOut) -> Term:
    used = [entry for entry in entries if not _is_yes(entry, "obsolete")]
    if used and len(used) < len(entries):
        left_out["obsolete_name"] += len(entries) - len(used)
    named = sorted(used or entries, key=lambda entry: not _is_yes(entry, "preferred"))
    names: dict[str, Row] = {}
    for entry in named:
        names.setdefault(term_fields.clean_text(entry["name"]), entry)
    first, *others = names.values()
    values = {key: _values(named, key) for key in ("definition", "replaced_by")}
    lists = {key: _parts(entries, key) for key in ("cui", "semantic_type", "xref")}
    cuis = (cui if ":" in cui else f"UMLS:{cui}" for cui in lists["cui"])
    own, xrefs = term_fields.split_references([*lists["xref"], *cuis], left_out)
    return Term(
        source,
        concept_id,
        next(iter(names)),
        tuple(names)[1:],
        tuple(sorted(lists["semantic_type"])) or ("other",),
        own,
        xrefs,
        definition=next(iter(values["definition"]), None),
        obsolete=not used,
        replaced_by=next(map(one_id, values["replaced_by"]), None),
        scopes=tuple(entry.get("scope") or "exact" for entry in others),
        language=first.get("language") or "en",
        languages=tuple(entry.get("language") or "en" for entry in others),
        term_type=first.get("term_type") or None,
        term_types=tuple(entry.get("term_type", "") for entry in others),
    )


def _parts(entries: list[Row], key: str) -> list[str]:
    cells = (entry.get(key, "") for entry in entries)
    return list(dict.fromkeys(part.strip() for cell in cells for part in cell.split("|") if part.strip()))


def _values(entries: list[Row], key: str) -> list[str]:
    return list(dict.fromkeys(entry[key] for entry in entries if entry.get(key)))


def _is_yes(entry: Row, key: str) -> bool:
    return entry.get(key, "").lower() in _YES
