"""What a file is by its bytes, and whether it is whole."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import zlib

import numpy as np
import pytest
from image_examples import damaged_scan, picture, png, png_bomb, png_chunk, saved, tiff, tiff16
from PIL import Image

from medconcept.images.examine import ImageRecord, examine
from medconcept.images.settings import Limits, Settings
from medconcept.images.statuses import FLAGS, STATUSES, Flag, Status
from medconcept.images.verify import ImageFile

RGB = picture()
JPEG = saved(RGB, quality=90)
PNG = saved(RGB, "PNG")
GIF = saved(RGB.quantize(64), "GIF")
FORMATS = {
    "jpg": JPEG,
    "png": PNG,
    "gif": GIF,
    "webp": saved(RGB, "WEBP"),
    "bmp": saved(RGB, "BMP"),
    "tif": saved(RGB, "TIFF"),
    "jp2": saved(RGB, "JPEG2000"),
    "avif": saved(RGB, "AVIF"),
}
FRAMES = [picture(80, 70, seed) for seed in (1, 2, 3)]


def looked_at(data: bytes, name: str = "f1", **stated: object) -> ImageRecord:
    return examine(ImageFile(name, data, **stated))


def test_every_status_and_flag_is_explained() -> None:
    assert set(STATUSES) == set(Status)
    assert set(FLAGS) == set(Flag)


@pytest.mark.parametrize("extension", FORMATS)
def test_sound_images_are_resolved(extension: str) -> None:
    record = looked_at(FORMATS[extension], f"f1.{extension}")
    assert (record.status, record.detail, record.flags) == (Status.RESOLVED, "", ())
    assert (record.width, record.height, record.frames, record.bit_depth) == (160, 120, 1, 8)


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_cut_files_are_not_resolved(extension: str, part: float) -> None:
    data = FORMATS[extension]
    record = looked_at(data[: int(len(data) * part)], f"f1.{extension}")
    expected = {Status.TRUNCATED}
    if extension in ("jp2", "avif"):  # their decoders do not say why they stop
        expected.add(Status.CORRUPT)
    assert record.status in expected


# The table of what decoders make of damage: PIL.verify passes every row; Pillow's load, OpenCV, pyvips and
# imagecodecs pass some of them.
@pytest.mark.parametrize("kind", ["baseline", "progressive", "grey", "cmyk"])
def test_a_jpeg_without_its_last_two_bytes_is_truncated(kind: str) -> None:
    mode = {"grey": "L", "cmyk": "CMYK"}.get(kind, "RGB")
    data = saved(RGB.convert(mode), progressive=kind == "progressive")
    assert looked_at(data).status == Status.RESOLVED
    assert looked_at(data[:-2]).status == Status.TRUNCATED
    assert looked_at(data[: len(data) * 6 // 10]).status == Status.TRUNCATED
    assert looked_at(data[:-2] + b"\0" * 40).status == Status.TRUNCATED  # filled up to a block's size


def test_changed_bytes_in_a_scan_are_found_by_the_checksum_alone_for_certain() -> None:
    mutants = [damaged_scan(JPEG, seed) for seed in range(20)]
    statuses = [looked_at(data).status for data in mutants]
    assert set(statuses) == {Status.RESOLVED, Status.CORRUPT}  # no decoder proves that bytes are those sent
    md5, sha256 = hashlib.md5(JPEG).hexdigest(), hashlib.sha256(JPEG).hexdigest()
    for stated in ({"md5": md5}, {"sha256": sha256}, {"md5": md5.upper()}):
        assert {looked_at(data, **stated).status for data in mutants} == {Status.CHECKSUM_MISMATCH}
        assert looked_at(JPEG, **stated).status == Status.RESOLVED


@pytest.mark.parametrize("extension", ["jpg", "png", "gif", "webp", "bmp"])
def test_junk_after_the_image_is_flagged_or_refused(extension: str) -> None:
    data = FORMATS[extension] + b"<html>junk</html>\xff\xd9"
    record = looked_at(data)
    assert (record.status, record.flags) == (Status.RESOLVED, (Flag.TRAILING_BYTES,))
    strict = Settings(Limits(refused=frozenset([Flag.TRAILING_BYTES])))
    assert examine(ImageFile("f1", data), strict).status == Status.TRAILING_BYTES


def test_an_exif_thumbnail_is_not_the_end_of_the_image() -> None:
    thumbnail = saved(picture(32, 24))
    exif = b"Exif\0\0" + b"II*\0\x08\0\0\0\0\0\0\0\0\0" + thumbnail
    data = JPEG[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + JPEG[2:]
    assert (looked_at(data).status, looked_at(data).flags) == (Status.RESOLVED, ())
    assert looked_at(data[:-100]).status == Status.TRUNCATED


@pytest.mark.parametrize("deflate", [False, True])
def test_sixteen_bit_rgb_is_seen_though_pillow_opens_it_as_eight(deflate: bool) -> None:
    data = tiff16(RGB, deflate)
    assert Image.open(io.BytesIO(data)).mode == "RGB"
    record = looked_at(data, "f1.tif")
    assert (record.status, record.bit_depth, record.flags) == (Status.RESOLVED, 16, (Flag.SIXTEEN_BIT,))
    assert record.pixel_sha256 == looked_at(PNG).pixel_sha256


def test_sixteen_bit_grey_and_floats_are_measured_by_their_own_range() -> None:
    grey = np.asarray(RGB.convert("L"))
    twelve = saved(Image.fromarray(grey.astype(np.uint16) * 16), "TIFF")
    floats = saved(Image.fromarray(grey.astype(np.float32) / 999), "TIFF")
    png16 = saved(Image.fromarray(grey.astype(np.uint16) * 16), "PNG")
    records = [looked_at(data) for data in (twelve, floats, png16)]
    assert [r.status for r in records] == [Status.RESOLVED] * 3
    assert [(r.bit_depth, r.flags) for r in records] == [(b, (Flag.SIXTEEN_BIT,)) for b in (16, 32, 16)]
    assert len({r.pixel_sha256 for r in records}) == 1
    assert (
        looked_at(saved(Image.fromarray(np.full((99, 99), np.nan, np.float32)), "TIFF")).status == "resolved"
    )


@pytest.mark.parametrize("format_name", ["JPEG", "TIFF"])
def test_cmyk_is_flagged(format_name: str) -> None:
    record = looked_at(saved(RGB.convert("CMYK"), format_name))
    assert (record.status, record.mode, record.flags) == (Status.RESOLVED, "CMYK", (Flag.CMYK,))


def test_a_lying_extension_is_flagged_or_refused() -> None:
    record = looked_at(JPEG, "f1.png")
    assert (record.status, record.format, record.flags) == (Status.RESOLVED, "jpeg", (Flag.WRONG_EXTENSION,))
    strict = Settings(Limits(refused=frozenset([Flag.WRONG_EXTENSION])))
    assert examine(ImageFile("f1.png", JPEG), strict).status == Status.WRONG_EXTENSION
    for name in ("f1.jpeg", "f1.JPG", "f1", "pone.0001.g001"):  # what claims nothing lies about nothing
        assert looked_at(JPEG, name).flags == ()


SVG = b'<?xml version="1.0"?><!-- c --><svg xmlns="http://www.w3.org/2000/svg"/>'
EMF = b"\x01\0\0\0" + b"\0" * 36 + b" EMF" + b"\0" * 60


@pytest.mark.parametrize(
    ("data", "status", "format_name"),
    [
        (b"", Status.EMPTY, None),
        (b"<!DOCTYPE html>\n<html><title>404</title></html>", Status.HTML_PAGE, "html"),
        (b"\xef\xbb\xbf  <HTML lang=en>", Status.HTML_PAGE, "html"),
        (b'<html><body><svg width="1"/></body></html>', Status.HTML_PAGE, "html"),
        (SVG, Status.NOT_RASTER, "svg"),
        (SVG.decode().encode("utf-16"), Status.NOT_RASTER, "svg"),
        (b"%PDF-1.7\n", Status.NOT_RASTER, "pdf"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", Status.NOT_RASTER, "eps"),
        (b"\xc5\xd0\xd3\xc6" + b"\0" * 30, Status.NOT_RASTER, "eps"),
        (EMF, Status.NOT_RASTER, "emf"),
        (b"8BPS\0\x01", Status.UNSUPPORTED_FORMAT, "psd"),
        (b"\0\0\0\x18ftypheic\0\0", Status.UNSUPPORTED_FORMAT, "heic"),
        (b"PK\x03\x04", Status.NOT_AN_IMAGE, None),
        (gzip.compress(SVG, mtime=0), Status.NOT_AN_IMAGE, None),
        (b"<article/>", Status.NOT_AN_IMAGE, None),
        (b"BM is how this text starts", Status.NOT_AN_IMAGE, None),
        (b"\0" * 5000, Status.NOT_AN_IMAGE, None),
        (b"\xff\xd8\xff", Status.TRUNCATED, "jpeg"),
        (b"\x89PNG\r\n\x1a\n", Status.TRUNCATED, "png"),
        (b"GIF89a", Status.TRUNCATED, "gif"),
        (b"II*\0", Status.TRUNCATED, "tiff"),
    ],
)
def test_what_is_no_raster_image_is_named_by_its_bytes(
    data: bytes, status: Status, format_name: str | None
) -> None:
    record = looked_at(data, "f1.jpg")
    assert (record.status, record.format, record.width) == (status, format_name, None)
    assert (Flag.NOT_RASTER in record.flags) == (status == Status.NOT_RASTER)


def test_sizes_are_checked_before_anything_else() -> None:
    assert looked_at(JPEG, size=len(JPEG)).status == Status.RESOLVED
    assert looked_at(JPEG, size=len(JPEG) + 1).status == Status.SIZE_MISMATCH
    assert looked_at(b"", size=10).status == Status.SIZE_MISMATCH
    small = Settings(Limits(bytes=len(JPEG) - 1))
    assert examine(ImageFile("f1", JPEG), small).status == Status.TOO_MANY_BYTES


@pytest.mark.parametrize("extension", FORMATS)
def test_too_many_pixels_are_refused_before_decoding(extension: str) -> None:
    record = examine(ImageFile("f1", FORMATS[extension]), Settings(Limits(pixels=160 * 120 - 1)))
    assert record.status == Status.TOO_MANY_PIXELS


def test_bombs_are_refused_by_their_header() -> None:
    side = 50_000
    jpeg = bytearray(JPEG)
    header = jpeg.index(b"\xff\xc0") + 5
    jpeg[header : header + 4] = struct.pack(">HH", side, side)
    bombs = {
        "png": png_bomb(side),
        "tiff": tiff(side, side, (8,), 1, b"\0" * 10_000, deflate=True),
        "jpeg": bytes(jpeg),
        "gif": GIF[:6] + struct.pack("<HH", side, side) + GIF[10:],
    }
    for name, data in bombs.items():
        record = looked_at(data)
        assert (name, record.status, record.format) == (name, Status.TOO_MANY_PIXELS, name)


def test_a_bomb_in_metadata_is_refused() -> None:
    text = png_chunk(b"zTXt", b"k\0\0" + zlib.compress(b"a" * 100_000_000))
    assert looked_at(PNG[:33] + text + PNG[33:]).status == Status.CORRUPT


def test_one_pixel_is_an_image_but_a_small_one() -> None:
    record = looked_at(saved(Image.new("RGB", (1, 1)), "PNG"))
    assert record.status == Status.RESOLVED
    assert {Flag.TOO_SMALL, Flag.BLANK} <= set(record.flags)


@pytest.mark.parametrize(
    ("format_name", "flag"),
    [("GIF", Flag.ANIMATED), ("WEBP", Flag.ANIMATED), ("PNG", Flag.ANIMATED), ("TIFF", Flag.MULTIPAGE)],
)
def test_frames_are_counted_and_bounded(format_name: str, flag: Flag) -> None:
    data = saved(FRAMES[0], format_name, save_all=True, append_images=FRAMES[1:])
    record = looked_at(data)
    assert (record.status, record.frames, record.flags) == (Status.RESOLVED, 3, (flag,))
    for limits in (Limits(frames=2), Limits(all_pixels=80 * 70 * 2)):
        assert examine(ImageFile("f1", data), Settings(limits)).status == Status.TOO_MANY_FRAMES


def test_damage_in_a_later_page_is_found() -> None:
    data = saved(FRAMES[0], "TIFF", save_all=True, append_images=FRAMES[1:])
    assert looked_at(data[:-5000]).status in (Status.TRUNCATED, Status.CORRUPT)


def test_every_changed_byte_of_a_png_is_found() -> None:
    for place in range(0, len(PNG), 97):
        data = bytearray(PNG)
        data[place] ^= 0x55
        assert looked_at(bytes(data)).status != Status.RESOLVED, place


def test_broken_images_are_never_an_error_of_the_run() -> None:
    rng = np.random.default_rng(11)
    seen = set()
    for data in FORMATS.values():
        for _ in range(40):
            mutant = bytearray(data)
            for place in rng.integers(0, min(len(data), 400), 3):
                mutant[place] = rng.integers(0, 256)
            seen.add(looked_at(bytes(mutant)).status)
    assert Status.DECODER_ERROR not in seen
    assert {Status.RESOLVED, Status.CORRUPT} <= seen


def test_a_png_of_sixteen_bits_a_colour() -> None:
    samples = (np.asarray(RGB).astype(">u2") * 257).tobytes()
    rows = b"".join(b"\0" + samples[n : n + 960] for n in range(0, len(samples), 960))
    record = looked_at(png(160, 120, 16, 2, rows))
    assert (record.status, record.bit_depth, record.mode) == (Status.RESOLVED, 16, "RGB")


@pytest.mark.parametrize("cut", [0, 2, 500])
def test_both_ways_of_decoding_agree(cut: int) -> None:
    fast = Settings(pixel_digest=False)
    files = [JPEG[: len(JPEG) - cut], *(damaged_scan(JPEG, seed) for seed in range(10))]
    for data in files:
        file = ImageFile("f1", data)
        assert examine(file).status == examine(file, fast).status
        assert examine(file).perceptual_hash == examine(file, fast).perceptual_hash
