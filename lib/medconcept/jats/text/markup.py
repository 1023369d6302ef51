"""Text with sup, sub, italic and bold kept: plain text and markup from one list of pieces.

While an element is read, its text is a list of pieces, white space and all, with the marks among them; a mark
is one control character, which no XML can hold. From it come
- the plain text: marks dropped, NFC, one space for a run of white space, none at the ends;
- the markup: the plain text with `&`, `<` and `>` escaped and `<sup>`, `<sub>`, `<italic>`, `<bold>` put in.

How offsets map: drop the tags from the markup and resolve `&amp;`, `&lt;`, `&gt;`, and the plain text is
there, code point for code point. A space that the source has on both sides of a tag stands before the tag.
Where NFC joins a letter and an accent across a tag, the tag moves behind the accent. A tag round nothing
is dropped.
"""

from __future__ import annotations

import re
from unicodedata import combining, is_normalized, normalize

from medconcept.jats.records.record import record

_TAGS = ("sup", "sub", "italic", "bold")
OPENING = {name: chr(1 + 2 * place) for place, name in enumerate(_TAGS)}
CLOSING = {name: chr(2 + 2 * place) for place, name in enumerate(_TAGS)}
CITE_OPEN, CITE_CLOSE = "\x0e", "\x0f"
"""Round a cross-reference; told by `cut_at_marks`, never shown in markup."""
_SHOWN = [(OPENING[name], f"<{name}>") for name in _TAGS] + [(CLOSING[name], f"</{name}>") for name in _TAGS]
_CUT = re.compile("([\x01-\x08\x0e\x0f])")
# Marks with a space on both sides of them, or of some.
_SPACED_TWICE = re.compile(" [\x01-\x08\x0e\x0f]+ [\x01-\x08\x0e\x0f ]*")
_EMPTY = re.compile("\x01( ?)\x02|\x03( ?)\x04|\x05( ?)\x06|\x07( ?)\x08")
_MARKS = (*OPENING.values(), *CLOSING.values())
ALL_MARKS = (*_MARKS, CITE_OPEN, CITE_CLOSE)
_SHORT = 256  # characters
_PRINTED_ASCII = bytes(range(0x20, 0x7F))
# Letters and signs that text has among its ASCII and that no rule for text changes: no white space, and
# nothing that NFC takes apart or joins with a neighbour. In these blocks what joins is a combining mark.
_INERT = frozenset(
    character
    for first, last in ((0xA1, 0x24F), (0x370, 0x52F), (0x2010, 0x23FF), (0x2500, 0x27BF))
    for character in map(chr, range(first, last + 1))
    if character.isprintable() and not combining(character) and is_normalized("NFC", character)
)
_MARKS_AND_SPACE = "".join(ALL_MARKS) + " "
_NESTED_EMPTY_TAGS = 3  # more of them may stay: they do no harm, and a file of nothing else costs little


@record
class Marked:
    """Plain text, and the same text with inline markup."""

    plain: str
    markup: str


def clean(text: str) -> str:
    """The text in NFC with one space for any run of white space, none at the ends.

    >>> clean("  cafe\\u0301\\n\\tau\\xa0lait ")
    'café au lait'
    """
    if len(text) >= _SHORT and is_settled(text):
        return text
    # A space is the only white space that is printable.
    text = text.strip(" ") if text.isprintable() and "  " not in text else " ".join(text.split())
    return text if text.isascii() else normalize("NFC", text)


def marked(raw: str) -> Marked:
    """Plain text and markup of raw text.

    >>> marked("E.coli <\\n" + OPENING["bold"] + "x " + CLOSING["bold"])
    Marked(plain='E.coli < x', markup='E.coli &lt; <bold>x</bold>')
    """
    text = raw.strip(" ")
    plain = without_marks(text)
    if not is_settled(plain):
        text = _spaced(text)
        plain = without_marks(text)
        if not (plain.isascii() or is_normalized("NFC", plain)):
            plain, pieces = cut_at_marks(text)
            text = "".join(pieces)
    return Marked(plain, _escaped(plain) if len(text) == len(plain) else _shown(text))


def without_marks(raw: str) -> str:
    """The text alone; `clean` makes of it what `marked` tells as plain."""
    if raw.isprintable():  # no marks: XML has no place for them
        return raw
    for mark in _MARKS:
        if mark in raw:
            raw = raw.replace(mark, "")
    return raw


def is_settled(text: str) -> bool:
    """True if a text is as `clean` would leave it; False at times where it is too.

    >>> is_settled("5 µm"), is_settled("5  µm"), is_settled("5\\xa0µm"), is_settled("5 µm\\n")
    (True, False, False, False)
    """
    if text[:1] == " " or text[-1:] == " " or "  " in text:
        return False
    # A look at each character costs most of what there is to do: bytes are looked at many times as fast.
    try:
        rest = text.encode().translate(None, _PRINTED_ASCII)
    except UnicodeEncodeError:  # half a character, which no XML can hold
        return False
    if len(rest) > len(text) // 4:  # of another alphabet
        return text.isprintable() and is_normalized("NFC", text)
    return not rest or _INERT.issuperset(rest.decode())


def _shown(text: str) -> str:
    """Markup of clean text with marks."""
    text = _escaped(text)
    for opening, closing in zip(OPENING.values(), CLOSING.values(), strict=True):
        if opening in text and (f"{opening}{closing}" in text or f"{opening} {closing}" in text):
            for _ in range(_NESTED_EMPTY_TAGS):
                text = _EMPTY.sub(r"\1\2\3\4", text)
            break
    for mark, tag in _SHOWN:
        if mark in text:
            text = text.replace(mark, tag)
    return text


def cut_at_marks(raw: str) -> tuple[str, list[str]]:
    """The clean text, and the same cut at its marks: at even places text, at odd ones a mark.

    >>> cut_at_marks(" see " + CITE_OPEN + "Fig. 1")
    ('see Fig. 1', ['see ', '\\x0e', 'Fig. 1'])
    """
    parts = _CUT.split(_spaced(raw))
    whole = "".join(parts[::2])
    if whole.isascii() or is_normalized("NFC", whole):
        return whole, parts
    pieces, marks = _composed(parts[::2], parts[1::2])
    return "".join(pieces), [part for pair in zip(pieces, [*marks, ""], strict=True) for part in pair][:-1]


def _spaced(raw: str) -> str:
    """One space for each run of white space, whatever marks stand in it, and none at the ends."""
    text = " ".join(raw.split())
    if text.isprintable():
        return text
    text = _SPACED_TWICE.sub(_before_marks, text)
    inner = text.lstrip(_MARKS_AND_SPACE)
    head = text[: len(text) - len(inner)]
    text = inner.rstrip(_MARKS_AND_SPACE)
    return head.replace(" ", "") + text + inner[len(text) :].replace(" ", "")


def _before_marks(spaced: re.Match[str]) -> str:
    """The first space of several alone."""
    return " " + spaced.group().replace(" ", "")


def _escaped(text: str) -> str:
    if "&" not in text and "<" not in text and ">" not in text:
        return text
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _composed(pieces: list[str], marks: list[str]) -> tuple[list[str], list[str]]:
    """NFC over the marks: what composes with the text before a mark goes before the mark."""
    whole = normalize("NFC", "".join(pieces))
    moved = list(pieces)
    for place in range(1, len(moved)):
        before, after = moved[place - 1], moved[place]
        start = 0
        while start < len(after) and _composes(
            before[-16:] + after[max(0, start - 16) : start], after[start]
        ):
            start += 1
        moved[place - 1], moved[place] = before + after[:start], after[start:]
    composed = [normalize("NFC", piece) for piece in moved]
    if "".join(composed) == whole:
        return composed, marks
    return [whole], []  # such as a letter with more accents than any language has: the text matters more


def _composes(before: str, character: str) -> bool:
    if character.isascii() or not before:
        return False
    return normalize("NFC", before + character) != normalize("NFC", before) + normalize("NFC", character)
