"""Bytes of images to the checksums of their pixels, each decoded whole in a child process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pyarrow as pa
from pyspark.accumulators import Accumulator

from medconcept.images.isolation import examine_isolated
from medconcept.images.settings import Settings
from medconcept.images.verify import ImageFile

DIGESTS = "sha256 string, pixel_sha256 string"
_SCHEMA = pa.schema([("sha256", pa.string()), ("pixel_sha256", pa.string())])
_ROWS = 1024


def digest_pixels(
    batches: Iterable[pa.RecordBatch],
    *,
    settings: Settings,
    counter: Accumulator[dict[str, int]] | None = None,
) -> Iterator[pa.RecordBatch]:
    """Rows of DIGESTS for rows of (sha256, content); the digest is null where a file does not decode."""
    full = replace(settings, pixel_digest=True)
    contents = (value.as_py() for batch in batches for value in batch.column("content"))
    rows: list[tuple[str, str | None]] = []
    for record in examine_isolated((ImageFile("", content) for content in contents), full):
        rows.append((record.sha256, record.pixel_sha256))
        if len(rows) >= _ROWS:
            yield _batch(rows, counter)
            rows = []
    yield _batch(rows, counter)


def _batch(rows: list[tuple[str, str | None]], counter: Accumulator[dict[str, int]] | None) -> pa.RecordBatch:
    if counter is not None:
        counter.add({"images": len(rows)})
    values = [dict(zip(_SCHEMA.names, row, strict=True)) for row in rows]
    return pa.RecordBatch.from_pylist(values, _SCHEMA)
