"""The compiled dictionary: an immutable file of flat arrays, named by its checksum, mapped read-only."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from medconcept.dictionary import kernel
from medconcept.dictionary.arrow_strings import buffers
from medconcept.dictionary.exact_index import OWN_CASE, WORST, compile_keys, compile_names
from medconcept.dictionary.file_layout import Array, DictionaryDamaged, unpack
from medconcept.dictionary.name_rules import EXACT, FOLDED

__all__ = [
    "CompiledDictionary", "DictionaryDamaged", "Hits", "compile_keys", "compile_names", "dictionary_sha256",
]  # fmt: skip
NEEDED = (
    "blocks", "chars", "several", "texts", "text_blocks", "ranks", "tags", "slots", "firsts", "beginnings",
)  # fmt: skip
NONE = 0xFFFFFFFF
_EVERY, _MOST = 2, 8  # of exact.c
_HIT = np.dtype([(name, np.uint32) for name in ("text", "start", "end", "folded_key", "exact_key")])
MAX_BYTES = 800


@dataclass(frozen=True)
class Hits:
    """Names found in a batch of texts, in order: arrays of equal length.

    `text` is the place in the batch; `start`, `end` code points, end exclusive; `folded_key` the number of
    the best name that stands there in any case, `exact_key` of the best that must stand in this case, NONE
    where there is none.
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
        missing = set(NEEDED) - set(arrays)
        if missing:
            raise DictionaryDamaged(name, f"it has no array {sorted(missing)[0]}")
        self._arrays, self._library = arrays, kernel.library()
        self.head = kernel.head_of(arrays)
        self._buffer = ctypes.create_string_buffer(MAX_BYTES + 8)

    def __len__(self) -> int:
        return len(self._arrays["ranks"])

    def text(self, number: int) -> str:
        """The name of that number, as its source writes it."""
        size = self._library.mc_name(ctypes.byref(self.head), number, self._buffer)
        return self._buffer.raw[:size].decode("utf-8", "surrogatepass")

    def key(self, number: int) -> str:
        """The match key of the name of that number."""
        text = self.text(number)
        return EXACT + text if self._arrays["ranks"][number] & OWN_CASE else FOLDED + text.casefold()

    def rank(self, number: int) -> int:
        """The order of preference of the name of that number, 0 first."""
        return int(self._arrays["ranks"][number]) & WORST

    def first_senses(self, hits: Hits) -> Array:
        """The number of the name of each hit: that in this very case before one in any case."""
        return np.where(hits.exact_key != NONE, hits.exact_key, hits.folded_key)

    def match_texts(self, texts: pa.Array | list[str], *, nested: bool = False, every: bool = False) -> Hits:
        """Names in a batch of NFC texts (Arrow strings or str; null as empty), on the matcher's own tokens.

        Tokens are runs of letters, digits and marks, and every other character that is no white space alone.
        Leftmost, longest, without overlap; with `nested` the longest name at each token, with `every` up
        to eight at each, longest first.
        """
        return self._match(texts, _EVERY if every else int(nested))

    def match_sentences(self, texts: pa.Array, edges: Array, begins: Array, lasts: Array) -> Hits:
        """The same within sentences: those of text i are edges[i] to edges[i + 1] of `begins` and `lasts`.

        A sentence is told as Spark NLP does, by UTF-16 code units of its text, its last one inclusive; those
        of a text are in order. Hits are code points of the text.
        """
        told = [np.ascontiguousarray(numbers, np.int32) for numbers in (edges, begins, lasts)]
        if len(told[0]) != len(texts) + 1 or len(told[1]) != len(told[2]) or told[0][-1] != len(told[1]):
            raise ValueError("sentences are not those of the texts")
        return self._match(texts, 0, told)

    def _match(self, texts: pa.Array | list[str], mode: int, sentences: Sequence[Array] = ()) -> Hits:
        data, offsets = buffers(texts)
        told: list[Any] = [numbers.ctypes.data for numbers in sentences] or [None] * 3
        count, longest = len(offsets) - 1, int(np.diff(offsets).max(initial=0))
        size = max(longest, min(int(offsets[-1] - offsets[0]), 1 << 16)) + 1
        out = np.empty(size * (_MOST if mode == _EVERY else 1), _HIT)
        done, first, parts = ctypes.c_int64(), 0, []
        while first < count:
            found = self._library.mc_match(
                ctypes.byref(self.head), data.ctypes.data, offsets.ctypes.data, *told, first, count, longest,
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
            ctypes.byref(self.head), data.ctypes.data, data.size - 1, starts.ctypes.data, ends.ctypes.data,
            len(starts), cuts.ctypes.data, len(cuts), out.ctypes.data,
        )  # fmt: skip
        if found < 0:
            raise MemoryError(f"a text of {data.size} bytes")
        for _, start, end, folded, exact in out[:found].tolist():
            yield start, end, tuple(self.key(k) for k in (folded, exact) if k != NONE)


def dictionary_sha256(data: bytes) -> str:
    """The name of a compiled dictionary."""
    return hashlib.sha256(data).hexdigest()
