"""Pixels as arrays: 8 bits a sample, grey (height, width) or RGB (height, width, 3), upright."""

from __future__ import annotations

import hashlib
import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels: TypeAlias = npt.NDArray[np.uint8]

REDUCED_SIDE = 48
"""A reduced image's shorter side is from this to twice this many pixels, if the image has as many."""
_REDUCED_AREA = 500_000  # pixels of a reduced image that is long and narrow
_DEEP = frozenset(("I", "F", "I;16", "I;16L", "I;16B", "I;16N"))


def eight_bit(image: Image.Image) -> Image.Image:
    """A decoded image in mode L or RGB.

    Transparent parts become white. CMYK, YCbCr and Lab are converted without a profile. Grey of 16 or 32 bits
    and of floats is scaled linearly, its least value to 0 and its greatest to 255, since microscopes often
    use 12 bits of the 16; RGB of 16 bits keeps its upper 8.
    """
    if image.mode in ("L", "RGB") and "transparency" not in image.info:
        return image
    if image.mode == "1":
        return image.convert("L")
    if image.mode in _DEEP:
        return Image.fromarray(_stretched(np.asarray(image)))
    if image.has_transparency_data:
        mode = "L" if image.mode in ("L", "LA", "La") else "RGB"
        layer = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground.convert(mode)
    return image.convert("L" if image.mode in ("LA", "La") else "RGB")


def _stretched(values: npt.NDArray[np.generic]) -> Pixels:
    numbers = values.astype(np.float64)
    finite = np.isfinite(numbers)
    if not finite.any():
        return np.zeros(numbers.shape, np.uint8)
    low, high = numbers[finite].min(), numbers[finite].max()
    scale = 255.0 / (high - low) if high > low else 0.0
    levels = (np.clip(np.nan_to_num(numbers, nan=low), low, high) - low) * scale
    return np.asarray(np.floor(levels + 0.5), np.uint8)


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """Pixels turned and mirrored as the EXIF orientation (1 to 8) says; any other number changes nothing.

    >>> upright(np.array([[1, 2], [3, 4]], np.uint8), 6).tolist()
    [[3, 1], [4, 2]]
    """
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels


def reduction(width: int, height: int) -> int:
    """The power of two by which each side of an image is reduced before it is measured.

    >>> reduction(512, 384), reduction(1000, 127), reduction(40_000, 100)
    (8, 2, 4)
    """
    largest = max(1, min(width, height) // REDUCED_SIDE)
    for_area = math.ceil(math.sqrt(width * height / _REDUCED_AREA))
    return int(max(2 ** (largest.bit_length() - 1), 2 ** (for_area - 1).bit_length()))


def reduced(image: Image.Image) -> Pixels:
    """The image averaged over squares of `reduction` pixels a side."""
    factor = reduction(*image.size)
    return np.asarray(image.reduce(factor) if factor > 1 else image)


def pixel_sha256(pixels: Pixels) -> str:
    """The sha256 (hex) of mode, size and samples.

    What is hashed: `L 640x480` or `RGB 640x480` and a line feed in ASCII, then one byte a sample, from left
    to right and from top to bottom, R G B for each pixel.
    """
    height, width = pixels.shape[:2]
    mode = "L" if pixels.ndim == 2 else "RGB"
    digest = hashlib.sha256(f"{mode} {width}x{height}\n".encode())
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()
