"""A UMLS release as files that Spark can read side by side: found, and unpacked where they are packed.

Bytes go from stream to stream inside the driver's JVM, never through Python. A zip on another file system is
first copied to this machine, since its directory stands at its end.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

from py4j.protocol import Py4JJavaError

from medconcept.config import DictionarySource
from medconcept.delta.hadoop import HadoopFiles, reason
from medconcept.delta.lake import Lake
from medconcept.dictionary.records import DictionarySourceError
from medconcept.dictionary.rrf import choose_members, member
from medconcept.errors import InputError

BUFFER = 1 << 18
_PACKED = (".nlm", ".zip")


def fingerprint(lake: Lake, source: DictionarySource) -> list[str]:
    """What tells one release from another: name, size and time of each of its files, sorted."""
    found = []
    for status in _walk(_root(lake, source)):
        path = status.getPath().getName()
        if member(path) or path.endswith(_PACKED):
            found.append(f"{path} {status.getLen()} {status.getModificationTime()}")
    return sorted(found)


def unpack(lake: Lake, source: DictionarySource, folder: str) -> dict[str, str]:
    """For each table of the release the URI of one plain file; what is packed is unpacked under `folder`.

    Raises DictionarySourceError where tables that are needed are missing or an archive is damaged.
    """
    files = _root(lake, source)
    jvm = cast(Any, lake.spark._jvm)
    with tempfile.TemporaryDirectory(prefix="medconcept-umls-") as scratch:
        streams, plain = _members(files, jvm, source, Path(scratch))
        out = {}
        for table, names in choose_members(streams, source.name).items():
            what = member(names[0])
            if len(names) == 1 and names[0] in plain and what is not None and not what.gzipped:
                out[table] = plain[names[0]]
                continue
            target = f"{folder}/{table}.RRF"
            gzipped = what is not None and what.gzipped
            try:
                _join(lake, jvm, [streams[name] for name in names], target, gzipped)
            except Py4JJavaError as error:
                raise DictionarySourceError(
                    source.name, f"{names[0]} cannot be unpacked: {reason(error)}"
                ) from error
            out[table] = lake.files.uri(target)
        return out


Stream = Callable[[], Any]


def _members(
    files: HadoopFiles, jvm: Any, source: DictionarySource, scratch: Path
) -> tuple[dict[str, Stream], dict[str, str]]:
    """How to open each file of the release by its name, and the URI of those that lie there unpacked."""
    streams: dict[str, Stream] = {}
    plain: dict[str, str] = {}
    archives = []
    for status in _walk(files):
        uri = status.getPath().toString()
        if member(uri):
            streams[uri] = partial(files._fs.open, status.getPath())
            plain[uri] = uri
        elif uri.endswith(_PACKED) and "mmsys" not in uri:
            archives.append(status.getPath())
    for number, path in enumerate(archives if not streams else []):
        local = path.toString().removeprefix("file:")
        if not path.toString().startswith("file:"):
            local = str(scratch / f"{number}.zip")
            files._fs.copyToLocalFile(path, jvm.org.apache.hadoop.fs.Path(f"file://{local}"))
        streams |= _zip_members(jvm, local, source, scratch)
    return streams, plain


def _zip_members(jvm: Any, path: str, source: DictionarySource, scratch: Path) -> dict[str, Stream]:
    """The members of a zip, and of the zips in it (NLM's .nlm files are such)."""
    try:
        archive = jvm.java.util.zip.ZipFile("/" + path.lstrip("/"))
        entries = list(jvm.java.util.Collections.list(archive.entries()))
    except Py4JJavaError as error:
        raise DictionarySourceError(
            source.name, f"{Path(path).name} is no sound zip: {reason(error)}"
        ) from error
    out: dict[str, Stream] = {}
    for entry in entries:
        name = entry.getName()
        if member(name):
            out[name] = partial(archive.getInputStream, entry)
        elif name.endswith(_PACKED) and "mmsys" not in name:
            inner = scratch / f"{len(list(scratch.iterdir()))}.nlm"
            stream = jvm.java.io.FileOutputStream(str(inner))
            jvm.org.apache.hadoop.io.IOUtils.copyBytes(archive.getInputStream(entry), stream, BUFFER, True)
            out |= _zip_members(jvm, str(inner), source, scratch)
    return out


def _join(lake: Lake, jvm: Any, parts: list[Stream], target: str, gzipped: bool) -> None:
    """Write parts behind each other as one file: a part may end within a line, or within a gzip member."""
    opened = jvm.java.util.ArrayList()
    for part in parts:
        opened.add(part())
    stream = jvm.java.io.SequenceInputStream(jvm.java.util.Collections.enumeration(opened))
    if gzipped:
        gzip = jvm.org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream
        stream = gzip(jvm.java.io.BufferedInputStream(stream), True)
    out = lake.files._fs.create(lake.files._path(target), True)
    jvm.org.apache.hadoop.io.IOUtils.copyBytes(stream, out, BUFFER, True)


def _root(lake: Lake, source: DictionarySource) -> HadoopFiles:
    files = HadoopFiles(lake.spark, source.path)
    if not files.exists(""):
        raise InputError(f"dictionary source {source.name}: {source.path}: no such file")
    return files


def _walk(files: HadoopFiles) -> list[Any]:
    """The status of each file under the root, or of the root where it is a file."""
    todo, out = [files._path("")], []
    while todo:
        for status in files._fs.listStatus(todo.pop()):
            if status.isDirectory():
                todo.append(status.getPath())
            else:
                out.append(status)
    return out
