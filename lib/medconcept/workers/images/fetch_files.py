"""Objects of a bucket to bytes, many in flight, as many bytes held as one machine's tasks may share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

import pyarrow as pa

from medconcept.images.statuses import Status, Unusable
from medconcept.sources.bucket import Bucket
from medconcept.sources.object_download import DownloadRefused, ObjectDownloader
from medconcept.workers.sync.fetch_articles import in_background

# A chunk of files for the decoder, and the bytes of bodies that a task receives at a time.
CHUNK_BYTES, CHUNK_FILES, BODY_BYTES = 8 * 1024 * 1024, 64, 128 * 1024 * 1024
_CHUNK_SECONDS = 0.2  # seconds without an answer, after which a chunk goes on as it is

Fetched = tuple[dict[str, Any], bytes | Unusable]


def fetched_files(
    batches: Iterable[pa.RecordBatch], *, bucket: Bucket, share: int, max_bytes: int
) -> Iterator[Fetched]:
    """Yield each row with the bytes of the object that its `file` names, or why they are not there.

    Rows come in the order in which they arrive. `received` is added: the bytes that were transferred.
    """

    def source() -> AsyncIterator[list[dict[str, Any]]]:
        return _chunks(batches, ObjectDownloader(bucket, share=share), max_bytes)

    for chunk in in_background(source):
        for out in chunk:
            yield out["row"], out["got"]


async def _chunks(
    batches: Iterable[pa.RecordBatch], transfer: ObjectDownloader, max_bytes: int
) -> AsyncIterator[list[dict[str, Any]]]:
    rows = (row for batch in batches for row in batch.to_pylist())
    bodies = _Bodies(BODY_BYTES)
    pending: set[asyncio.Task[dict[str, Any]]] = set()
    chunk: list[dict[str, Any]] = []
    more = True
    while more or pending:
        while more and len(pending) < transfer.in_flight:
            row = next(rows, None)
            if row is None:
                more = False
            else:
                pending.add(asyncio.ensure_future(_fetch(transfer, row, max_bytes, bodies)))
        done: set[asyncio.Task[dict[str, Any]]] = set()
        if pending:
            # A body that is large waits until those of this chunk have been handed on.
            done, pending = await asyncio.wait(
                pending, timeout=_CHUNK_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            chunk += [task.result() for task in done]
        held = sum(out["body"].size for out in chunk)
        if chunk and (held >= CHUNK_BYTES or len(chunk) >= CHUNK_FILES or not done):
            yield chunk
            for out in chunk:
                await out["body"].give_back()
            chunk = []
    if chunk:
        yield chunk


async def _fetch(
    transfer: ObjectDownloader, row: dict[str, Any], max_bytes: int, bodies: _Bodies
) -> dict[str, Any]:
    body = _Body(bodies)
    got: bytes | Unusable
    try:
        got = (await transfer.get(row["file"], max_bytes, body.admit)).data
    except DownloadRefused as refusal:
        got = _unusable(refusal)
    except Exception as error:  # a defect costs this file only, and shows as a reason
        got = Unusable(Status.UNREADABLE, f"{type(error).__name__}: {error}")
    if isinstance(got, Unusable):
        await body.give_back()
    return {"row": {**row, "received": body.size}, "got": got, "body": body}


def _unusable(refusal: DownloadRefused) -> Unusable:
    if refusal.reason == "too_large":
        return Unusable(Status.TOO_MANY_BYTES, f"{int(refusal.detail):,} bytes, over the limit")
    return Unusable(Status(refusal.reason), refusal.detail)


class _Bodies:
    """Bounds the bytes of bodies that are held at a time; one body alone may be larger."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._freed = asyncio.Condition()

    async def take(self, size: int) -> None:
        async with self._freed:
            await self._freed.wait_for(lambda: not self._held or self._held + size <= self._most)
            self._held += size

    async def give_back(self, size: int) -> None:
        async with self._freed:
            self._held -= size
            self._freed.notify_all()


class _Body:
    """The share of one body, `size` bytes; another attempt begins without what the last one took."""

    def __init__(self, bodies: _Bodies) -> None:
        self._bodies = bodies
        self.size = 0

    async def admit(self, size: int) -> None:
        await self.give_back()
        await self._bodies.take(size)
        self.size = size

    async def give_back(self) -> None:
        size, self.size = self.size, 0
        await self._bodies.give_back(size)
