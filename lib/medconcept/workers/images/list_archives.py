"""Archives to lists of their members: read as a stream, nothing unpacked, nothing followed."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

import pyarrow as pa

from medconcept.images.formats import claimed_format
from medconcept.workers.sync.archive_members import ARCHIVE_ERRORS, MEMBER_SEPARATOR, is_hostile, open_archive

MEMBERS = "name string, uri string, size long, etag string, md5 string, reason string"
_MEMBERS = pa.schema(
    [
        ("name", pa.string()),
        ("uri", pa.string()),
        ("size", pa.int64()),
        ("etag", pa.string()),
        ("md5", pa.string()),
        ("reason", pa.string()),
    ]
)
_ROWS = 1000
_PIECE = 1024 * 1024


def list_members(batches: Iterable[pa.RecordBatch], *, max_bytes: int) -> Iterator[pa.RecordBatch]:
    """Rows of (archive, etag, uri, blob) to MEMBERS: one row for each file, or for a refusal.

    `md5` is that of the bytes of files named as images, up to `max_bytes`; `reason` is `hostile_key` or
    `archive_broken`, and then `name` means nothing. What was whole before an archive breaks off is listed.
    """
    for batch in batches:
        for n in range(len(batch)):
            archive = batch.slice(n, 1).to_pylist()[0]
            rows: list[dict[str, Any]] = []
            for row in _listed(archive, max_bytes):
                rows.append({"uri": archive["uri"], "etag": archive["etag"], **row})
                if len(rows) == _ROWS:
                    yield pa.RecordBatch.from_pylist(rows, _MEMBERS)
                    rows = []
            yield pa.RecordBatch.from_pylist(rows, _MEMBERS)


def _listed(archive: dict[str, Any], max_bytes: int) -> Iterator[dict[str, Any]]:
    try:
        with open_archive(archive) as stream:
            for name, size, member in members(stream, archive["archive"]):
                if is_hostile(name):
                    yield {"name": archive["archive"], "reason": "hostile_key"}
                    continue
                md5 = None
                if claimed_format(name) is not None and size <= max_bytes:
                    digest, left = hashlib.md5(usedforsecurity=False), max_bytes
                    while left > 0 and (piece := member.read(min(_PIECE, left))):
                        digest.update(piece)
                        left -= len(piece)
                    md5 = digest.hexdigest()
                yield {"name": f"{archive['archive']}{MEMBER_SEPARATOR}{name}", "size": size, "md5": md5}
    except ARCHIVE_ERRORS:
        yield {"name": archive["archive"], "reason": "archive_broken"}


def members(stream: IO[bytes], archive: str) -> Iterator[tuple[str, int, IO[bytes]]]:
    """Name, stated size and bytes of each regular file, to be read before the next one is requested.

    A name that occurs again is left out: the first one is the file. Raises one of ARCHIVE_ERRORS.
    """
    met: set[str] = set()
    if archive.lower().endswith(".zip"):
        with zipfile.ZipFile(stream) as opened:
            for info in opened.infolist():
                if not info.is_dir() and info.filename not in met:
                    met.add(info.filename)
                    with opened.open(info) as member:
                        yield info.filename, info.file_size, member
        return
    with tarfile.open(fileobj=stream, mode="r|*") as tar:
        for entry in tar:
            # Links, devices and folders are no files, whatever they are called.
            if entry.isreg() and entry.name not in met:
                met.add(entry.name)
                content = tar.extractfile(entry)
                assert content is not None
                yield entry.name, entry.size, content
            vars(tar)["members"] = []  # tarfile keeps every header it has met
