"""The compiled dictionary: an immutable file of flat arrays, named by its checksum, mapped read-only."""

from __future__ import annotations

import ctypes
import hashlib
import mmap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from medconcept.dictionary import kernel
from medconcept.dictionary.builder import compile_keys, compile_names, read_key
from medconcept.dictionary.layout import Array, DictionaryDamaged, unpack

__all__ = [
    "CompiledDictionary", "DictionaryDamaged", "Hits", "compile_keys", "compile_names", "dictionary_sha256",
    "open_dictionary",
]  # fmt: skip
SENSES = ("key_records", "key_senses", "sense_target", "sense_rank", "targets", "target_bytes")
NONE = 0xFFFFFFFF
_EVERY, _MOST = 2, 8  # of kernel.c
_HIT = np.dtype([(name, np.uint32) for name in ("text", "start", "end", "folded_key", "exact_key")])


@dataclass(frozen=True)
class Hits:
    """Names found in a batch of texts, in order: arrays of equal length.

    `text` is the place in the batch; `start`, `end` code points, end exclusive; `folded_key`, `exact_key` the
    numbers of the keys that stand there, NONE where there is none.
    """

    text: Array
    start: Array
    end: Array
    folded_key: Array
    exact_key: Array


class CompiledDictionary:
    """A compiled dictionary over its bytes, which processes may share. Not picklable: open it where used."""

    def __init__(self, data: Any, name: str) -> None:
        """Take the bytes or memory map of a file. Raises DictionaryDamaged by name."""
        self._take(unpack(data, name), name)

    @classmethod
    def of(cls, arrays: Mapping[str, Array], name: str) -> CompiledDictionary:
        """The same over arrays that are part of a larger file, which they keep open."""
        made = cls.__new__(cls)
        made._take(arrays, name)
        return made

    def _take(self, arrays: Mapping[str, Array], name: str) -> None:
        missing = {*kernel.POINTERS, *SENSES} - set(arrays)
        if missing:
            raise DictionaryDamaged(name, f"it has no array {sorted(missing)[0]}")
        self._arrays, self._library = arrays, kernel.library()
        self._head = head_of(arrays)

    def __len__(self) -> int:
        return len(self._arrays["key_records"])

    def key(self, number: int) -> str:
        """The match key of that number."""
        at = int(self._arrays["key_records"][number]) * 4
        return read_key(self._arrays["records"], at, number)

    def senses(self, number: int) -> list[tuple[str, int]]:
        """What the name stands for: (target, rank) as they were compiled, best rank first."""
        a = self._arrays
        at = range(int(a["key_senses"][number]), int(a["key_senses"][number + 1]))
        targets, ranks = a["sense_target"], a["sense_rank"]
        return [(_piece(a["targets"], a["target_bytes"], int(targets[i])), int(ranks[i])) for i in at]

    def first_senses(self, hits: Hits) -> Array:
        """The number of the best target of each hit, the name in this very case before the folded one."""
        key = np.where(hits.exact_key != NONE, hits.exact_key, hits.folded_key)
        found: Array = self._arrays["sense_target"][self._arrays["key_senses"][key]]
        return found

    def target(self, number: int) -> str:
        """The target of that number."""
        return _piece(self._arrays["targets"], self._arrays["target_bytes"], number)

    def match_texts(self, texts: pa.Array | list[str], *, nested: bool = False, every: bool = False) -> Hits:
        """Names in a batch of NFC texts (Arrow strings or str; null as empty), on the matcher's own tokens.

        Tokens are runs of letters, digits and marks, and every other character that is no white space alone.
        Leftmost, longest, without overlap; with `nested` the longest name at each token, with `every` up
        to eight at each, longest first.
        """
        data, offsets = _strings(texts)
        count = len(offsets) - 1
        longest = int(np.diff(offsets).max(initial=0))
        size, mode = max(longest, min(int(offsets[-1] - offsets[0]), 1 << 16)) + 1, int(nested)
        if every:
            size, mode = size * _MOST, _EVERY
        out = np.empty(size, _HIT)
        done, first, parts = ctypes.c_int64(), 0, []
        while first < count:
            found = self._library.mc_match(
                ctypes.byref(self._head), data.ctypes.data, offsets.ctypes.data, first, count, longest,
                mode, out.ctypes.data, out.size, ctypes.byref(done),
            )  # fmt: skip
            if found < 0:
                raise MemoryError(f"a text of {longest} bytes")
            parts.append(out[:found].copy())
            first = done.value
        rows = np.concatenate(parts) if parts else np.empty(0, _HIT)
        return Hits(*(rows[name] for name in _HIT.names or ()))

    def match_tokens(self, text: str, tokens: Any) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """Names in one NFC text on given tokens: (start, end, match keys), leftmost, longest."""
        data = np.frombuffer(text.encode("utf-8", "surrogatepass") + b"\0", np.uint8)
        edges = np.asarray(tokens, np.uint32).reshape(-1, 2)
        starts, ends = np.ascontiguousarray(edges[:, 0]), np.ascontiguousarray(edges[:, 1])
        cuts = np.unique(edges)
        out = np.empty(len(text) + 1, _HIT)
        found = self._library.mc_match_tokens(
            ctypes.byref(self._head), data.ctypes.data, data.size - 1, starts.ctypes.data, ends.ctypes.data,
            len(starts), cuts.ctypes.data, len(cuts), out.ctypes.data,
        )  # fmt: skip
        if found < 0:
            raise MemoryError(f"a text of {data.size} bytes")
        for _, start, end, folded, exact in out[:found].tolist():
            yield start, end, tuple(self.key(k) for k in (folded, exact) if k != NONE)


def dictionary_sha256(data: bytes) -> str:
    """The name of a compiled dictionary."""
    return hashlib.sha256(data).hexdigest()


@lru_cache(maxsize=2)
def open_dictionary(path: str, sha256: str) -> CompiledDictionary:
    """Map a compiled dictionary read-only; checked once a process, since Spark reuses its workers.

    Raises DictionaryDamaged with one line.
    """
    try:
        with Path(path).open("rb") as file:
            pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:  # ValueError: mmap of an empty file
        raise DictionaryDamaged(
            Path(path).name, getattr(error, "strerror", None) or "cannot be read"
        ) from error
    found = hashlib.sha256(pages).hexdigest()
    if found != sha256:
        raise DictionaryDamaged(Path(path).name, f"its checksum is {found[:12]}, expected {sha256[:12]}")
    return CompiledDictionary(pages, Path(path).name)


def head_of(arrays: Mapping[str, Array]) -> kernel.Dictionary:
    """What the kernel is told: where each array lies. The arrays must outlive it."""
    head = kernel.Dictionary()
    for name in kernel.POINTERS:
        setattr(head, name, arrays[name].ctypes.data if name in arrays else None)
    for name, table in zip(kernel.COUNTS, ("slots", "firsts", "pairs"), strict=True):
        setattr(head, name, arrays[table].size if table in arrays else 0)
    return head


def _piece(pool: Array, offsets: Array, number: int) -> str:
    return pool[int(offsets[number]) : int(offsets[number + 1])].tobytes().decode()


def _strings(texts: pa.Array | list[str]) -> tuple[Array, Array]:
    """UTF-8 bytes and int64 offsets of texts; nulls are empty."""
    if isinstance(texts, list):
        parts = [text.encode("utf-8", "surrogatepass") for text in texts]
        offsets = np.zeros(len(parts) + 1, np.int64)
        np.cumsum([len(part) for part in parts], out=offsets[1:])
        return np.frombuffer(b"".join(parts) + b"\0", np.uint8), offsets
    if texts.null_count:
        texts = texts.fill_null("")
    wide = pa.types.is_large_string(texts.type)
    _, offset_buffer, value_buffer = texts.buffers()
    kind = np.dtype(np.int64 if wide else np.int32)
    offsets = np.frombuffer(offset_buffer, kind, len(texts) + 1, texts.offset * kind.itemsize)
    data = np.frombuffer(value_buffer, np.uint8) if value_buffer else np.empty(0, np.uint8)
    return data, offsets.astype(np.int64)
