"""Files of images to rows of EXAMINED: read, verified, measured, and copied for training where requested.

A file comes in one of four ways: with its bytes in the row, from a disk of this machine, from an archive, or
from a bucket. Each is read when its turn comes; what is held at a time is bounded in bytes.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeAlias

import pyarrow as pa
from pyspark.accumulators import Accumulator

from medconcept.images.examine import ImageRecord, as_values
from medconcept.images.isolation import deriver, examine_isolated
from medconcept.images.settings import Derivation, Settings
from medconcept.images.statuses import Status, Unusable
from medconcept.images.verify import ImageFile
from medconcept.sources.bucket import Bucket
from medconcept.workers.images.fetch_files import fetched_files
from medconcept.workers.images.list_archives import members
from medconcept.workers.sync.archive_members import ARCHIVE_ERRORS, MEMBER_SEPARATOR, open_archive

_MEASURED = (
    "size long, sha256 string, pixel_sha256 string, phash string, format string, mode string, "
    "bit_depth int, width int, height int, frames int, near_white double, entropy double, "
    "colourfulness double, flags array<string>"
)
MEASURES = tuple(part.split()[0] for part in _MEASURED.split(", "))
EXAMINED = (
    f"file string, is_thumbnail boolean, status string, detail string, {_MEASURED}, content binary, "
    "derived_sha256 string, derived_format string, derived binary, received long"
)
_TYPES = {
    "string": pa.string(),
    "long": pa.int64(),
    "int": pa.int32(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "binary": pa.binary(),
    "array<string>": pa.list_(pa.string()),
}
_SCHEMA = pa.schema([(n, _TYPES[t]) for n, t in (part.split() for part in EXAMINED.split(", "))])
# A batch of rows for the JVM.
_ROWS, _BYTES = 128, 8 * 1024 * 1024

Row: TypeAlias = dict[str, Any]
Item: TypeAlias = tuple[Row, ImageFile | Unusable]


@dataclass(frozen=True)
class Task:
    """What is done with each file."""

    settings: Settings
    keeps_bytes: bool
    derivation: Derivation | None


def examine_given(
    batches: Iterable[pa.RecordBatch], *, task: Task, counter: Accumulator[dict[str, int]] | None = None
) -> Iterator[pa.RecordBatch]:
    """Examine rows of (file, is_thumbnail, may_derive, size, md5, content)."""
    rows = (batch.slice(n, 1).to_pylist()[0] for batch in batches for n in range(len(batch)))
    return _examined(((row, _image_file(row, row.pop("content"))) for row in rows), task, counter)


def examine_local(
    batches: Iterable[pa.RecordBatch],
    *,
    root: str,
    task: Task,
    counter: Accumulator[dict[str, int]] | None = None,
) -> Iterator[pa.RecordBatch]:
    """Examine rows of (file, is_thumbnail, may_derive, size, md5, uri), files below `root` on this disk."""
    rows = (row for batch in batches for row in batch.to_pylist())
    most = task.settings.limits.bytes
    return _examined(((row, _local_file(row, root, most)) for row in rows), task, counter)


def examine_members(
    batches: Iterable[pa.RecordBatch], *, task: Task, counter: Accumulator[dict[str, int]] | None = None
) -> Iterator[pa.RecordBatch]:
    """Examine rows of (archive, uri, blob, files), `files` a list of (file, is_thumbnail, may_derive, …)."""
    rows = (batch.slice(n, 1).to_pylist()[0] for batch in batches for n in range(len(batch)))
    most = task.settings.limits.bytes
    return _examined((item for row in rows for item in _member_files(row, most)), task, counter)


def examine_fetched(
    batches: Iterable[pa.RecordBatch],
    *,
    bucket: Bucket,
    share: int,
    task: Task,
    counter: Accumulator[dict[str, int]] | None = None,
) -> Iterator[pa.RecordBatch]:
    """Examine rows of (file, is_thumbnail, may_derive, md5): objects of a bucket by their keys."""
    fetched = fetched_files(batches, bucket=bucket, share=share, max_bytes=task.settings.limits.bytes)
    return _examined(
        ((row, _image_file(row, got) if isinstance(got, bytes) else got) for row, got in fetched),
        task,
        counter,
    )


def _image_file(row: Row, data: bytes) -> ImageFile:
    name = row["file"].rsplit(MEMBER_SEPARATOR, 1)[-1]
    return ImageFile(name, data, row.get("size"), row.get("md5"), thumbnail=bool(row["is_thumbnail"]))


def _local_file(row: Row, root: str, most: int) -> ImageFile | Unusable:
    path = local_path(row["uri"])
    try:
        real = os.path.realpath(path)
        if os.path.commonpath((real, os.path.realpath(root))) != os.path.realpath(root):
            return Unusable(Status.OUTSIDE_SOURCE, "a link that leads out of the source's folder")
        if not stat.S_ISREG(os.stat(real).st_mode):  # a pipe would never end
            return Unusable(Status.UNREADABLE, "not a regular file")
        with open(real, "rb") as file:
            return _image_file(row, file.read(most + 1))
    except OSError as error:
        return Unusable(Status.UNREADABLE, type(error).__name__)


def local_path(uri: str) -> str:
    """The path of a file that Hadoop names by a URI; it writes names as they are, without escapes.

    >>> local_path("file:///data/f%201.jpg"), local_path("file:/data/#1.jpg")
    ('/data/f%201.jpg', '/data/#1.jpg')
    """
    return "/" + uri.removeprefix("file:").lstrip("/")


def _member_files(row: Row, most: int) -> Iterator[Item]:
    wanted: dict[str, list[Row]] = {}
    for file in row["files"]:
        wanted.setdefault(file["file"].split(MEMBER_SEPARATOR, 1)[1], []).append(file)
    problem = "it is not in the archive any more"
    try:
        with open_archive(row) as stream:
            for name, _, member in members(stream, row["archive"]):
                if name in wanted:
                    data = member.read(most + 1)
                    for file in wanted.pop(name):
                        yield file, _image_file(file, data)
                if not wanted:
                    return
    except ARCHIVE_ERRORS as error:
        problem = f"the archive is broken: {type(error).__name__}"
    for files in wanted.values():
        for file in files:
            yield file, Unusable(Status.UNREADABLE, problem)


def _examined(
    items: Iterator[Item], task: Task, counter: Accumulator[dict[str, int]] | None
) -> Iterator[pa.RecordBatch]:
    rows: list[Row] = []
    held = 0
    with ExitStack() as stack:
        copy = None
        if task.derivation is not None:
            copy = stack.enter_context(deriver(task.derivation, task.settings.limits))
        for row, file, record in _records(items, task.settings):
            out = _row(row, file, record, task, copy)
            held += len(out["content"] or b"") + len(out["derived"] or b"")
            rows.append(out)
            if len(rows) >= _ROWS or held >= _BYTES:
                yield _batch(rows, counter)
                rows, held = [], 0
    yield _batch(rows, counter)


def _records(
    items: Iterator[Item], settings: Settings
) -> Iterator[tuple[Row, ImageFile | None, ImageRecord | Unusable]]:
    """Each row with its file and record, or with the reason why there is no file; in order."""
    waiting: deque[Item] = deque()

    def files() -> Iterator[ImageFile]:
        for item in items:
            waiting.append(item)
            if isinstance(item[1], ImageFile):
                yield item[1]

    def refusals() -> Iterator[tuple[Row, None, Unusable]]:
        while waiting and isinstance(refused := waiting[0][1], Unusable):
            yield waiting.popleft()[0], None, refused

    for record in examine_isolated(files(), settings):
        yield from refusals()
        row, file = waiting.popleft()
        assert isinstance(file, ImageFile)
        yield row, file, record
    yield from refusals()


def _row(
    row: Row,
    file: ImageFile | None,
    record: ImageRecord | Unusable,
    task: Task,
    copy: Callable[[bytes], bytes | None] | None,
) -> Row:
    out: Row = dict.fromkeys(_SCHEMA.names)
    out |= {"file": row["file"], "is_thumbnail": row["is_thumbnail"], "received": row.get("received") or 0}
    if isinstance(record, Unusable):
        return out | {"status": record.status.value, "detail": record.detail or None}
    assert file is not None
    values = as_values(record)
    out |= {name: values[name] for name in _SCHEMA.names if name in values}
    out |= {
        "detail": record.detail or None,
        "size": record.bytes,
        "phash": record.perceptual_hash,
        "flags": sorted(flag.value for flag in record.flags),
    }
    if record.status is Status.RESOLVED:
        out["content"] = file.data if task.keeps_bytes else None
        if copy is not None and task.derivation is not None and row["may_derive"]:
            out["derived"] = derived = copy(file.data)
            if derived is not None:
                out["derived_sha256"] = sha256(derived).hexdigest()
                out["derived_format"] = task.derivation.format
    return out


def _batch(rows: list[Row], counter: Accumulator[dict[str, int]] | None) -> pa.RecordBatch:
    if counter is not None:
        tally = {"images": len(rows), "bytes": sum(row["size"] or 0 for row in rows)}
        for row in rows:
            if row["status"] != Status.RESOLVED.value:
                tally[row["status"]] = tally.get(row["status"], 0) + 1
        counter.add(tally)
    return pa.RecordBatch.from_pylist(rows, _SCHEMA)
