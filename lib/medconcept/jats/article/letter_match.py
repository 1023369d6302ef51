"""Letters of short forms, searched in the words of a text."""

from __future__ import annotations

import re
import unicodedata

_GREEK = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", "abgdezhtiklmnxoprsstufcpo", strict=True))
_LETTER_OF = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "theta": "θ",
    "kappa": "κ", "lambda": "λ", "sigma": "σ", "omega": "ω",
}  # fmt: skip
GREEK_NAMES = tuple(_LETTER_OF)
_GREEK_NAMES = re.compile("|".join(GREEK_NAMES))
# Letters of mathematics as plain ones, Greek ones as the first of their names.
_FOLDED = {
    ord(c): _GREEK.get(plain, plain)
    for c in [*_GREEK, "µ", "ϵ", "ϕ", *map(chr, range(0x1D400, 0x1D800))]
    if len(plain := unicodedata.normalize("NFKC", c).lower()) == 1
}
# All bytes of UTF-8 but the first ones of Greek letters and letters of mathematics.
_OTHER_BYTES = bytes(byte for byte in range(256) if byte not in b"\xcd\xce\xcf\xf0")
FUNCTION_WORDS = frozenset(
    ("a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "per", "the", "to", "with")
)
PART = re.compile(r"[^\W\d_]+|\d+")  # "b2" has two parts: a digit is the beginning of one


def folded(text: str) -> str:
    """Lower case of the same length, Greek letters as Latin ones.

    >>> folded("TNF-α"), folded("𝑁𝛽"), len(folded("İ"))
    ('tnf-a', 'nb', 1)
    """
    lowered = text.lower()
    if lowered.isascii():
        return lowered
    if len(lowered) == len(text) and not _may_have_greek(lowered):
        return lowered
    if len(lowered) != len(text):  # some capitals become two characters
        lowered = "".join([one if len(one := c.lower()) == 1 else c for c in text])
    return lowered.translate(_FOLDED)


def _may_have_greek(text: str) -> bool:
    """Whether `folded` may have letters to replace; on bytes, many times as fast as with a pattern."""
    try:
        return bool(text.encode().translate(None, _OTHER_BYTES)) or "µ" in text
    except UnicodeEncodeError:  # a lone surrogate
        return True


def with_greek_letters(short: str) -> str:
    """The short form with the names of Greek letters as letters.

    >>> with_greek_letters("IFN-gamma")
    'IFN-γ'
    """
    return _GREEK_NAMES.sub(lambda name: _LETTER_OF[name[0]], short)


def letters_of(short: str) -> str:
    """The letters and digits that a long form must have, in lower case.

    >>> letters_of("TNFalpha"), letters_of("IL-1β"), letters_of("H. pylori")
    ('tnfa', 'il1b', 'hpylori')
    """
    low = short.lower() if short.isascii() else folded(short)
    if len(low) < 5 and low.isalnum():
        return low
    if (shorter := _GREEK_NAMES.sub(lambda name: name[0][0], low)) != low and len(shorter) > 1:
        low = shorter
    return "".join([c for c in low if c.isalnum()])


def by_letters(letters: str, text: str) -> int:
    """Return where the first letter matches if all letters match from right to left, else -1.

    >>> by_letters("cc", "cervical cancer"), by_letters("mri", "magnetic imaging")
    (9, -1)
    """
    at = len(text)
    for letter in letters[:0:-1]:
        at = text.rfind(letter, 0, at)
        if at < 0:
            return -1
    first = letters[0]
    at = text.rfind(first, 0, at)
    while at > 0 and text[at - 1].isalnum():
        at = text.rfind(first, 0, at)
    return at


def by_initials(letters: str, text: str) -> int:
    """Return where the last words begin whose first letters these are, else -1.

    All words, or all but function words, or words with their hyphens.

    >>> by_initials("cc", "the cervical cancer"), by_initials("igf", "an insulin-like growth factor")
    (4, 3)
    """
    size = len(letters)
    if size < 2:
        return -1
    tail = text[-20 * size - 20 :]
    parts = tail.split()
    last = parts[-1] if parts else ""
    if last[:1] != letters[-1] and last.isalpha() and last not in FUNCTION_WORDS:
        return -1
    if not "".join(parts).isalpha():
        parts = PART.findall(tail)
    words = parts[-size:]
    if "".join([word[0] for word in words]) != letters:
        words = [word for word in parts if word not in FUNCTION_WORDS][-size:]
        if "".join([word[0] for word in words]) != letters:
            if "-" not in tail:
                return -1
            words = content_words(tail)[-size:]
            if "".join([word[0] for word in words]) != letters:
                return -1
    at = len(text)
    for word in words[::-1]:
        at = text.rfind(word, 0, at)
    return at


def content_words(text: str) -> list[str]:
    """The words of a text without function words; those with hyphens are one."""
    return [word for word in text.split() if word not in FUNCTION_WORDS]
