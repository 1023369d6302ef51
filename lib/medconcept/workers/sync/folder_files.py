"""Files of a folder of a worker's own file system: listed one by one, read one by one.

Spark's reader of files leaves out empty ones and names that begin with `_` or `.`, follows links out of the
folder, and fails as a whole on some names. Here each file is a row, with the reason where it is not read.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote, unquote

import pyarrow as pa

from medconcept.jats import SIDECAR_ENDING
from medconcept.runtime.control_characters import escaped_name
from medconcept.workers.sync.archive_members import is_hostile
from medconcept.workers.sync.name_patterns import name_pattern

LISTED = "source_key string, size long, etag string, uri string, reason string, detail string"
_LISTED = pa.schema(
    [
        ("source_key", pa.string()),
        ("size", pa.int64()),
        ("etag", pa.string()),
        ("uri", pa.string()),
        ("reason", pa.string()),
        ("detail", pa.string()),
    ]
)
# Reasons that are counted and need no one's attention; any other is a refusal.
OTHER_FILE, LINK_WITHIN, SIDECAR = "other_file", "link_to_folder", "sidecar"
COUNTED = (OTHER_FILE, LINK_WITHIN, SIDECAR)
HOSTILE, OUTSIDE, DANGLING, NO_FILE, UNREADABLE = (
    "hostile_key",
    "link_outside",
    "dangling_link",
    "not_a_file",
    "not_readable",
)
REFUSED = (HOSTILE, OUTSIDE, DANGLING, NO_FILE, UNREADABLE)
_DETAILS = {
    HOSTILE: "the name has a control character, bytes that are not UTF-8, or leads out of the folder",
    OUTSIDE: "a symbolic link that leaves the folder",
    DANGLING: "a symbolic link to nothing, or to itself",
    NO_FILE: "a pipe, socket or device",
}
_ROWS = 1000
_BATCH_BYTES = 16 * 1024 * 1024
SIDECAR_BYTES = 64 * 1024
SIDECAR_TOO_LARGE = f"over {SIDECAR_BYTES} bytes, not read"


def list_files(
    batches: Iterable[pa.RecordBatch], *, root: str, include: Sequence[str], recursive: bool = True
) -> Iterator[pa.RecordBatch]:
    """Rows of LISTED for all files of a folder; the batches, of which there is one row, only start the task.

    `source_key` is the path within the folder, with escapes where it is refused for its name. A link to a
    file within the folder is a file of its own; a link to a folder within it gives no second row of anything.
    """
    for batch in batches:
        rows: list[dict[str, Any]] = []
        for row in walk(root, include, recursive=recursive) if len(batch) else ():
            rows.append({**dict.fromkeys(_LISTED.names), **row})
            if len(rows) == _ROWS:
                yield pa.RecordBatch.from_pylist(rows, _LISTED)
                rows = []
        yield pa.RecordBatch.from_pylist(rows, _LISTED)


def walk(root: str, include: Sequence[str], *, recursive: bool = True) -> Iterator[dict[str, Any]]:
    """Yield a row of LISTED for each file below a folder, and for each part of it that cannot be listed."""
    wanted = name_pattern(include)
    real_root = os.path.realpath(root)
    todo = [""]
    while todo:
        folder = todo.pop()
        try:
            with os.scandir(os.path.join(root, folder)) as entries:
                for entry in entries:
                    key = f"{folder}{entry.name}"
                    if entry.is_dir(follow_symlinks=False):
                        if recursive:
                            todo.append(f"{key}/")
                        continue
                    name = entry.name.removesuffix(SIDECAR_ENDING)
                    yield _row(key, entry, real_root, is_wanted=wanted.fullmatch(name) is not None)
        except OSError as error:
            yield _refused(folder.rstrip("/") or ".", UNREADABLE, error.strerror)


def _row(key: str, entry: os.DirEntry[str], real_root: str, *, is_wanted: bool) -> dict[str, Any]:
    path = entry.path
    try:
        if entry.is_symlink():
            path = os.path.realpath(entry.path)
            if not f"{path}/".startswith(f"{real_root.rstrip('/')}/"):
                is_folder = os.path.isdir(path)
                return _refused(key, OUTSIDE) if is_wanted or is_folder else _other(key)
        status = os.stat(path)
    except OSError as error:
        if not is_wanted:
            return _other(key)
        dangles = error.errno in (errno.ENOENT, errno.ELOOP)
        return _refused(key, DANGLING if dangles else UNREADABLE, None if dangles else error.strerror)
    if stat.S_ISDIR(status.st_mode):
        return {"source_key": escaped_name(key), "reason": LINK_WITHIN}
    if not is_wanted:
        return _other(key)
    if not stat.S_ISREG(status.st_mode):
        return _refused(key, NO_FILE)
    if is_hostile(key):
        return _refused(key, HOSTILE)
    return {
        "source_key": key,
        "size": status.st_size,
        # In microseconds, to the millisecond, as Spark states it: lakes that it has filled stay as they are.
        "etag": f"{status.st_size}-{status.st_mtime_ns // 1_000_000 * 1000}",
        "uri": f"file:{quote(os.fsencode(path))}",
        "reason": SIDECAR if key.endswith(SIDECAR_ENDING) else None,
    }


def _other(key: str) -> dict[str, Any]:
    return {"source_key": escaped_name(key), "reason": OTHER_FILE}


def _refused(key: str, reason: str, detail: str | None = None) -> dict[str, Any]:
    return {"source_key": escaped_name(key), "reason": reason, "detail": detail or _DETAILS.get(reason)}


def read_listed(
    batches: Iterable[pa.RecordBatch], *, columns: Sequence[str], max_bytes: int
) -> Iterator[pa.RecordBatch]:
    """Rows with `uri`, `size`, `sidecar_uri` to the same rows with `content` and `sidecar`.

    `content` is null over `max_bytes`, or with a reason. `size` is that of the bytes that were read, for a
    file may change while it is read. A sidecar is text, whatever its bytes are; one of over 64 KiB is not
    read, and its text says so.
    """
    for batch in batches:
        rows: list[dict[str, Any]] = []
        held = 0
        for row in batch.select(columns).to_pylist():
            sidecar = _sidecar(row.get("sidecar_uri"))
            rows.append({**row, **_content(row["uri"], max_bytes), "sidecar": sidecar})
            held += len(rows[-1]["content"] or b"")
            if held > _BATCH_BYTES:
                yield _as_batch(rows, batch.schema, columns)
                rows, held = [], 0
        yield _as_batch(rows, batch.schema, columns)


def _content(uri: str, max_bytes: int) -> dict[str, Any]:
    path = unquote(uri.removeprefix("file:"), errors="surrogateescape")
    try:
        # It was a file when it was listed: neither a link nor a pipe that took its place is opened.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with open(handle, "rb") as stream:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                return {"content": None, "reason": NO_FILE, "detail": _DETAILS[NO_FILE]}
            if status.st_size > max_bytes:
                return {"content": None, "size": status.st_size}
            data = stream.read(max_bytes + 1)
    except OSError as error:
        return {"content": None, "reason": UNREADABLE, "detail": error.strerror}
    return {"content": data if len(data) <= max_bytes else None, "size": len(data)}


def _sidecar(uri: str | None) -> str | None:
    if uri is None:
        return None
    read = _content(uri, SIDECAR_BYTES)
    if read["content"] is None:
        return read.get("detail") or SIDECAR_TOO_LARGE
    return str(read["content"].decode("utf-8", "replace"))


def _as_batch(rows: list[dict[str, Any]], schema: pa.Schema, columns: Sequence[str]) -> pa.RecordBatch:
    fields = [schema.field(name) for name in columns]
    return pa.RecordBatch.from_pylist(
        rows, pa.schema([*fields, ("content", pa.binary()), ("sidecar", pa.string())])
    )
