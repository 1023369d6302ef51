"""Plain text and inline markup (sup, sub, italic, bold) from one list of pieces.

While an element is read, its text is a list of pieces with unnormalised white space and with marks among
them; a mark is one control character, which XML cannot contain. From the list come
- the plain text: without marks, NFC, one space for a run of white space, none at the ends;
- the markup: the plain text, `&`, `<` and `>` escaped, with `<sup>`, `<sub>`, `<italic>`, `<bold>` inserted.

Without its tags, and with `&amp;`, `&lt;`, `&gt;` resolved, the markup equals the plain text code point for
code point. A space that the source has on both sides of a tag is kept before the tag only. Where NFC composes
a letter and an accent across a tag, the tag moves behind the accent. A tag around nothing is dropped.
"""

from __future__ import annotations

import re
from unicodedata import combining, is_normalized, normalize

from medconcept.jats.records.record import record

_TAGS = ("sup", "sub", "italic", "bold")
OPENING = {name: chr(1 + 2 * place) for place, name in enumerate(_TAGS)}
CLOSING = {name: chr(2 + 2 * place) for place, name in enumerate(_TAGS)}
CITE_OPEN, CITE_CLOSE = "\x0e", "\x0f"
"""Marks around a cross-reference; returned by `cut_at_marks`, never shown in markup."""
_TAG_OF_MARK = [(OPENING[name], f"<{name}>") for name in _TAGS] + [
    (CLOSING[name], f"</{name}>") for name in _TAGS
]
_MARK_SPLIT = re.compile("([\x01-\x08\x0e\x0f])")
# Runs of marks with a space on both sides.
_SPACED_TWICE = re.compile(" [\x01-\x08\x0e\x0f]+ [\x01-\x08\x0e\x0f ]*")
_EMPTY = re.compile("\x01( ?)\x02|\x03( ?)\x04|\x05( ?)\x06|\x07( ?)\x08")
_MARKS = (*OPENING.values(), *CLOSING.values())
ALL_MARKS = (*_MARKS, CITE_OPEN, CITE_CLOSE)
_SHORT_TEXT = 256  # characters
_PRINTED_ASCII = bytes(range(0x20, 0x7F))
# Letters and signs beyond ASCII that normalisation never changes: no white space, and nothing that NFC
# decomposes or composes with a neighbour. In these blocks everything that composes is a combining mark.
_UNCHANGED = frozenset(
    character
    for first, last in ((0xA1, 0x24F), (0x370, 0x52F), (0x2010, 0x23FF), (0x2500, 0x27BF))
    for character in map(chr, range(first, last + 1))
    if character.isprintable() and not combining(character) and is_normalized("NFC", character)
)
_MARKS_AND_SPACE = "".join(ALL_MARKS) + " "
_NESTED_EMPTY_TAGS = 3  # deeper ones stay: harmless, and a file full of them stays cheap


@record
class Marked:
    """Plain text, and the same text with inline markup."""

    plain: str
    markup: str


def clean(text: str) -> str:
    """Return the text in NFC, with one space for any run of white space and none at the ends.

    >>> clean("  cafe\\u0301\\n\\tau\\xa0lait ")
    'café au lait'
    """
    if len(text) >= _SHORT_TEXT and is_settled(text):
        return text
    # A space is the only white space that is printable.
    text = text.strip(" ") if text.isprintable() and "  " not in text else " ".join(text.split())
    return text if text.isascii() else normalize("NFC", text)


def marked(raw: str) -> Marked:
    """Return plain text and markup of raw text with marks.

    >>> marked("E.coli <\\n" + OPENING["bold"] + "x " + CLOSING["bold"])
    Marked(plain='E.coli < x', markup='E.coli &lt; <bold>x</bold>')
    """
    text = raw.strip(" ")
    plain = without_marks(text)
    if not is_settled(plain):
        text = _collapse_spaces(text)
        plain = without_marks(text)
        if not (plain.isascii() or is_normalized("NFC", plain)):
            plain, pieces = cut_at_marks(text)
            text = "".join(pieces)
    return Marked(plain, _escape(plain) if len(text) == len(plain) else _with_tags(text))


def without_marks(raw: str) -> str:
    """Return the raw text without marks, not yet normalised."""
    if raw.isprintable():  # then it has no marks, which are control characters
        return raw
    for mark in _MARKS:
        if mark in raw:
            raw = raw.replace(mark, "")
    return raw


def is_settled(text: str) -> bool:
    """True if `clean` would not change a text; may be False for such a text too.

    >>> is_settled("5 µm"), is_settled("5  µm"), is_settled("5\\xa0µm"), is_settled("5 µm\\n")
    (True, False, False, False)
    """
    if text[:1] == " " or text[-1:] == " " or "  " in text:
        return False
    # Checking characters one by one is slow: checking bytes is many times as fast.
    try:
        rest = text.encode().translate(None, _PRINTED_ASCII)
    except UnicodeEncodeError:  # a lone surrogate, which XML cannot contain
        return False
    if len(rest) > len(text) // 4:  # mostly another script
        return text.isprintable() and is_normalized("NFC", text)
    return not rest or _UNCHANGED.issuperset(rest.decode())


def _with_tags(text: str) -> str:
    """Return the markup of clean text with marks."""
    text = _escape(text)
    for opening, closing in zip(OPENING.values(), CLOSING.values(), strict=True):
        if opening in text and (f"{opening}{closing}" in text or f"{opening} {closing}" in text):
            for _ in range(_NESTED_EMPTY_TAGS):
                text = _EMPTY.sub(r"\1\2\3\4", text)
            break
    for mark, tag in _TAG_OF_MARK:
        if mark in text:
            text = text.replace(mark, tag)
    return text


def cut_at_marks(raw: str) -> tuple[str, list[str]]:
    """Return the clean text, and the same split at its marks: text at even indices, marks at odd ones.

    >>> cut_at_marks(" see " + CITE_OPEN + "Fig. 1")
    ('see Fig. 1', ['see ', '\\x0e', 'Fig. 1'])
    """
    parts = _MARK_SPLIT.split(_collapse_spaces(raw))
    whole = "".join(parts[::2])
    if whole.isascii() or is_normalized("NFC", whole):
        return whole, parts
    pieces, marks = _compose_across_marks(parts[::2], parts[1::2])
    return "".join(pieces), [part for pair in zip(pieces, [*marks, ""], strict=True) for part in pair][:-1]


def _collapse_spaces(raw: str) -> str:
    """Collapse each run of white space, with the marks in it, to one space; none at the ends."""
    text = " ".join(raw.split())
    if text.isprintable():
        return text
    text = _SPACED_TWICE.sub(_space_first, text)
    inner = text.lstrip(_MARKS_AND_SPACE)
    head = text[: len(text) - len(inner)]
    text = inner.rstrip(_MARKS_AND_SPACE)
    return head.replace(" ", "") + text + inner[len(text) :].replace(" ", "")


def _space_first(spaced: re.Match[str]) -> str:
    """Keep only the first space, before the marks."""
    return " " + spaced.group().replace(" ", "")


def _escape(text: str) -> str:
    if "&" not in text and "<" not in text and ">" not in text:
        return text
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _compose_across_marks(pieces: list[str], marks: list[str]) -> tuple[list[str], list[str]]:
    """Apply NFC across marks: what composes with the text before a mark moves before the mark."""
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
    return [whole], []  # more accents on a letter than any language has: drop the markup, keep the text


def _composes(before: str, character: str) -> bool:
    if character.isascii() or not before:
        return False
    return normalize("NFC", before + character) != normalize("NFC", before) + normalize("NFC", character)
