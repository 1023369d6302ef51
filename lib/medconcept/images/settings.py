"""Limits and thresholds of the image step; everything a user may configure, with its default."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from medconcept.errors import ConfigError
from medconcept.images.statuses import Flag

DISTANCE = 12
"""Differing bits up to which images are linked; re-encoded copies differ in up to 10, others in 98 on."""
VERSION = 2
"""Raised with every change after which the same bytes and settings may give another record or copy."""


@dataclass(frozen=True)
class Limits:
    """What one file may take, checked before it is decoded.

    Pixels are width times height of one frame, at most 178 million, where Pillow refuses by itself;
    `all_pixels` bounds the sum over frames. Flags in `refused`
    (`wrong_extension`, `trailing_bytes`) turn an image that decodes into one with the status of that name.
    """

    bytes: int = 256 * 1024**2
    pixels: int = 100_000_000
    frames: int = 1_000
    all_pixels: int = 400_000_000
    refused: frozenset[Flag] = frozenset()


@dataclass(frozen=True)
class Thresholds:
    """When a flag is set: pixels, a ratio of sides, levels of luminance (0 to 255), bits of entropy.

    `blank_deviation` and `low_deviation` are standard deviations of the luminance of the reduced image.
    """

    smallest_side: int = 64
    largest_ratio: float = 8.0
    blank_deviation: float = 1.5
    low_deviation: float = 8.0
    low_entropy: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what no measure can be."""
        for name, value in vars(self).items():
            if value < 0:
                raise ConfigError(f"images.thresholds.{name}: {value} must be 0 or more")


@dataclass(frozen=True)
class Settings:
    """Everything that decides what `examine` returns for given bytes.

    `pixel_digest` decodes each JPEG at full size to take the sha256 of its pixels; without it, JPEGs are
    decoded at a reduced size, whole nevertheless, which takes a third of the time.
    """

    limits: Limits = field(default_factory=Limits)
    thresholds: Thresholds = field(default_factory=Thresholds)
    pixel_digest: bool = False


@dataclass(frozen=True)
class Derivation:
    """How a training copy is made.

    `size` is the longer side in pixels, or with `fit="shorter"` the shorter one; images are never enlarged.
    `quality` (1 to 95) is that of JPEG; PNG is without loss.
    """

    size: int = 336
    format: Literal["jpeg", "png"] = "jpeg"
    quality: int = 90
    fit: Literal["longer", "shorter"] = "longer"

    def __post_init__(self) -> None:
        """Refuse a copy that no encoder makes."""
        if self.size < 1:
            raise ConfigError(f"images.derive.size: {self.size} must be 1 or more")
        if not 1 <= self.quality <= 95:
            raise ConfigError(f"images.derive.quality: {self.quality} must be from 1 to 95")
