"""What a short form stands for, by its letters in the words before or behind it.

The algorithm of Schwartz and Hearst (Pacific Symposium on Biocomputing 2003, 451-462) takes the fewest words
that hold all letters; so "cervical cancer (CC)" would be "cancer". Here first letters of words come first, as
in Ab3P (Sohn and others, BMC Bioinformatics 2008, 9:402), and numbers, Greek letters and the order of parts
are compared by what they mean.
"""

from __future__ import annotations

import re

from medconcept.jats.article.letter_match import (
    FUNCTION_WORDS,
    PART,
    by_initials,
    by_letters,
    content_words,
    folded,
)
from medconcept.jats.article.short_form import (
    LONGEST_CONTRACTION,
    ShortForm,
    Suffix,
    read_short_form,
)

_KINDS = frozenset(("type", "class", "subtype"))  # words that stand next to a number
_WORD = re.compile(r"[^\W_]+")
_BALANCED = re.compile(r"(?<=[^\s(\[])[(\[][^\s()\[\]]*[)\]]")  # "4-(9-acridinylamino)", "N[methyl]"
_OUTSIDE = " ,/-–\"'“‘’”«»„"  # of a long form
_PREFIX = re.compile(r"(?:non|anti|pre|post)-", re.IGNORECASE)  # not part of what a short form stands for
# Words that follow a name, whose initial a short form may lack.
_HEADS_TEXT = """
acid cell cells disease gene protein syndrome virus nucleus nuclei cortex ganglion nerve artery vein gland
antigen antibody antibodies enzyme hormone peptide
"""
_HEADS = frozenset(_HEADS_TEXT.split())
_WORD_AT_END = re.compile(r"[a-z]{5}\Z")
_WORDY = re.compile(r"[^\W\d_]{4}")  # a formula has no such word
_LOCANTS = re.compile(r"\d, ?\d")
_ENDS = frozenset((". ", ": ", "; ", "! ", "? "))
_ABBREVIATED = re.compile(r"\b(?:Inc|Ltd|Corp|Co|al|spp?|ssp|var|cv)\. \Z")
_PIECE = re.compile(r"[;:,]\s")


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
    form = read_short_form(short)
    if form.is_capitals and (words := _words_of_initials(form.letters, before)) and short not in words:
        return " ".join(words)
    if before[-2:] in _ENDS and not _ABBREVIATED.search(before, max(0, len(before) - 8)):
        return None
    if form.is_name:
        # A name, such as that of a firm, unless first letters of words spell it.
        first = before.rfind(" ", 0, -1) + 1
        if before[first : first + 1].lower() != short[-1]:
            return None
    before = before[-form.reach :]
    low = folded(before)
    fewest = by_letters(form.letters, low)
    if fewest < 0 and not form.has_other_ways:
        return None
    if cut := _start_of_clause(before):
        before, low = before[cut:], low[cut:]
        fewest = fewest - cut if fewest >= cut else -1
    if form.second and f" {form.second}" not in low and f"-{form.second}" not in low:
        return None
    long = _in_order(short, form, form.letters, fewest, before, low) if fewest >= 0 else None
    if long is not None or not form.has_other_ways:
        return long
    return _in_other_ways(short, form, before, low)


def _words_of_initials(letters: str, before: str) -> list[str] | None:
    """The last words of a text if these are their first letters: the usual case, and by far the fastest."""
    words = before.rsplit(None, len(letters))[-len(letters) :]
    if "".join([word[0] for word in words]).lower() != letters:
        return None
    # Words with anything but letters are read with more care: hyphens, brackets, ends of sentences.
    return words if max(map(len, words)) > 3 and "".join(words).isalpha() else None


def _in_other_ways(short: str, form: ShortForm, before: str, low: str) -> str | None:
    """The long form of a plural, of a sign or a number in words, of parts in another order."""
    letters, long = form.letters, None
    if form.is_plural:
        letters = letters[:-1]
    elif form.sign and form.sign in low[-24:]:
        letters += form.sign[0]
    if letters is not form.letters and (fewest := by_letters(letters, low)) >= 0:
        long = _in_order(short, form, letters, fewest, before, low)
    if long is not None or not before[-1:].isspace():
        return long
    at = _with_number(form, low) if form.numbers else -1
    if at < 0 and form.suffix is not None:
        at = _reordered(form.suffix, low)
    return _checked(short, form, before, low, at) if at >= 0 else None


def _start_of_clause(text: str) -> int:
    """Where a text goes on behind its last end of a clause and last bracket: no long form goes over these."""
    end = len(text) - 1
    cut = opened = -1
    for mark in ".;:":
        if mark in text:  # many times as fast as the search for a mark with its space
            cut = max(cut, text.rfind(f"{mark} ", 0, end))
    if "(" in text:
        opened = text.rfind(" (")
    if "[" in text:
        opened = max(opened, text.rfind(" ["))
    if opened > cut:
        return max(opened + 1, text.find(")", opened), text.find("]", opened)) + 1
    return cut + 2 if cut >= 0 else 0


def _in_order(short: str, form: ShortForm, letters: str, fewest: int, before: str, low: str) -> str | None:
    """The long form whose letters are in order; `fewest` is where the fewest words with all letters begin."""
    # What is wrong with the fewest words is wrong with more of them.
    if low.count(" ", fewest) > form.most or len(letters) < 2:  # one letter, as in "S+", is no evidence
        return None
    at = by_initials(letters, low)
    if at < 0 and form.is_plural and letters[-1] == "s":
        at = by_initials(letters[:-1], low)
    if at >= 0 and (long := _checked(short, form, before, low, at, is_by_initials=True)):
        return long
    if short[-1] == ".":
        return _contraction(letters, before)  # "i.v."
    is_lower = short.islower()
    if is_lower and low.rstrip().rpartition(" ")[2].startswith(short) and fewest > low.rstrip().rfind(" "):
        return _checked(short, form, before, low, fewest)  # "dex" of dexamethasone
    # Letters inside words are no evidence for a word, and "N(CH3)" is a formula, unlike "ligand(CD40L)".
    if is_lower or not (before[-1:].isspace() or _ends_in_words(before, fewest)):
        return None
    if not (_is_likely(letters, low, fewest) or ("/" in short and _is_ratio(letters, low, fewest))):
        return None
    return _checked(short, form, before, low, fewest)


def long_form_by_initials(short: str, before: str) -> str | None:
    """The words at the end of a text of which a short form has all first letters.

    >>> long_form_by_initials("SEM", "by scanning electron microscopy")
    'scanning electron microscopy'
    """
    at = by_initials(read_short_form(short).letters, folded(before))
    return before[at:] if at >= 0 and (at == 0 or before[at - 1].isspace()) else None


def long_form_behind(short: str, behind: str) -> str | None:
    """The long form that begins the text in a bracket behind a short form: first letters of all words.

    >>> long_form_behind("EMLA", "eutectic mixture of local anesthetics; Astra")
    'eutectic mixture of local anesthetics'
    >>> long_form_behind("EMLA", "every local cream") is None
    True
    """
    form = read_short_form(short)
    letters = form.letters[:-1] if form.is_plural else form.letters
    whole, first = behind, _PIECE.split(behind, maxsplit=1)[0]
    for piece in dict.fromkeys((whole, first)):
        words = [part for part in PART.findall(folded(piece)) if part not in FUNCTION_WORDS]
        ways = (
            words,
            content_words(folded(piece)),
            [word for word in words if len(word) > 1],  # "p-xylene"
            PART.findall(folded(piece)),
        )
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
    # If the last word has no part in it, the letters matched words further away by chance.
    last = words[-1]
    is_last_used = letters[-1] in last or last in _HEADS or len(letters) > 3 or len(words) == 1
    has_comma = ", " in long
    if is_last_used and not has_comma:
        return True
    if len(letters) > 2 or not has_comma:
        initials = "".join([word[0] for word in PART.findall(long) if word not in FUNCTION_WORDS])
        if initials[:-1] == letters:
            return True
    is_list = has_comma and not _LOCANTS.search(long)
    if is_list and len(letters) + 1 < len([word for word in words if word not in FUNCTION_WORDS]):
        return False
    if is_last_used or (len(letters) > 2 and len(words) == 2 and by_letters(letters, words[0]) == 0):
        return True  # "electromyographic activity (EMG)"
    return letters[-1] in "s0123456789" and letters[-2] in last


def _ends_in_words(before: str, at: int) -> bool:
    return (
        _WORD_AT_END.search(before, max(0, len(before) - 5)) is not None
        and " " in before[at:]
        and "(" not in before[at:]
    )


def _is_ratio(letters: str, low: str, at: int) -> bool:
    """Whether one word has all first letters, whatever follows: "wet/dry pulmonary weight ratio" (W/D)."""
    word = low[at:].split(" ", 1)[0]
    return "/" in word and by_initials(letters, word) == 0


def _is_word(short: str, form: ShortForm, low: str) -> bool:
    """True for a word of the long form itself, or for one that is no short form: a name, a foreign word."""
    lowered = folded(short)
    if (
        len(lowered) > 3
        and lowered in low
        and any(word.startswith(lowered) and len(word) < 1.6 * len(lowered) for word in low.split())
    ):
        return True
    return form.is_word_like and (
        len(short) > LONGEST_CONTRACTION
        or any(word.startswith(lowered[:3]) and len(word) < 1.6 * len(short) for word in low.split())
    )


def _with_number(form: ShortForm, text: str) -> int:
    """Where the long form begins if its number is a word or elsewhere: "T3", "2D", "PAR2", "N2O"; else -1."""
    fewest = by_letters(form.without_numbers, text)
    if fewest < 0:
        return -1
    at = by_initials(form.without_numbers, text)
    is_by_initials = at >= 0
    at = at if is_by_initials else fewest
    for ways in form.numbers:
        if any(part[0].startswith(ways) for part in PART.finditer(text, at)):
            continue
        begin = _before(text, at, ways)
        if begin < 0:
            # The number of a formula is not read: "nitrous oxide".
            return at if is_by_initials and not form.letters[-1].isdigit() else -1
        at = begin
    return at


def _reordered(suffix: Suffix, text: str) -> int:
    """The same for a short form whose last part comes first: "IFN-gamma", "QTc", "CYCB2"."""
    fewest = by_letters(suffix.core, text)
    if fewest < 0:
        return -1
    if suffix.is_word and text[fewest:].strip() == suffix.core:
        return -1  # "type I MS": the core is no more than itself
    at = by_initials(suffix.core, text)
    return _before(text, at if at >= 0 else fewest, suffix.ways)


def _before(text: str, at: int, ways: tuple[str, ...]) -> int:
    """Where the word before a place begins if it has one of these beginnings, with "type" before it."""
    words = list(_WORD.finditer(text, max(0, at - 40), at))
    if words and words[-1][0] in _KINDS:
        del words[-1]  # "B2-type cyclin"
    if not words or not words[-1][0].startswith(ways):
        return -1
    return words[-2].start() if len(words) > 1 and words[-2][0] in _KINDS else words[-1].start()


def _checked(
    short: str, form: ShortForm, before: str, low: str, at: int, *, is_by_initials: bool = False
) -> str | None:
    """Return the words from the one that holds the first letter, or None if they cannot be a long form."""
    begin = at
    while begin > 0 and not before[begin - 1].isspace():
        begin -= 1
    if at > begin and before[begin] != before[at] and (prefix := _PREFIX.fullmatch(before, begin, at)):
        begin = prefix.end()
    words = before[begin:].split()
    joined = " ".join(words)
    long = joined.strip(_OUTSIDE)
    if len(words) > form.most or len(long) <= len(short) or short in words or not _WORDY.search(long):
        return None
    if " " in short and not _has_both_words(short, long, words[-1]):
        return None
    if not is_by_initials and (
        words[-1] in FUNCTION_WORDS
        or folded(words[0]) in FUNCTION_WORDS
        or (
            form.is_word_like
            and len(words) > len(form.letters)
            and not _has_initials(form.letters, low[begin:])
        )
        or _is_word(short, form, low[begin:])
    ):
        return None
    return None if _is_broken(joined) else long


def _has_initials(letters: str, low: str) -> bool:
    """Whether all letters but one are first letters of words; those of a name are in a text by chance."""
    rest = [word[0] for word in PART.findall(low) if word not in FUNCTION_WORDS]
    missing = 0
    for letter in letters:
        if letter in rest:
            del rest[: rest.index(letter) + 1]
        else:
            missing += 1
    return missing < 2


def _has_both_words(short: str, long: str, last: str) -> bool:
    """Whether a long form has what each word of a short form of two words stands for."""
    first, _, second = short.partition(" ")
    low = folded(long)
    if folded(first) in FUNCTION_WORDS or low.replace("-", " ").startswith(folded(short)):
        return False
    if not any(part[0] == folded(second[0]) for part in PART.findall(low)):
        return False
    # "E site" is an exit site
    return not (second.islower() and len(second) > 2 and folded(second) != folded(last))


def _is_broken(text: str) -> bool:
    """True for a text with a boundary of clauses or a bracket that is not within a word."""
    if "(" in text or "[" in text:
        text = _BALANCED.sub("", text)
        if text.startswith(("(", "[")) or " (" in text or " [" in text:
            return True
    return ") " in text or "] " in text or any(end in text for end in _ENDS)
