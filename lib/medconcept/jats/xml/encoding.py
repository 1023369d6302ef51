"""Bytes of a file to UTF-8 XML: gzip, byte-order marks, UTF-16 and UTF-32, declared encodings."""

from __future__ import annotations

import codecs
import re
import zlib

from medconcept.jats.errors import ArticleRejected, Reason

_DECLARATION = re.compile(rb"<\?xml\s[^>]*?\?>", re.DOTALL)
_DECLARED_ENCODING = re.compile(
    rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["'][^>]*?\?>""", re.DOTALL
)
# UTF-32 comes first: its little-endian mark begins with UTF-16's.
_ENCODING_BY_PREFIX = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_NEEDS_NO_DECODING = frozenset(("utf-8", "ascii"))
_ASCII_COMPATIBLE_UTF = frozenset(("utf-7", "utf_8_sig", "utf-8-sig"))
_TO_BLANKS = bytes(byte if byte in b"\r\n" else 0x20 for byte in range(256))


def unpack(data: bytes, max_bytes: int) -> bytes:
    """Return the bytes, unpacked if they are gzip.

    Raises `ArticleRejected` if they exceed `max_bytes` before or after unpacking, or if the gzip is broken.
    """
    if len(data) > max_bytes:
        raise ArticleRejected(Reason.TOO_LARGE, None, f"{len(data)} bytes, at most {max_bytes} are accepted")
    if not data.startswith(b"\x1f\x8b"):
        return data
    parts: list[bytes] = []
    size = 0
    while data.startswith(b"\x1f\x8b"):  # a gzip file may have several members
        member = zlib.decompressobj(wbits=31)
        try:
            parts.append(member.decompress(data, max_bytes - size + 1))
        except zlib.error as error:
            raise ArticleRejected(Reason.NOT_XML, None, f"gzip cannot be unpacked: {error}") from error
        size += len(parts[-1])
        if size > max_bytes:
            raise ArticleRejected(Reason.TOO_LARGE, None, f"gzip unpacks to more than {max_bytes} bytes")
        if not member.eof:
            raise ArticleRejected(Reason.TRUNCATED, None, "gzip ends before its data is complete")
        data = member.unused_data
    return b"".join(parts)


def to_utf8(data: bytes) -> bytes:
    """Return the XML in UTF-8, with a declaration of another encoding overwritten by spaces.

    Raises `ArticleRejected` (bad_encoding, truncated) if the bytes do not decode.

    >>> to_utf8('<?xml version="1.0" encoding="latin-1"?><p>é</p>'.encode("latin-1")).decode().strip()
    '<p>é</p>'
    """
    if data.startswith(codecs.BOM_UTF8):
        return _blank_declaration(data[3:])
    for mark, name in _ENCODING_BY_PREFIX:
        if data.startswith(mark):
            return _decode(data, name)
    declared = _DECLARED_ENCODING.match(data)
    if declared is None:
        return data
    name = declared.group(1).decode("ascii")
    try:
        codec = codecs.lookup(name).name
    except LookupError as error:
        raise ArticleRejected(Reason.BAD_ENCODING, "line 1", f"unknown encoding {name}") from error
    if codec in _NEEDS_NO_DECODING:
        return data
    if codec.startswith(("utf-16", "utf-32")):
        # The declaration could be read byte by byte, so it is wrong: left over from a conversion.
        return _blank_declaration(data)
    if codec not in _ASCII_COMPATIBLE_UTF and not data.isascii() and _is_utf8(data):
        # Text in another encoding is hardly ever valid UTF-8 by chance; decoded as declared it is garbage.
        raise ArticleRejected(Reason.BAD_ENCODING, "line 1", f"declared as {name}, but the bytes are UTF-8")
    return _decode(data, codec)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decode(data: bytes, codec: str) -> bytes:
    try:
        return _blank_declaration(data.decode(codec).removeprefix("\ufeff").encode("utf-8"))
    except UnicodeDecodeError as error:
        is_truncated = error.end >= len(data) and error.reason in ("truncated data", "unexpected end of data")
        reason = Reason.TRUNCATED if is_truncated else Reason.BAD_ENCODING
        raise ArticleRejected(reason, f"byte {error.start}", f"{codec}: {error.reason}") from error
    except (
        LookupError,
        UnicodeError,
    ) as error:  # codecs that return no text, such as zlib, or lone surrogates
        raise ArticleRejected(Reason.BAD_ENCODING, None, f"{codec}: {error}") from error


def _blank_declaration(data: bytes) -> bytes:
    """Overwrite the XML declaration with spaces, so that no position after it moves."""
    declaration = _DECLARATION.match(data)
    if declaration is None:
        return data
    return declaration.group().translate(_TO_BLANKS) + data[declaration.end() :]
