"""What a short form stands for, by its letters in the words before or behind it.

The algorithm of Schwartz and Hearst (Pacific Symposium on Biocomputing 2003, 451-462) takes the fewest words
that hold all letters; so "cervical cancer (CC)" would be "cancer". Here first letters of words come first, as
in Ab3P (Sohn and others, BMC Bioinformatics 2008, 9:402), and numbers, Greek letters and the order of parts
are compared by what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from medconcept.jats.article.letter_match import (
    FUNCTION_WORDS,
    GREEK_NAMES,
    PART,
    by_initials,
    by_letters,
    content_words,
    folded,
    letters_of,
    with_greek_letters,
)

_NUMBERS = {
    "1": ("one", "mono", "first", "uni", "i"), "2": ("two", "di", "bi", "second", "ii"),
    "3": ("three", "tri", "third", "iii"), "4": ("four", "tetra", "quad", "iv"),
    "5": ("five", "penta", "fifth", "v"), "6": ("six", "hexa", "vi"), "7": ("seven", "hepta", "vii"),
    "8": ("eight", "octa", "viii"), "9": ("nine", "nona", "ix"),
}  # fmt: skip
_KINDS = frozenset(("type", "class", "subtype"))  # words that stand next to a number
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")
# A clause boundary or a bracket inside a long form: its letters matched by chance.
_BROKEN = re.compile(r"[.;:!?)\]] |\A[(\[]| [(\[]")
_BALANCED = re.compile(r"(?<=[^\s(\[])[(\[][^\s()\[\]]*[)\]]")  # "4-(9-acridinylamino)", "N[methyl]"
_OUTSIDE = " ,/-–\"'“‘’”«»„"  # of a long form
_PREFIX = re.compile(r"(?:non|anti|pre|post)-", re.IGNORECASE)  # not part of what a short form stands for
_LONGEST_WORD = 14  # characters, on average over a long form
LONGEST = _LONGEST_WORD * 17  # characters of the text before a short form that are looked at
_LONGEST_CONTRACTION = 5  # characters of one word: "Chol"
_WORD_LIKE = re.compile(r"[^\W\d_][^\W\d_A-ZΑ-Ω]{3,}")  # one capital at most, at the beginning: "Control"
# Words that follow a name, whose initial a short form may lack.
_HEADS = frozenset(("acid", "cell", "cells", "disease", "gene", "protein", "syndrome", "virus"))
_WORDY = re.compile(r"[^\W\d_]{4}")  # a formula has no such word
_LOCANTS = re.compile(r"\d, ?\d")
_ENDS = (". ", ": ", "; ", "! ", "? ")
_ABBREVIATED = re.compile(r"\b(?:Inc|Ltd|Corp|Co|al|spp?|ssp|var|cv)\. \Z")
_SIGN = re.compile(r"([+\-−])\)?\Z")
_SIGNS = {"+": "positive", "-": "negative", "−": "negative"}
_PIECE = re.compile(r"[;:,]\s")
_PLURAL = re.compile(r"[A-Z0-9]s\Z")
_MAY_BE_REORDERED = re.compile(r"(?:[- ]\w{1,3}|[α-ω\d]|[A-Z]{2}[a-rt-z]|" + "|".join(GREEK_NAMES) + r")\Z")
# The last part of a short form that a long form may begin with.
_SUFFIX = re.compile(r"(?:[\- ]\w{1,3}|[α-ω]|[A-Z]?\d{1,2}|(?<=[A-Z]{2})[a-rt-z])\Z")


def long_form_before(short: str, before: str) -> str | None:
    """The long form at the end of the text before a short form, None if there is none.

    >>> long_form_before("MRI", "We used magnetic resonance imaging ")
    'magnetic resonance imaging'
    >>> long_form_before("CC", "of cervical cancer "), long_form_before("Control", "of controls ")
    ('cervical cancer', None)
    >>> long_form_before("IP3", "yields inositol 1,4,5-trisphosphate ")
    'inositol 1,4,5-trisphosphate'
    >>> long_form_before("IFN-gamma", "factor and gamma-interferon ")
    'gamma-interferon'
    """
    if before[-2:] in _ENDS and not _ABBREVIATED.search(before):
        return None
    if len(short) > _LONGEST_CONTRACTION and short[1:].islower() and short.isalpha():
        # A name, such as that of a firm, unless first letters of words spell it.
        first = before.rfind(" ", 0, -1) + 1
        if before[first : first + 1].lower() != short[-1]:
            return None
    most = min(len(short) + 5, 2 * len(short))
    before = _last_clause(before[-_LONGEST_WORD * most :])
    low, letters = folded(before), letters_of(short)
    _, _, second = short.partition(" ")
    if second and f" {folded(second[0])}" not in low and f"-{folded(second[0])}" not in low:
        return None
    long = _in_order(short, letters, before, low, most)
    if long is not None or (short.isalpha() and short.isupper()):
        return long
    if letters[-1:] == "s" and _PLURAL.search(short):
        long = _in_order(short, letters[:-1], before, low, most)
    elif (sign := _SIGN.search(short)) and (word := _SIGNS[sign[1]]) in low[-24:]:
        long = _in_order(short, letters + word[0], before, low, most)
    if long is not None or not before[-1:].isspace() or short.islower():
        return long
    at = _with_number(letters, low)
    if at < 0 and _MAY_BE_REORDERED.search(short):
        at = _reordered(short, low)
    return _checked(short, before, at, most) if at >= 0 else None


def _last_clause(text: str) -> str:
    """The text behind the last end of a clause and the last bracket: no long form goes over these."""
    end = len(text) - 1
    cut = max(text.rfind(". ", 0, end), text.rfind("; ", 0, end), text.rfind(": ", 0, end))
    opened = text.rfind(" (")
    if "[" in text:
        opened = max(opened, text.rfind(" ["))
    if opened > cut:
        return text[max(opened + 1, text.find(")", opened), text.find("]", opened)) + 1 :]
    return text[cut + 2 :] if cut >= 0 else text


def _in_order(short: str, letters: str, before: str, low: str, most: int) -> str | None:
    fewest = by_letters(letters, low)
    # What is wrong with the fewest words is wrong with more of them.
    if fewest < 0 or low.count(" ", fewest) > most:
        return None
    at = by_initials(letters, low)
    if at < 0 and letters[-1] == "s" and _PLURAL.search(short):
        at = by_initials(letters[:-1], low)
    if at >= 0 and (long := _checked(short, before, at, most, is_by_initials=True)):
        return long
    if short[-1] == ".":
        return _contraction(letters, before)  # "i.v."
    if (
        short.islower()
        and low.rstrip().rpartition(" ")[2].startswith(short)
        and fewest > low.rstrip().rfind(" ")
    ):
        return _checked(short, before, fewest, most)  # "dex" of dexamethasone
    # Letters inside words are no evidence for a word, and "N(CH3)" is a formula.
    if short.islower() or not before[-1:].isspace() or not _is_likely(letters, low, fewest):
        return None
    return _checked(short, before, fewest, most)


def long_form_behind(short: str, behind: str) -> str | None:
    """The long form that begins the text in a bracket behind a short form: first letters of all words.

    >>> long_form_behind("EMLA", "eutectic mixture of local anesthetics; Astra")
    'eutectic mixture of local anesthetics'
    >>> long_form_behind("EMLA", "every local cream") is None
    True
    """
    letters = letters_of(short)
    if _PLURAL.search(short):
        letters = letters.removesuffix("s")
    whole, first = behind, _PIECE.split(behind, maxsplit=1)[0]
    for piece in dict.fromkeys((whole, first)):
        words = [part for part in PART.findall(folded(piece)) if part not in FUNCTION_WORDS]
        ways = (words, content_words(folded(piece)), [word for word in words if len(word) > 1])  # "p-xylene"
        if len(words) > 1 and any(letters == "".join([word[0] for word in way]) for way in ways):
            return " ".join(piece.split()).strip(_OUTSIDE)
        is_by_letters = piece == first and len(letters) > 2 and short.isalpha()
        if not is_by_letters or folded(piece.split()[0]) in FUNCTION_WORDS:
            continue
        at = by_letters(letters, folded(piece))
        if at < 0 or any(map(str.isalpha, piece[:at])) or letters[-1] not in words[-1]:
            continue
        if len(piece.split()) <= len(letters) and max(map(len, words)) > len(short):
            return " ".join(piece.split()).strip(_OUTSIDE)
    return None


def _contraction(letters: str, before: str) -> str | None:
    """The last word if it has all letters of a form with full stops, the first at its beginning."""
    word = before.split()[-1].strip(_OUTSIDE) if before[-1:].isspace() and before.strip() else ""
    return word if len(word) > 2 * len(letters) and by_letters(letters, folded(word)) == 0 else None


def long_form_of_letter(letter: str, before: str) -> str | None:
    """The last word of a text if it has this first letter: all that a form of one letter has as evidence.

    >>> long_form_of_letter("E", "plasma levels of epinephrine "), long_form_of_letter("E", "in mice ")
    ('epinephrine', None)
    """
    word = before[before.rfind(" ", 0, -1) + 1 :].strip("\"'“‘ ")
    if len(word) < 5 or not before[-1:].isspace() or not word.replace("-", "").isalpha():
        return None
    return word if folded(word[0]) == folded(letter) else None


def _is_likely(letters: str, low: str, at: int) -> bool:
    """Whether letters inside words are evidence enough."""
    long = low[at:].rstrip(_OUTSIDE)
    words = long.split()
    if words[0] in FUNCTION_WORDS:
        return False
    if len(letters) > 2 or ", " not in long:
        initials = "".join([word[0] for word in PART.findall(long) if word not in FUNCTION_WORDS])
        if initials[:-1] == letters:
            return True
    is_list = ", " in long and not _LOCANTS.search(long)
    if is_list and len(letters) + 1 < len([word for word in words if word not in FUNCTION_WORDS]):
        return False
    # The last word has no part in it: the letters matched words further away by chance.
    last = words[-1]
    if letters[-1] in last or last in _HEADS or len(letters) > 3 or len(words) == 1:
        return True
    if len(letters) > 2 and len(words) == 2 and by_letters(letters, words[0]) == 0:
        return True  # "electromyographic activity (EMG)"
    return letters[-1] in "s0123456789" and letters[-2] in last


def _is_word(short: str, words: Sequence[str]) -> bool:
    """True for a word of the long form itself, or for one that is no short form: a name, a foreign word."""
    low = folded(short)
    if len(low) > 3 and any(
        word[: len(low)] == low and len(word) < 1.6 * len(low) for word in map(folded, words)
    ):
        return True
    return _WORD_LIKE.fullmatch(short) is not None and (
        len(short) > _LONGEST_CONTRACTION
        or any(word.startswith(low[:3]) and len(word) < 1.6 * len(short) for word in map(folded, words))
    )


def _with_number(letters: str, text: str) -> int:
    """The same for a short form whose number is a word, or stands elsewhere: "T3", "2D", "PAR2", "N2O"."""
    others = _DIGITS.sub("", letters)
    if others == letters or not others:
        return -1
    fewest = by_letters(others, text)
    if fewest < 0:
        return -1
    at = by_initials(others, text)
    is_by_initials = at >= 0
    at = at if is_by_initials else fewest
    for number in _DIGITS.findall(letters):
        ways = (number, *_NUMBERS.get(number, ()))
        if any(part[0].startswith(ways) for part in PART.finditer(text, at)):
            continue
        begin = _before(text, at, ways)
        if begin < 0:
            # The number of a formula is not read: "nitrous oxide".
            return at if is_by_initials and not letters[-1].isdigit() else -1
        at = begin
    return at


def _reordered(short: str, text: str) -> int:
    """The same for a short form whose last part comes first: "IFN-gamma", "QTc", "CYCB2"."""
    suffix = _SUFFIX.search(with_greek_letters(short))
    if suffix is None:
        return -1
    core = letters_of(suffix.string[: suffix.start()])
    last = folded(suffix[0].lstrip("- "))
    if len(core) < 2:
        return -1
    fewest = by_letters(core, text)
    if fewest < 0:
        return -1
    if suffix[0].startswith(" ") and text[fewest:].strip() == core:
        return -1  # "type I MS": the core is no more than itself
    at = by_initials(core, text)
    return _before(text, at if at >= 0 else fewest, (last, *_NUMBERS.get(last, ())))


def _before(text: str, at: int, ways: tuple[str, ...]) -> int:
    """Where the word before a place begins if it has one of these beginnings, with "type" before it."""
    words = list(_WORD.finditer(text, max(0, at - 40), at))
    if words and words[-1][0] in _KINDS:
        del words[-1]  # "B2-type cyclin"
    if not words or not words[-1][0].startswith(ways):
        return -1
    return words[-2].start() if len(words) > 1 and words[-2][0] in _KINDS else words[-1].start()


def _checked(short: str, before: str, at: int, most: int, *, is_by_initials: bool = False) -> str | None:
    """Return the words from the one that holds the first letter, or None if they cannot be a long form."""
    begin = at
    while begin > 0 and not before[begin - 1].isspace():
        begin -= 1
    if at > begin and before[begin] != before[at] and (prefix := _PREFIX.fullmatch(before, begin, at)):
        begin = prefix.end()
    words = before[begin:].split()
    joined = " ".join(words)
    long = joined.strip(_OUTSIDE)
    if len(words) > most or not _WORDY.search(long) or len(long) <= len(short) or short in words:
        return None
    ends_in_function_word = folded(words[0]) in FUNCTION_WORDS or words[-1] in FUNCTION_WORDS
    first, _, second = short.partition(" ")
    if second:
        low = folded(long)
        if folded(first) in FUNCTION_WORDS or low.replace("-", " ").startswith(folded(short)):
            return None
        if not any(part[0] == folded(second[0]) for part in PART.findall(low)):
            return None
        if second.islower() and len(second) > 2 and folded(second) != folded(words[-1]):
            return None  # "E site" is an exit site
    if not is_by_initials and (_is_word(short, words) or ends_in_function_word):
        return None
    return None if _is_broken(joined) else long


def _is_broken(text: str) -> bool:
    """True for a text with a boundary of clauses or a bracket that is not within a word."""
    return _BROKEN.search(_BALANCED.sub("", text) if "(" in text or "[" in text else text) is not None
