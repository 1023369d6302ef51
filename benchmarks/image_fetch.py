"""Images fetched from a local S3 server with 50 ms put into each answer: part of bench_images.

The worker functions of `resolve_images` against a bare client of the same library (obstore) that discards the
same objects, both in two processes with half of the requests in flight each.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bench_sync
import pyarrow as pa
from source_bench import bucket_server, delayed

from medconcept.images.settings import Settings
from medconcept.sources.bucket import Bucket, parse_bucket
from medconcept.sources.options import BucketOptions
from medconcept.workers.images.examine_files import Task, examine_fetched
from medconcept.workers.images.fetch_files import fetched_files

ROUNDS = 3


def fetch_rates(jpegs: Sequence[bytes], folder: Path) -> dict[str, float]:
    """Images a second of obstore alone, of fetching, and of fetching and examining; the best of ROUNDS."""
    from sync_lakes import BUCKET

    keys = [f"PMC{number}.1/f1.jpg" for number in range(1, len(jpegs) + 1)]
    with bucket_server(folder) as url, delayed(url, bench_sync.DELAY) as slow:
        for key, data in zip(keys, jpegs, strict=True):
            path = folder / BUCKET / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        rates: dict[str, float] = {}
        for _ in range(ROUNDS):
            for name, client in (
                ("obstore_alone", bench_sync.bare),
                ("fetch", fetched),
                ("fetch_and_examine", examined),
            ):
                rate = len(keys) / bench_sync.seconds_of(client, slow, keys)
                rates[name] = max(rates.get(name, 0.0), rate)
    return rates


def fetched(url: str, keys: list[str]) -> None:
    """Fetch as a worker of resolve_images does."""
    batch = pa.RecordBatch.from_pylist([{"file": key} for key in keys])
    rows = fetched_files([batch], bucket=_bucket(url), share=bench_sync.PROCESSES, max_bytes=2**28)
    got = sum(isinstance(data, bytes) for _, data in rows)
    if got != len(keys):
        raise AssertionError(f"{len(keys) - got} of {len(keys)} objects were not fetched")


def examined(url: str, keys: list[str]) -> None:
    """Fetch, verify and measure as a worker does."""
    row = {"is_thumbnail": False, "may_derive": False, "md5": None}
    batch = pa.RecordBatch.from_pylist([{"file": key, **row} for key in keys])
    task = Task(Settings(), True, None)
    for rows in examine_fetched([batch], bucket=_bucket(url), share=bench_sync.PROCESSES, task=task):
        if set(rows.column("status").to_pylist()) - {"resolved"}:
            raise AssertionError("a sound image is not resolved")


def _bucket(url: str) -> Bucket:
    from sync_lakes import BUCKET

    options = BucketOptions(endpoint=url, in_flight=bench_sync.IN_FLIGHT, requests_per_second=0)
    return parse_bucket(f"s3://{BUCKET}", options)
