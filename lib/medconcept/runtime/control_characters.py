"""Characters that act on a terminal or reorder text instead of showing: found, and made visible."""

from __future__ import annotations

import os
import re

# C0 and C1 controls and DEL; embeddings, overrides and isolates of bidirectional text, but not its marks,
# which override nothing; line and paragraph separators; halves of surrogate pairs, which stand for bytes that
# are no UTF-8.
_CONTROL = "\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
_ANY = re.compile(f"[{_CONTROL}]")
_BUT_LINES = re.compile(f"(?![\n\t])[{_CONTROL}]")


def has_control_characters(text: str) -> bool:
    """Whether a text holds a control character, a line end included.

    >>> [has_control_characters(name) for name in ("a\\nb.xml", "α\\u202elmx.a", "α β.xml")]
    [True, True, False]
    """
    return _ANY.search(text) is not None


def visible(text: str, *, keep_lines: bool = False) -> str:
    """Return the text with each control character as its escape; `keep_lines` keeps line ends and tabs.

    >>> visible("\\x1b[31mred\\x07"), visible("a\\nb", keep_lines=True), visible("cut\\udcff")
    ('\\\\x1b[31mred\\\\x07', 'a\\nb', 'cut\\\\udcff')
    """
    return (_BUT_LINES if keep_lines else _ANY).sub(_escape, text)


def shown_in_page(value: object) -> object:
    """For Jinja's `finalize`: a text with its control characters made visible, anything else as it is."""
    return visible(value, keep_lines=True) if type(value) is str else value


def escape_json(text: str) -> str:
    """Return JSON text without raw control characters: within its strings they are escapes of four digits.

    >>> escape_json('"\x9b"'), escape_json('{"a": 1}')
    ('"\\\\u009b"', '{"a": 1}')
    """
    return _ANY.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def escaped_name(name: str) -> str:
    r"""Return a file name as it is, or as a POSIX shell can be given it where it holds control characters.

    >>> print(escaped_name(r"a\nb.xml"), escaped_name("a\nb.xml"), escaped_name("it's \udcff"))
    a\nb.xml $'a\x0ab.xml' $'it\'s \xff'
    """
    if not has_control_characters(name):
        return name
    quoted = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"$'{_ANY.sub(_as_bytes, quoted)}'"


def _as_bytes(match: re.Match[str]) -> str:
    return "".join(f"\\x{byte:02x}" for byte in os.fsencode(match[0]))


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")
