"""Dates of an article as ISO strings, no more precise than the file states them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Literal

from lxml import etree

from medconcept.jats.records.article_parts import ArticleDate
from medconcept.jats.text.element_text import clean, plain_text, text_or_none
from medconcept.jats.xml.element_queries import child

_ISO = re.compile(r"\s*([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?(?![0-9])")
_FOUR_DIGITS = re.compile("[0-9]{4}")
_YEAR = re.compile(r"(?<![0-9])(?:1[5-9]|20)[0-9]{2}(?![0-9])")
_DAY_FIRST = re.compile(
    r"(?<![0-9])([0-9]{1,2})(?:st|nd|rd|th)?\.?\s+([A-Za-z]{3,9})\.?,?\s+([0-9]{4})(?![0-9])"
)
_MONTH_FIRST = re.compile(r"\b([A-Za-z]{3,9})\.?\s+(?:([0-9]{1,2})(?:st|nd|rd|th)?,?\s+)?([0-9]{4})(?![0-9])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PARTS = frozenset(("year", "month", "day", "season"))
# Kinds of publication date, best first: online publication of the version of record, then the nearest to it.
_PREFERENCE = (
    "epub", "pub/electronic", "epub-ppub", "pub", "ppub", "pub/print", "collection", "collection/electronic",
    "collection/print", "pmc-release", "epreprint",
)  # fmt: skip


def iso_date(element: etree._Element) -> str | None:
    """Return the date of a `pub-date` or `date` element as YYYY, YYYY-MM or YYYY-MM-DD; None without a year.

    >>> iso_date(etree.fromstring("<date><day>7</day><month>Mar</month><year>2020</year></date>"))
    '2020-03-07'
    """
    parts = _parts(element)
    return _iso(element, parts.get("year"), parts.get("month"), parts.get("day"))


def _iso(element: etree._Element, year: str | None, month: str | None, day: str | None) -> str | None:
    if year is None:
        match = _ISO.match(element.get("iso-8601-date", ""))
        if match:
            year, month, day = match.groups()
        else:
            stated = child(element, "string-date")
            year, month, day = _parse_words(plain_text(stated)) if stated is not None else (None, None, None)
    if year is None or not _FOUR_DIGITS.fullmatch(year):
        return None
    number = _month(month)
    if number is None:
        return year
    try:
        return date(int(year), number, int(day or "")).isoformat()
    except ValueError:  # no day, or one that the month does not have
        return f"{year}-{number:02d}"


def _parse_words(words: str) -> tuple[str | None, str | None, str | None]:
    """Return year, month and day from words such as "12 March 2018"; 3/4/2018 is ambiguous and gives none.

    >>> _parse_words("March 12, 2018"), _parse_words("2018-03-12"), _parse_words("in 2018")
    (('2018', 'March', '12'), ('2018', '03', '12'), ('2018', None, None))
    """
    if match := _ISO.match(words):
        return match.group(1), match.group(2), match.group(3)
    if match := _DAY_FIRST.search(words):
        return match.group(3), match.group(2), match.group(1)
    if match := _MONTH_FIRST.search(words):
        return match.group(3), match.group(1), match.group(2)
    year = _YEAR.search(words)
    return (year.group() if year else None), None, None


def all_dates(meta: etree._Element) -> tuple[ArticleDate, ...]:
    """Return every publication date, history date and event date, in document order."""
    dates: list[ArticleDate] = []
    for place in meta.iterchildren("pub-date", "history", "pub-history"):
        if place.tag == "pub-date":
            dates.append(_date(place, "pub-date", place.get("date-type") or place.get("pub-type")))
            continue
        for element in place.iter("date", "pub-date"):
            event = next(element.iterancestors("event"), None)
            kind = element.get("date-type") or element.get("pub-type")
            if event is not None:
                dates.append(_date(element, "event", event.get("event-type") or kind))
            else:
                dates.append(_date(element, "history", kind))
    return tuple(dates)


def _date(
    element: etree._Element, origin: Literal["pub-date", "history", "event"], kind: str | None
) -> ArticleDate:
    parts = _parts(element)
    year, month, day = parts.get("year"), parts.get("month"), parts.get("day")
    return ArticleDate(
        origin=origin,
        kind=clean(kind or "") or None,
        publication_format=clean(element.get("publication-format", "")) or None,
        year=year,
        month=month,
        day=day,
        season=parts.get("season"),
        iso=_iso(element, year, month, day),
    )


def published(dates: Iterable[ArticleDate]) -> tuple[str | None, str | None]:
    """Return the best publication date and its kind, or None and None."""
    ranked = [(_kind(d), d.iso) for d in dates if d.origin == "pub-date" and d.iso]
    if not ranked:
        return None, None

    def rank(entry: tuple[str, str]) -> tuple[int, int]:
        kind, stated = entry
        return (_PREFERENCE.index(kind) if kind in _PREFERENCE else len(_PREFERENCE), -len(stated))

    kind, stated = min(ranked, key=rank)
    return stated, kind


def latest(dates: Iterable[ArticleDate]) -> str | None:
    """Return the latest of all dates, by which versions of an article are ordered; None without dates."""
    return max((d.iso for d in dates if d.iso), default=None)


def _kind(date: ArticleDate) -> str:
    parts = (date.kind or "", date.publication_format or "")
    return "/".join(part.lower() for part in parts if part) or "untyped"


def _parts(element: etree._Element, in_words: bool = False) -> dict[str, str]:
    """Return the first text of each part (year, month, day, season)."""
    parts: dict[str, str] = {}
    for part in element:
        name = part.tag
        if name == "string-date" and not in_words:  # which may mark up the parts
            return _parts(part, in_words=True)
        if name in _PARTS and name not in parts and (text := text_or_none(part)):
            parts[name] = text
    return parts


def _month(month: str | None) -> int | None:
    if month is None:
        return None
    if month.isascii() and month.isdigit():
        return int(month) if 1 <= int(month) <= 12 else None
    start = month[:3].lower()
    return _MONTHS.index(start) + 1 if start in _MONTHS else None
