"""Settings of article sources; read by workers too, so only the standard library is imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from medconcept.errors import ConfigError

# Metadata of a setting that is a path: relative to the base of its configuration file.
PATH: Mapping[str, bool] = {"path": True}
LICENCE_GROUPS = ("commercial", "noncommercial", "other")


@dataclass(frozen=True)
class BucketOptions:
    """Address of the bucket and limits of its use.

    `in_flight` and `requests_per_second` apply to one machine of the cluster, whatever its number of cores;
    0 requests per second means no limit. By default `inventory` is where S3 puts it for a bucket of that
    name, or for PMC's own. S3 serves 5,500 GET a second per prefix, and every article of
    PMC has a prefix of its own: the default stays far below that.
    """

    endpoint: str | None = None
    region: str = "us-east-1"
    anonymous: bool = True
    inventory: str | None = None
    user_agent: str = "medconcept (https://pypi.org/project/medconcept)"
    in_flight: int = 64
    requests_per_second: int = 1000
    attempts: int = 6
    connect_seconds: float = 10.0
    request_seconds: float = 60.0
    backoff_seconds: float = 0.5
    longest_wait_seconds: float = 60.0

    def __post_init__(self) -> None:
        """Refuse values with which nothing could be downloaded."""
        for name in ("in_flight", "attempts", "connect_seconds", "request_seconds"):
            if getattr(self, name) <= 0:
                raise ConfigError(f"sync.bucket.{name}: {getattr(self, name)} must be above 0")
        for name in ("backoff_seconds", "longest_wait_seconds"):
            if getattr(self, name) < 0:
                raise ConfigError(f"sync.bucket.{name}: {getattr(self, name)} must be 0 or more")
        if self.requests_per_second < 0:
            raise ConfigError("sync.bucket.requests_per_second: must be 0 (no limit) or more")


@dataclass(frozen=True)
class Selection:
    """Which articles of a bucket are selected; articles in the lake are kept up to date regardless.

    `pmcids` names a file with one PMC id a line. `since` and `until` are days (YYYY-MM-DD) on which the
    article's metadata was last changed, both included. `fraction` selects by the MD5 of an article's id, so
    that the same ones are selected every day. `limit` is a number of articles in the lake.

    >>> Selection(licences=("free",))
    Traceback (most recent call last):
    medconcept.errors.ConfigError: sync.select.licences: 'free' is not one of commercial, noncommercial, other
    """

    pmcids: str | None = field(default=None, metadata=PATH)
    licences: tuple[str, ...] = LICENCE_GROUPS
    since: str | None = None
    until: str | None = None
    manuscripts: bool = True
    historical_ocr: bool = True
    limit: int | None = None
    fraction: float = 1.0
    all_versions: bool = False

    def __post_init__(self) -> None:
        """Refuse values that would select nothing, or by mistake."""
        for group in self.licences:
            if group not in LICENCE_GROUPS:
                groups = ", ".join(LICENCE_GROUPS)
                raise ConfigError(f"sync.select.licences: {group!r} is not one of {groups}")
        if not 0 < self.fraction <= 1:
            raise ConfigError(f"sync.select.fraction: {self.fraction} is not above 0 and at most 1")
        if self.limit is not None and self.limit < 1:
            raise ConfigError(f"sync.select.limit: {self.limit} is not a number of articles")
        for name in ("since", "until"):
            _require_day(name, getattr(self, name))


def _require_day(name: str, day: str | None) -> None:
    from datetime import date

    if day is None:
        return
    try:
        date.fromisoformat(day)
    except ValueError as error:
        raise ConfigError(f"sync.select.{name}: {day!r} is not a day such as 2026-11-24") from error
