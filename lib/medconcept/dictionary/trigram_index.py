"""Fuzzy look-up: names similar to a text, by an index of letter trigrams in a file next to the dictionary.

The similarity is the cosine of sets of trigrams within words, weighted by inverse document frequency, as in
scispaCy's candidate generator, which uses an approximate index. Here the rare trigrams of a text select the
names that can reach the threshold, and each of these is compared in full, from its text in the dictionary.
Trigrams of more than a share COMMON of the names have no postings: a name that shares only such trigrams is
not returned.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from medconcept.dictionary import kernel
from medconcept.dictionary.arrow_strings import buffers
from medconcept.dictionary.file_layout import Array, DictionaryDamaged, pack_parts, unpack
from medconcept.dictionary.kernel.layout import Dictionary, Trigrams, head_of

COMMON = 1 / 64
_MIN_COMMON = 1000  # a trigram of no more names has postings in any dictionary
_SLOTS = 1 << 22
_ARRAYS = {"grams": "grams", "counts": "gram_counts", "begins": "gram_begins", "postings": "postings",
           "norms": "norms"}  # fmt: skip


def similar_parts(arrays: Mapping[str, Any], indexed: Array) -> Iterator[bytes]:
    """The pieces of the index file of a dictionary; `indexed` has 1 for each name to index, else 0."""
    head, library = head_of(arrays), kernel.library()
    keys, counts = np.zeros(_SLOTS, np.uint32), np.zeros(_SLOTS, np.uint32)
    used = library.mc_count_grams(
        ctypes.byref(head), len(indexed), indexed.ctypes.data, keys.ctypes.data, counts.ctypes.data, _SLOTS
    )
    if used < 0:
        raise ValueError(f"more than {_SLOTS // 2} distinct trigrams in the names, or no memory for them")
    at = np.flatnonzero(counts)
    at = at[np.argsort(keys[at])]
    grams, counts = keys[at], counts[at]
    most = max(_MIN_COMMON, int(indexed.sum() * COMMON))
    begins = np.zeros(len(grams) + 1, np.uint64)
    np.cumsum(np.where(counts > most, 0, counts), out=begins[1:])
    index: dict[str, Any] = {
        "grams": grams, "gram_counts": counts, "gram_begins": begins,
        "postings": np.zeros(int(begins[-1]), np.uint32), "norms": np.zeros(len(indexed), np.float32),
        "named": np.array([indexed.sum()], np.uint64),
    }  # fmt: skip
    filled = begins.copy()
    done = library.mc_fill_grams(
        ctypes.byref(head), ctypes.byref(_head(index)), indexed.ctypes.data, filled.ctypes.data,
        index["postings"].ctypes.data, index["norms"].ctypes.data,
    )  # fmt: skip
    if done < 0:
        raise MemoryError("similar names")
    yield from pack_parts(index)


def _head(index: Mapping[str, Any]) -> Trigrams:
    head = Trigrams()
    for name, array in _ARRAYS.items():
        setattr(head, name, index[array].ctypes.data)
    head.gram_count, head.name_count = len(index["grams"]), len(index["norms"])
    head.indexed_count = int(index["named"][0])
    return head


class TrigramIndex:
    """An open index, over its bytes and the arrays of its dictionary. Not picklable."""

    def __init__(self, data: Any, name: str, sha256: str, head: Dictionary) -> None:
        """Take the bytes or memory map of a file, its checksum, and the kernel's view of the dictionary.

        Raises DictionaryDamaged, which reports `name`.
        """
        if (actual := hashlib.sha256(data).hexdigest()) != sha256:
            raise DictionaryDamaged(name, f"its checksum is {actual[:12]}, expected {sha256[:12]}")
        self._index = unpack(data, name)
        self._data, self._head, self._dictionary = data, _head(self._index), head

    def nearest(self, text: str, threshold: float, most: int = 8) -> list[tuple[int, float]]:
        """Number and similarity of the names most similar to an NFC text, best first, from `threshold` on."""
        data, offsets = buffers([text[:1000]])
        numbers, scores = np.empty(most + 1, np.uint32), np.empty(most + 1, np.float32)
        count = kernel.library().mc_similar(
            ctypes.byref(self._dictionary), ctypes.byref(self._head), data.ctypes.data, int(offsets[-1]),
            threshold, most, numbers.ctypes.data, scores.ctypes.data,
        )  # fmt: skip
        if count < 0:
            raise MemoryError("similar names")
        return [
            (n, min(s, 1.0)) for n, s in zip(numbers[:count].tolist(), scores[:count].tolist(), strict=True)
        ]

    def compare_all(self, text: str) -> float:
        """The greatest similarity of any indexed name, by comparing with all: the oracle of `nearest`."""
        data, offsets = buffers([text[:1000]])
        return float(
            kernel.library().mc_compare_all(
                ctypes.byref(self._dictionary), ctypes.byref(self._head), data.ctypes.data, int(offsets[-1])
            )
        )
