"""Files that each host has once and all its workers share: named by their checksum, mapped read-only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyspark import SparkFiles

from medconcept.dictionary import kernel


@dataclass(frozen=True)
class SharedFile:
    """A file by its SHA-256, which is its name; all that travels with the code.

    Spark has brought it to each host; or, with a `folder`, workers read it there themselves (a Volume, where
    the platform does not let Spark distribute files).
    """

    sha256: str
    folder: str | None = None

    @property
    def path(self) -> str:
        """Where this worker finds it."""
        if self.folder is not None:
            return str(Path(self.folder) / self.sha256)
        kernel.take(SparkFiles.getRootDirectory())  # the driver sends it too: a worker may have no compiler
        found: str = SparkFiles.get(self.sha256)
        return found
