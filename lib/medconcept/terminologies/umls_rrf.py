"""Files of a UMLS release in Rich Release Format: columns, file names, identifiers.

Columns in the order of NLM's UMLS Reference Manual, chapter 3; each line ends with a delimiter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
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
    "MRFILES": ("FIL", "DES", "FMT", "CLS", "RWS", "BTS"),
}  # fmt: skip
REQUIRED = ("MRCONSO", "MRSTY")
# MRCONSO.LAT (ISO 639-2/B) to ISO 639-1, as in the xml:lang of articles.
LANGUAGES = {
    "ENG": "en", "SPA": "es", "FRE": "fr", "GER": "de", "ITA": "it", "POR": "pt", "DUT": "nl", "SWE": "sv",
    "JPN": "ja", "RUS": "ru", "CZE": "cs", "FIN": "fi", "HUN": "hu", "NOR": "no", "DAN": "da", "KOR": "ko",
    "POL": "pl", "LAV": "lv", "EST": "et", "GRE": "el", "SCR": "hr", "HRV": "hr", "UKR": "uk", "TUR": "tr",
    "CHI": "zh", "BAQ": "eu", "HEB": "he", "ARA": "ar",
}  # fmt: skip
_MAIN_PREFIXES = {
    "HPO": "HP", "NCBI": "NCBITaxon", "NCI": "NCIT", "UWDA": "FMA", "ORPHANET": "Orphanet",
    "SNOMEDCT_US": "SNOMEDCT", "SNOMEDCT_VET": "SNOMEDCT", "SCTSPA": "SNOMEDCT", "SCTNOR": "SNOMEDCT",
    "MTHMSTFRE": "MTHMST", "MTHMSTITA": "MTHMST", "DSM-5": "DSM5",
}  # fmt: skip
# Sources with translations, named by the language at the end, which share the codes of the original.
_TRANSLATED = {"MSH": "MESH", "LNC": "LOINC", "MDR": "MEDDRA"}
# Sources whose codes are also ids of other terminologies, and the prefix used there (prefixes.py).
PREFIXES = {
    **_MAIN_PREFIXES,
    **_TRANSLATED,
    **{f"{sab}{code}": to for sab, to in _TRANSLATED.items() for code in (*LANGUAGES, "BPO")},
}
# What ORPHANET's codes have in front of the number: "ORPHA98".
ORPHA_CODE = re.compile("^ORPHA:?")
# Term types of a source's preferred names (MRDOC.RRF, TTY_CLASS preferred).
PREFERRED_TYPES = ("PT", "MH", "NM", "PN", "IN", "SCN", "HT", "PEN", "PTN", "ACR")
_RRF_FILE = re.compile(
    r"(?:^|.*/)(" + "|".join(COLUMNS) + r")\.RRF(?:\.(?P<part>(?!gz)[a-z]{2}))?(?P<gz>\.gz)?$", re.IGNORECASE
)


@dataclass(frozen=True)
class ReleaseFile:
    """A file of a release: the table it holds, which part of it, and whether it is gzipped."""

    table: str
    part: str
    gzipped: bool


def release_file(name: str) -> ReleaseFile | None:
    """Return what a file of a release holds, by its name; None if it is not used.

    MRFILES, which lists the files of a release with their numbers of lines, is one of them.

    >>> release_file("2025AA/META/MRCONSO.RRF.ab.gz")
    ReleaseFile(table='MRCONSO', part='ab', gzipped=True)
    >>> release_file("2025AA/META/MRHIER.RRF"), release_file("._MRCONSO.RRF")
    (None, None)
    """
    match = _RRF_FILE.match(name)
    if match is None:
        return None
    return ReleaseFile(match[1].upper(), (match["part"] or "").lower(), bool(match["gz"]))


def choose_release_files(names: Iterable[str], source: str) -> dict[str, list[str]]:
    """Return for each table of the release the names of its files, parts in order.

    Raises DictionarySourceError if a required table is missing, or a table is there twice or lacks a part.

    >>> names = ["META/MRCONSO.RRF.ab", "META/MRSTY.RRF", "META/MRCONSO.RRF.aa"]
    >>> choose_release_files(names, "UMLS")["MRCONSO"]
    ['META/MRCONSO.RRF.aa', 'META/MRCONSO.RRF.ab']
    """
    tables: dict[str, dict[str, str]] = {}
    for name in sorted(names):
        file = release_file(name)
        if file is None:
            continue
        parts = tables.setdefault(file.table, {})
        if file.part in parts or (parts and "" in {*parts, file.part}):
            raise DictionarySourceError(source, f"{file.table}.RRF is there twice: {name}")
        parts[file.part] = name
    for table in REQUIRED:
        if table not in tables:
            raise DictionarySourceError(source, f"there is no {table}.RRF")
    for table, parts in tables.items():
        expected = [chr(97 + n // 26) + chr(97 + n % 26) for n in range(len(parts))]
        if sorted(parts) not in ([""], expected):
            missing = sorted({*expected} - set(parts))
            raise DictionarySourceError(source, f"{table}.RRF lacks its part {missing[0]}")
    return {table: [parts[part] for part in sorted(parts)] for table, parts in tables.items()}


def check_first_line(line: str, table: str, source: str) -> None:
    """Raise DictionarySourceError if a file's first line has not the number of columns that NLM documents.

    >>> check_first_line("C0000005\\tT116", "MRSTY", "UMLS")
    Traceback (most recent call last):
    medconcept.terminologies.term.DictionarySourceError: dictionary source UMLS: MRSTY.RRF: the first line \
has 1 column, not 6; is its delimiter '|'?
    """
    columns, count = len(COLUMNS[table]), len(_fields(line))
    if count == columns:
        return
    hint = "; is its delimiter '|'?" if count == 1 else f" ({', '.join(COLUMNS[table])})"
    stated = f"{count} column{'' if count == 1 else 's'}"
    raise DictionarySourceError(source, f"{table}.RRF: the first line has {stated}, not {columns}{hint}")


def source_id(sab: str, code: str, cui: str) -> str:
    """Return a source's code as the identifier that open terminologies use for it.

    `umls.source_id_column` is the same rule for Spark.

    >>> source_id("MSH", "D004194", "C0012634"), source_id("GO", "GO:0005634", "C0007610")
    ('MESH:D004194', 'GO:0005634')
    >>> source_id("MTH", "NOCODE", "C0012634"), source_id("NCBI", "9606", "C0086418")
    ('UMLS:C0012634', 'NCBITaxon:9606')
    """
    if code in ("NOCODE", ""):
        return f"UMLS:{cui}"
    prefix = PREFIXES.get(sab, sab)
    local = code.removeprefix(f"{prefix}:")
    if prefix == "Orphanet":
        local = ORPHA_CODE.sub("", local)
    return f"{prefix}:{local}"


def _fields(line: str) -> list[str]:
    parts = line.rstrip("\r\n").split("|")
    return parts[:-1] if len(parts) > 1 and parts[-1] == "" else parts
