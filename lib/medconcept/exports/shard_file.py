"""A file written under a temporary name, with its checksum, that gets its own name when it is whole."""

from __future__ import annotations

import hashlib
import os
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

TEMPORARY = ".tmp-"  # in the names of files that are being written
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class FileEntry:
    """A file of an export: its path below the folder, its size, its checksum."""

    path: str
    bytes: int
    sha256: str

    def as_json(self) -> dict[str, Any]:
        """The entry as the manifest has it."""
        return asdict(self)


class ShardFile:
    """A binary file to write to from its beginning to its end.

    In a `with` block: at its end the file is synced, gets its name, and has an `entry`; after an error it
    is removed. Two processes that write the same file do not disturb each other: temporary names differ.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with ShardFile(Path(folder), "data/a.txt") as file:
    ...         _ = file.write(b"abc")
    ...     file.entry.bytes, file.entry.sha256[:8], os.listdir(f"{folder}/data")
    (3, 'ba7816bf', ['a.txt'])
    """

    def __init__(self, folder: Path, path: str, *, sync: bool = True) -> None:
        self._sync = sync
        self._final = folder / path
        self._path = path
        self._final.parent.mkdir(parents=True, exist_ok=True)
        self._temporary = self._final.with_name(f"{self._final.name}{TEMPORARY}{uuid.uuid4().hex}")
        self._file = self._temporary.open("xb", buffering=_BLOCK)
        self._sha256 = hashlib.sha256()
        self._is_written_elsewhere = False
        self._bytes = 0
        self.entry = FileEntry(path, 0, "")

    def write(self, data: Any) -> int:
        """Append bytes, or whatever holds bytes."""
        view = memoryview(data)
        self._sha256.update(view)
        self._bytes += view.nbytes
        self._file.write(view)
        return view.nbytes

    def path_to_write(self) -> str:
        """The temporary path, for a library that writes the file itself; `write` is not used then."""
        self._is_written_elsewhere = True
        return str(self._temporary)

    def __enter__(self) -> ShardFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._file.flush()
                if self._sync:
                    os.fsync(self._file.fileno())
        finally:
            self._file.close()
            if kind is not None:
                self._temporary.unlink(missing_ok=True)
        if kind is None:
            if self._is_written_elsewhere:
                self._bytes, checksum = self._temporary.stat().st_size, file_sha256(self._temporary)
            else:
                checksum = self._sha256.hexdigest()
            self._temporary.replace(self._final)
            self.entry = FileEntry(self._path, self._bytes, checksum)


def write_file(folder: Path, path: str, data: Any, *, sync: bool = True) -> FileEntry:
    """Write a small file whole; returns its entry."""
    with ShardFile(folder, path, sync=sync) as file:
        file.write(data)
    return file.entry


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file of any size. Raises OSError where it cannot be read."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
