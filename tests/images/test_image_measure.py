"""Hashes, measures and flags: imagehash, numpy and formulae written out are the oracles."""

from __future__ import annotations

import hashlib
import io
import math

import imagehash
import numpy as np
import pytest
from image_examples import picture, saved
from PIL import Image, ImageOps

from medconcept.images.examine import ImageRecord, examine
from medconcept.images.settings import Settings, Thresholds
from medconcept.images.statuses import Flag, Status
from medconcept.images.verify import ImageFile

SEEDS = range(10)


def measured(data: bytes, **settings: object) -> ImageRecord:
    record = examine(ImageFile("f1", data), Settings(**{"pixel_digest": True, **settings}))
    assert record.status == Status.RESOLVED
    return record


def bits(hash_hex: str | None) -> np.ndarray:
    return np.unpackbits(np.frombuffer(bytes.fromhex(hash_hex or ""), np.uint8))


def phash(data: bytes) -> np.ndarray:
    return imagehash.phash(Image.open(io.BytesIO(data)), hash_size=16).hash.ravel()


@pytest.mark.parametrize("size", [(512, 384), (1001, 703), (150, 400), (90, 91)])
def test_the_perceptual_hash_is_that_of_imagehash_but_for_a_few_bits(size: tuple[int, int]) -> None:
    apart = []
    for seed in SEEDS:
        data = saved(picture(*size, seed), quality=85)
        apart.append(int((bits(measured(data).perceptual_hash) != phash(data)).sum()))
    assert np.mean(apart) < 6 and max(apart) <= 20  # of 256; unrelated images differ in some 128


def test_copies_have_nearly_the_same_hash_and_other_images_do_not() -> None:
    hashes = []
    for seed in SEEDS:
        image = picture(600, 400, seed)
        small = saved(image.resize((336, 224), Image.Resampling.LANCZOS), quality=75)
        one, other = (bits(measured(data).perceptual_hash) for data in (saved(image, "PNG"), small))
        assert (one != other).sum() <= 12
        hashes.append(one)
    apart = [(a != b).sum() for n, a in enumerate(hashes) for b in hashes[:n]]
    assert min(apart) > 60


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_pixel_digest_is_of_pillows_pixels(mode: str) -> None:
    for data in (saved(picture(mode=mode)), saved(picture(mode=mode), "PNG")):
        image = Image.open(io.BytesIO(data))
        expected = hashlib.sha256(
            f"{mode} {image.width}x{image.height}\n".encode() + image.tobytes()
        ).hexdigest()
        assert measured(data).pixel_sha256 == expected
    assert measured(saved(picture()), pixel_digest=False).pixel_sha256 is None


def test_the_same_pixels_in_other_files_have_one_digest() -> None:
    data = saved(picture(), quality=80)
    pixels = Image.open(io.BytesIO(data)).convert("RGB")
    same = [data, saved(pixels, "PNG"), saved(pixels, "TIFF"), saved(pixels, "WEBP", lossless=True)]
    commented = saved(pixels, "PNG", dpi=(300, 300))
    assert len({measured(one).pixel_sha256 for one in (*same, commented)}) == 1
    assert len({measured(one).sha256 for one in (*same, commented)}) == 5
    assert measured(saved(picture(seed=8))).pixel_sha256 != measured(data).pixel_sha256


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", ["JPEG", "PNG"])
def test_the_exif_orientation_is_applied(orientation: int, format_name: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(picture(300, 200), format_name, exif=exif)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    record = measured(data)
    assert (record.width, record.height) == upright.size
    plain = measured(saved(upright.convert("RGB"), "PNG"))
    assert record.pixel_sha256 == plain.pixel_sha256
    assert (bits(record.perceptual_hash) != bits(plain.perceptual_hash)).sum() <= 12


def test_a_broken_exif_block_is_ignored() -> None:
    data = saved(picture(), exif=b"Exif\0\0II*\0\xff\xff\xff\xffjunk")
    assert measured(data).width == 160


def test_white_entropy_and_colour_by_their_formulae() -> None:
    pixels = np.zeros((100, 100, 3), np.uint8)
    pixels[:30] = 255
    pixels[30:60] = (200, 10, 10)
    record = measured(saved(Image.fromarray(pixels), "PNG"))
    assert record.near_white == pytest.approx(0.3)
    shares = (0.3, 0.3, 0.4)
    assert record.entropy == pytest.approx(-sum(s * math.log2(s) for s in shares), abs=1e-5)
    red, green, blue = (pixels[..., n].astype(float) for n in range(3))
    rg, yb = red - green, (red + green) / 2 - blue
    colour = math.hypot(rg.std(), yb.std()) + 0.3 * math.hypot(rg.mean(), yb.mean())
    assert record.colourfulness == pytest.approx(colour, abs=1e-3)


def test_grey_has_no_colour_and_white_no_information() -> None:
    grey = measured(saved(picture(mode="L"), "PNG"))
    assert (grey.colourfulness, grey.near_white < 0.1, grey.entropy > 5) == (0.0, True, True)
    assert measured(saved(picture(mode="L").convert("RGB"), "PNG")).colourfulness == 0.0
    white = measured(saved(Image.new("RGB", (200, 200), "white"), "PNG"))
    assert (white.near_white, white.entropy) == (1.0, 0.0)
    assert white.flags == (Flag.BLANK, Flag.LOW_INFORMATION)


def test_transparent_parts_are_white() -> None:
    image = picture().convert("RGBA")
    image.putalpha(Image.new("L", image.size, 0))
    assert measured(saved(image, "PNG")).near_white == 1.0
    palette = Image.new("P", (80, 80), 3)
    palette.putpalette([9, 9, 9] * 8)
    assert measured(saved(palette, "PNG", transparency=3)).near_white == 1.0
    assert measured(saved(palette, "PNG")).near_white == 0.0


@pytest.mark.parametrize(
    ("size", "flags"),
    [
        ((64, 64), set()),
        ((63, 200), {Flag.TOO_SMALL}),
        ((100, 800), set()),
        ((100, 801), {Flag.EXTREME_RATIO}),
        ((2000, 70), {Flag.EXTREME_RATIO}),
    ],
)
def test_flags_of_size(size: tuple[int, int], flags: set[Flag]) -> None:
    assert set(measured(saved(picture(*size), "PNG")).flags) == flags


def test_thresholds_are_settings() -> None:
    data = saved(picture(100, 100))
    strict = Thresholds(smallest_side=101, largest_ratio=0.5, low_entropy=8.1)
    flags = measured(data, thresholds=strict).flags
    assert set(flags) == {Flag.TOO_SMALL, Flag.EXTREME_RATIO, Flag.LOW_INFORMATION}


def test_low_information_is_more_than_blank_and_less_than_a_drawing() -> None:
    faint = picture(200, 200, mode="L").point(lambda level: 120 + level // 12)
    assert measured(saved(faint, "PNG")).flags == (Flag.LOW_INFORMATION,)
    drawing = Image.new("L", (400, 400), 255)
    drawing.paste(0, (50, 50, 350, 90))
    drawing.paste(0, (50, 150, 90, 350))
    assert measured(saved(drawing, "PNG")).flags == ()


def test_a_thumbnail_is_flagged_where_nothing_larger_exists() -> None:
    record = examine(ImageFile("f1.thumb.jpg", saved(picture()), thumbnail=True))
    assert record.flags == (Flag.THUMBNAIL_ONLY,)
