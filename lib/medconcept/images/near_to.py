"""Which images look like others or like each other, of two sets of perceptual hashes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medconcept.images.hamming import BandPairs, Words, bands
from medconcept.images.settings import DISTANCE


@dataclass(frozen=True)
class Near:
    """For each image that was asked about: whether it looks like another one, or like one before it.

    `earlier` holds if one of the images asked about that come before it, and that look like no other, looks
    like it. `pairs_left_out` is 0 where the answers are those of comparing all pairs.
    """

    other: npt.NDArray[np.bool_]
    earlier: npt.NDArray[np.bool_]
    pairs_left_out: int


def near_to(asked: Words, others: Words, distance: int = DISTANCE, largest_bucket: int = 20_000) -> Near:
    """Compare hashes (rows of four 64-bit numbers), those asked about in the order in which they come.

    Of the others only those are compared that agree with an asked one in a band of bits.

    >>> asked = np.array([[0, 0, 0, 0], [7, 0, 0, 0], [0, 0, 0, 2**40 - 1]], np.uint64)
    >>> others = np.array([[0, 0, 0, 2**41 - 1], [2**63 - 1, 0, 0, 0]], np.uint64)
    >>> near = near_to(asked, others, distance=7)
    >>> near.other.tolist(), near.earlier.tolist()
    ([False, False, True], [False, True, False])
    """
    count = len(asked)
    hashes = np.concatenate((asked, others))
    is_near = np.zeros(count, bool)
    firsts, seconds = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    left_out = 0
    for keys in bands(hashes, distance + 1) if count else ():
        kept = np.flatnonzero(np.isin(keys, keys[:count]))
        pairs = BandPairs(np.ascontiguousarray(hashes[kept]), distance, largest_bucket)
        for one, other in pairs.of_band(keys[kept]):
            low, high = np.minimum(kept[one], kept[other]), np.maximum(kept[one], kept[other])
            is_near[low[(low < count) & (high >= count)]] = True
            both = high < count
            firsts.append(low[both])
            seconds.append(high[both])
        left_out += pairs.left_out
    first, second = np.concatenate(firsts), np.concatenate(seconds)
    earlier = np.zeros(count, bool)
    earlier[second[~is_near[first]]] = True
    return Near(is_near, earlier, left_out)
