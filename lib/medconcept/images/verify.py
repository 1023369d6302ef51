"""Whether a file is the image that it should be: its bytes, its format, its structure, its pixels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from medconcept.images.containers import structure
from medconcept.images.decode import Decoded, decode
from medconcept.images.formats import RASTER, UNDECODED, VECTOR, claimed_format, sniff
from medconcept.images.settings import Limits
from medconcept.images.statuses import Flag, Status, Unusable


@dataclass(frozen=True)
class ImageFile:
    """A file as it arrived: its name and bytes, and what its source states of it (None if nothing).

    `size` in bytes, checksums in hex; `thumbnail` is true where the file is known to be one.
    """

    name: str
    data: bytes
    size: int | None = None
    md5: str | None = None
    sha256: str | None = None
    thumbnail: bool = False


@dataclass(frozen=True)
class Verified:
    """An image that is whole: its format, its pixels and the flags that verifying gave."""

    format: str
    image: Decoded
    flags: frozenset[Flag]


def verify(file: ImageFile, sha256: str, limits: Limits, full: bool = False) -> Verified:
    """Check a file against its source, sniff its format, check its structure, decode it whole.

    `sha256` is that of the bytes, `full` requests all pixels. Raises Unusable.
    """
    check_bytes(file, sha256, limits)
    name = raster_format(file.data)
    flags = set()
    if (claim := claimed_format(file.name)) is not None and claim != name:
        flags.add(Flag.WRONG_EXTENSION)
        _refuse(Flag.WRONG_EXTENSION, limits, f"{name} named as {claim}")
    found = structure(file.data, name)
    exif = found.exif if found else None
    image: Decoded | Unusable
    try:
        image = decode(file.data, name, limits, exif, full)
    except Unusable as error:
        image = error
    if isinstance(image, Unusable) and image.status not in (Status.CORRUPT, Status.TRUNCATED):
        raise image
    if found is not None:
        if found.damage:
            raise Unusable(Status.CORRUPT, found.damage)
        if found.end is None:
            raise Unusable(Status.TRUNCATED, f"no end of the image in {len(file.data)} bytes")
        if isinstance(image, Decoded) and (behind := len(file.data) - found.end):
            flags.add(Flag.TRAILING_BYTES)
            _refuse(Flag.TRAILING_BYTES, limits, f"{behind} bytes after the image")
    if isinstance(image, Unusable):
        raise image
    return Verified(name, image, frozenset(flags))


def check_bytes(file: ImageFile, sha256: str, limits: Limits) -> None:
    """Raise Unusable for an empty or too large file, or one that differs from what its source states."""
    size = len(file.data)
    if size > limits.bytes:
        raise Unusable(Status.TOO_MANY_BYTES, f"{size:,} bytes, over the limit of {limits.bytes:,}")
    if file.size is not None and size != file.size:
        raise Unusable(Status.SIZE_MISMATCH, f"{size} bytes, {file.size} at the source")
    if file.sha256 and sha256 != file.sha256.lower():
        raise Unusable(Status.CHECKSUM_MISMATCH, f"sha256 {sha256}, {file.sha256} at the source")
    if file.md5 and (md5 := hashlib.md5(file.data, usedforsecurity=False).hexdigest()) != file.md5.lower():
        raise Unusable(Status.CHECKSUM_MISMATCH, f"md5 {md5}, {file.md5} at the source")
    if not size:
        raise Unusable(Status.EMPTY)


def raster_format(data: bytes) -> str:
    """The raster format of the bytes. Raises Unusable where it is none that is decoded."""
    name = sniff(data)
    if name in RASTER:
        return name
    if name in VECTOR:
        raise Unusable(Status.NOT_RASTER, name)
    if name in UNDECODED:
        raise Unusable(Status.UNSUPPORTED_FORMAT, name)
    if name == "html":
        raise Unusable(Status.HTML_PAGE)
    raise Unusable(Status.NOT_AN_IMAGE, f"starts with {bytes(data[:8])!r}")


def _refuse(flag: Flag, limits: Limits, detail: str) -> None:
    if flag in limits.refused:
        raise Unusable(Status(flag.value), detail)
