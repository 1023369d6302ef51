"""The files of a UMLS release, located and, if packed, unpacked into files that Spark can read in parallel.

Bytes are copied between streams in the driver's JVM, without Python and without the driver's disk: a zip is
read once from start to end, and the members that are needed are written to the lake's file system.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any, cast

from py4j.protocol import Py4JJavaError

from medconcept.config import DictionarySource
from medconcept.errors import InputError
from medconcept.lake.lake import Lake
from medconcept.spark.hadoop_files import HadoopFiles, reason
from medconcept.terminologies.term import DictionarySourceError
from medconcept.terminologies.umls_rrf import choose_release_files, release_file

BUFFER = 1 << 18
_PACKED = (".nlm", ".zip")
_LONGEST_END = 22 + 65_535  # of a zip: the end record and its comment


def fingerprint(lake: Lake, source: DictionarySource) -> list[str]:
    """Return what identifies a release: name, size and time of each of its files, sorted."""
    entries = []
    for status in _walk(_root(lake, source)):
        path = status.getPath().getName()
        if release_file(path) or path.endswith(_PACKED):
            entries.append(f"{path} {status.getLen()} {status.getModificationTime()}")
    return sorted(entries)


def unpack(lake: Lake, source: DictionarySource, folder: str) -> dict[str, str]:
    """Return the URI of one plain file for each table of the release; archives are unpacked under `folder`.

    Raises DictionarySourceError if a required table is missing or an archive is damaged.
    """
    files = _root(lake, source)
    paths = [status.getPath() for status in _walk(files)]
    plain = {path.toString(): path for path in paths if release_file(path.toString())}
    unpacked = plain or _unzip_all(lake, files, source, f"{folder}/unzipped", paths)
    out = {}
    for table, names in choose_release_files(unpacked, source.name).items():
        what = release_file(names[0])
        gzipped = what is not None and what.gzipped
        if len(names) == 1 and not gzipped:
            out[table] = unpacked[names[0]].toString()
            continue
        streams: list[Stream] = [
            partial(files._fs.open if plain else lake.files._fs.open, unpacked[n]) for n in names
        ]
        target = f"{folder}/{table}.RRF"
        try:
            _join(lake, streams, target, gzipped)
        except Py4JJavaError as error:
            raise DictionarySourceError(
                source.name, f"{names[0]} cannot be unpacked: {reason(error)}"
            ) from error
        out[table] = lake.files.uri(target)
    return out


Stream = Callable[[], Any]


def _unzip_all(
    lake: Lake, files: HadoopFiles, source: DictionarySource, folder: str, paths: list[Any]
) -> dict[str, Any]:
    """Unpack the members of zips and of nested zips (NLM's .nlm files); returns lake paths by name."""
    jvm = cast(Any, lake.spark._jvm)
    out: dict[str, Any] = {}
    for path in paths:
        if not _is_packed(path.toString()):
            continue
        name = path.getName()
        try:
            _require_end(files, jvm, path)
            opened = files._fs.open(path)
            try:
                out.update(_unzip(lake, jvm, opened, f"{folder}/{len(out)}"))
            finally:
                opened.close()
        except (Py4JJavaError, ValueError) as error:
            raise DictionarySourceError(source.name, f"{name} is not a valid zip: {reason(error)}") from error
    return out


def _is_packed(name: str) -> bool:
    """True for an archive of the release, but not for mmsys.zip, NLM's installer."""
    return name.endswith(_PACKED) and "mmsys" not in name


def _require_end(files: HadoopFiles, jvm: Any, path: Any) -> None:
    """Raise ValueError if a zip lacks the directory at its end: it may be truncated between two members."""
    stream = files._fs.open(path)
    try:
        stream.seek(max(0, files._fs.getFileStatus(path).getLen() - _LONGEST_END))
        if b"PK\x05\x06" not in bytes(jvm.org.apache.commons.io.IOUtils.toByteArray(stream)):
            raise ValueError("it has no directory; was it cut off?")
    finally:
        stream.close()


def _unzip(lake: Lake, jvm: Any, stream: Any, folder: str) -> Iterator[tuple[str, Any]]:
    """Unpack the members that are needed; yields name and path of each. Checksums are verified on the way."""
    archive = jvm.java.util.zip.ZipInputStream(jvm.java.io.BufferedInputStream(stream, BUFFER))
    for number in count():
        entry = archive.getNextEntry()
        if entry is None:
            return
        name = entry.getName()
        if release_file(name):
            target = f"{folder}/{number}"
            out = lake.files.open_to_write(target)
            try:
                jvm.org.apache.hadoop.io.IOUtils.copyBytes(archive, out, BUFFER, False)
            finally:
                out.close()
            yield name, lake.files._path(target)
        elif _is_packed(name):
            yield from _unzip(lake, jvm, archive, f"{folder}/{number}")


def _join(lake: Lake, parts: list[Stream], target: str, gzipped: bool) -> None:
    """Concatenate parts into one file: a part may end within a line, or within a gzip member."""
    jvm = cast(Any, lake.spark._jvm)
    opened = jvm.java.util.ArrayList()
    for part in parts:
        opened.add(part())
    stream = jvm.java.io.SequenceInputStream(jvm.java.util.Collections.enumeration(opened))
    if gzipped:
        gzip = jvm.org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream
        stream = gzip(jvm.java.io.BufferedInputStream(stream), True)
    out = lake.files.open_to_write(target)
    jvm.org.apache.hadoop.io.IOUtils.copyBytes(stream, out, BUFFER, True)


def _root(lake: Lake, source: DictionarySource) -> HadoopFiles:
    files = HadoopFiles(lake.spark, source.path)
    if not files.exists(""):
        raise InputError(f"dictionary source {source.name}: {source.path}: no such file")
    return files


def _walk(files: HadoopFiles) -> list[Any]:
    """Return the status of each file under the root, or of the root if it is a file."""
    todo, out = [files._path("")], []
    while todo:
        for status in files._fs.listStatus(todo.pop()):
            if status.isDirectory():
                todo.append(status.getPath())
            else:
                out.append(status)
    return out
