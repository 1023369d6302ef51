"""The file format of compiled dictionaries: a JSON header that describes flat arrays, then the arrays."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medconcept.errors import LakeError

# What a file of any version begins with, and one of this version. A change of the arrays raises this number
# and FORMS_VERSION so that build_dictionary and the cache of commands compile again.
ANY_VERSION = b"medconcept dictionary "
MAGIC = ANY_VERSION + b"5\n"
ALIGN = 64
PIECE = 256 * 1024  # bytes; a page of Parquet has at least a hundred rows, however large
_HEAD = len(MAGIC) + 8

Array = NDArray[np.generic]


class DictionaryDamaged(LakeError):
    """A compiled dictionary is missing, damaged or of another format; the message is one line."""

    def __init__(self, path: str, detail: str) -> None:
        """Keep both parts so that the error crosses processes."""
        super().__init__(path, detail)

    def __str__(self) -> str:
        return f"compiled dictionary {self.args[0]}: {self.args[1]}"


def pack(arrays: Mapping[str, Array]) -> bytes:
    """The bytes of a file that holds the arrays; equal arrays give equal bytes.

    >>> unpack(pack({"x": np.array([1, 2], np.uint32)}), "here")["x"].tolist()
    [1, 2]
    """
    return b"".join(pack_parts(arrays))


def pack_parts(arrays: Mapping[str, Array]) -> Iterator[bytes]:
    """The same in pieces, so that a large file is not in memory in addition to its arrays."""
    entries: dict[str, dict[str, Any]] = {}
    at = 0
    for name, array in arrays.items():
        entries[name] = {"type": array.dtype.str, "count": array.size, "at": at}
        at += -(-array.nbytes // ALIGN) * ALIGN
    header = json.dumps(entries).encode()
    header += b" " * (-(_HEAD + len(header)) % ALIGN)
    yield MAGIC + len(header).to_bytes(8, "little") + header
    for array in arrays.values():
        octets = np.ascontiguousarray(array).view(np.uint8)
        for start in range(0, octets.size, PIECE):
            yield octets[start : start + PIECE].tobytes()
        yield bytes(-octets.size % ALIGN)


def unpack(data: Any, name: str) -> dict[str, Array]:
    """The arrays of a file as views of `data` (bytes or a memory map). Raises DictionaryDamaged.

    `name` is the file that the error reports.
    """
    view = memoryview(data)
    if bytes(view[: len(MAGIC)]) != MAGIC:
        raise DictionaryDamaged(name, "it was compiled by another version; run build_dictionary again")
    length = int.from_bytes(view[len(MAGIC) : _HEAD], "little")
    try:
        entries = json.loads(bytes(view[_HEAD : _HEAD + length]))
        base = _HEAD + length
        return {
            key: np.frombuffer(view, np.dtype(e["type"]), e["count"], base + e["at"])
            if e["count"]
            else _empty(e)
            for key, e in entries.items()
        }
    except (ValueError, KeyError, TypeError) as error:
        raise DictionaryDamaged(name, "its header is damaged") from error


def _empty(entry: Mapping[str, Any]) -> Array:
    return np.empty(0, np.dtype(entry["type"]))
