"""Files kept once on each host and shared by its workers: named by their checksum, mapped read-only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyspark import SparkFiles

from medconcept.dictionary import kernel


@dataclass(frozen=True)
class SharedFile:
    """A file identified by its SHA-256, which is its name; only this record is sent with the code.

    Spark has copied it to each host; or, with a `folder`, workers read it from there (a Volume, where the
    platform does not let Spark distribute files).
    """

    sha256: str
    folder: str | None = None

    @property
    def path(self) -> str:
        """Its path on this worker."""
        if self.folder is not None:
            return str(Path(self.folder) / self.sha256)
        kernel.add_folder(
            SparkFiles.getRootDirectory()
        )  # the driver sends it too: a worker may have no compiler
        path: str = SparkFiles.get(self.sha256)
        return path
