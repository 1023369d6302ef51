"""Download of objects from a bucket: rate limit, retries of temporary errors, permanent errors at once.

obstore (the Rust crate `object_store`) moves the bytes; it was measured against boto3 on threads, see
docs/sync.md. It reports a status but no headers, so `Retry-After` needs a request of its own.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from medconcept.sources.bucket import Bucket, open_store

_STATUS_CODE = re.compile(r"status code: (\d{3})")
_TEMPORARY_STATUSES = frozenset((408, 425, 429, 500, 502, 503, 504))
_BUSY_STATUSES = frozenset((429, 503))


class DownloadRefused(Exception):
    """An object could not be downloaded: a code, one line of detail, and whether a later run may succeed."""

    def __init__(self, reason: str, detail: str, *, temporary: bool = False) -> None:
        """Store the code of the reason, one line of detail, and whether the error is temporary."""
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail, self.temporary = reason, detail, temporary


@dataclass(frozen=True)
class DownloadedObject:
    """A downloaded object."""

    data: bytes
    etag: str | None
    modified: datetime | None


def as_refusal(error: Exception) -> DownloadRefused:
    """Turn an error of the client into a refusal, temporary or final.

    >>> as_refusal(FileNotFoundError("no"))
    DownloadRefused('not_found: the server has no such object')
    >>> as_refusal(Exception("returned non-2xx status code: 503 Service Unavailable")).temporary
    True
    """
    if isinstance(error, DownloadRefused):
        return error
    if isinstance(error, FileNotFoundError):
        return DownloadRefused("not_found", "the server has no such object")
    kind, text = type(error).__name__, str(error)
    if kind in ("PermissionDeniedError", "UnauthenticatedError"):
        return DownloadRefused("forbidden", "the server does not let this be read")
    if kind == "InvalidPathError":
        return DownloadRefused("hostile_key", "a key that cannot be requested")
    if match := _STATUS_CODE.search(text):
        status = int(match[1])
        temporary = status in _TEMPORARY_STATUSES
        return DownloadRefused(
            "server_error" if temporary else "refused", f"HTTP status {status}", temporary=temporary
        )
    if isinstance(error, TimeoutError) or "Timeout" in text or "TimedOut" in text:
        return DownloadRefused("timeout", "no complete response in time", temporary=True)
    if "redirect" in text:
        return DownloadRefused("refused", "redirected: sync.bucket.region may be wrong")
    return DownloadRefused("connection", "the connection failed or was closed half-way", temporary=True)


def seconds_to_wait(value: str | None, now: datetime) -> float:
    """Return the seconds to wait by a Retry-After header; 0.0 if it is missing or malformed.

    >>> seconds_to_wait("Wed, 25 Nov 2026 02:00:07 GMT", datetime(2026, 11, 25, 2, tzinfo=timezone.utc))
    7.0
    """
    if not value:
        return 0.0
    if value.strip().isdigit():
        return float(value.strip())
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return 0.0


@dataclass
class ObjectDownloader:
    """Downloads objects of one bucket for one task; `share` tasks run on the machine at a time."""

    bucket: Bucket
    share: int = 1
    retries: int = 0
    requests: int = 0
    received: int = 0
    _store: Any = None
    _next_start: float = 0.0
    _not_before: float = 0.0
    _is_asking_server: bool = False
    _failures_in_a_row: int = 0
    jitter: Callable[[float, float], float] = field(default=random.uniform, repr=False)

    def __post_init__(self) -> None:
        """Open the client."""
        self._store = self._store or open_store(self.bucket)
        options = self.bucket.options
        self.in_flight = max(1, options.in_flight // self.share)
        rate = options.requests_per_second / self.share
        self._seconds_between_requests = 1.0 / rate if rate else 0.0

    async def get(
        self, key: str, max_bytes: int, admit: Callable[[int], Awaitable[None]] | None = None
    ) -> DownloadedObject:
        """Download a whole object; raise DownloadRefused, at once if a retry cannot help.

        `admit` is awaited with an object's size before its bytes are received, so that a caller can bound
        what it holds; it may be called again for the same object.
        """
        options = self.bucket.options
        for attempt in range(options.attempts):
            try:
                # Do not retry each of a million objects six times if the server is down.
                if attempt and self._failures_in_a_row > 4 * self.in_flight:
                    break
                downloaded = await self._once(key, max_bytes, admit)
                self._failures_in_a_row = 0
                return downloaded
            except Exception as error:
                refusal = as_refusal(error)
            if not refusal.temporary:
                raise refusal
            if attempt + 1 < options.attempts:
                self.retries += 1
                await self._back_off(key, refusal, attempt)
        self._failures_in_a_row += 1
        raise refusal

    async def _once(
        self, key: str, max_bytes: int, admit: Callable[[int], Awaitable[None]] | None
    ) -> DownloadedObject:
        import obstore

        await self._pace()
        self.requests += 1

        async def download() -> DownloadedObject:
            answer = await obstore.get_async(self._store, key)
            meta = answer.meta
            if meta["size"] > max_bytes:
                raise DownloadRefused("too_large", str(meta["size"]))
            if admit is not None:
                await admit(meta["size"])
            data = bytes(await answer.bytes_async())
            if len(data) != meta["size"]:
                raise DownloadRefused("connection", "fewer bytes than were promised", temporary=True)
            return DownloadedObject(data, (meta["e_tag"] or "").strip('"') or None, meta["last_modified"])

        downloaded = await asyncio.wait_for(download(), self.bucket.options.request_seconds + 5)
        self.received += len(downloaded.data)
        return downloaded

    async def _pace(self) -> None:
        now = time.monotonic()
        if self._seconds_between_requests:
            # Up to a tenth of a second's requests start at once: shorter sleeps cost more than they save.
            self._next_start = max(self._next_start + self._seconds_between_requests, now - 0.1)
        wait = max(self._next_start, self._not_before) - now
        if wait > 0:
            await asyncio.sleep(wait)

    async def _back_off(self, key: str, refusal: DownloadRefused, attempt: int) -> None:
        options = self.bucket.options
        wait = self.jitter(0.0, min(options.longest_wait_seconds, options.backoff_seconds * 2**attempt))
        status = int(refusal.detail.rsplit(" ", 1)[-1]) if refusal.reason == "server_error" else 0
        if status in _BUSY_STATUSES and not self._is_asking_server:
            self._is_asking_server = True  # one request asks on behalf of all: the pause applies to the host
            try:
                seconds = min(options.longest_wait_seconds, await asyncio.to_thread(self._retry_after, key))
                self._not_before = max(self._not_before, time.monotonic() + seconds)
            finally:
                self._is_asking_server = False
        await asyncio.sleep(wait)

    def _retry_after(self, key: str) -> float:
        """Ask the server for its Retry-After header; return the seconds."""
        import obstore

        options = self.bucket.options
        if options.anonymous:
            base = self.bucket.base or (
                f"{options.endpoint.rstrip('/')}/{self.bucket.name}"
                if options.endpoint
                else f"https://{self.bucket.name}.s3.{options.region}.amazonaws.com"
            )
            url = f"{base}/{key}"
        else:
            url = obstore.sign(self._store, "HEAD", key, timedelta(seconds=60))
        request = urllib.request.Request(url, method="HEAD", headers={"User-Agent": options.user_agent})
        try:
            with urllib.request.urlopen(request, timeout=options.connect_seconds):
                return 0.0
        except urllib.error.HTTPError as error:
            return seconds_to_wait(error.headers.get("Retry-After"), datetime.now(timezone.utc))
        except OSError:
            return 0.0
