"""The format of a file, by its first bytes; the format that a file's name claims."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

RASTER = frozenset(("jpeg", "png", "gif", "webp", "bmp", "tiff", "jpeg2000", "avif"))
"""Formats that are decoded."""
VECTOR = frozenset(("svg", "pdf", "eps", "emf", "wmf"))
"""Formats without pixels of their own."""
UNDECODED = frozenset(("heic", "psd", "djvu", "jpegxl", "jpegxr"))
"""Image formats that no pinned decoder reads."""

EXTENSIONS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("jpg", "jpeg", "jpe", "jfif"), "jpeg"),
        **dict.fromkeys(("tif", "tiff"), "tiff"),
        **dict.fromkeys(("jp2", "j2k", "jpx", "jpf"), "jpeg2000"),
        **dict.fromkeys(("svg", "svgz"), "svg"),
        **dict.fromkeys(("eps", "ps"), "eps"),
        **dict.fromkeys(("heic", "heif"), "heic"),
        **dict.fromkeys(("djvu", "djv"), "djvu"),
        "jxl": "jpegxl",
        "jxr": "jpegxr",
        **{name: name for name in ("png", "gif", "webp", "bmp", "avif", "pdf", "emf", "wmf", "psd")},
    }
)
"""File extensions of image formats, in lower case, and the format each claims."""

_HEAD = 1024
_STARTS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"II\xbc\x01", "jpegxr"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "jpeg2000"),
    (b"\xff\x4f\xff\x51", "jpeg2000"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "jpegxl"),
    (b"\xff\x0a", "jpegxl"),
    (b"8BPS", "psd"),
    (b"AT&TFORM", "djvu"),
    (b"\xc5\xd0\xd3\xc6", "eps"),
    (b"%!PS", "eps"),
    (b"\xd7\xcd\xc6\x9a", "wmf"),
)
_BRANDS = {b"avif": "avif", b"avis": "avif", b"heic": "heic", b"heix": "heic", b"mif1": "heic"}
_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_SVG = re.compile(rb"<(?:\w+:)?svg[\s>]")


def sniff(data: bytes) -> str | None:
    """The format of the bytes: one of RASTER, VECTOR and UNDECODED, or `html`; None if it is none of these.

    >>> sniff(b"GIF89a..."), sniff(b" <!DOCTYPE html><title>404</title>"), sniff(b"PK"), sniff(b"")
    ('gif', 'html', None, None)
    """
    head = bytes(data[:_HEAD])
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[:2] == b"BM" and head[14:18] in (b"\x0c\0\0\0", b"\x28\0\0\0", b"\x6c\0\0\0", b"\x7c\0\0\0"):
        return "bmp"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12])
    if head[:4] == b"\x01\0\0\0" and head[40:44] == b" EMF":
        return "emf"
    if b"%PDF-" in head:
        return "pdf"
    return _text_format(head)


def _text_format(head: bytes) -> str | None:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):  # UTF-16
        head = head.decode("utf-16", "replace").encode()
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.startswith(b"<"):
        return None
    if _HTML.search(text):
        return "html"
    return "svg" if _SVG.search(text) or b"//DTD SVG" in text else None


def claimed_format(name: str) -> str | None:
    """The format that a file's extension claims, None if it claims none.

    >>> claimed_format("a/F1.JPG"), claimed_format("pone.0001908.g001")
    ('jpeg', None)
    """
    _, dot, extension = name.rpartition("/")[2].rpartition(".")
    return EXTENSIONS.get(extension.lower()) if dot else None
