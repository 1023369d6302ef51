"""Dates of an article as ISO strings, no more precise than the file states them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Literal

from lxml import etree

from medconcept.jats.records.article_parts import ArticleDate
from medconcept.jats.text.element_text import clean, plain_text, text_or_none
from medconcept.jats.xml.element_queries import child

_ISO = re.compile(r"\s*([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?(?![0-9])")
_FOUR_DIGITS = re.compile("[0-9]{4}")
_YEAR = re.compile(r"(?<![0-9])(?:1[5-9]|20)[0-9]{2}(?![0-9])")
_DAY_FIRST = re.compile(
    r"(?<![0-9])([0-9]{1,2})(?:st|nd|rd|th)?\.?\s+(?:de\s+)?([^\W\d_]{3,9})\.?,?\s+(?:de\s+)?([0-9]{4})(?![0-9])"
)
_MONTH_FIRST = re.compile(r"\b([^\W\d_]{3,9})\.?\s+(?:([0-9]{1,2})(?:st|nd|rd|th)?,?\s+)?([0-9]{4})(?![0-9])")
# The first letters of each month in English, German, French, Spanish, Portuguese and Italian;
# "mar", "mai" and the like are the same month wherever they are used.
_MONTHS = {
    start: number
    for number, starts in enumerate(
        ("jan ene gen", "feb fév fev fèv", "mar mär mrz", "apr avr abr", "may mai mag", "jun juin giu",
         "jul juil lug", "aug aoû aou ago", "sep set", "oct okt out ott", "nov", "dec déc dez dic"),
        start=1,
    )
    for start in starts.split()
}  # fmt: skip
_MONTH_NUMBER = re.compile(r"0?([1-9]|1[0-2])(?:\s*[-–/]\s*[0-9]{1,2})?")  # 3–4 is the issue of two months
_PARTS = frozenset(("year", "month", "day", "season"))
# Words of `pub-type`, `date-type` and `publication-format`, which every publisher writes in its own way.
_ELECTRONIC = re.compile(r"e(?:lectronic|pub|first)?\b|on-?line|web|digital|internet", re.IGNORECASE)
_PRINT = re.compile(r"p(?:rint|pub|aper)|hard-?copy", re.IGNORECASE)
_ONLINE_KIND = re.compile(
    r"e-?pub(?:lication|lished)?(?:-?ahead-?of-?print)?|(?:first-?)?(?:published-?)?on-?line(?:-?first)?"
    r"|(?:pub(?:lished)?-?)?ahead-?of-?print|pub(?:lication|lished)?-?(?:electronic|on-?line)",
)
_PRINT_KIND = re.compile(r"p-?pub(?:lication|lished)?|print(?:ed)?|pub(?:lication|lished)?-?print")
_BOTH_KINDS = re.compile(r"e-?pub-?p-?pub|p-?pub-?e-?pub")
_PUBLICATION_KIND = re.compile(
    r"(?:first-?|original-?)?pub(?:lication|lished)?(?:-?(?:date|year))?|version-of-record|vor"
)
_ISSUE_KIND = re.compile(r"collection|(?:issue|volume|cover)(?:-?(?:pub(?:lication)?|date))*")
_PREPRINT_KIND = re.compile(r"e?-?pre-?print|posted")
_NO_PUBLICATION = re.compile(r"received|accepted|submitted|rev-|revis|re-?submi")


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
    elif month is None and (match := _ISO.match(element.get("iso-8601-date", ""))) and match.group(1) == year:
        _, month, day = match.groups()
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
    """Return the best publication date and its kind, or None and None.

    Best is the online publication of the version of record, then what is nearest to it. A date of the history
    counts only if it says that it is one of publication and the article has no other.
    """
    ranked: list[tuple[int, int, str, str]] = []
    for stated in dates:
        rank = _rank(stated.kind or "", stated.publication_format or "")
        if stated.iso and rank is not None and (stated.origin == "pub-date" or rank <= _LAST_OF_HISTORY):
            outside = 0 if stated.origin == "pub-date" else _OUTSIDE
            ranked.append((rank + outside, -len(stated.iso), stated.iso, _kind(stated)))
    if not ranked:
        return None, None
    best = min(ranked, key=lambda entry: entry[:2])
    return best[2], best[3]


_LAST_OF_HISTORY = 5  # of the ranks: what is surely a publication
_OUTSIDE = 20  # ranks that a date of the history stands behind those of publication


@lru_cache(maxsize=1024)  # the same few in all articles of a publisher
def _rank(kind: str, medium: str) -> int | None:
    """Return the place of a kind and format among publication dates, 0 the best; None if it is none."""
    kind = re.sub(r"[\s_/-]+", "-", kind.lower())
    is_print = _PRINT.match(medium) is not None
    is_electronic = not is_print and _ELECTRONIC.match(medium) is not None
    if _NO_PUBLICATION.match(kind):
        return None
    if _BOTH_KINDS.fullmatch(kind) or (is_electronic and "print" in medium.lower()):
        return 2
    if _ONLINE_KIND.fullmatch(kind):
        return 0 if not is_print else 5
    if _PUBLICATION_KIND.fullmatch(kind) or (not kind and medium):
        return 1 if is_electronic else 5 if is_print else 3
    if _PRINT_KIND.fullmatch(kind):
        return 4
    if not kind:
        return 6
    if _ISSUE_KIND.fullmatch(kind):
        return 8 if is_electronic else 9 if is_print else 7
    if kind == "pmc-release":
        return 10
    return 11 if _PREPRINT_KIND.fullmatch(kind) else 12


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
    if match := _MONTH_NUMBER.fullmatch(month):
        return int(match.group(1))
    start = month[:4].lower()
    return _MONTHS.get(start) or _MONTHS.get(start[:3])
