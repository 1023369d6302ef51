"""Timestamps as Spark's cast from text takes them, without Spark; the session's zone is UTC."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

_TIMESTAMP = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2})"
    r"(?:[ T](?P<hour>\d{1,2})(?::(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:\.(?P<fraction>\d+))?)?"
    r"(?P<zone>.*))?)?)?)?",
    re.DOTALL,
)
_OFFSET = re.compile(r"(?:UTC|GMT|UT)?(?P<sign>[+-])(?P<hours>\d{1,2})(?::(?P<minutes>\d{1,2}))?")


def parse_timestamp(text: str) -> datetime | None:
    """The moment that a text names, in UTC; None if it names none.

    >>> parse_timestamp("2026-11-24T10:00:00+02:00").isoformat(), parse_timestamp("2026-1-2").isoformat()
    ('2026-11-24T08:00:00+00:00', '2026-01-02T00:00:00+00:00')
    >>> parse_timestamp("last week")
    """
    match = _TIMESTAMP.fullmatch(text.strip())
    if match is None:
        return None
    number = {name: int(match[name] or 0) for name in ("hour", "minute", "second")}
    microsecond = int((match["fraction"] or "0")[:6].ljust(6, "0"))
    try:
        zone = _zone((match["zone"] or "").strip())
        moment = datetime(
            int(match["year"]), int(match["month"] or 1), int(match["day"] or 1),
            number["hour"], number["minute"], number["second"], microsecond, zone,
        )  # fmt: skip
        return moment.astimezone(timezone.utc)
    except (ValueError, OSError, OverflowError, KeyError):  # KeyError: a zone that does not exist
        return None


def _zone(name: str) -> tzinfo:
    if name in ("", "Z", "UTC", "GMT", "UT"):
        return timezone.utc
    if offset := _OFFSET.fullmatch(name):
        ahead = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
        if ahead > timedelta(hours=18):
            raise ValueError(name)
        return timezone(-ahead if offset["sign"] == "-" else ahead)
    return ZoneInfo(name)
