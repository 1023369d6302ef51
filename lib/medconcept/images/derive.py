"""A small copy of an image for training: one size, one format, and nothing but pixels in it."""

from __future__ import annotations

import io

from PIL import Image, ImageCms, ImageOps

from medconcept.images.decode import BROKEN, broken, open_image
from medconcept.images.pixels import eight_bit
from medconcept.images.settings import Derivation, Limits
from medconcept.images.verify import raster_format

_LIMITS = Limits()
_PROFILED = frozenset(("RGB", "RGBA", "CMYK", "L"))


def derive(data: bytes, how: Derivation, limits: Limits = _LIMITS) -> bytes:
    """The copy's bytes, the same for the same bytes and version of Pillow. Raises Unusable.

    The first frame, upright, in 8 bits, RGB or grey, transparent parts white. Colours go to sRGB by the
    image's profile where it has a sound one. EXIF, IPTC, XMP, comments and the profile are left out.
    """
    with open_image(data, raster_format(data), limits) as image:
        try:
            image.draft("RGB", _draft_size(image.size, how))
            plain = eight_bit(_in_srgb(ImageOps.exif_transpose(image)))
        except BROKEN as error:
            raise broken(error) from None
    scaled = plain.resize(_scaled(plain.size, how), Image.Resampling.LANCZOS)
    # A new image: what Pillow has read besides pixels is in the old one's `info`, and some of it would be
    # saved.
    pixels_only = Image.frombytes(scaled.mode, scaled.size, scaled.tobytes())
    out = io.BytesIO()
    if how.format == "png":
        pixels_only.save(out, "PNG", compress_level=6)
    else:
        pixels_only.save(
            out, "JPEG", quality=how.quality, subsampling="4:2:0", optimize=False, progressive=False
        )
    return out.getvalue()


def _scaled(size: tuple[int, int], how: Derivation) -> tuple[int, int]:
    side = max(size) if how.fit == "longer" else min(size)
    if side <= how.size:
        return size
    width, height = (max(1, (2 * length * how.size + side) // (2 * side)) for length in size)
    return width, height


def _draft_size(size: tuple[int, int], how: Derivation) -> tuple[int, int]:
    """A JPEG may be decoded at a half, quarter or eighth, if that is still twice what is requested."""
    width, height = _scaled(size, how)
    return 2 * width, 2 * height


def _in_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in _PROFILED:
        return image
    mode = {"RGBA": "RGBA", "L": "L"}.get(image.mode, "RGB")
    if mode == "L":  # a grey profile says how grey is printed; what it shows is hardly changed
        return image
    try:
        converted = ImageCms.profileToProfile(
            image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode=mode
        )
    except (
        ImageCms.PyCMSError,
        OSError,
        ValueError,
        TypeError,
    ):  # a broken profile, or one of other channels
        return image
    return image if converted is None else converted
