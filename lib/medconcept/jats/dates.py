"""Dates of an article, as ISO strings no more precise than the file states them."""

from __future__ import annotations

import re
from datetime import date

from lxml import etree

from medconcept.jats.text import plain_text
from medconcept.jats.tree import child, children, local_name

_ISO = re.compile(r"\s*([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?(?![0-9])")
_YEAR = re.compile(r"(?<![0-9])(?:1[5-9]|20)[0-9]{2}(?![0-9])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# The day the version of record could first be read, then what comes nearest to it.
_PREFERENCE = (
    "epub", "pub/electronic", "epub-ppub", "pub", "ppub", "pub/print", "collection", "collection/electronic",
    "collection/print", "pmc-release", "epreprint",
)  # fmt: skip


def iso_date(element: etree._Element) -> str | None:
    """The date in a `pub-date` or `date`: a year, a month of it, or a day; None if there is no year.

    >>> iso_date(etree.fromstring("<date><day>7</day><month>Mar</month><year>2020</year></date>"))
    '2020-03-07'
    """
    year, month, day = (_text(element, name) for name in ("year", "month", "day"))
    if year is None:
        match = _ISO.match(element.get("iso-8601-date", ""))
        if match:
            year, month, day = match.groups()
        else:
            stated = child(element, "string-date")
            written = _YEAR.search(plain_text(stated)) if stated is not None else None
            year = written.group() if written else None
    if year is None or not re.fullmatch("[0-9]{4}", year):
        return None
    number = _month(month)
    if number is None:
        return year
    try:
        return date(int(year), number, int(day or "")).isoformat()
    except ValueError:  # no day, or one that the month does not have
        return f"{year}-{number:02d}"


def published(meta: etree._Element) -> tuple[str | None, str | None]:
    """The best publication date and the kind of date it is."""
    dated = [(_kind(element), iso_date(element)) for element in children(meta, "pub-date")]
    ranked = [(kind, stated) for kind, stated in dated if stated]
    if not ranked:
        return None, None

    def rank(entry: tuple[str, str]) -> tuple[int, int]:
        kind, stated = entry
        return (_PREFERENCE.index(kind) if kind in _PREFERENCE else len(_PREFERENCE), -len(stated))

    kind, stated = min(ranked, key=rank)
    return stated, kind


def latest(meta: etree._Element) -> str | None:
    """The latest date anywhere among publication dates and history, to order versions by."""
    places = [*children(meta, "pub-date"), *children(meta, "history", "pub-history")]
    dates = [iso_date(e) for place in places for e in place.iter() if local_name(e) in ("pub-date", "date")]
    return max((stated for stated in dates if stated), default=None)


def _kind(element: etree._Element) -> str:
    parts = (
        element.get("date-type") or element.get("pub-type") or "",
        element.get("publication-format") or "",
    )
    return "/".join(part.strip().lower() for part in parts if part.strip()) or "untyped"


def _text(element: etree._Element, name: str) -> str | None:
    found = child(element, name)
    return (plain_text(found) or None) if found is not None else None


def _month(month: str | None) -> int | None:
    if month is None:
        return None
    if month.isascii() and month.isdigit():
        return int(month) if 1 <= int(month) <= 12 else None
    start = month[:3].lower()
    return _MONTHS.index(start) + 1 if start in _MONTHS else None
