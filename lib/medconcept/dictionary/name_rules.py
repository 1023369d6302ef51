"""Normal forms of names, which names are matched at all, and which only in their own case."""

from __future__ import annotations

import re
import unicodedata

from medconcept.techniques.technique_list import short_abbreviations

MAX_NAME = 200
FOLDED, EXACT = "\x01", "\x02"
# English words that are names in some terminology (genes, abbreviations) and would match everywhere.
FUNCTION_WORDS = frozenset({
    "a", "about", "after", "all", "also", "an", "and", "are", "as", "at", "be", "been", "but", "by",
    "can", "did", "do", "each", "for", "from", "had", "has", "have", "he", "her", "his", "how",
    "if", "in", "into", "is", "it", "its", "may", "more", "most", "no", "nor", "not", "of", "off",
    "on", "one", "or", "our", "out", "over", "own", "per", "she", "so", "some", "such", "than",
    "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "to", "too",
    "two", "up", "via", "was", "we", "were", "what", "when", "where", "which", "who", "why", "will",
    "with",
})  # fmt: skip
_SPACE = re.compile(r"\s+")
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffd]")
_LETTER_AND_DIGITS = re.compile(r"\w\d+")


def normalise(text: str) -> str:
    """NFC, case-folded, white space collapsed and stripped.

    >>> normalise("Breast\\n  Cancer")
    'breast cancer'
    """
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip().casefold()


def is_case_sensitive(name: str) -> bool:
    """True for names that look like acronyms or symbols, which in another case are ordinary words or labels.

    Every token has at most six characters and an upper-case letter after its first, or is one upper-case
    letter with digits ("T4": in lower case a panel or a variable). A digit alone does not count: p53 and P53,
    Sox2 and sox2 are one name.

    >>> [is_case_sensitive(n) for n in ("ALL", "pH", "BRCA1", "T4", "Breast Cancer", "Cat", "p53", "Sox2")]
    [True, True, True, True, False, False, False, False]
    """
    if name.islower():  # a shortcut for most names
        return False
    tokens = name.split()
    return bool(tokens) and all(map(_is_symbol, tokens))


def _is_symbol(token: str) -> bool:
    if len(token) > 6:
        return False
    return any(c.isupper() for c in token[1:]) or bool(
        _LETTER_AND_DIGITS.fullmatch(token) and token[0].isupper()
    )


def is_matchable(name: str) -> bool:
    """False for names that are never matched: too short, too long, without a letter, or function words.

    Of two letters only abbreviations of techniques are matched, by the context that the linker sees.

    >>> [is_matchable(n) for n in ("heart", "T4", "CT", "of", "12", "x", "t4", "Ct")]
    [True, True, True, False, False, False, False, False]
    """
    plain = normalise(name)
    if not any(c.isalpha() for c in plain) or len(plain) > MAX_NAME or _NO_CHARACTER.search(name):
        return False
    if is_case_sensitive(name):
        return len(plain) >= 3 or any(c.isdigit() for c in plain) or name in short_abbreviations()
    return len(plain) >= 3 and plain not in FUNCTION_WORDS


def match_key(name: str) -> str | None:
    """The key under which equal names are merged, or None for a name that is never matched.

    The first character is FOLDED, or EXACT for a name that matches in its own case only.

    >>> match_key("Breast Cancer"), match_key("ALL"), match_key("the")
    ('\\x01breast cancer', '\\x02ALL', None)
    """
    if not is_matchable(name):
        return None
    if is_case_sensitive(name):
        return EXACT + _SPACE.sub(" ", unicodedata.normalize("NFC", name)).strip()
    return FOLDED + normalise(name)


def name_flags(name: str) -> list[str]:
    """Why a name is never matched, or that it is case-sensitive; empty for a name that matches in any case.

    >>> name_flags("heart"), name_flags("ALL"), name_flags("of"), name_flags("--"), name_flags("ab")
    ([], ['case_sensitive'], ['function_word'], ['no_letter'], ['too_short'])
    """
    if is_matchable(name):
        return ["case_sensitive"] if is_case_sensitive(name) else []
    plain = normalise(name)
    if _NO_CHARACTER.search(name):
        return ["bad_character"]
    if not any(c.isalpha() for c in plain):
        return ["no_letter"]
    if len(plain) > MAX_NAME:
        return ["too_long"]
    return ["function_word"] if len(plain) >= 2 and plain in FUNCTION_WORDS else ["too_short"]


def described(name: str) -> tuple[str, str | None, list[str]]:
    """`normalise`, `match_key` and `name_flags` of a name that `fields.text` returned.

    >>> described("Breast Cancer"), described("of")
    (('breast cancer', '\\x01breast cancer', []), ('of', None, ['function_word']))
    """
    plain = name.casefold()
    if len(plain) < 3 or len(plain) > MAX_NAME or not plain.isascii() or not plain[0].isalpha():
        return plain, match_key(name), name_flags(name)
    if is_case_sensitive(name):
        return plain, EXACT + name, ["case_sensitive"]
    if plain in FUNCTION_WORDS:
        return plain, None, name_flags(name)
    return plain, FOLDED + plain, []
