"""Small images of every kind, made by Pillow or byte by byte where Pillow writes none."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from PIL import Image


def picture(width: int = 160, height: int = 120, seed: int = 7, mode: str = "RGB") -> Image.Image:
    """Clouds in colour, with the spectrum of photographs (the finer, the fainter); each seed differs."""
    rng = np.random.default_rng(seed)
    layers = []
    for _ in range(3):
        layer = np.full((height, width), 128.0)
        for cells in (2, 3, 5, 9, 17, 33, 65):
            grid = Image.fromarray(rng.normal(0, 110 / cells**0.8, (cells, cells)).astype(np.float32))
            layer += np.asarray(grid.resize((width, height), Image.Resampling.BICUBIC))
        layers.append(layer)
    pixels = np.clip(np.stack(layers, axis=-1), 0, 255).astype(np.uint8)
    return Image.fromarray(pixels).convert(mode)


def saved(image: Image.Image, format_name: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format_name, **options)
    return out.getvalue()


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, depth: int, colour: int, rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


def png_bomb(side: int) -> bytes:
    """A PNG whose header declares so many pixels of one bit a side; its data are cut short."""
    return png(side, side, 1, 0, b"\0" * 1000)


def tiff(
    width: int, height: int, bits: Sequence[int], photometric: int, samples: bytes, deflate: bool = False
) -> bytes:
    """A little-endian TIFF of one strip; Pillow writes no RGB of 16 bits."""
    strip = zlib.compress(samples) if deflate else samples
    values = b"".join(struct.pack("<H", b) for b in bits)
    entries = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, len(bits), bits[0] if len(bits) == 1 else 8 + len(strip)),
        (259, 3, 1, 8 if deflate else 1),
        (262, 3, 1, photometric),
        (273, 4, 1, 8),
        (277, 3, 1, len(bits)),
        (278, 4, 1, height),
        (279, 4, 1, len(strip)),
    ]
    place = 8 + len(strip) + len(values)
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *e) for e in entries)
    return b"II*\0" + struct.pack("<I", place) + strip + values + directory + b"\0\0\0\0"


def tiff16(image: Image.Image, deflate: bool = False) -> bytes:
    """An RGB image in 16 bits a sample."""
    samples = (np.asarray(image).astype("<u2") * 257).tobytes()
    return tiff(*image.size, (16, 16, 16), 2, samples, deflate)


def damaged_scan(jpeg: bytes, seed: int) -> bytes:
    """A JPEG with 12 bytes of its scan changed, none of them to or from a marker."""
    rng = np.random.default_rng(seed)
    data = bytearray(jpeg)
    start = jpeg.index(b"\xff\xda") + 20
    free = [n for n in range(start, len(data) - 2) if 0xFF not in data[n - 1 : n + 2]]
    for place in rng.choice(free, 12, replace=False):
        data[place] = (data[place] + int(rng.integers(1, 200))) % 0xFF
    return bytes(data)
