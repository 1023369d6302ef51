"""WebDataset: a tar file whose members are the image, the caption and the record of one sample after "
"another."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from medconcept.exports.features import IMAGE

# The fields that follow an image; the image's own field is the extension of its format.
CAPTION, RECORD = "txt", "json"
_MODE = 0o644


class TarShard:
    """A writer of samples to one tar file.

    Every member has the same owner, mode and time (0), and the fields of a sample always come in the same
    order: image, caption, record. The record is the row as JSON, without the image.
    """

    def __init__(self, sink: Any, schema: pa.Schema) -> None:
        self._sink = sink
        self._fields = [name for name in schema.names if name != IMAGE]
        self._bytes = 0

    def write(self, batch: pa.RecordBatch, sizes: Iterable[int]) -> None:
        """Append samples; `sizes` is not needed here."""
        images = batch.column(IMAGE)
        for n, record in enumerate(batch.select(self._fields).to_pylist()):
            image = images[n]
            self._member(image["path"].as_py(), image["bytes"].as_buffer())
            key = record["sample_key"]
            self._member(f"{key}.{CAPTION}", (record["caption"] or "").encode())
            self._member(f"{key}.{RECORD}", as_json(record))

    def close(self) -> None:
        """Write the end of the archive."""
        end = 2 * tarfile.BLOCKSIZE
        self._write(bytes(end + -(self._bytes + end) % tarfile.RECORDSIZE))

    def _member(self, name: str, data: Any) -> None:
        size = memoryview(data).nbytes
        header = tarfile.TarInfo(name)
        header.size, header.mode = size, _MODE
        self._write(header.tobuf(tarfile.USTAR_FORMAT, "utf-8", "strict"))
        self._write(data)
        if padding := -size % tarfile.BLOCKSIZE:
            self._write(bytes(padding))

    def _write(self, data: Any) -> None:
        self._bytes += memoryview(data).nbytes
        self._sink.write(data)


def as_json(record: dict[str, Any]) -> bytes:
    """A record as one line of JSON in UTF-8, without line end.

    >>> as_json({"caption": "α", "year": None}).decode()
    '{"caption":"α","year":null}'
    """
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def shard_index(shards: Iterable[tuple[str, int, int]]) -> bytes:
    """The index that the `wids` reader of webdataset takes: of (path, samples, bytes) of each shard."""
    listed = [{"url": path, "nsamples": samples, "filesize": size} for path, samples, size in shards]
    index = {"__kind__": "wids-shard-index-v1", "wids_version": 1, "shardlist": listed}
    return (json.dumps(index, indent=1) + "\n").encode()
