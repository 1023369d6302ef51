"""Features of a mention from its caption: the signs and words around it, and what else the caption names."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from medconcept.confidence.feature import Feature, places
from medconcept.confidence.name_features import (
    CAPITALISED,
    EVERYDAY_WORD,
    LONG_FORM,
    ONE_WORD,
    SHORT,
)
from medconcept.linking.caption_batch import Captions, IntArray
from medconcept.linking.mention_table import MentionColumns

_SIGNS, _WORDS, _NEAR = "signs around it", "words around it", "what else the caption names"
# Words before or after a mention by what they say of it; each class is a feature of its own.
BEFORE = {
    "article": "the a an this these each both",
    "preposition": "of in on at for by with from within between into per via",
    "auxiliary": "to can may was were is are be been not will could would",
    "and": "and or",
}
AFTER = {
    "cell": "cell cells line lines",
    "animal": "mice mouse rat rats animals embryos larvae",
    "gene": "gene genes protein proteins mrna expression promoter allele mutant mutants mutation mutations",
    "disease": "disease syndrome patients patient cancer tumor tumour",
    "of": "of",
    "object": "the a an this these each",
    "auxiliary": "is are was were has have can may",
    "and": "and or",
    "preposition": "in on at for by with from to between",
    "measure": "level levels amount activity rate size number value values",
    "staining": "staining stained antibody antibodies",
}
FEATURES: tuple[Feature, ...] = (
    *(Feature(name, _SIGNS) for name in (
        "hyphen before", "hyphen after", "slash beside", "in brackets", "bracket before", "equals after",
        "number before", "sign after", "quoted", "begins sentence",
        "pieces", "short and in brackets", "short and hyphen", "capitalised inside", "one capital alone",
    )),
    *(Feature(f"{name} before", _WORDS) for name in BEFORE),
    *(Feature(f"{name} after", _WORDS) for name in AFTER),
    Feature("word before", _WORDS), Feature("word after", _WORDS), Feature("everyday and word after", _WORDS),
    Feature("everyday and auxiliary before", _WORDS), Feature("everyday and word before", _WORDS),
    Feature("share of its kind", _NEAR), Feature("others of its kind", _NEAR), Feature("times named", _NEAR),
    Feature("named in full", _NEAR), Feature("short and its kind", _NEAR),
    Feature("everyday and its kind", _NEAR), Feature("log mentions", _NEAR),
)  # fmt: skip
_AT = places(FEATURES)
_LETTER, _DIGIT, _LOWER, _UPPER = 1, 2, 4, 8
_TABLE = 0x3000
_LONGEST = 12  # letters of a word of the classes above, of which all are shorter


def context_features(
    captions: Captions, mentions: MentionColumns, concepts: IntArray, kinds: IntArray, traits: IntArray
) -> NDArray[np.float64]:
    """The columns of FEATURES, a row a mention, in order of caption.

    `concepts` numbers each mention's concept, `kinds` and `traits` are those of its name.
    """
    out = np.zeros((len(mentions.text), len(FEATURES)))
    if len(out):
        texts = _Joined(captions.texts)
        _signs(out, texts, mentions, traits)
        _words(out, texts, mentions, traits)
        _named(out, captions, mentions, concepts, kinds, traits)
    return out


class _Joined:
    """All texts as one array of code points, with spaces between and around them."""

    def __init__(self, texts: Sequence[str]) -> None:
        joined = " " * _LONGEST + "  ".join(texts) + " " * (2 * _LONGEST)
        self.points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        lengths = np.array([len(text) + 2 for text in texts])
        self.begins = _LONGEST + np.cumsum(lengths) - lengths

    def sorts(self, at: IntArray) -> NDArray[np.uint8]:
        """What the characters at these places are: bits of _LETTER and so on."""
        return _classes()[np.minimum(self.points[at], _TABLE - 1)]


@cache
def _classes() -> NDArray[np.uint8]:
    """Bits of each character."""
    out = np.zeros(_TABLE, np.uint8)
    for code in range(_TABLE - 1):
        c = chr(code)
        out[code] = _LETTER * c.isalpha() | _DIGIT * c.isdigit() | _LOWER * c.islower() | _UPPER * c.isupper()
    return out


def _is(points: IntArray, signs: str) -> NDArray[np.bool_]:
    out: NDArray[np.bool_] = points == ord(signs[0])
    for sign in signs[1:]:
        out |= points == ord(sign)
    return out


def _signs(out: NDArray[np.float64], texts: _Joined, mentions: MentionColumns, traits: IntArray) -> None:
    """Fill in the signs next to each mention."""
    start, end = texts.begins[mentions.text] + mentions.start, texts.begins[mentions.text] + mentions.end
    before, after, second = texts.points[start - 1], texts.points[end], texts.points[start - 2]
    is_short, capitalised = traits & SHORT > 0, traits & CAPITALISED > 0
    opens, closes = _is(before, "(["), _is(after, ")]")
    hyphen = _is(before, "-‐‑–−") | _is(after, "-‐‑–−")
    spaced = before == ord(" ")
    # Not by sentences: those of Spark NLP and of the plain splitter differ, and confidence may not.
    begins = (mentions.start == 0) | (spaced & _is(second, ".:;?!)")) | opens
    columns = {
        "hyphen before": _is(before, "-‐‑–−"), "hyphen after": _is(after, "-‐‑–−"),
        "slash beside": _is(before, "/") | _is(after, "/"), "in brackets": opens & closes,
        "bracket before": opens, "equals after": _is(after, "=:") | (
            (after == ord(" ")) & _is(texts.points[end + 1], "=")),
        "number before": spaced & (texts.sorts(start - 2) & _DIGIT > 0), "sign after": _is(after, "+*^'′"),
        "quoted": _is(before, "\"'“‘"), "begins sentence": begins, "pieces": mentions.second > 0,
        "short and in brackets": is_short & opens & closes, "short and hyphen": is_short & hyphen,
        "capitalised inside": capitalised & ~begins,
        "one capital alone": (mentions.length == 1) & (texts.sorts(start) & _UPPER > 0),
    }  # fmt: skip
    for name, column in columns.items():
        out[:, _AT[name]] = column


def _hashes(letters: IntArray) -> IntArray:
    """A number for each row of letters; zeros behind a word count for nothing."""
    powers = np.array([pow(257, n, 1 << 61) for n in range(letters.shape[1])], np.int64)
    numbers: IntArray = (letters * powers).sum(axis=1)
    return numbers


@cache
def _classed() -> tuple[IntArray, NDArray[np.int64]]:
    """The hashes of the words of BEFORE and AFTER, and the bits of their classes; hashes are sorted."""
    bits: dict[str, int] = {}
    for number, words in enumerate((*BEFORE.values(), *AFTER.values())):
        for word in words.split():
            bits[word] = bits.get(word, 0) | 1 << number
    letters = np.array([[ord(c) for c in word.ljust(_LONGEST, "\0")] for word in bits], np.int64)
    hashes, values = _hashes(letters), np.array(list(bits.values()))
    order = np.argsort(hashes)
    return hashes[order], values[order]


def _words(out: NDArray[np.float64], texts: _Joined, mentions: MentionColumns, traits: IntArray) -> None:
    """Fill in the classes of the words before and after, one space away."""
    base = texts.begins[mentions.text]
    end, start = base + mentions.end, base + mentions.start
    reach = np.arange(_LONGEST)
    after = _letters(texts, end[:, None] + 1 + reach, texts.points[end] == ord(" "))
    before = _letters(texts, start[:, None] - 2 - reach, texts.points[start - 1] == ord(" "))
    lengths = (before > 0).sum(axis=1)
    # Backwards as it is read: turned round, so that the same word has the same number.
    turned = np.where(
        reach < lengths[:, None],
        np.take_along_axis(before, np.clip(lengths[:, None] - 1 - reach, 0, None), axis=1),
        0,
    )
    count = len(BEFORE)
    first, last = _bits(turned), _bits(after)
    for number, name in enumerate(BEFORE):
        out[:, _AT[f"{name} before"]] = first >> number & 1
    for number, name in enumerate(AFTER, count):
        out[:, _AT[f"{name} after"]] = last >> number & 1
    mask_before, mask_after = (1 << count) - 1, (1 << len(AFTER)) - 1 << count
    other_before = (lengths > 2) & (first & mask_before == 0)
    other_after = ((after > 0).sum(axis=1) > 2) & (last & mask_after == 0)
    everyday = traits & EVERYDAY_WORD > 0
    out[:, _AT["word before"]], out[:, _AT["word after"]] = other_before, other_after
    out[:, _AT["everyday and word after"]] = everyday & other_after
    out[:, _AT["everyday and word before"]] = everyday & other_before
    out[:, _AT["everyday and auxiliary before"]] = everyday & (out[:, _AT["auxiliary before"]] > 0)


def _letters(texts: _Joined, at: IntArray, is_next: NDArray[np.bool_]) -> IntArray:
    """The letters, in lower case, of the word that begins in the first column; zeros behind it."""
    points = texts.points[at].astype(np.int64)
    is_letter = texts.sorts(at) & _LETTER > 0
    is_letter[:, 0] &= is_next
    points = np.where((points >= 65) & (points <= 90), points + 32, points)
    return np.where(np.logical_and.accumulate(is_letter, axis=1), points, 0)


def _bits(letters: IntArray) -> IntArray:
    hashes, values = _classed()
    own = _hashes(letters)
    at = np.minimum(np.searchsorted(hashes, own), len(hashes) - 1)
    return np.where(hashes[at] == own, values[at], 0)


def _named(
    out: NDArray[np.float64],
    captions: Captions,
    mentions: MentionColumns,
    concepts: IntArray,
    kinds: IntArray,
    traits: IntArray,
) -> None:
    """Fill in what the other mentions of the caption are: distinct concepts, of the same kind or not."""
    text = mentions.text
    several = int(concepts.max()) + 1
    pairs, first, of_row, times = np.unique(
        text * several + concepts, return_index=True, return_inverse=True, return_counts=True
    )
    every = np.bincount(text[first], minlength=len(captions.texts))
    # A concept may be named by terms of several kinds; it counts for each of them.
    most = int(kinds.max()) + 1
    of_kind = np.bincount(
        np.unique((text * most + kinds) * several + concepts) // several, minlength=len(captions.texts) * most
    )
    others, same = every[text] - 1, of_kind[text * most + kinds] - 1
    in_full = np.bincount(of_row, traits & LONG_FORM > 0, minlength=len(pairs))
    columns = {
        "share of its kind": same / np.maximum(others, 1), "others of its kind": np.log1p(same),
        "times named": np.log(times[of_row]),
        "named in full": (traits & LONG_FORM == 0) & (in_full[of_row] > 0),
        "short and its kind": (traits & SHORT > 0) * np.log1p(same),
        "everyday and its kind": (traits & (EVERYDAY_WORD | ONE_WORD) == EVERYDAY_WORD | ONE_WORD)
        * np.log1p(same),
        "log mentions": np.log1p(others),
    }  # fmt: skip
    for name, column in columns.items():
        out[:, _AT[name]] = column
