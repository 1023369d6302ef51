"""Members of archives to rows, read as a stream: nothing is unpacked to disk, no link is followed."""

from __future__ import annotations

import io
import re
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any
from urllib.parse import unquote

import pyarrow as pa

from medconcept.runtime.control_characters import has_control_characters
from medconcept.workers.sync.name_patterns import name_pattern

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
    others: Counter[str] = Counter()
    try:
        with open_archive(row) as stream:
            for name, size, data in _members(stream, row["archive"], include, max_bytes, others):
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
        if not occurrences:
            held = ", ".join(f"{count} {kind}" for kind, count in others.items()) or "nothing"
            yield {
                **common,
                "source_key": row["archive"],
                "reason": "no_article_file",
                "detail": f"the archive holds {held}",
            }
    except ARCHIVE_ERRORS as error:
        detail = (str(error).splitlines() or [type(error).__name__])[0][:200]
        yield {**common, "source_key": row["archive"], "reason": "archive_broken", "detail": detail}


def open_archive(row: dict[str, Any]) -> IO[bytes]:
    """The bytes of an archive: its `blob`, else the file of this machine at its `uri`, percent-encoded."""
    if row["blob"] is not None:
        return io.BytesIO(row["blob"])
    return open(unquote(row["uri"].removeprefix("file:"), errors="surrogateescape"), "rb")


def _members(
    stream: IO[bytes], archive: str, include: Sequence[str], max_bytes: int, others: Counter[str]
) -> Iterator[tuple[str, int, bytes | None]]:
    """Yield name, size and bytes of each article file; bytes are None if there are more than `max_bytes`.

    Members that are none are counted in `others` by kind.
    """
    wanted = name_pattern(include)
    if archive.lower().endswith(".zip"):
        with zipfile.ZipFile(stream) as opened:
            for info in opened.infolist():
                kind = _other_kind(info.filename, wanted, is_file=not info.is_dir())
                others.update([kind] if kind else ())
                if kind is None:
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
            # Links and devices are no files, whatever their names.
            kind = _other_kind(entry.name, wanted, is_file=not entry.isdir(), is_regular=entry.isreg())
            others.update([kind] if kind else ())
            if kind is None:
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


def _other_kind(name: str, wanted: re.Pattern[str], *, is_file: bool, is_regular: bool = True) -> str | None:
    """What a member is that is no article file; None for an article file."""
    if not is_file:
        return "folders"
    if not is_regular:
        return "links or devices"
    return None if wanted.fullmatch(name.rsplit("/", 1)[-1]) else "other files"


def is_hostile(name: str) -> bool:
    """True for a name that leads out of a folder, or that holds control characters.

    >>> [is_hostile(n) for n in ("a/b.xml", "../b.xml", "/b.xml", "a\\x00.xml")]
    [False, True, True, True]
    """
    parts = name.replace("\\", "/").split("/")
    return name.startswith("/") or ".." in parts or has_control_characters(name) or MEMBER_SEPARATOR in name
