"""The files of a UMLS release in Rich Release Format: their columns, their names, and what is taken of them.

Columns in the order of NLM's UMLS Reference Manual, chapter 3; each line ends in a delimiter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from medconcept.terminologies.term import DictionarySourceError

COLUMNS: dict[str, tuple[str, ...]] = {
    "MRCONSO": (
        "CUI", "LAT", "TS", "LUI", "STT", "SUI", "ISPREF", "AUI", "SAUI", "SCUI", "SDUI", "SAB", "TTY",
        "CODE", "STR", "SRL", "SUPPRESS", "CVF",
    ),
    "MRSTY": ("CUI", "TUI", "STN", "STY", "ATUI", "CVF"),
    "MRDEF": ("CUI", "AUI", "ATUI", "SATUI", "SAB", "DEF", "SUPPRESS", "CVF"),
    "MRRANK": ("RANK", "SAB", "TTY", "SUPPRESS"),
    "MRSAB": (
        "VCUI", "RCUI", "VSAB", "RSAB", "SON", "SF", "SVER", "VSTART", "VEND", "IMETA", "RMETA", "SLC",
        "SCC", "SRL", "TFR", "CFR", "CXTY", "TTYL", "ATNL", "LAT", "CENC", "CURVER", "SABIN", "SSN", "SCIT",
    ),
    "MRCUI": ("CUI1", "VER", "REL", "RELA", "MAPREASON", "CUI2", "MAPIN"),
    "DELETEDCUI": ("PCUI", "PSTR"),
}  # fmt: skip
REQUIRED = ("MRCONSO", "MRSTY")
# MRCONSO.LAT (ISO 639-2, bibliographic) as the two letters that xml:lang of articles has.
LANGUAGES = {
    "ENG": "en", "SPA": "es", "FRE": "fr", "GER": "de", "ITA": "it", "POR": "pt", "DUT": "nl", "SWE": "sv",
    "JPN": "ja", "RUS": "ru", "CZE": "cs", "FIN": "fi", "HUN": "hu", "NOR": "no", "DAN": "da", "KOR": "ko",
    "POL": "pl", "LAV": "lv", "EST": "et", "GRE": "el", "SCR": "hr", "HRV": "hr", "UKR": "uk", "TUR": "tr",
    "CHI": "zh", "BAQ": "eu", "HEB": "he", "ARA": "ar",
}  # fmt: skip
# Sources whose codes are ids of open terminologies too, under the prefix that those use.
PREFIXES = {
    "MSH": "MESH", "HPO": "HP", "NCBI": "NCBITAXON", "NCI": "NCIT", "LNC": "LOINC", "MDR": "MEDDRA",
    "UWDA": "FMA",
}  # fmt: skip
# Term types that are the name a source prefers (MRDOC.RRF, TTY_CLASS preferred).
PREFERRED_TYPES = ("PT", "MH", "NM", "PN", "IN", "SCN", "HT", "PEN", "PTN", "ACR")
_MEMBER = re.compile(
    r"(?:^|.*/)(" + "|".join(COLUMNS) + r")\.RRF(?:\.(?P<part>(?!gz)[a-z]{2}))?(?P<gz>\.gz)?$", re.IGNORECASE
)


@dataclass(frozen=True)
class Member:
    """A file that holds a table of the release, or a part of one."""

    table: str
    part: str
    gzipped: bool


def member(name: str) -> Member | None:
    """What a file of a release holds, by its name, or None.

    >>> member("2025AA/META/MRCONSO.RRF.ab.gz")
    Member(table='MRCONSO', part='ab', gzipped=True)
    >>> member("2025AA/META/MRHIER.RRF"), member("._MRCONSO.RRF")
    (None, None)
    """
    found = _MEMBER.match(name)
    if found is None:
        return None
    return Member(found[1].upper(), (found["part"] or "").lower(), bool(found["gz"]))


def choose_members(names: Iterable[str], source: str) -> dict[str, list[str]]:
    """For each table of the release the files that hold it, parts in order.

    Raises DictionarySourceError where a table that is needed is not there, is there twice, or lacks a part.

    >>> choose_members(["META/MRCONSO.RRF.ab", "META/MRSTY.RRF", "META/MRCONSO.RRF.aa"], "UMLS")["MRCONSO"]
    ['META/MRCONSO.RRF.aa', 'META/MRCONSO.RRF.ab']
    """
    found: dict[str, dict[str, str]] = {}
    for name in sorted(names):
        what = member(name)
        if what is None:
            continue
        parts = found.setdefault(what.table, {})
        if what.part in parts or (parts and "" in {*parts, what.part}):
            raise DictionarySourceError(source, f"{what.table}.RRF is there twice: {name}")
        parts[what.part] = name
    for table in REQUIRED:
        if table not in found:
            raise DictionarySourceError(source, f"there is no {table}.RRF")
    for table, parts in found.items():
        expected = [chr(97 + n // 26) + chr(97 + n % 26) for n in range(len(parts))]
        if sorted(parts) not in ([""], expected):
            missing = sorted({*expected} - set(parts))
            raise DictionarySourceError(source, f"{table}.RRF lacks its part {missing[0]}")
    return {table: [parts[part] for part in sorted(parts)] for table, parts in found.items()}


def check_first_line(line: str, table: str, source: str) -> None:
    """Raise DictionarySourceError where a file's first line has not the columns that NLM documents.

    >>> check_first_line("C0000005\\tT116", "MRSTY", "UMLS")
    Traceback (most recent call last):
    medconcept.terminologies.term.DictionarySourceError: dictionary source UMLS: MRSTY.RRF: the first line \
has 1 column, not 6; is its delimiter '|'?
    """
    columns, found = len(COLUMNS[table]), len(_fields(line))
    if found == columns:
        return
    hint = "; is its delimiter '|'?" if found == 1 else f" ({', '.join(COLUMNS[table])})"
    count = f"{found} column{'' if found == 1 else 's'}"
    raise DictionarySourceError(source, f"{table}.RRF: the first line has {count}, not {columns}{hint}")


def source_id(sab: str, code: str, cui: str) -> str:
    """A source's code as the identifier that open terminologies use for it too.

    >>> source_id("MSH", "D004194", "C0012634"), source_id("GO", "GO:0005634", "C0007610")
    ('MESH:D004194', 'GO:0005634')
    >>> source_id("MTH", "NOCODE", "C0012634")
    'UMLS:C0012634'
    """
    if code == "NOCODE":
        return f"UMLS:{cui}"
    prefix = PREFIXES.get(sab, sab)
    return code if code.startswith(f"{prefix}:") else f"{prefix}:{code}"


def retired(rows: Iterable[Mapping[str, str]]) -> dict[str, str | None]:
    """Retired CUIs of MRCUI and the CUI that each became, None where it has no synonym.

    Only REL SY says that two identifiers mean the same; of several the smallest. RB, RN, RO point to
    broader, narrower and other concepts, which the retired one is not.

    >>> retired([{"CUI1": "C0000002", "REL": "SY", "CUI2": "C0007404"},
    ...          {"CUI1": "C0000164", "REL": "RO", "CUI2": "C0000163"}])
    {'C0000002': 'C0007404', 'C0000164': None}
    """
    out: dict[str, str | None] = {}
    for row in rows:
        same = row["CUI2"] if row["REL"] == "SY" and row["CUI2"] else None
        known = out.get(row["CUI1"])
        out[row["CUI1"]] = min((c for c in (same, known) if c), default=None)
    return out


def _fields(line: str) -> list[str]:
    parts = line.rstrip("\r\n").split("|")
    return parts[:-1] if len(parts) > 1 and parts[-1] == "" else parts
