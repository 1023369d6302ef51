"""Small files of the lake (leases, manifests, Data Docs, compiled dictionaries) on a Hadoop file system.

One implementation for local disks, HDFS, S3A, ABFS and DBFS: whatever Spark can write to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from medconcept.errors import LakeDamaged, LakeError, first_line

# An option of Spark's readers: `[`, `{`, `*` and `?` in a path are characters of names, not patterns.
NO_PATTERNS = ("__globPaths__", "false")


_PATH_OF_STATUS = re.compile(r"path=(.*?); isDirectory=")  # FileStatus.toString


class HadoopFiles:
    """Files under one root; paths are relative to it."""

    def __init__(self, spark: SparkSession, root: str) -> None:
        """Resolve the root against the default file system. Raises LakeError for an unknown file system."""
        self._jvm = cast(Any, spark._jvm)
        context: Any = spark.sparkContext
        configuration = context._jsc.hadoopConfiguration()
        try:
            # Held, since each part of the dotted name is a call of Java that searches all JARs.
            self._path_class = self._jvm.org.apache.hadoop.fs.Path
            path = self._path_class(root)
            self._fs = path.getFileSystem(configuration)
            self.root = self._fs.makeQualified(path).toString().rstrip("/")
        except Exception as error:
            raise LakeError(f"{root}: {reason(error)}") from error

    def uri(self, name: str) -> str:
        """Full URI of a file under the root."""
        return f"{self.root}/{name}" if name else self.root

    def encoded_uri(self, name: str) -> str:
        """The URI with its characters escaped, for what takes URIs, not paths of Hadoop's."""
        return str(self._path(name).toUri().toString())

    def exists(self, name: str) -> bool:
        """True if the file or folder exists."""
        return bool(self._call(lambda: self._fs.exists(self._path(name)), name))

    def is_file(self, name: str) -> bool:
        """True for a file that exists, false for a folder."""
        return bool(self._call(lambda: self._fs.isFile(self._path(name)), name))

    def is_endless(self) -> bool:
        """True for a root that is a pipe, socket or device of this machine: reading it may never end."""
        local = Path(self.root.removeprefix("file:"))
        is_local = self.root.startswith("file:") and local.exists()
        return is_local and not local.is_file() and not local.is_dir()

    def list(self, name: str) -> list[str]:
        """Names directly under a folder, sorted; empty if the folder does not exist."""
        if not self.exists(name):
            return []
        return sorted(
            s.getPath().getName() for s in self._call(lambda: self._fs.listStatus(self._path(name)), name)
        )

    def names_in(self, name: str) -> set[str]:
        """Names directly under a folder, in one call of the JVM however many they are; none without it."""
        if not self.exists(name):
            return set()
        remote = self._call(lambda: self._fs.listStatusIterator(self._path(name)), name)
        iterators = self._jvm.org.apache.hadoop.util.functional.RemoteIterators
        # As text: Py4J would ask Java for each element, and passes no arrays of paths on.
        statuses = self._call(lambda: self._jvm.java.util.Objects.toString(iterators.toList(remote)), name)
        return {path.rsplit("/", 1)[1] for path in _PATH_OF_STATUS.findall(statuses)}

    def walk(self, name: str) -> Iterator[str]:
        """Yield the files below a folder, at any depth, as paths relative to the root; a file itself."""
        path = self._path(name) if name else self._path_class(self.root)
        files = self._call(lambda: self._fs.listFiles(path, True), name)
        while files.hasNext():
            uri = files.next().getPath().toString()
            yield uri.removeprefix(self.root).lstrip("/")

    def walk_files(self, *, recursive: bool = True) -> Iterator[tuple[str, int, int]]:
        """Yield each file below the root: its path relative to it, its size, and when it changed, in ms."""
        files = self._call(lambda: self._fs.listFiles(self._path(""), recursive), "")
        while self._call(files.hasNext, ""):
            status = self._call(files.next, "")
            name = status.getPath().toString().removeprefix(self.root).lstrip("/")
            yield name, status.getLen(), status.getModificationTime()

    def sha256(self, name: str) -> str:
        """The SHA-256 of a file of any size; its bytes stay in the JVM."""
        stream = self._call(lambda: self._fs.open(self._path(name)), name)
        try:
            sha256 = self._jvm.org.apache.commons.codec.digest.DigestUtils.sha256Hex
            return str(self._call(lambda: sha256(stream), name))
        finally:
            stream.close()

    def read(self, name: str) -> bytes:
        """The bytes of a small file."""
        stream = self._call(lambda: self._fs.open(self._path(name)), name)
        try:
            to_bytes = self._jvm.org.apache.commons.io.IOUtils.toByteArray
            return bytes(self._call(lambda: to_bytes(stream), name))
        finally:
            stream.close()

    def write(self, name: str, data: bytes, *, overwrite: bool = True) -> None:
        """Write a file whole. Raises LakeError if it cannot, with overwrite=False if it exists."""
        stream = self.open_to_write(name, overwrite=overwrite)
        try:
            self._call(lambda: stream.write(data), name)
        finally:
            self._call(stream.close, name)  # where most file systems tell that the disk is full

    def open_to_write(self, name: str, *, overwrite: bool = True) -> Any:
        """A JVM output stream to a file: `write(bytes)` and `close()`. Raises LakeError as `write` does."""
        return self._call(lambda: self._fs.create(self._path(name), overwrite), name)

    def replace(self, old: str, new: str) -> None:
        """Move a file within the root, replacing any file of the new name."""
        self.delete(new)
        self.rename(old, new)

    def rename(self, old: str, new: str) -> None:
        """Move a file or folder within the root."""
        parent = new.rsplit("/", 1)[0]
        self._call(lambda: self._fs.mkdirs(self._path(parent)), new)
        if not self._call(lambda: self._fs.rename(self._path(old), self._path(new)), old):
            raise LakeError(f"{self.uri(old)}: could not be moved to {new}")

    def delete(self, name: str) -> None:
        """Remove a file or folder; no error if it does not exist."""
        self._call(lambda: self._fs.delete(self._path(name), True), name)

    def _path(self, name: str) -> Any:
        return self._path_class(self.uri(name))

    def _call(self, action: Any, name: str) -> Any:
        try:
            return action()
        except Py4JJavaError as error:
            if error.java_exception.getClass().getSimpleName() == "ChecksumException":
                raise LakeDamaged(
                    f"{self.uri(name)}: the file is damaged: its checksum does not fit; put it back from a "
                    "copy of the lake"
                ) from error
            raise LakeError(f"{self.uri(name)}: {reason(error)}") from error


def reason(error: Exception) -> str:
    """The message of a JVM or Python exception in one line, without the stack trace."""
    if isinstance(error, Py4JJavaError):
        java = error.java_exception
        return f"{java.getClass().getSimpleName()}: {first_line(java.getMessage() or '')}"[:300]
    return (first_line(str(error)) or type(error).__name__)[:300]
