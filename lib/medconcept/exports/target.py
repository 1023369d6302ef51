"""The folder of an export: made next to its final name, taken up after a kill, renamed when it is whole."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from medconcept.errors import ExportError
from medconcept.exports.shard_file import TEMPORARY, write_file
from medconcept.exports.shards import ENTRIES

MANIFEST = "manifest.json"
INCOMPLETE = ".incomplete"  # the suffix of the folder while the export is made
_PLAN = "_plan.json"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")

State = Literal["new", "resumed", "finished"]


class Target:
    """A folder that this machine and all workers see under the same path."""

    def __init__(self, out: str) -> None:
        """Check the name. Raises ExportError for an address of another file system."""
        name = out.removeprefix("file://") if out.startswith("file:/") else out
        name = name.removeprefix("file:")
        path = Path(os.path.realpath(name))
        if not name.strip() or not path.name or _SCHEME.match(name):
            raise ExportError(
                f"--out {out}: not a folder on a disk; export to one that all workers see, and copy it "
                "from there"
            )
        self.folder = path
        self.working = self.folder.with_name(self.folder.name + INCOMPLETE)

    def state(self, digest: str) -> State:
        """What there is of the export whose options and release have this digest; nothing is changed.

        `finished` if the folder has that very export already, `resumed` if it was begun. Raises ExportError
        if the folder is not empty or holds another export.
        """
        with _as_export_error(self.folder):
            if self.folder.exists() and (not self.folder.is_dir() or any(self.folder.iterdir())):
                if _digest_in(self.folder / MANIFEST) == digest:
                    return "finished"
                what = "the folder is not empty" if self.folder.is_dir() else "it is a file"
                raise ExportError(f"--out {self.folder}: {what}; name a new folder")
            if not self.working.exists():
                return "new"
            if _digest_in(self.working / _PLAN) != digest:
                raise ExportError(
                    f"{self.working}: an unfinished export of another release or with other options; "
                    "finish it with the same command as before, or delete it"
                )
            return "resumed"

    def begin(self, digest: str) -> None:
        """Make the folder to write to, or take it up: what was being written goes. Raises ExportError."""
        with _as_export_error(self.folder):
            self.working.mkdir(parents=True, exist_ok=True)
            for path in self.working.rglob(f"*{TEMPORARY}*"):
                path.unlink(missing_ok=True)
            write_file(self.working, _PLAN, _json({"digest": digest}))

    def write(self, path: str, content: str | bytes | dict[str, Any]) -> None:
        """Write a small file of the export: text, bytes, or JSON."""
        if isinstance(content, dict):
            content = _json(content)
        with _as_export_error(self.folder):
            write_file(self.working, path, content.encode() if isinstance(content, str) else content)

    def finish(self) -> None:
        """Give the folder its final name. Raises ExportError if that has been taken meanwhile."""
        with _as_export_error(self.folder):
            shutil.rmtree(self.working / ENTRIES, ignore_errors=True)
            (self.working / _PLAN).unlink(missing_ok=True)
            self.working.replace(self.folder)

    def manifest(self) -> dict[str, Any]:
        """The manifest of a finished export. Raises ExportError where it cannot be read."""
        with _as_export_error(self.folder):
            content: dict[str, Any] = json.loads((self.folder / MANIFEST).read_bytes())
            return content


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _digest_in(path: Path) -> str | None:
    try:
        content = json.loads(path.read_bytes())
        return str(content["digest"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextmanager
def _as_export_error(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ExportError(f"--out {folder}: {error.strerror or error}") from error
