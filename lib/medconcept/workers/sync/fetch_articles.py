"""Download articles from a bucket: rows with keys of metadata in, rows with metadata and XML out.

Each task keeps many requests in flight from a thread of its own. Memory holds only a queue between that
thread and Spark, bounded in bytes, however many objects there are.
"""

from __future__ import annotations

import asyncio
import hashlib
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import pyarrow as pa
from pyspark.accumulators import Accumulator
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import (
    BinaryType,
    BooleanType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

from medconcept.rights import OptOutList
from medconcept.sources.bucket import Bucket
from medconcept.sources.object_download import DownloadRefused, ObjectDownloader
from medconcept.sources.pmc import Metadata, check_article, read_metadata
from medconcept.tables.column import without_metadata
from medconcept.tables.raw_articles import METADATA, OF_CONTENT

JSON_BYTES = 8 * 1024 * 1024
# Size of a batch of rows for the JVM, and how many batches may wait for it.
CHUNK_BYTES, CHUNK_ROWS, CHUNKS_WAITING = 8 * 1024 * 1024, 256, 3
MD5_ATTEMPTS = 3

FETCHED = StructType(
    [
        StructField("pmc", LongType()),
        StructField("version", IntegerType()),
        StructField("state", StringType()),
        StructField("reason", StringType()),
        StructField("detail", StringType()),
        StructField("temporary", BooleanType()),
        StructField("left_out", StringType()),
        StructField("unchanged", BooleanType()),
        StructField("size", LongType()),
        StructField("md5", StringType()),
        StructField("source_sha256", StringType()),
        StructField("content", BinaryType()),
        StructField("metadata", without_metadata(METADATA)),
        StructField("fetched_at", TimestampType()),
        StructField("requests", LongType()),
        StructField("retries", LongType()),
        StructField("received", LongType()),
    ]
)
_METADATA_FIELDS = tuple(METADATA.names)
OPTED_OUT = "opted_out"


@dataclass(frozen=True)
class SelectionRules:
    """The conditions of a selection that need an article's metadata, and the opt-out list."""

    licences: tuple[str, ...]
    manuscripts: bool
    historical_ocr: bool
    max_bytes: int
    opt_out: OptOutList = field(default_factory=OptOutList)

    def left_out(self, metadata: Metadata) -> str | None:
        """Return the code of the reason to leave an article out, or None."""
        if self.opt_out.match_article(doi=metadata.doi, pmcid=metadata.pmcid):
            return OPTED_OUT
        if metadata.licence_group not in self.licences:
            return "licence"
        if metadata.is_manuscript and not self.manuscripts:
            return "manuscript"
        if metadata.is_historical_ocr and not self.historical_ocr:
            return "historical_ocr"
        return None if metadata.xml_key else "no_xml"


def fetch_batches(
    batches: Iterable[pa.RecordBatch],
    *,
    bucket: Bucket,
    rules: SelectionRules,
    share: int,
    counter: Accumulator[dict[str, int]] | None = None,
) -> Iterator[pa.RecordBatch]:
    """Download rows of (pmc, version, key, state, known_md5): one row of FETCHED per row."""
    schema = to_arrow_schema(FETCHED)
    for rows in in_background(lambda: _chunks(batches, ObjectDownloader(bucket, share=share), rules)):
        if counter is not None:
            counter.add(_tally(rows))
        yield pa.RecordBatch.from_pylist(rows, schema)


def _tally(rows: list[dict[str, Any]]) -> dict[str, int]:
    counts = {"articles": len(rows), "bytes": sum(row["received"] or 0 for row in rows)}
    for row in rows:
        if row["reason"]:
            counts[row["reason"]] = counts.get(row["reason"], 0) + 1
    return counts


def in_background(
    source: Callable[[], AsyncIterator[list[dict[str, Any]]]],
) -> Iterator[list[dict[str, Any]]]:
    """Iterate over an asynchronous iterator that runs ahead in a thread, by at most CHUNKS_WAITING chunks."""
    chunks: queue.Queue[Any] = queue.Queue(maxsize=CHUNKS_WAITING)
    stop = threading.Event()

    async def run() -> None:
        async for chunk in source():
            while not stop.is_set():
                try:
                    chunks.put_nowait(chunk)
                    break
                except queue.Full:
                    await asyncio.sleep(0.02)
            if stop.is_set():
                return

    def work() -> None:
        end: BaseException | None = None
        try:
            asyncio.run(run())
        except BaseException as error:  # raised again in the consuming thread
            end = error
        while not stop.is_set():
            try:
                chunks.put((end,), timeout=0.1)
                return
            except queue.Full:
                continue

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while not isinstance(chunk := chunks.get(), tuple):
            yield chunk
        if chunk[0] is not None:
            raise chunk[0]
    finally:
        stop.set()
        thread.join(timeout=5)


async def _chunks(
    batches: Iterable[pa.RecordBatch], transfer: ObjectDownloader, rules: SelectionRules
) -> AsyncIterator[list[dict[str, Any]]]:
    rows = (row for batch in batches for row in batch.to_pylist())
    pending: set[asyncio.Task[dict[str, Any]]] = set()
    chunk: list[dict[str, Any]] = []
    chunk_bytes, reported = 0, [0, 0, 0]
    more = True
    while more or pending:
        while more and len(pending) < transfer.in_flight:
            row = next(rows, None)
            if row is None:
                more = False
            else:
                pending.add(asyncio.ensure_future(fetch_one(transfer, rules, row)))
        if pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                out = task.result()
                chunk_bytes += len(out["content"] or b"")
                chunk.append(out)
        if chunk and (chunk_bytes >= CHUNK_BYTES or len(chunk) >= CHUNK_ROWS or not (more or pending)):
            # The task's counters travel on the first row of each chunk, as differences.
            now = [transfer.requests, transfer.retries, transfer.received]
            for name, value, before in zip(("requests", "retries", "received"), now, reported, strict=True):
                chunk[0][name] = value - before
            reported = now
            yield chunk
            chunk, chunk_bytes = [], 0


async def fetch_one(transfer: ObjectDownloader, rules: SelectionRules, row: dict[str, Any]) -> dict[str, Any]:
    """Download one article version: its metadata, and its XML if selected and not in the lake already."""
    out: dict[str, Any] = dict.fromkeys(FETCHED.names) | {
        "pmc": row["pmc"],
        "version": row["version"],
        "state": row["state"],
        "temporary": False,
        "unchanged": False,
        "fetched_at": datetime.now(timezone.utc),
    }
    try:
        await _fill(out, transfer, rules, row)
    except DownloadRefused as refusal:
        out.update(
            reason=refusal.reason,
            detail=refusal.detail,
            temporary=refusal.temporary,
            metadata=None,
            content=None,
        )
    except Exception as error:  # a defect affects this article only, and becomes its reason
        out.update(reason="fetch_error", detail=f"{type(error).__name__}: {error}"[:300], metadata=None)
    return out


async def _fill(
    out: dict[str, Any], transfer: ObjectDownloader, rules: SelectionRules, row: dict[str, Any]
) -> None:
    for attempt in range(MD5_ATTEMPTS):
        # Read again each time: the article may be replaced during the download.
        metadata = await _metadata(transfer, row)
        out["metadata"] = {name: getattr(metadata, name) for name in _METADATA_FIELDS}
        out["metadata"]["media_urls"] = list(metadata.media_urls)
        out["left_out"] = rules.left_out(metadata)
        if out["left_out"] == OPTED_OUT:  # no more is kept than what the list is compared with
            out["metadata"] |= dict.fromkeys(OF_CONTENT)
        if out["left_out"]:
            return
        assert metadata.xml_key is not None
        if metadata.xml_md5 and metadata.xml_md5 == row["known_md5"]:
            out.update(unchanged=True, md5=metadata.xml_md5)
            return
        try:
            data = (await transfer.get(metadata.xml_key, rules.max_bytes)).data
        except DownloadRefused as refusal:
            if refusal.reason == "too_large":
                out.update(size=int(refusal.detail), md5=metadata.xml_md5)
                return
            if refusal.reason == "not_found":
                raise DownloadRefused("xml_not_found", "the metadata is there, the XML is not") from refusal
            raise
        # hashlib releases the interpreter's lock, so hashing does not block other threads.
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        if metadata.xml_md5 and md5 != metadata.xml_md5:
            if attempt + 1 < MD5_ATTEMPTS:
                await asyncio.sleep(transfer.bucket.options.backoff_seconds * 2**attempt)
            continue
        check_article(data, metadata)
        out.update(size=len(data), md5=md5, source_sha256=hashlib.sha256(data).hexdigest(), content=data)
        return
    raise DownloadRefused("md5_mismatch", "the XML is not what its metadata says")


async def _metadata(transfer: ObjectDownloader, row: dict[str, Any]) -> Metadata:
    try:
        download = await transfer.get(row["key"], JSON_BYTES)
    except DownloadRefused as refusal:
        if refusal.reason == "not_found":
            raise DownloadRefused(
                "metadata_not_found", "the inventory names it, the server has none"
            ) from refusal
        if refusal.reason == "too_large":
            raise DownloadRefused("metadata_broken", "far too large") from refusal
        raise
    return read_metadata(download.data, row["pmc"], row["version"])
