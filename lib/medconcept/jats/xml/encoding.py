"""From the bytes of a file to UTF-8 XML: gzip, byte-order marks, UTF-16, declared encodings."""

from __future__ import annotations

import codecs
import re
import zlib

from medconcept.jats.errors import ArticleRejected, Reason

_DECLARATION = re.compile(rb"<\?xml\s[^>]*?\?>", re.DOTALL)
_DECLARED = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["'][^>]*?\?>""", re.DOTALL)
# UTF-32 first: its little-endian mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_AS_THEY_STAND = frozenset(("utf-8", "ascii"))
_TEXT_OF_ASCII = frozenset(("utf-7", "utf_8_sig", "utf-8-sig"))
_BLANK = bytes(byte if byte in b"\r\n" else 0x20 for byte in range(256))


def unpack(data: bytes, max_bytes: int) -> bytes:
    """The bytes, out of gzip if they are in it, never more than the limit."""
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
    """The same XML in UTF-8, white space where a declaration named another encoding.

    >>> to_utf8('<?xml version="1.0" encoding="latin-1"?><p>é</p>'.encode("latin-1")).decode().strip()
    '<p>é</p>'
    """
    if data.startswith(codecs.BOM_UTF8):
        return _without_declaration(data[3:])
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _recoded(data, name)
    declared = _DECLARED.match(data)
    if declared is None:
        return data
    name = declared.group(1).decode("ascii")
    try:
        codec = codecs.lookup(name).name
    except LookupError as error:
        raise ArticleRejected(Reason.BAD_ENCODING, "line 1", f"unknown encoding {name}") from error
    if codec in _AS_THEY_STAND:
        return data
    if codec.startswith(("utf-16", "utf-32")):
        # The declaration was readable byte by byte, so it is wrong, as it is after a careless conversion.
        return _without_declaration(data)
    if codec not in _TEXT_OF_ASCII and not data.isascii() and _is_utf8(data):
        # Hardly any text of another encoding is UTF-8 by chance; read as declared it would be garbage.
        raise ArticleRejected(Reason.BAD_ENCODING, "line 1", f"declared as {name}, but the bytes are UTF-8")
    return _recoded(data, codec)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _recoded(data: bytes, codec: str) -> bytes:
    try:
        return _without_declaration(data.decode(codec).removeprefix("\ufeff").encode("utf-8"))
    except UnicodeDecodeError as error:
        cut = error.end >= len(data) and error.reason in ("truncated data", "unexpected end of data")
        reason = Reason.TRUNCATED if cut else Reason.BAD_ENCODING
        raise ArticleRejected(reason, f"byte {error.start}", f"{codec}: {error.reason}") from error
    except (LookupError, UnicodeError) as error:  # codecs that give no text, such as zlib, or lone surrogates
        raise ArticleRejected(Reason.BAD_ENCODING, None, f"{codec}: {error}") from error


def _without_declaration(data: bytes) -> bytes:
    """Blank the XML declaration, keeping every position behind it."""
    declaration = _DECLARATION.match(data)
    if declaration is None:
        return data
    return declaration.group().translate(_BLANK) + data[declaration.end() :]
