"""How symbols of genes are written: with or without a hyphen, and in the case that each species has.

Mouse and rat have a capital at the start ("Pten"), fish lower case ("sox9a"), people capitals ("PTEN"); see
the guidelines of HGNC, MGI, RGD and ZFIN. A symbol that is an English word, and an alias of letters alone, is
not believed without evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from medconcept.dictionary.gene_words import GENE_WORDS

KINDS = frozenset({"gene", "protein"})
_SYMBOL = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*")
_HYPHEN = re.compile("[-\u2010\u2011\u2013]")
_LONGEST = 12
# Letters, then a number with at most two letters or digits behind: IL6, GADD45A, HIF1A, IL-17RA.
_NUMBERED = re.compile(r"([A-Za-z]{2,})(-?)(\d{1,4}[A-Za-z]{0,2}\d?)")
# Interleukins and clusters of differentiation, whose symbols are short: IL-6, CD4.
_KNOWN_STEM = re.compile(r"(?:IL|CD)-?\d{1,3}[A-Za-z]?")
# A prefix in lower case before capitals, which no word has: bFGF, iNOS, mTOR.
_MIXED = re.compile(r"[a-z][A-Z]{3,}")
# Greek letters of a name, which some texts have as Latin ones: TGF-b1, b-catenin, NF-kB, TNFa.
_GREEK = re.compile(r"(?:(?<=[A-Za-z0-9])(-?)|\b)(alpha|beta|gamma|kappa|delta)(?=\d?(?:[A-Z]|$)|-)")
# A name of the dictionary that may have another spelling by `hyphenated`, for columns of names.
MAY_BE_SYMBOL = r"^[A-Za-z]{2,}-?[0-9]{1,4}[A-Za-z]{0,2}[0-9]?$|(?:alpha|beta|gamma|kappa|delta)"


def with_latin_letters(name: str) -> Iterator[str]:
    """A symbol with Latin letters in place of its Greek ones.

    >>> [list(with_latin_letters(name)) for name in ("TGF-beta1", "TNFalpha", "beta-catenin", "alpha")]
    [['TGF-b1'], ['TNFa', 'TNF-a'], ['b-catenin'], []]
    """
    if len(name) < 6 or " " in name or not _GREEK.search(name):
        return
    yield _GREEK.sub(lambda match: f"{match[1] or ''}{match[2][0]}", name)
    if _GREEK.search(name) and (joined := re.fullmatch(r"([A-Z]{2,})(alpha|beta|gamma|delta)(\d?)", name)):
        yield f"{joined[1]}-{joined[2][0]}{joined[3]}"


def is_symbol(name: str) -> bool:
    """True for a name that is written as symbols are: one word of letters and digits, with hyphens.

    >>> is_symbol("GADD45A"), is_symbol("HLA-DRB1"), is_symbol("growth factor"), is_symbol("5-HT")
    (True, True, False, False)
    """
    return len(name) <= _LONGEST and _SYMBOL.fullmatch(name) is not None


def hyphenated(name: str) -> Iterator[str]:
    """The symbol with a hyphen before its number, or without it.

    >>> list(hyphenated("IL6")), list(hyphenated("IL-17RA")), list(hyphenated("SHH"))
    (['IL-6'], ['IL17RA'], [])
    """
    parts = _NUMBERED.fullmatch(name)
    if parts is not None:
        yield f"{parts[1]}{'' if parts[2] else '-'}{parts[3]}"


def is_numbered(name: str) -> bool:
    """True for a symbol of two letters or more and a number, in at least four characters.

    >>> is_numbered("BICD2"), is_numbered("F2"), is_numbered("VIP")
    (True, False, False)
    """
    return len(name) >= 4 and _NUMBERED.fullmatch(name) is not None


def is_spelling(text: str, name: str) -> bool:
    """True if a text is the symbol of a gene in the spelling of some species, or its plural.

    A hyphen is no difference, a space is one: "case 8" is not CASP8. Lower case alone is a spelling of
    symbols with a number, in at least four characters; so is any mixture with two capitals.

    >>> [is_spelling(text, "PTEN") for text in ("PTEN", "Pten", "pten")]
    [True, True, False]
    >>> is_spelling("Il-6", "IL6"), is_spelling("sgk1", "SGK1"), is_spelling("mTOR", "MTOR")
    (True, True, True)
    >>> is_spelling("t 4", "T4"), is_spelling("Ca2", "CA2")
    (False, False)
    """
    own, other = _HYPHEN.sub("", name), _HYPHEN.sub("", text)
    if own != name:
        other = other.replace(" ", "")
    if own == other or other == own + "s":
        return True
    if own.casefold() != other.casefold() or len(other) < 3:
        return False
    has_number = any(c.isdigit() for c in other)
    if len(other) < 4 and has_number and not _KNOWN_STEM.fullmatch(other.upper()):
        return False  # "Ca2" is not CA2
    if other.isupper() or (other[0].isupper() and other[1:].islower()):
        return True
    if len(other) < 4 or sum(c.isalpha() for c in other) < 2:
        return False
    return has_number or sum(c.isupper() for c in other) >= 2


def is_word(text: str) -> bool:
    """True for a symbol that is an English word as well, in any case and number.

    >>> is_word("Rest"), is_word("PTEN")
    (True, False)
    """
    plain = text.casefold()
    return plain in GENE_WORDS or plain.removesuffix("s") in GENE_WORDS


def is_doubtful(text: str, *, approved: bool, longest: int) -> bool:
    """True if a symbol needs evidence: the gene named in full, or words next to it that genes have.

    `approved` tells that it is the preferred name; `longest` is the length up to which an alias is doubted.
    An alias with two letters and a number is not: no ordinary word looks like LKB1.

    >>> [is_doubtful(text, approved=True, longest=5) for text in ("Rest", "Pten", "PDF", "Shh")]
    [True, False, True, False]
    >>> [is_doubtful(text, approved=False, longest=5) for text in ("AKT", "LKB1", "IL-6", "iNOS")]
    [True, False, False, False]
    """
    if is_word(text):
        return True
    if _KNOWN_STEM.fullmatch(text):
        return False
    if approved:
        return len(text) <= 3 and text.isalpha() and text.isupper()  # GRN, PDF, FTO: all of them mean much
    letters, digits = sum(c.isalpha() for c in text), sum(c.isdigit() for c in text)
    if digits:
        return letters < 2 or letters + digits < 4
    return len(text) <= longest and not _MIXED.fullmatch(text)
