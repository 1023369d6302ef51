"""What a reader leaves out of a file, by reason: terms, names, lines and references."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

# Counts by the reasons below; terms of other prefixes as "other_prefix.PREFIX".
LeftOut = Counter[str]
LEFT_OUT = {
    "bad_utf8": "lines with bytes that are not UTF-8",
    "catalogue_number": "cell lines that have only a number of a catalogue or registry for a name",
    "cui": "references to the UMLS that are no CUI",
    "definition": "definitions without text, or not in quotation marks",
    "no_id": "entries without an identifier",
    "no_name": "entries without a name",
    "no_type": "nodes without a type, which are properties, subsets or types of synonyms",
    "not_approved": "entries of HGNC that are not approved",
    "obsolete_name": "names that are no longer in use, of terms that are",
    "one_word": "taxa with a name of one word, which often is an ordinary word",
    "other_prefix": "terms of other ontologies",
    "provisional": "genes that have only a number for a symbol",
    "reference": "cross-references without a value",
    "synonym": "synonyms that cannot be read, or of an unknown kind",
    "unnamed_taxon": "taxa that nobody has named (sp., uncultured, …)",
}
_PREFIXES_SHOWN = 10


def left_out_line(source: str, reason: str, count: int, prefixes: Sequence[str] = ()) -> str:
    """One line about what was left out of a source; `prefixes` are those of terms of other ontologies.

    >>> left_out_line("X", "synonym", 2)
    'X: left out 2 synonyms that cannot be read, or of an unknown kind'
    >>> left_out_line("EFO", "other_prefix", 12, ["HP 9", "CL 3"])
    'EFO: left out 12 terms of other ontologies (HP 9, CL 3): to take one in, add a source that has its \
prefix as name and this file as path'
    """
    line = f"{source}: left out {count:,} {LEFT_OUT[reason]}"
    if reason != "other_prefix" or not prefixes:
        return line
    shown = ", ".join([*prefixes[:_PREFIXES_SHOWN], *(["…"] if len(prefixes) > _PREFIXES_SHOWN else [])])
    return f"{line} ({shown}): to take one in, add a source that has its prefix as name and this file as path"


def left_out_lines(source: str, left_out: LeftOut) -> list[str]:
    """The lines about all that was left out of a source, the most frequent reason first.

    >>> left_out_lines("X", LeftOut({"other_prefix.HP": 2, "other_prefix.CL": 1}))[0][:47]
    'X: left out 3 terms of other ontologies (HP 2, '
    """
    counts: dict[str, int] = {}
    prefixes: list[str] = []
    for name, count in sorted(left_out.items(), key=lambda item: (-item[1], item[0])):
        reason, _, prefix = name.partition(".")
        counts[reason] = counts.get(reason, 0) + count
        if prefix:
            prefixes.append(f"{prefix} {count:,}")
    return [left_out_line(source, reason, count, prefixes) for reason, count in counts.items()]
