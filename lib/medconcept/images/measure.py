"""What later filters need to know of an image: size, hashes, white, entropy, colour, flags."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medconcept.images.perceptual_hash import perceptual_hash
from medconcept.images.pixels import Pixels, pixel_sha256
from medconcept.images.settings import Thresholds
from medconcept.images.statuses import Flag
from medconcept.images.verify import Verified

_NEAR_WHITE = 250
_LEVELS = np.arange(256, dtype=np.float64)
_RED, _GREEN, _BLUE = 19595 / 65536, 38470 / 65536, 7471 / 65536  # ITU-R 601-2, as Pillow has it


@dataclass(frozen=True)
class Measures:
    """Measures of the reduced image, and the sha256 of all pixels where these were decoded.

    `near_white`: share of pixels with a luminance of at least 250, 0 to 1. `entropy`: of the luminance in 256
    levels, 0 to 8 bits. `colourfulness`: Hasler and Süsstrunk (2003), 0 for grey, above 100 for vivid.
    """

    pixel_sha256: str | None
    perceptual_hash: str
    near_white: float
    entropy: float
    colourfulness: float
    flags: tuple[Flag, ...]


def measure(verified: Verified, thresholds: Thresholds, thumbnail: bool = False) -> Measures:
    """Measure a verified image; `thumbnail` is true where no larger form of it exists."""
    image = verified.image
    luma, colourfulness = _luma_and_colourfulness(image.reduced)
    levels = np.bincount(luma.ravel(), minlength=256) / luma.size
    entropy = _entropy(levels)
    flags = set(verified.flags)
    flags |= _flags_of_form(verified, thresholds)
    flags |= _flags_of_content(levels, entropy, thresholds)
    if thumbnail:
        flags.add(Flag.THUMBNAIL_ONLY)
    return Measures(
        pixel_sha256=None if image.pixels is None else pixel_sha256(image.pixels),
        perceptual_hash=perceptual_hash(luma, image.extent).hex(),
        near_white=round(float(levels[_NEAR_WHITE:].sum()), 6),
        entropy=round(entropy, 6),
        colourfulness=round(colourfulness, 4),
        flags=tuple(sorted(flags)),
    )


def _luma_and_colourfulness(pixels: Pixels) -> tuple[Pixels, float]:
    """The luminance as Pillow converts RGB to L, and the colourfulness.

    All sums are of whole numbers (of 65536ths for the luminance) that the type holds exactly, so each machine
    gets the same in whatever order they are added.
    """
    if pixels.ndim == 2:
        return pixels, 0.0
    red, green, blue = pixels.reshape(-1, 3).T.astype(np.float32, order="C")
    luma = red * _RED
    luma += green * _GREEN
    luma += blue * _BLUE
    luma += 0.5
    blue += blue
    # Red - green and, twice the second axis of the definition, red + green - 2 blue.
    opponents = ((red - green).astype(np.float64), (red + green - blue).astype(np.float64))
    return luma.astype(np.uint8).reshape(pixels.shape[:2]), _colourfulness(*opponents)


def _entropy(levels: npt.NDArray[np.float64]) -> float:
    present = levels[levels > 0]
    return max(0.0, -float(present @ np.log2(present)))


def _colourfulness(*opponents: npt.NDArray[np.float64]) -> float:
    means = [float(axis.sum()) / len(axis) for axis in opponents]
    squares = [float(axis @ axis) / len(axis) for axis in opponents]
    variances = [square - mean * mean for square, mean in zip(squares, means, strict=True)]
    spread = math.sqrt(max(0.0, variances[0] + variances[1] / 4))
    return spread + 0.3 * math.hypot(means[0], means[1] / 2)


def _flags_of_form(verified: Verified, thresholds: Thresholds) -> set[Flag]:
    image = verified.image
    short, long = sorted((image.width, image.height))
    several = Flag.MULTIPAGE if verified.format == "tiff" else Flag.ANIMATED
    conditions = {
        Flag.TOO_SMALL: short < thresholds.smallest_side,
        Flag.EXTREME_RATIO: long > thresholds.largest_ratio * short,
        several: image.frames > 1,
        Flag.CMYK: image.mode == "CMYK",
        Flag.SIXTEEN_BIT: image.bit_depth > 8,
    }
    return {flag for flag, holds in conditions.items() if holds}


def _flags_of_content(levels: npt.NDArray[np.float64], entropy: float, thresholds: Thresholds) -> set[Flag]:
    mean = float(levels @ _LEVELS)
    deviation = math.sqrt(max(0.0, float(levels @ np.square(_LEVELS - mean))))
    if deviation < thresholds.blank_deviation:
        return {Flag.BLANK, Flag.LOW_INFORMATION}
    if deviation < thresholds.low_deviation or entropy < thresholds.low_entropy:
        return {Flag.LOW_INFORMATION}
    return set()
