"""Training copies: one size and format, nothing but pixels, the same bytes each time."""

from __future__ import annotations

import io

import numpy as np
import pytest
from image_examples import picture, saved, tiff16
from PIL import Image, ImageCms, ImageOps, IptcImagePlugin, PngImagePlugin

from medconcept.images.containers import structure
from medconcept.images.derive import derive
from medconcept.images.settings import Derivation, Limits
from medconcept.images.statuses import Status, Unusable

SECRET = "Jane Roe, Springfield"


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_the_longer_side_is_336_pixels_and_small_images_stay() -> None:
    for size, scaled in [
        ((672, 504), (336, 252)),
        ((100, 900), (37, 336)),
        ((336, 20), (336, 20)),
        ((9, 5), (9, 5)),
    ]:
        assert opened(derive(saved(picture(*size)), Derivation())).size == scaled
    assert opened(derive(saved(picture(672, 504)), Derivation(fit="shorter"))).size == (448, 336)


@pytest.mark.parametrize("how", [Derivation(), Derivation(format="png", size=50), Derivation(quality=40)])
def test_the_same_bytes_come_out_each_time(how: Derivation) -> None:
    data = saved(picture(500, 400))
    assert derive(data, how) == derive(data, how)
    assert opened(derive(data, how)).format == how.format.upper()
    assert len(derive(data, Derivation(quality=40))) < len(derive(data, Derivation(quality=90)))


def with_metadata(format_name: str) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = exif[0x8298] = SECRET
    exif.get_ifd(0x8825)[1] = "N"
    image = picture(400, 300)
    if format_name == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Author", SECRET)
        text.add_itxt("XML:com.adobe.xmp", f"<x>{SECRET}</x>", zip=False)
        return saved(image, "PNG", pnginfo=text, exif=exif)
    if format_name == "JPEG":
        jpeg = saved(image, exif=exif, comment=SECRET, xmp=f"<x>{SECRET}</x>".encode())
        iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + (len(SECRET) + 5).to_bytes(4, "big")
        iptc += b"\x1c\x02\x50" + len(SECRET).to_bytes(2, "big") + SECRET.encode()
        return jpeg[:2] + b"\xff\xed" + (len(iptc) + 2).to_bytes(2, "big") + iptc + jpeg[2:]
    return saved(image, "TIFF", description=SECRET, artist=SECRET, copyright=SECRET)


@pytest.mark.parametrize("target", ["jpeg", "png"])
@pytest.mark.parametrize("source", ["JPEG", "PNG", "TIFF"])
def test_no_metadata_is_passed_on(source: str, target: str) -> None:
    data = with_metadata(source)
    assert SECRET.encode() in data
    if source == "JPEG":  # the test's own IPTC block is one that readers understand
        assert IptcImagePlugin.getiptcinfo(opened(data))
    copy = derive(data, Derivation(format=target))
    image = opened(copy)
    assert SECRET.encode() not in copy
    assert not image.getexif() and not IptcImagePlugin.getiptcinfo(image)
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    whole = structure(copy, target)
    assert whole is not None and (whole.end, whole.exif) == (len(copy), None)


def test_orientation_is_applied_not_passed_on() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = saved(picture(600, 300), exif=exif, quality=95)
    copy = opened(derive(data, Derivation()))
    expected = ImageOps.exif_transpose(opened(data)).resize((168, 336), Image.Resampling.LANCZOS)
    assert copy.size == (168, 336)
    assert np.abs(np.asarray(copy, int) - np.asarray(expected, int)).mean() < 4


def test_colours_go_to_srgb_by_the_images_profile() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = picture(300, 200)
    same = opened(derive(saved(plain, "PNG", icc_profile=lab), Derivation(format="png")))
    assert np.abs(np.asarray(same, int) - np.asarray(plain, int)).max() <= 2
    broken = opened(derive(saved(plain, "PNG", icc_profile=b"no profile"), Derivation(format="png")))
    assert np.array_equal(np.asarray(broken), np.asarray(plain))
    assert "icc_profile" not in same.info


@pytest.mark.parametrize(
    "data",
    [
        saved(picture(90, 80).convert("CMYK")),
        saved(picture(90, 80).convert("CMYK"), "TIFF"),
        tiff16(picture(90, 80)),
        saved(Image.fromarray(np.asarray(picture(90, 80, mode="L")).astype(np.uint16) * 16), "TIFF"),
        saved(picture(90, 80).quantize(32), "GIF"),
        saved(picture(90, 80).convert("1"), "PNG"),
        saved(picture(90, 80).convert("RGBA"), "WEBP"),
    ],
)
def test_every_kind_of_pixel_becomes_eight_bits_of_rgb_or_grey(data: bytes) -> None:
    copy = opened(derive(data, Derivation()))
    assert copy.mode in ("RGB", "L") and copy.size == (90, 80)
    assert np.asarray(copy).std() > 10


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", Status.NOT_AN_IMAGE),
        (b"%PDF-1.4", Status.NOT_RASTER),
        (saved(picture())[:900], Status.TRUNCATED),
    ],
)
def test_what_is_no_image_has_no_copy(data: bytes, status: Status) -> None:
    with pytest.raises(Unusable) as raised:
        derive(data, Derivation())
    assert raised.value.status == status


def test_limits_hold_for_copies_too() -> None:
    with pytest.raises(Unusable) as raised:
        derive(saved(picture()), Derivation(), Limits(pixels=1000))
    assert raised.value.status == Status.TOO_MANY_PIXELS
