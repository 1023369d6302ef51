"""The files of a finished export as a Hub knows them: with the checksums of Git LFS and of Git."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from medconcept.errors import ExportError
from medconcept.exports.target import MANIFEST

CARD = "README.md"
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class LocalFile:
    """A file: its path below the folder, its size, its SHA-256 (Git LFS), and the id of its Git blob."""

    path: str
    size: int
    sha256: str
    blob_id: str


def local_files(folder: Path) -> list[LocalFile]:
    """Every file of a finished export in the order in which it is sent: card and manifest come last.

    Raises ExportError where the folder has no manifest, or a file is not the one that the manifest lists.
    """
    try:
        listed = {
            each["path"]: each["sha256"] for each in json.loads((folder / MANIFEST).read_bytes())["files"]
        }
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        files = [_local(folder, path) for path in paths]
    except OSError as error:
        raise ExportError(f"{folder}: {error.filename}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ExportError(f"{folder}: {MANIFEST} is not that of an export") from error
    found = {file.path: file.sha256 for file in files}
    wrong = sorted(path for path, checksum in listed.items() if found.get(path) != checksum)
    if wrong:
        raise ExportError(
            f"{folder}: {wrong[0]} is not the file that was exported ({len(wrong)} such files); export again"
        )
    last = {CARD: 1, MANIFEST: 2}
    return sorted(files, key=lambda file: (last.get(file.path, 0), file.path))


def _local(folder: Path, path: Path) -> LocalFile:
    size = path.stat().st_size
    sha256, blob = hashlib.sha256(), hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            sha256.update(block)
            blob.update(block)
    return LocalFile(path.relative_to(folder).as_posix(), size, sha256.hexdigest(), blob.hexdigest())
