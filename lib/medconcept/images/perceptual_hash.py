"""A 256-bit perceptual hash: which of the 256 lowest frequencies of an image lie above their median.

The hash of `imagehash.phash(image, hash_size=16)` up to rounding and resampling: a few bits at most. Sums are
of whole numbers within the range that float64 holds exactly, so each machine gives the same bits.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from medconcept.images.pixels import Pixels

SIDE = 16
BITS = SIDE * SIDE
# Cosines as whole numbers: 255 * _SCALE**2 * a reduced image's pixels stays below 2**53.
_SCALE = 2.0**12


def perceptual_hash(luma: Pixels, extent: tuple[float, float] | None = None) -> bytes:
    """The hash of a grey image (height, width) as 32 bytes, the lowest frequency in the first bit.

    `extent` is the height and width of what the pixels cover, where the last row or column is only part of
    one: 101 pixels at half their size are 51, and an extent of 50.5.

    >>> perceptual_hash(np.arange(256, dtype=np.uint8).reshape(16, 16)).hex()[:8]
    '80000000'
    """
    height, width = luma.shape
    tall, wide = extent or (height, width)
    waves = _cosines(height, tall) @ luma.astype(np.float64) @ _cosines(width, wide).T
    # np.median takes four times as long for so few numbers.
    ordered = np.partition(waves, (BITS // 2 - 1, BITS // 2), axis=None)
    return np.packbits(waves > (ordered[BITS // 2 - 1] + ordered[BITS // 2]) / 2).tobytes()


@lru_cache(maxsize=512)
def _cosines(size: int, extent: float) -> npt.NDArray[np.float64]:
    """The first SIDE rows of the discrete cosine transform (type II) of samples, the last one cut short."""
    edges = np.minimum(np.arange(size + 1), extent)
    centres, widths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    angles = np.arange(SIDE)[:, None] * centres * (np.pi / extent)
    return np.asarray(np.rint(np.cos(angles) * widths * _SCALE))


def as_words(hashes: list[bytes]) -> npt.NDArray[np.uint64]:
    """Hashes as rows of four 64-bit numbers, the form that `duplicates` takes."""
    return np.frombuffer(b"".join(hashes), ">u8").reshape(-1, BITS // 64).astype(np.uint64)
