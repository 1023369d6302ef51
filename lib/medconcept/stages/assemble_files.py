"""Files that a worker has made, in pieces, to files of the lake."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame

from medconcept.delta.transaction import STAGING
from medconcept.stages.context import Context

TOGETHER = 128  # pieces that the driver holds at once, of 256 KB each


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
    blocks = -(-staged.count() // TOGETHER)
    # toLocalIterator brings one partition after the other, in order.
    ordered = staged.repartitionByRange(max(1, blocks), "number").sortWithinPartitions("number")
    streams: dict[str, Any] = {}
    digests: dict[str, Any] = {}
    sizes: dict[str, int] = {}
    try:
        for row in ordered.select("file", "piece").toLocalIterator():
            file, piece = row["file"], bytes(row["piece"])
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
