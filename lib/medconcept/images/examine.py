"""One file to one record: verified and measured, or the reason why not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from medconcept.images.formats import VECTOR, sniff
from medconcept.images.measure import measure
from medconcept.images.settings import Settings
from medconcept.images.statuses import Flag, Status, Unusable
from medconcept.images.verify import ImageFile, verify

_DEFAULT = Settings()


@dataclass(frozen=True)
class ImageRecord:
    """What is known of one file. Fields that need pixels are None unless the status is `resolved`."""

    status: Status
    detail: str
    bytes: int
    sha256: str
    format: str | None = None
    mode: str | None = None
    bit_depth: int | None = None
    width: int | None = None
    height: int | None = None
    frames: int | None = None
    pixel_sha256: str | None = None
    perceptual_hash: str | None = None
    near_white: float | None = None
    entropy: float | None = None
    colourfulness: float | None = None
    flags: tuple[Flag, ...] = ()


def examine(file: ImageFile, settings: Settings = _DEFAULT) -> ImageRecord:
    """Verify and measure one file. Never raises for what is in the file."""
    sha256 = hashlib.sha256(file.data).hexdigest()
    try:
        verified = verify(file, sha256, settings.limits, settings.pixel_digest)
        measures = measure(verified, settings.thresholds, file.thumbnail)
    except Unusable as error:
        return unusable(file, sha256, error)
    except MemoryError:
        return unusable(file, sha256, Unusable(Status.DECODER_MEMORY))
    except Exception as error:  # a defect of a decoder costs its file alone, and is named
        return unusable(file, sha256, Unusable(Status.DECODER_ERROR, f"{type(error).__name__}: {error}"))
    image = verified.image
    return ImageRecord(
        Status.RESOLVED,
        "",
        len(file.data),
        sha256,
        verified.format,
        image.mode,
        image.bit_depth,
        image.width,
        image.height,
        image.frames,
        **vars(measures),
    )


def unusable(file: ImageFile, sha256: str, error: Unusable) -> ImageRecord:
    """The record of a file without an image."""
    name = sniff(file.data)
    flags = (Flag.NOT_RASTER,) if name in VECTOR else ()
    return ImageRecord(error.status, error.detail, len(file.data), sha256, name, flags=flags)


def as_values(record: ImageRecord) -> dict[str, object]:
    """The record as plain values: codes are strings, flags a list.

    >>> as_values(examine(ImageFile("f1.jpg", b"")))["status"]
    'empty'
    """
    return vars(record) | {"status": record.status.value, "flags": [flag.value for flag in record.flags]}
