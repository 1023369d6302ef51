"""Bytes of a known format to pixels, whole and within limits.

JPEG goes through simplejpeg (libjpeg-turbo), which reports what Pillow passes over; everything else, and JPEG
in CMYK, through Pillow. Both give the same pixels of a JPEG.
"""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import dataclass

import numpy as np
import simplejpeg
from PIL import Image, TiffImagePlugin, UnidentifiedImageError

from medconcept.images.pixels import Pixels, eight_bit, reduced, reduction, upright
from medconcept.images.settings import Limits
from medconcept.images.statuses import Status, Unusable

_PILLOW = {
    "jpeg": "JPEG",
    "png": "PNG",
    "gif": "GIF",
    "webp": "WEBP",
    "bmp": "BMP",
    "tiff": "TIFF",
    "jpeg2000": "JPEG2000",
    "avif": "AVIF",
}
_ORIENTATION, _BITS, _OFFSETS, _SIZES = 0x0112, 258, (273, 324), (279, 325)
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    OverflowError,
    RuntimeError,
    struct.error,
)
"""What Pillow raises for files that are not what they claim to be."""


@dataclass(frozen=True)
class Decoded:
    """An image that has been decoded whole.

    `mode` is Pillow's name for the samples in the file, `bit_depth` bits a sample there; width and height are
    those of the upright image. `reduced` are the pixels to measure, `pixels` all of them, None if
    not requested.
    """

    mode: str
    bit_depth: int
    width: int
    height: int
    frames: int
    reduced: Pixels
    pixels: Pixels | None

    @property
    def extent(self) -> tuple[float, float]:
        """Height and width in pixels of the reduced image, the last of which may be only part of one."""
        factor = reduction(self.width, self.height)
        return self.height / factor, self.width / factor


def decode(data: bytes, format_name: str, limits: Limits, exif: bytes | None, full: bool) -> Decoded:
    """Decode every frame of an image; its first one comes back. `exif` is that of a JPEG.

    Raises Unusable.
    """
    if format_name == "jpeg":
        fast = _jpeg(data, limits, exif, full)
        if fast is not None:
            return fast
    with open_image(data, format_name, limits) as image, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata; what matters is raised
        try:
            orientation = _orientation(image.getexif())
            mode, bits = image.mode, _bit_depth(image, data)
            _check_extent(image, data)
            first = eight_bit(image)
            pixels = upright(np.asarray(first), orientation)
            small = upright(reduced(first), orientation)
            frames = 1 if format_name == "jpeg" else _check_frames(image, limits)
        except Image.DecompressionBombError as error:
            raise Unusable(Status.TOO_MANY_PIXELS, str(error)) from None
        except BROKEN as error:
            raise broken(error) from None
    height, width = pixels.shape[:2]
    return Decoded(mode, bits, width, height, frames, small, pixels if full else None)


def open_image(data: bytes, format_name: str, limits: Limits) -> Image.Image:
    """The image opened by Pillow's reader of that format alone, its size checked, nothing decoded.

    Raises Unusable.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's limit of pixels: ours is checked below
            image = Image.open(io.BytesIO(data), formats=(_PILLOW[format_name],))
    except Image.DecompressionBombError as error:
        raise Unusable(Status.TOO_MANY_PIXELS, str(error)) from None
    except UnidentifiedImageError:
        raise Unusable(Status.CORRUPT, f"the header is not one of {format_name}") from None
    except BROKEN as error:
        raise broken(error) from None
    _check_size(*image.size, limits)
    return image


def broken(error: Exception) -> Unusable:
    """The status for what a decoder raised."""
    text = str(error)
    short = "truncated" in text.lower() or "premature end" in text.lower()
    return Unusable(Status.TRUNCATED if short else Status.CORRUPT, f"{type(error).__name__}: {text}")


def _jpeg(data: bytes, limits: Limits, exif: bytes | None, full: bool) -> Decoded | None:
    """The image by simplejpeg, None for a kind of JPEG that is left to Pillow."""
    try:
        height, width, space, _ = simplejpeg.decode_jpeg_header(data)
    except ValueError as error:
        if "Unsupported" in str(error):
            return None
        raise broken(error) from None
    _check_size(width, height, limits)
    if space not in ("Gray", "YCbCr", "RGB"):
        return None
    samples = "GRAY" if space == "Gray" else "RGB"
    orientation = _orientation_of(exif) if exif else 1
    try:
        small = upright(_reduced_jpeg(data, samples, width, height), orientation)
        pixels = simplejpeg.decode_jpeg(data, samples) if full else None
    except ValueError as error:
        raise broken(error) from None
    if pixels is not None:
        pixels = upright(pixels[:, :, 0] if samples == "GRAY" else pixels, orientation)
    if orientation in (5, 6, 7, 8):
        width, height = height, width
    return Decoded("L" if samples == "GRAY" else "RGB", 8, width, height, 1, small, pixels)


def _reduced_jpeg(data: bytes, samples: str, width: int, height: int) -> Pixels:
    """What `reduced` returns: up to an eighth by the decoder, which does halves fast, then by averages."""
    factor = reduction(width, height)
    eighth = min(factor, 8)
    pixels: Pixels = simplejpeg.decode_jpeg(
        data, samples, min_height=-(-height // eighth), min_width=-(-width // eighth)
    )
    if samples == "GRAY":
        pixels = pixels[:, :, 0]
    return np.asarray(Image.fromarray(pixels).reduce(factor // eighth)) if factor > eighth else pixels


def _check_size(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.pixels:
        raise Unusable(
            Status.TOO_MANY_PIXELS, f"{width} x {height} pixels, over the limit of {limits.pixels:,}"
        )
    if not width or not height:
        raise Unusable(Status.CORRUPT, f"{width} x {height} pixels")


def _check_extent(image: Image.Image, data: bytes) -> None:
    """Raise Unusable where a TIFF's strips or tiles lie beyond the end of its bytes; no decoder says so."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return
    tags = image.tag_v2
    for offsets, sizes in zip(_OFFSETS, _SIZES, strict=True):
        for offset, size in zip(tags.get(offsets, ()), tags.get(sizes, ()), strict=False):
            if offset + size > len(data):
                raise Unusable(Status.TRUNCATED, f"samples up to byte {offset + size} of {len(data)}")


def _check_frames(image: Image.Image, limits: Limits) -> int:
    """Decode the frames after the first; how many frames there are."""
    image.load()
    frames, area = 1, image.width * image.height
    while True:
        try:
            image.seek(frames)
        except EOFError:
            return frames
        frames += 1
        _check_size(*image.size, limits)
        area += image.width * image.height
        if frames > limits.frames or area > limits.all_pixels:
            raise Unusable(Status.TOO_MANY_FRAMES, f"{area:,} pixels in the first {frames} frames")
        image.load()


def _bit_depth(image: Image.Image, data: bytes) -> int:
    if image.format == "PNG":
        return data[24]  # IHDR is the first chunk, or Pillow would not have opened the file
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return int(max(image.tag_v2.get(_BITS, (1,))))
    return {"1": 1, "I": 32, "F": 32}.get(image.mode, 16 if image.mode.startswith("I;16") else 8)


def _orientation_of(exif: bytes) -> int:
    tags = Image.Exif()
    try:
        tags.load(exif)
    except BROKEN:  # a broken note about the image is none
        return 1
    return _orientation(tags)


def _orientation(tags: Image.Exif) -> int:
    value = tags.get(_ORIENTATION, 1)
    return int(value) if isinstance(value, int) else 1
