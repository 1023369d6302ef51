"""Files that a worker has made, in pieces, to files of the lake."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from medconcept.delta.transaction import STAGING
from medconcept.stages.context import Context

TOGETHER = 256  # pieces that the driver takes at once, of 256 KB each


@dataclass(frozen=True)
class Assembled:
    """A file among the run's staged ones; `name` is relative to the lake and ends in its checksum."""

    name: str
    sha256: str
    size: int


def assemble(context: Context, what: str, pieces: DataFrame) -> dict[str, Assembled]:
    """Write rows of PIECES as files of the lake, by `file`.

    The pieces are computed once and staged; then they pass through the driver's memory, a few at a time, to
    the lake's file system. Nothing lies on the driver's disk.
    """
    files, folder = context.lake.files, f"{STAGING}/{context.run_id}/temp-{what}-files"
    staged = context.checkpoint(what, pieces)
    streams: dict[str, Any] = {}
    digests: dict[str, Any] = {}
    sizes: dict[str, int] = {}
    try:
        for file, piece in _in_order(staged):
            if file not in streams:
                streams[file] = files.open_to_write(f"{folder}/{file}")
                digests[file], sizes[file] = hashlib.sha256(), 0
            streams[file].write(piece)
            digests[file].update(piece)
            sizes[file] += len(piece)
    finally:
        for stream in streams.values():
            stream.close()
    out = {}
    for file, digest in digests.items():
        sha256 = digest.hexdigest()
        files.rename(f"{folder}/{file}", f"{folder}/{sha256}")
        out[file] = Assembled(f"{folder}/{sha256}", sha256, sizes[file])
    return out


def _in_order(staged: DataFrame) -> Iterator[tuple[str, bytes]]:
    """File and piece of all rows by their number, of which each is there once, from 0.

    Some at a time, the next of them while these are written. They were staged in order, so that Parquet finds
    those of a range without reading the others.
    """

    def block(first: int) -> list[Row]:
        rows = staged.where(F.col("number").between(first, first + TOGETHER - 1))
        return sorted(rows.collect(), key=lambda row: row["number"])

    with ThreadPoolExecutor(max_workers=1) as pool:
        rows, first = block(0), 0
        while rows:
            first += TOGETHER
            ahead = pool.submit(block, first)
            yield from ((row["file"], bytes(row["piece"])) for row in rows)
            rows = ahead.result()
