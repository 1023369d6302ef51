"""Where the image in a file ends, by the structure of its container.

Decoders do not say: they stop at the end of the pixels, and several fill up what is missing. Pixels are not
looked at here.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from typing import NamedTuple

# A marker within entropy-coded data: 0xFF 0x00 is a byte of data, D0 to D7 are restarts, FF FF is fill.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_NO_LENGTH = frozenset((0x01, *range(0xD0, 0xD9)))
_EOI, _SOS, _APP1 = 0xD9, 0xDA, 0xE1


class Structure(NamedTuple):
    """Where the image ends (None if before its end mark) and what is damaged (None if nothing is).

    `exif` is the content of a JPEG's Exif segment.
    """

    end: int | None
    damage: str | None = None
    exif: bytes | None = None


def structure(data: bytes, format_name: str) -> Structure | None:
    """The structure of a container, None for formats whose structure is not read."""
    read = _READERS.get(format_name)
    if read is None:
        return None
    try:
        return read(data)
    except (IndexError, struct.error):
        return Structure(None)


def _jpeg(data: bytes) -> Structure:
    place, exif = 2, None
    while True:
        if data[place] != 0xFF:
            # Bytes between segments: decoders skip them with a warning, and so is it done here.
            following = _MARKER.search(data, place)
            if following is None:
                return Structure(None, exif=exif)
            place = following.start()
        while data[place + 1] == 0xFF:
            place += 1
        marker = data[place + 1]
        place += 2
        if marker == _EOI:
            return Structure(place, exif=exif)
        if marker in _NO_LENGTH:
            continue
        (length,) = struct.unpack_from(">H", data, place)
        if marker == _APP1 and exif is None and data[place + 2 : place + 8] == b"Exif\0\0":
            exif = data[place + 2 : place + length]
        place += length
        if marker == _SOS:
            following = _MARKER.search(data, place)
            if following is None:
                return Structure(None, exif=exif)
            place = following.start()


def _png(data: bytes) -> Structure:
    place, damage = 8, None
    while True:
        length, kind = struct.unpack_from(">I4s", data, place)
        end = place + 12 + length
        (checksum,) = struct.unpack_from(">I", data, end - 4)
        if damage is None and zlib.crc32(memoryview(data)[place + 4 : end - 4]) != checksum:
            damage = f"wrong checksum in chunk {kind!r} at byte {place}"
        place = end
        if kind == b"IEND":
            return Structure(place, damage)


def _gif(data: bytes) -> Structure:
    flags = data[10]
    place = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    while True:
        kind = data[place]
        if kind == 0x3B:
            return Structure(place + 1)
        if kind == 0x2C:
            flags = data[place + 9]
            place += 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
        elif kind == 0x21:
            place += 2
        else:
            return Structure(None, f"no block starts at byte {place}")
        while size := data[place]:
            place += size + 1
        place += 1


def _webp(data: bytes) -> Structure:
    return _stated(data, struct.unpack_from("<I", data, 4)[0] + 8)


def _bmp(data: bytes) -> Structure:
    return _stated(data, struct.unpack_from("<I", data, 2)[0])


def _tiff(data: bytes) -> Structure:
    """A TIFF has no end; but one that is cut often lacks its directory, which writers like to put last."""
    order = "<" if data[:2] == b"II" else ">"
    is_big = data[2:4] in (b"+\0", b"\0+")
    (directory,) = struct.unpack_from(order + ("Q" if is_big else "I"), data, 8 if is_big else 4)
    return _stated(data, len(data) if directory < len(data) else len(data) + 1)


def _stated(data: bytes, end: int) -> Structure:
    return Structure(end if end <= len(data) else None)


_READERS: dict[str, Callable[[bytes], Structure]] = {
    "jpeg": _jpeg,
    "png": _png,
    "gif": _gif,
    "webp": _webp,
    "bmp": _bmp,
    "tiff": _tiff,
}
