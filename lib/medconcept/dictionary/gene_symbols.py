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
_SYMBOL = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*-?")
_HYPHEN = re.compile("[-\u2010\u2011]")
_LONGEST = 12
# Letters, then a number with at most two letters or digits behind: IL6, GADD45A, HIF1A, IL-17RA.
_NUMBERED = re.compile(r"([A-Za-z]{2,})(-?)(\d{1,4}[A-Za-z]{0,2}\d?)")
# Short symbols that all know: interleukins, clusters of differentiation, and proteins by their size in kDa.
_KNOWN_STEM = re.compile(r"(?:IL|CD)-?\d{1,3}[A-Za-z]?|p\d{2,3}")
# Basic, endothelial, inducible, mammalian, neuronal: bFGF, eNOS, mTOR. With "p" it would be a plasmid.
_MIXED = re.compile(r"[beimn][A-Z]{3,}\d?")
# What laboratories work with, by a symbol that some gene has as well.
_TOOLS = frozenset(
    {"cfp", "cre", "dsred", "egfp", "flag", "gal4", "gfp", "led", "mcherry", "mire", "rfp", "yfp"}
)
# Greek letters of a name, which some texts have as Latin ones: TGF-b1, b-catenin, NF-kB, TNFa.
_GREEK = re.compile(r"(?:(?<=[A-Za-z0-9])(-?)|\b)(alpha|beta|gamma|kappa|delta)(?=\d?(?:[A-Z]|$)|-)")
# A name of the dictionary that may have another spelling by `hyphenated`, for columns of names.
MAY_BE_SYMBOL = r"^[A-Za-z]{2,}-?[0-9]{1,4}[A-Za-z]{0,2}[0-9]?$|(?:alpha|beta|gamma|kappa|delta)"


def with_latin_letters(name: str) -> Iterator[str]:
    """A symbol with Latin letters in place of its Greek ones, if that has four characters or more.

    >>> [list(with_latin_letters(name)) for name in ("TGF-beta1", "TNFalpha", "beta-catenin", "gamma2")]
    [['TGF-b1'], ['TNFa', 'TNF-a'], ['b-catenin'], []]
    """
    if " " in name or not _GREEK.search(name):
        return
    latin = _GREEK.sub(lambda match: f"{match[1] or ''}{match[2][0]}", name)
    if len(latin) >= 4:
        yield latin
        if joined := re.fullmatch(r"([A-Z]{2,})(alpha|beta|gamma|delta)(\d?)", name):
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

    A hyphen is no difference in symbols of four characters or more, a space is one: "case 8" is not CASP8.
    Lower case alone is a spelling of symbols with a number, so is a capital at the start with others behind
    it. An English word is one in its own case, or in capitals.

    >>> [is_spelling(text, "PTEN") for text in ("PTEN", "Pten", "pten")]
    [True, True, False]
    >>> is_spelling("Il-6", "IL6"), is_spelling("sgk1", "SGK1"), is_spelling("mTOR", "MTOR")
    (True, True, True)
    >>> [is_spelling(*pair) for pair in (("t 4", "T4"), ("Ca2", "CA2"), ("PI-3", "PI3"), ("All", "ALL"))]
    [False, False, False, False]
    """
    if text == name:
        return not (text.islower() and is_word(text))
    own, other = _HYPHEN.sub("", name), _HYPHEN.sub("", text)
    is_known = _KNOWN_STEM.fullmatch(other.upper()) is not None
    if is_word(other) and not other.isupper():
        return False
    if len(own) < 4 and len(text) - len(other) != len(name) - len(own) and not is_known:
        return False
    if own == other or other == own + "s":
        return True
    if own.casefold() != other.casefold():
        return any(latin.casefold() == text.casefold() for latin in with_latin_letters(name))
    has_number = any(c.isdigit() for c in other)
    if len(other) < (4 if has_number and not is_known else 3):
        return False  # "Ca2" is not CA2
    if other.isupper() or (other[0].isupper() and other[1:].islower()) or _MIXED.fullmatch(other):
        return True
    if len(other) < 4 or sum(c.isalpha() for c in other) < 2:
        return False
    return (other.islower() and has_number) or (other[0].isupper() and sum(c.isupper() for c in other) >= 2)


def is_word(text: str) -> bool:
    """True for a symbol that is an English word as well, in any case and number.

    >>> is_word("Rest"), is_word("PTEN")
    (True, False)
    """
    plain = text.casefold()
    return plain in GENE_WORDS or plain.removesuffix("s") in GENE_WORDS or plain in _TOOLS


def is_doubtful(text: str, name: str, *, approved: bool, longest: int) -> bool:
    """True if a symbol needs evidence: the gene named in full, or words next to it that genes have.

    `approved` tells that it is the preferred name; `longest` is the length up to which an alias is doubted.
    An alias with two letters and a number is not, where it is written as it is: no word looks like LKB1.

    >>> [is_doubtful(text, text, approved=True, longest=5) for text in ("REST", "Pten", "PDF", "Shh")]
    [True, False, True, False]
    >>> [is_doubtful(text, text, approved=False, longest=5) for text in ("AKT", "LKB1", "IL-6", "E2")]
    [True, False, False, True]
    """
    if is_word(text):
        return True
    if _KNOWN_STEM.fullmatch(text):
        return False
    if approved:
        return len(text) <= 3 and text.isalpha() and text.isupper()  # GRN, PDF, FTO: all of them mean much
    letters, digits = sum(c.isalpha() for c in text), sum(c.isdigit() for c in text)
    if digits:
        is_other = text != name and not (text.isupper() or text.islower() or text[1:].islower())
        return letters < 2 or letters + digits < 4 or is_other
    return len(text) <= longest and not _MIXED.fullmatch(text)


def may_have_context(text: str) -> bool:
    """False for one letter with a number, which words around it never make a gene: E2, L7.

    >>> may_have_context("L7"), may_have_context("AKT")
    (False, True)
    """
    return sum(c.isalpha() for c in text) >= 2
