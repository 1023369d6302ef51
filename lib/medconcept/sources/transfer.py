"""Objects over the network: paced, retried where that helps, refused at once where it does not.

obstore (the Rust `object_store` crate) moves the bytes. It was measured against boto3 on threads: see
docs/sync.md. It tells a status but no headers, so `Retry-After` is asked for by a request of its own.
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

_STATUS = re.compile(r"status code: (\d{3})")
_ASK_AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504))
_BUSY = frozenset((429, 503))


class Refused(Exception):
    """An object that was not got; `reason` is counted, `temporary` says whether a later run may get it."""

    def __init__(self, reason: str, detail: str, *, temporary: bool = False) -> None:
        """Take the reason's code, one line about it, and whether it may pass."""
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail, self.temporary = reason, detail, temporary


@dataclass(frozen=True)
class Obj:
    """An object as it was got."""

    data: bytes
    etag: str | None
    modified: datetime | None


def classify(error: Exception) -> Refused:
    """Whether an error of the client passes by itself.

    >>> classify(FileNotFoundError("no"))
    Refused('not_found: the server has no such object')
    >>> classify(Exception("returned non-2xx status code: 503 Service Unavailable")).temporary
    True
    """
    if isinstance(error, Refused):
        return error
    if isinstance(error, FileNotFoundError):
        return Refused("not_found", "the server has no such object")
    kind, text = type(error).__name__, str(error)
    if kind in ("PermissionDeniedError", "UnauthenticatedError"):
        return Refused("forbidden", "the server does not let this be read")
    if kind == "InvalidPathError":
        return Refused("hostile_key", "no key that can be asked for")
    if match := _STATUS.search(text):
        status = int(match[1])
        temporary = status in _ASK_AGAIN
        return Refused(
            "server_error" if temporary else "refused", f"HTTP status {status}", temporary=temporary
        )
    if isinstance(error, TimeoutError) or "Timeout" in text or "TimedOut" in text:
        return Refused("timeout", "no whole answer in time", temporary=True)
    if "redirect" in text:
        return Refused("refused", "redirected: sync.bucket.region may be wrong")
    return Refused("connection", "the connection failed or was closed half-way", temporary=True)


def seconds_to_wait(value: str | None, now: datetime) -> float:
    """What a Retry-After header asks for, in seconds; 0 where it asks for nothing.

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
class Transfer:
    """Gets objects of one bucket for one task, `share` tasks of which run on the machine at a time."""

    bucket: Bucket
    share: int = 1
    retries: int = 0
    requests: int = 0
    received: int = 0
    _store: Any = None
    _next: float = 0.0
    _not_before: float = 0.0
    _asking: bool = False
    _given_up: int = 0
    jitter: Callable[[float, float], float] = field(default=random.uniform, repr=False)

    def __post_init__(self) -> None:
        """Open the client."""
        self._store = self._store or open_store(self.bucket)
        options = self.bucket.options
        self.in_flight = max(1, options.in_flight // self.share)
        rate = options.requests_per_second / self.share
        self._gap = 1.0 / rate if rate else 0.0

    async def get(
        self, key: str, max_bytes: int, admit: Callable[[int], Awaitable[None]] | None = None
    ) -> Obj:
        """An object whole. Raises Refused: at once where asking again is of no use.

        `admit` is awaited with an object's size before its bytes are received, so that a caller can bound
        what it holds; it may be called again for the same object.
        """
        options = self.bucket.options
        for attempt in range(options.attempts):
            try:
                # A server that is down is not asked for each of a million objects six times.
                if attempt and self._given_up > 4 * self.in_flight:
                    break
                got = await self._once(key, max_bytes, admit)
                self._given_up = 0
                return got
            except Exception as error:
                refusal = classify(error)
            if not refusal.temporary:
                raise refusal
            if attempt + 1 < options.attempts:
                self.retries += 1
                await self._back_off(key, refusal, attempt)
        self._given_up += 1
        raise refusal

    async def _once(self, key: str, max_bytes: int, admit: Callable[[int], Awaitable[None]] | None) -> Obj:
        import obstore

        await self._pace()
        self.requests += 1

        async def whole() -> Obj:
            answer = await obstore.get_async(self._store, key)
            meta = answer.meta
            if meta["size"] > max_bytes:
                raise Refused("too_large", str(meta["size"]))
            if admit is not None:
                await admit(meta["size"])
            data = bytes(await answer.bytes_async())
            if len(data) != meta["size"]:
                raise Refused("connection", "fewer bytes than were promised", temporary=True)
            return Obj(data, (meta["e_tag"] or "").strip('"') or None, meta["last_modified"])

        got = await asyncio.wait_for(whole(), self.bucket.options.request_seconds + 5)
        self.received += len(got.data)
        return got

    async def _pace(self) -> None:
        now = time.monotonic()
        if self._gap:
            # Up to a tenth of a second is let through at once: sleeping for less costs more than it spares.
            self._next = max(self._next + self._gap, now - 0.1)
        wait = max(self._next, self._not_before) - now
        if wait > 0:
            await asyncio.sleep(wait)

    async def _back_off(self, key: str, refusal: Refused, attempt: int) -> None:
        options = self.bucket.options
        wait = self.jitter(0.0, min(options.longest_wait_seconds, options.backoff_seconds * 2**attempt))
        status = int(refusal.detail.rsplit(" ", 1)[-1]) if refusal.reason == "server_error" else 0
        if status in _BUSY and not self._asking:
            self._asking = True  # one asks for all: the pause is the host's
            try:
                asked = min(options.longest_wait_seconds, await asyncio.to_thread(self._retry_after, key))
                self._not_before = max(self._not_before, time.monotonic() + asked)
            finally:
                self._asking = False
        await asyncio.sleep(wait)

    def _retry_after(self, key: str) -> float:
        """Ask the server itself how long it wants to be left alone."""
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
