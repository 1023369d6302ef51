"""Pairs of 256-bit hashes within a Hamming distance, without comparing all pairs.

The bits are assigned in turn to one band more than the distance, so that neighbouring frequencies go to
different bands. Two hashes that differ in at most so many bits agree in at least one whole band (the
pigeonhole principle), so that comparing those which agree in a band misses none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Words: TypeAlias = npt.NDArray[np.uint64]
Places: TypeAlias = npt.NDArray[np.int64]

WORDS = 4
BITS = 64 * WORDS
_CHUNK = 1 << 20  # pairs compared at a time: some tens of megabytes
_ODD = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)


def distances(one: Words, other: Words) -> Places:
    """Differing bits, row by row; a single hash is compared with each of the others.

    >>> one, two = np.array([1, 0, 0, 0], np.uint64), np.array([[1, 0, 0, 0], [2, 0, 0, 1]], np.uint64)
    >>> distances(one, two).tolist()
    [0, 3]
    """
    return np.asarray(_bit_count(one ^ other).sum(axis=-1, dtype=np.int64))


def distinct(hashes: Words) -> tuple[Places, Places]:
    """The first place of each distinct hash, and for each hash the number of its distinct one.

    Distinct hashes come in an order that depends on nothing but the set of hashes.
    """
    mixed = np.zeros(len(hashes), np.uint64)
    for word, odd in enumerate(_ODD):
        mixed += (hashes[:, word] ^ (hashes[:, word] >> np.uint64(29))) * np.uint64(odd)
    order = np.argsort(mixed, kind="stable")
    new = np.ones(len(hashes), bool)
    new[1:] = (hashes[order[1:]] != hashes[order[:-1]]).any(axis=1)
    if (mixed[order[1:]][new[1:]] == mixed[order[:-1]][new[1:]]).any():  # one in 300,000 corpora
        order = np.lexsort(hashes.T)
        new[1:] = (hashes[order[1:]] != hashes[order[:-1]]).any(axis=1)
    number = np.empty(len(hashes), np.int64)
    number[order] = np.cumsum(new) - 1
    return order[new], number


def bands(hashes: Words, count: int) -> Iterator[npt.NDArray[np.uint32]]:
    """A key of at most 32 bits for each hash, band after band: bit n belongs to band n % count."""
    if BITS / count > 32:
        raise ValueError(f"{count} bands of 256 bits are wider than 32 bits; at least 8")
    for band in range(count):
        keys = np.zeros(len(hashes), np.uint32)
        for place, bit in enumerate(range(band, BITS, count)):
            word, shift = divmod(bit, 64)
            bits = (hashes[:, word] >> np.uint64(shift)) & np.uint64(1)
            keys |= bits.astype(np.uint32) << np.uint32(place)
        yield keys


class BandPairs:
    """Pairs of hashes that agree in a band and lie within a distance; `compared` and `left_out` count pairs.

    Where more than `largest_bucket` hashes agree in one band, each is compared with that many next ones in an
    order by their first word; how many pairs were not compared for it is counted, and 0 means none was
    missed.
    """

    def __init__(self, hashes: Words, distance: int, largest_bucket: int) -> None:
        self._hashes = hashes
        self._distance = distance
        self._largest = largest_bucket
        self.compared = 0
        self.left_out = 0

    def of_band(self, keys: npt.NDArray[np.uint32]) -> Iterator[tuple[Places, Places]]:
        """Chunks of pairs (places of the one, places of the other) of one band."""
        order = np.argsort(keys, kind="stable")
        sorted_keys = keys[order]
        starts = np.flatnonzero(np.concatenate(([True], sorted_keys[1:] != sorted_keys[:-1])))
        sizes = np.diff(np.append(starts, len(keys)))
        self._order_large(order, starts, sizes)
        first = self._hashes[order, 0]
        # How many of the same bucket come behind each: those are compared at step 1, 2, 3, …
        behind = np.repeat(starts + sizes, sizes) - np.arange(len(keys)) - 1
        over = sizes[sizes > self._largest + 1] - self._largest - 1
        self.left_out += int((over * (over + 1) // 2).sum())
        places = np.flatnonzero(behind)
        for step in range(1, min(int(sizes.max(initial=1)), self._largest + 1)):
            places = places[behind[places] >= step]
            self.compared += len(places)
            for start in range(0, len(places), _CHUNK):
                left = places[start : start + _CHUNK]
                right = left + step
                # Most pairs differ too much in their first word alone.
                near = _bit_count(first[left] ^ first[right]) <= self._distance
                one, other = order[left[near]], order[right[near]]
                near = distances(self._hashes[one], self._hashes[other]) <= self._distance
                if near.any():
                    yield one[near], other[near]

    def _order_large(self, order: Places, starts: Places, sizes: Places) -> None:
        for bucket in np.flatnonzero(sizes > self._largest):
            part = slice(starts[bucket], starts[bucket] + sizes[bucket])
            order[part] = order[part][np.argsort(self._hashes[order[part], 0], kind="stable")]


def _bit_count(words: Words) -> npt.NDArray[np.uint8]:
    if hasattr(np, "bitwise_count"):  # numpy 2
        return np.asarray(np.bitwise_count(words))
    bits = np.unpackbits(words.reshape(-1, 1).view(np.uint8), axis=1).sum(axis=1, dtype=np.uint8)
    return np.asarray(bits.reshape(words.shape))
