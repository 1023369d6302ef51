"""What a user may configure of the image jobs: `images` of the configuration."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Literal

from medconcept.errors import ConfigError
from medconcept.images.settings import DISTANCE, VERSION, Derivation, Limits, Settings, Thresholds
from medconcept.images.statuses import Flag
from medconcept.sources.options import LICENCE_GROUPS

REFUSABLE = (Flag.WRONG_EXTENSION.value, Flag.TRAILING_BYTES.value)


@dataclass(frozen=True)
class LimitOptions:
    """`Limits` as a configuration states them.

    >>> LimitOptions(refused=("cmyk",))
    Traceback (most recent call last):
    medconcept.errors.ConfigError: images.limits.refused: 'cmyk' is none of wrong_extension, trailing_bytes
    """

    bytes: int = Limits.bytes
    pixels: int = Limits.pixels
    frames: int = Limits.frames
    all_pixels: int = Limits.all_pixels
    refused: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse limits that nothing passes, and flags that do not refuse."""
        for name in ("bytes", "pixels", "frames", "all_pixels"):
            if getattr(self, name) < 1:
                raise ConfigError(f"images.limits.{name}: {getattr(self, name)} must be 1 or more")
        for flag in self.refused:
            if flag not in REFUSABLE:
                raise ConfigError(f"images.limits.refused: {flag!r} is none of {', '.join(REFUSABLE)}")

    def limits(self) -> Limits:
        """The limits."""
        refused = frozenset(Flag(flag) for flag in self.refused)
        return Limits(self.bytes, self.pixels, self.frames, self.all_pixels, refused)


@dataclass(frozen=True)
class ImageFilter:
    """Of which figures images are requested; an empty list lets all pass.

    `licences` are licence groups, `article_types` and `kinds` values of articles.article_type and
    figures.kind, `languages` those of the figure, else of the article. With `caption`, figures without
    a caption are left out.

    >>> ImageFilter(licences=("free",))
    Traceback (most recent call last):
    medconcept.errors.ConfigError: images.only.licences: 'free' is none of commercial, noncommercial, other
    """

    licences: tuple[str, ...] = ()
    article_types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    caption: bool = False

    def __post_init__(self) -> None:
        """Refuse groups that do not exist: nothing would be fetched, by mistake."""
        for group in self.licences:
            if group not in LICENCE_GROUPS:
                raise ConfigError(f"images.only.licences: {group!r} is none of {', '.join(LICENCE_GROUPS)}")


@dataclass(frozen=True)
class ImageOptions:
    """How images are resolved.

    `keep` is `bytes`, or `reference` to measure files and leave their bytes where they are. `derive` asks for
    training copies. `pixel_digest` takes the sha256 of all pixels of each image at once, not only where
    `group_images` needs it; `distance` is the number of differing bits up to which that job links two images.
    A run commits after about `batch_images` images, so that one that is killed loses no more.

    >>> ImageOptions(batch_images=0)
    Traceback (most recent call last):
    medconcept.errors.ConfigError: images.batch_images: 0 must be 1 or more
    """

    keep: Literal["bytes", "reference"] = "bytes"
    derive: Derivation | None = None
    only: ImageFilter = field(default_factory=ImageFilter)
    limits: LimitOptions = field(default_factory=LimitOptions)
    thresholds: Thresholds = field(default_factory=Thresholds)
    pixel_digest: bool = False
    batch_images: int = 10_000
    distance: int = DISTANCE

    def __post_init__(self) -> None:
        """Refuse values that no run could use."""
        if self.batch_images < 1:
            raise ConfigError(f"images.batch_images: {self.batch_images} must be 1 or more")
        if not 7 <= self.distance <= 64:
            raise ConfigError(f"images.distance: {self.distance} must be from 7 to 64")

    def settings(self) -> Settings:
        """What decides the record of given bytes."""
        return Settings(self.limits.limits(), self.thresholds, self.pixel_digest)

    def examination(self) -> tuple[object, ...]:
        """All that decides what is stored of given bytes, for a digest."""
        derive = None if self.derive is None else asdict(self.derive)
        limits, thresholds = asdict(self.limits), asdict(self.thresholds)
        return (VERSION, self.keep, derive, limits, thresholds, self.pixel_digest)
