"""Files examined in a child process: one that crashes, hangs or fills it costs no other file anything."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

from medconcept.images.derive import derive
from medconcept.images.examine import ImageRecord, examine, unusable
from medconcept.images.settings import Derivation, Limits, Settings
from medconcept.images.statuses import Flag, Status, Unusable
from medconcept.images.verify import ImageFile
from medconcept.runtime.isolated_worker import Bounds, Death, IsolatedWorker

BOUNDS = Bounds(processor_seconds=60, seconds=600, memory=3 * 1024**3)
"""What one image may take; 100 million pixels take up to 4 s and 1.6 GB (PNG with transparency)."""
_CHUNK_FILES = 128
_CHUNK_BYTES = 32 * 1024**2
_LENGTH = struct.Struct(">I")
_STATED = tuple(field.name for field in fields(ImageFile) if field.name != "data")
_DEATHS = {"crashed": Status.DECODER_CRASHED, "timeout": Status.DECODER_TIMEOUT}
_DEFAULT = Settings()
_LIMITS = Limits()


def examine_isolated(
    files: Iterable[ImageFile], settings: Settings = _DEFAULT, bounds: Bounds = BOUNDS
) -> Iterator[ImageRecord]:
    """One record for each file, in order. At most 128 files or about 32 MB are held at a time."""

    def work(items: Iterator[bytes]) -> bytes:
        _silence()
        # JSON, not pickle: a decoder that a file has taken over must not be able to run code in the worker.
        records = [[*vars(examine(_unpacked(item), settings)).values()] for item in items]
        return json.dumps(records).encode()

    with IsolatedWorker(work, bounds) as child:
        for chunk in _chunks(files):
            yield from _examined(child, chunk)


@contextmanager
def deriver(
    how: Derivation, limits: Limits = _LIMITS, bounds: Bounds = BOUNDS
) -> Iterator[Callable[[bytes], bytes | None]]:
    """A function from the bytes of an image to those of its training copy, made in a child process.

    It returns None for an image of which none can be made.
    """

    def work(items: Iterator[bytes]) -> bytes:
        _silence()
        (data,) = items
        try:
            return derive(data, how, limits)
        except Exception:  # whatever a decoder raises costs this copy alone
            return b""

    def copy(data: bytes) -> bytes | None:
        answer = child([data])
        return None if isinstance(answer, Death) else answer or None

    with IsolatedWorker(work, bounds) as child:
        yield copy


def _silence() -> None:
    """Send standard error nowhere: libtiff writes each of its complaints there, a thousand for one file."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _chunks(files: Iterable[ImageFile]) -> Iterator[list[ImageFile]]:
    chunk: list[ImageFile] = []
    size = 0
    for file in files:
        if chunk and (len(chunk) == _CHUNK_FILES or size + len(file.data) > _CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(file)
        size += len(file.data)
    if chunk:
        yield chunk


def _examined(child: IsolatedWorker, files: list[ImageFile]) -> Iterator[ImageRecord]:
    """The records of a chunk; if the child dies, the files before and after the current one are retried."""
    while files:
        answer = child(map(_packed, files))
        if not isinstance(answer, Death):
            yield from map(_record, json.loads(answer))
            return
        yield from _examined(child, files[: answer.item])
        file = files[answer.item]
        sha256 = hashlib.sha256(file.data).hexdigest()
        yield unusable(file, sha256, Unusable(_DEATHS[answer.cause], answer.detail))
        files = files[answer.item + 1 :]


def _packed(file: ImageFile) -> tuple[bytes, bytes]:
    stated = json.dumps([getattr(file, name) for name in _STATED]).encode()
    return _LENGTH.pack(len(stated)) + stated, file.data


def _unpacked(item: bytes) -> ImageFile:
    (length,) = _LENGTH.unpack_from(item)
    start = _LENGTH.size + length
    stated = zip(_STATED, json.loads(item[_LENGTH.size : start]), strict=True)
    return ImageFile(data=item[start:], **dict(stated))


def _record(values: list[Any]) -> ImageRecord:
    """The record of which these are the values, as JSON has them."""
    status, *measures, flags = values
    record: list[Any] = [Status(status), *measures, tuple(map(Flag, flags))]
    return ImageRecord(*record)
