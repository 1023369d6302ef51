"""Rows of an export to the shards that they belong to, each written whole by one task."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.accumulators import Accumulator

from medconcept.errors import ExportError, LakeDamaged
from medconcept.exports.features import IMAGE, IMAGE_TYPE
from medconcept.exports.sample_key import sample_key
from medconcept.exports.shard_file import file_sha256
from medconcept.exports.shards import Shard, finished, open_shard

WRITTEN = "entry string"  # the JSON of a ShardEntry
_WRITTEN = pa.schema([("entry", pa.string())])
SHARD, SIZE, CHECKSUM, FORMAT, CONTENT = "_shard", "_size", "_sha256", "_format", "_content"
EXTENSIONS = {"jpeg": "jpg", "tiff": "tif", "jpeg2000": "jp2"}  # others are the name of their format


@dataclass(frozen=True)
class ExportTask:
    """Where shards go, in which format, and with which columns; `tokenizer` is the definition of one."""

    folder: str
    kind: str
    schema: pa.Schema
    tokenizer: str | None = None


def write_shards(
    batches: Iterable[pa.RecordBatch], *, task: ExportTask, counter: Accumulator[dict[str, int]]
) -> Iterator[pa.RecordBatch]:
    """Write rows, sorted by SHARD, to the shards that they name; yields a row of WRITTEN for each.

    Rows have the columns of the task's schema but for `sample_key` and `image`, and SHARD and SIZE; where
    the schema has an image, CHECKSUM, FORMAT and CONTENT too. Raises LakeDamaged where the bytes of an image
    are not those that its checksum names, ExportError where the folder cannot be written.
    """
    folder = Path(task.folder)
    parts = _by_shard(batches)
    part = next(parts, None)
    while part is not None:
        name = part[0]
        try:
            with open_shard(folder, name, task.kind, task.schema, task.tokenizer) as shard:
                while part is not None and part[0] == name:
                    _write(shard, part[1], task, counter)
                    part = next(parts, None)
        except OSError as error:
            raise ExportError(f"{task.folder}: {name}: {error.strerror or error}") from error
        assert shard.entry is not None
        yield pa.RecordBatch.from_pylist([{"entry": shard.entry.as_text()}], _WRITTEN)


def check_shards(names: Iterable[str], *, folder: str) -> Iterator[tuple[str, str | None]]:
    """Each name with the JSON of its entry if the shard is whole, else with None."""
    for name in names:
        entry = finished(Path(folder), name)
        yield name, None if entry is None else entry.as_text()


def _by_shard(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Stretches of rows of one shard."""
    for batch in batches:
        names = batch.column(SHARD).to_pylist()
        begin = 0
        for n in range(1, len(names) + 1):
            if n == len(names) or names[n] != names[begin]:
                yield names[begin], batch.slice(begin, n - begin)
                begin = n


def _write(
    shard: Shard, batch: pa.RecordBatch, task: ExportTask, counter: Accumulator[dict[str, int]]
) -> None:
    rows = pa.RecordBatch.from_arrays(
        [_values(batch, field.name, field.type) for field in task.schema], schema=task.schema
    )
    sizes = batch.column(SIZE).to_pylist()
    shard.write(rows, sizes)
    counter.add({"rows": len(batch), "bytes": sum(sizes)})


def _values(batch: pa.RecordBatch, name: str, data_type: pa.DataType) -> Any:
    if name == "sample_key":
        return pa.array(_keys(batch), data_type)
    if name == IMAGE:
        return _images(batch)
    return batch.column(name).cast(data_type)


def _keys(batch: pa.RecordBatch) -> list[str]:
    return [sample_key(key) for key in batch.column("triplet_key").to_pylist()]


def _images(batch: pa.RecordBatch) -> pa.Array:
    """The images of rows; each is compared with its checksum, since this is the last place that can."""
    contents, checksums = batch.column(CONTENT), batch.column(CHECKSUM).to_pylist()
    paths: list[str | None] = []
    for n, (key, image_format) in enumerate(zip(_keys(batch), batch.column(FORMAT).to_pylist(), strict=True)):
        if checksums[n] is None:
            paths.append(None)
            continue
        data = contents[n].as_buffer()
        if data is None:
            raise LakeDamaged(
                f"image_bytes: {checksums[n]}, the image of {batch.column('triplet_key')[n].as_py()}, "
                "is gone; put the table back from a copy"
            )
        if sha256(data).hexdigest() != checksums[n]:
            raise LakeDamaged(
                f"image_bytes: the bytes of {checksums[n]}, the image of "
                f"{batch.column('triplet_key')[n].as_py()}, have another checksum; put the table back from "
                "a copy"
            )
        paths.append(f"{key}.{EXTENSIONS.get(image_format, image_format)}")
    mask = pa.array([path is None for path in paths]) if None in paths else None
    return pa.StructArray.from_arrays(
        [contents, pa.array(paths, pa.string())], fields=list(IMAGE_TYPE), mask=mask
    )


def check_files(files: Iterable[tuple[str, str]], *, folder: str) -> Iterator[str]:
    """Of files with their SHA-256, the paths of those that have another one or cannot be read."""
    for path, checksum in files:
        try:
            if file_sha256(Path(folder) / path) == checksum:
                continue
        except OSError:
            pass
        yield path
