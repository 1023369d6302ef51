"""Members of archives to rows, read as a stream: nothing is unpacked to disk, no link is followed."""

from __future__ import annotations

import io
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from typing import IO, Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa

SCHEMA = (
    "source string, source_key string, size long, etag string, content binary, reason string, detail string"
)
ARROW = pa.schema(
    [
        ("source", pa.string()),
        ("source_key", pa.string()),
        ("size", pa.int64()),
        ("etag", pa.string()),
        ("content", pa.binary()),
        ("reason", pa.string()),
        ("detail", pa.string()),
    ]
)
# Separates the path of an archive from that of its member.
MEMBER_SEPARATOR = "!/"
# What reading a damaged archive raises.
ARCHIVE_ERRORS = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
)


def read_archives(
    batches: Iterable[pa.RecordBatch], *, include: tuple[str, ...], max_bytes: int
) -> Iterator[pa.RecordBatch]:
    """Rows of (source, archive, etag, uri, blob) to rows of SCHEMA, one per article file or refusal."""
    for batch in batches:
        for n in range(len(batch)):
            row = batch.slice(n, 1).to_pylist()[0]
            for member in _rows(row, include, max_bytes):
                yield pa.RecordBatch.from_pylist([{**dict.fromkeys(ARROW.names), **member}], ARROW)


def _rows(row: dict[str, Any], include: tuple[str, ...], max_bytes: int) -> Iterator[dict[str, Any]]:
    common = {"source": row["source"], "etag": row["etag"]}
    occurrences: Counter[str] = Counter()
    try:
        with open_archive(row) as stream:
            for name, size, data in _members(stream, row["archive"], include, max_bytes):
                occurrences[name] += 1
                repeat = f"~{occurrences[name]}" if occurrences[name] > 1 else ""
                key = f"{row['archive']}{MEMBER_SEPARATOR}{name}{repeat}"
                if is_hostile(name):
                    refusal = {
                        "reason": "hostile_key",
                        "detail": f"a member of {row['archive']} has an unsafe name",
                    }
                    yield {
                        **common,
                        "source_key": f"{row['archive']}{MEMBER_SEPARATOR}#{sum(occurrences.values())}",
                        **refusal,
                    }
                else:
                    yield {**common, "source_key": key, "size": size, "content": data}
    except ARCHIVE_ERRORS as error:
        detail = (str(error).splitlines() or [type(error).__name__])[0][:200]
        yield {**common, "source_key": row["archive"], "reason": "archive_broken", "detail": detail}


def open_archive(row: dict[str, Any]) -> IO[bytes]:
    """The bytes of an archive: its `blob`, else the file of this machine at its `uri`."""
    if row["blob"] is not None:
        return io.BytesIO(row["blob"])
    return open(unquote(urlsplit(row["uri"]).path), "rb")


def _members(
    stream: IO[bytes], archive: str, include: tuple[str, ...], max_bytes: int
) -> Iterator[tuple[str, int, bytes | None]]:
    """Yield name, size and bytes of each article file; bytes are None if there are more than `max_bytes`."""
    if archive.lower().endswith(".zip"):
        with zipfile.ZipFile(stream) as opened:
            for info in opened.infolist():
                if not info.is_dir() and _is_article(info.filename, include):
                    if info.file_size > max_bytes:
                        yield info.filename, info.file_size, None
                        continue
                    with opened.open(info) as member:
                        # The size in the directory cannot be trusted.
                        data = member.read(max_bytes + 1)
                    yield info.filename, len(data), data if len(data) <= max_bytes else None
        return
    with tarfile.open(fileobj=stream, mode="r|*") as tar:
        for entry in tar:
            # Skip links, devices and folders, whatever their names.
            if entry.isreg() and _is_article(entry.name, include):
                if entry.size > max_bytes:
                    yield entry.name, entry.size, None
                    continue
                content = tar.extractfile(entry)
                assert content is not None
                data = content.read()
                if len(data) < entry.size:
                    raise EOFError("the archive breaks off")
                yield entry.name, entry.size, data
            vars(tar)["members"] = []  # tarfile keeps every header it has read


def _is_article(name: str, include: tuple[str, ...]) -> bool:
    base = name.rsplit("/", 1)[-1]
    return any(fnmatch(base, pattern) for pattern in include)


def is_hostile(name: str) -> bool:
    """True for a name that leads out of a folder, or that cannot be displayed.

    >>> [is_hostile(n) for n in ("a/b.xml", "../b.xml", "/b.xml", "a\\x00.xml")]
    [False, True, True, True]
    """
    parts = name.replace("\\", "/").split("/")
    return name.startswith("/") or ".." in parts or not name.isprintable() or MEMBER_SEPARATOR in name
