"""Words of a text, and their plain forms: lower case, without diacritics, Greek letters spelt out.

A word is a run of letters and digits; a Greek letter is a word of its own ("TNFα" is "tnf alpha"), and a
possessive ending belongs to its word and is ignored. Hyphens, dashes and slashes separate words as spaces do;
every other sign is a word.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

TOKEN = re.compile(
    r"[\u0370-\u03ff\u1f00-\u1fff]|(?:[^\W_\u0370-\u03ff\u1f00-\u1fff]|[\u0300-\u036f])+(?:['’][sS](?![^\W_]))?"
    r"|[^\s\w/\-\u2010-\u2015\u2212\u00ad]|_"
)
_POSSESSIVE = re.compile(r"['’][sS]$")
_APOSTROPHES = frozenset("’‘′")  # one sign, however it is typeset
_GREEK_NAME = re.compile(r"GREEK (?:SMALL|CAPITAL) LETTER (?:FINAL )?(\w+)")
# Unicode names of letters with another spelling in English.
_ENGLISH = {"lamda": "lambda"}
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "Æ": "Ae", "Œ": "Oe", "Ø": "O", "Ł": "L"})
# British to American, on plain words: the spelling rules that Wikipedia lists under "American and British
# English spelling differences" and the medical ones under "æ and œ".
_AMERICAN = (
    (re.compile(r"(?<=[a-z])ae(?=[a-z])|^ae(?=[mdst])"), "e"),
    (re.compile(r"(?<=[a-z])oe(?=[a-rt-z])|^oe(?=[dsn])"), "e"),
    (re.compile(r"(tum|col|hum|od|vap|behavi|fav|lab|harb|neighb|rum|sav|flav|fav|vig)our"), r"\1or"),
    # "Analyses" is a plural before it is a verb: paralyses, hemodialyses.
    (
        re.compile(
            r"(?<=[a-z]{4})(?:(i)s(e|es|ed|er|ers|ing|ation|ations)|(y)s(e|ed|er|ers|ing|ation|ations))$"
        ),
        r"\1\3z\2\4",
    ),
    (re.compile(r"(cent|tit|lit|fib|calib|theat|lust)re(s?)$"), r"\1er\2"),
    (re.compile(r"sulph"), "sulf"),
    (re.compile(r"grey"), "gray"),
    (re.compile(r"(?<=[a-z]{3}[aeiou]l)l(?=(?:ed|ing)$)"), ""),
)
# A word that does not match is not changed by any of these rules; most words do not.
_BRITISH = re.compile(r"ae|oe|our|[iy]s[eia]|res?$|sulph|grey|ll(?:ed|ing)$")
_ROMAN = {
    "II": "2", "III": "3", "IV": "4", "VI": "6", "VII": "7", "VIII": "8", "IX": "9", "XI": "11",
    "XII": "12", "XIII": "13", "XIV": "14", "XV": "15",
}  # fmt: skip
# A single letter is a numeral only after one of the words below.
ROMAN_LETTER = {"i": "1", "v": "5", "x": "10"}
NUMBERED = frozenset({
    "type", "class", "stage", "grade", "group", "phase", "lamina", "layer", "factor", "complex", "nerve",
    "lobule", "polymerase", "collagen", "types", "stages", "grades", "layers", "lobules", "classes",
    "meiosis", "division", "prophase", "metaphase", "anaphase", "region",
})  # fmt: skip


@lru_cache(maxsize=1 << 17)
def plain(word: str) -> str:
    """The plain form of a word as written in a text.

    >>> [plain(w) for w in ("Ménière's", "α", "Tumours", "II", "ii", "haematology", "vertebrae")]
    ['meniere', 'alpha', 'tumors', '2', 'ii', 'hematology', 'vertebrae']
    """
    if word in _ROMAN:
        return _ROMAN[word]
    word = _POSSESSIVE.sub("", word)
    if not word.isascii():
        if word in _APOSTROPHES:
            return "'"
        if len(word) == 1 and (named := _GREEK_NAME.match(unicodedata.name(word, ""))):
            letter = named.group(1).lower()
            return _ENGLISH.get(letter, letter)
        stripped = "".join(c for c in unicodedata.normalize("NFKD", word) if c.isalnum())
        word = (stripped or word).translate(_LETTERS)
    word = word.casefold()
    if len(word) < 4 or not word.isalpha() or not _BRITISH.search(word):
        return word
    for pattern, better in _AMERICAN:
        word = pattern.sub(better, word)
    return word


def plain_words(text: str) -> list[str]:
    """The plain forms of a text's words, with single-letter numerals as numbers.

    >>> plain_words("Type-I collagen, TNFα/β")
    ['type', '1', 'collagen', ',', 'tnf', 'alpha', 'beta']
    """
    return numerals([plain(word) for word in TOKEN.findall(text)])


def numerals(words: list[str]) -> list[str]:
    """Replace I, V and X after a word such as "type" by numbers, in place; returns the list."""
    for letter, number in ROMAN_LETTER.items():
        if letter in words:
            for place in range(1, len(words)):
                if words[place] == letter and words[place - 1] in NUMBERED:
                    words[place] = number
    return words
