"""Identifiers of an article: PMCID with its version, PMID, DOI, the publisher's id, the manuscript id."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from medconcept.jats.errors import ArticleRejected, Reason
from medconcept.jats.text.element_text import plain_text
from medconcept.jats.warning_log import WarningLog
from medconcept.jats.xml.element_queries import children

PMC_TYPES = frozenset(("pmc", "pmcid", "pmc-ver", "pmcid-ver"))
_MANUSCRIPT_TYPES = ("manuscript", "manuscript-id", "mid", "nihms")
_PMCID = re.compile(r"(?:PMC)?\s*0*([1-9][0-9]*)(?:\.([0-9]{1,6}))?", re.IGNORECASE)
_PMID = re.compile(r"(?:pmid:?\s*)?([0-9]+)", re.IGNORECASE)
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.[0-9]{4,9}/\S+)", re.IGNORECASE)
_PATTERNS = {"pmcid": _PMCID, "pmid": _PMID, "doi": _DOI}


def doi_of(value: str) -> str:
    """Return a DOI in lower case, without a leading resolver address or "doi:".

    >>> doi_of("https://doi.org/10.1371/X.g001")
    '10.1371/x.g001'
    """
    match = _DOI.fullmatch(value)
    return (match.group(1) if match else value).lower()


def bare_identifier(field: str, value: str) -> str | None:
    """Return a PMC id (`PMC<digits>`), PubMed id or DOI in the form it is stored in; None if it is none.

    >>> bare_identifier("pmcid", "12.3"), bare_identifier("doi", "https://doi.org/10.1371/X"), \
    bare_identifier("pmid", "n/a")
    ('PMC12', '10.1371/x', None)
    """
    match = _PATTERNS[field].fullmatch(value)
    if match is None:
        return None
    return f"PMC{match.group(1)}" if field == "pmcid" else match.group(1).lower()


@dataclass(frozen=True, slots=True)
class Identifiers:
    """Identifiers of an article; `key` (`PMC<digits>`, else `doi:<doi>`) is the same for all its versions."""

    pmcid: str | None
    pmc_version: int | None
    pmid: str | None
    doi: str | None
    publisher_id: str | None
    manuscript_id: str | None
    key: str


def read_identifiers(meta: etree._Element | None, warnings: WarningLog) -> Identifiers:
    """Read the identifiers of an article-meta; raise `ArticleRejected` if it has neither PMCID nor DOI.

    >>> meta = etree.fromstring('<m><article-id pub-id-type="pmc-ver">PMC12.3</article-id></m>')
    >>> read_identifiers(meta, WarningLog()).key, read_identifiers(meta, WarningLog()).pmc_version
    ('PMC12', 3)
    """
    values: dict[str, list[str]] = {}
    listed: list[str] = []
    version: dict[str, int] = {}
    for element in children(meta, "article-id") if meta is not None else ():
        kind = (element.get("pub-id-type") or "").strip().lower()
        value = plain_text(element)
        listed.append(f"{kind or 'untyped'}={value}")
        field = "pmcid" if kind in PMC_TYPES else kind
        pattern = _PATTERNS.get(field)
        match = pattern.fullmatch(value) if pattern else None
        if pattern and match is None:
            warnings.append(f"bad_identifier: {kind} {value!r}")
            continue
        value = match.group(1) if match else value
        if field == "pmcid" and match:
            value = f"PMC{value}"
            if match.group(2):
                version.setdefault(value, int(match.group(2)))
        value = value.lower() if field == "doi" else value
        if value and value not in values.setdefault(field, []):
            values[field].append(value)
    for field in ("pmcid", "pmid", "doi"):
        if len(values.get(field, ())) > 1:
            warnings.append(f"several_identifiers: {field} {', '.join(values[field])}")
    first = {field: entries[0] for field, entries in values.items() if entries}
    pmcid, doi = first.get("pmcid"), first.get("doi")
    if pmcid is None and doi is None:
        raise ArticleRejected(Reason.NO_IDENTIFIER, None, "ids there: " + (", ".join(listed) or "none"))
    key = pmcid or f"doi:{doi}"
    return Identifiers(
        pmcid=pmcid,
        pmc_version=version.get(pmcid or "", _stated_version(meta)),
        pmid=first.get("pmid"),
        doi=doi,
        publisher_id=first.get("publisher-id"),
        manuscript_id=next((first[kind] for kind in _MANUSCRIPT_TYPES if kind in first), None),
        key=key,
    )


def _stated_version(meta: etree._Element | None) -> int | None:
    """Return PMC's version number from `<article-version>`, or None."""
    for element in meta.iter("article-version") if meta is not None else ():
        number = plain_text(element)
        if element.get("article-version-type") == "pmc-version" and re.fullmatch("[0-9]{1,6}", number):
            return int(number)
    return None
