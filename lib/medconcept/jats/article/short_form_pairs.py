"""Pairs of a short form and a long form that a text explains."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter

from medconcept.jats.article.letter_match import FUNCTION_WORDS, folded
from medconcept.jats.article.long_forms import (
    LONGEST,
    long_form_before,
    long_form_behind,
    long_form_of_letter,
)
from medconcept.jats.text.visible_text import VisibleText, has_invisible

# A short form in a bracket: one or two words with a capital, which may end in a bracket, "CrB(+)"; or a word
# in lower case alone in its bracket; or behind its long form in the bracket.
_TOKEN = (
    r"(?:[^\W\d_]|\d{1,2}(?:,\d{1,2})*[A-Za-z-])[^\s()\[\]=<>±%,;:\"”]{0,9}(?:\([^\s()]{1,3}\))?"
    r"(?: (?!et\b|and\b|Fig|Tab|Text)[^\W_][^\s()\[\]=<>±%,;:\"”.]{0,9})?"
)
_CAPITAL = r"[A-ZΑ-Ω\U0001D400-\U0001D7FF]"
_INSIDE = (
    r"(?![Ff]ig|[Tt]abl|[Ss]ee\b|[Ee]q|[A-Z]\s?–\s?[A-Z][),;])\s?[\"'“‘]?"
    rf"(?:(?=[^\s()\[\]]{{0,9}}{_CAPITAL}|[a-z]{{1,7}} [A-Z])({_TOKEN})"
    r"[\"'”’]?\s?[)\];,]|((?:[a-z]\.){2,4}|[a-z]{2,6})\))"
)
_ROUND, _SQUARE = re.compile(rf"\({_INSIDE}"), re.compile(rf"\[{_INSIDE}")
_OPENINGS = ((_ROUND, "("), (_SQUARE, "["))
_LAST = re.compile(r"\(([^()\[\]]{3,120})[,;] ((?=[^\s()\[\]]{0,9}[A-Z])[^\W\d_][\w\-+/]{1,9})\)")
_BEHIND = re.compile(r"\((?<=[A-Z0-9αβγ] \()((?:[\d,']+-)?[a-zA-Z][a-z]+[ ,\-][^()\[\]]{3,100})\)")
# The same for UTF-8 bytes, wider: a prefilter only.
CANDIDATE_BYTES = re.compile(
    rb"\((?:(?![Ff]ig|[Tt]abl|[Ss]ee)\s?(?:\xe2..)?[\"']?"
    rb"(?:(?=[^\s()]{0,9}[A-Z\xce\xf0]|[a-z]{1,7} [A-Z])[\w\x80-\xff][^\s()=<>%,;:]{0,20}"
    rb"(?:\([^\s()]{1,9}\))?"
    rb"(?: (?!et |and |Fig|Tab)[\w\x80-\xff][^\s()=<>%,;:.]{0,12})?[^\s()\w]{0,4}\s?[);,]|[a-z.]{2,8}\))"
    rb"|[^()]{3,160}[,;] (?=[^\s()]{0,9}[A-Z])[\w+/\-\x80-\xff]{2,20}\)"
    rb"|(?:(?<=[A-Z0-9] \()|(?<=[\xb1-\xb3] \())(?:[\d,']+-)?[a-zA-Z][a-z]+[ ,\-][^()]{3,120}\))"
)
_NUMBER_OF_REGISTRY = re.compile(r"(?:EC|CAS|RRID)[:\s]\S+")
_ALONE = re.compile(r"(?<![\w(\[/-])[^\W\d_]{1,6}(?![\w)\]'’])")
_TOKEN_BEFORE = re.compile(r"[^\s()\[\],;:]{2,10}\Z")


def abbreviation_pairs(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield short form, long form and start of the short form (code points) for each pair in a text.

    >>> list(abbreviation_pairs("We used magnetic resonance imaging (MRI), as (see) there."))
    [('MRI', 'magnetic resonance imaging', 36)]
    """
    if "(" not in text and "[" not in text:
        return iter(())
    if not has_invisible(text):
        return iter(_pairs(text))
    stored = VisibleText(text)
    return ((short, long, stored.outer(start, start + 1)[0]) for short, long, start in _pairs(stored.visible))


def _pairs(text: str) -> list[tuple[str, str, int]]:
    found = [
        (match[match.lastindex or 1], long, match.start(match.lastindex or 1))
        for pattern, bracket in _OPENINGS
        if bracket in text
        for match in pattern.finditer(text)
        if (long := _explained(match, text))
    ]
    found += _within_brackets(text)
    found += _behind(text)
    if len(found) > 1:
        found.sort(key=itemgetter(2))
    return found


def _explained(match: re.Match[str], text: str) -> str | None:
    """The long form before a short form in a bracket."""
    short, word = match.groups()
    start = match.start()
    if word and word[-1] == ".":
        return (
            None
            if word in ("e.g.", "i.e.")
            else long_form_before(word, text[max(0, start - LONGEST) : start])
        )
    if word:
        # In lower case only first letters of words count, the last of them first.
        first = text.rfind(" ", 0, start - 1) + 1
        if word in FUNCTION_WORDS or text[first : first + 1].lower() not in (word[-1], word[0]):
            return None
        long = long_form_before(word, text[max(0, start - LONGEST) : start])
        return long if long and _is_used(word, text) else None
    if len(short) > 1:
        return long_form_before(short, text[max(0, start - LONGEST) : start])
    if short in "AI" or text[match.end() - 1] != ")":
        return None  # an article, a pronoun, and most often the label of a panel
    long = long_form_of_letter(short, text[max(0, start - 30) : start])
    return long if long and _is_used(short, text) else None


def _within_brackets(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield short forms that end a bracket, behind their long form or the number of a registry."""
    for match in _LAST.finditer(text):
        within, short = match.groups()
        if _NUMBER_OF_REGISTRY.fullmatch(within):
            start = match.start()
            long = long_form_before(short, text[max(0, start - LONGEST) : start])
        else:
            long = long_form_before(short, within + " ")
            if long and " " not in long and (len(short) < 4 or len(long) < len(within)):
                continue  # "(Carlsbad, CA)"
        if long:
            yield short, long, match.start(2)


def _behind(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield short forms with their long form in a bracket behind them."""
    for match in _BEHIND.finditer(text):
        before = _TOKEN_BEFORE.search(text, max(0, match.start() - 12), match.start() - 1)
        first = match[1].lstrip("0123456789,'-")
        if before is None or folded(before[0][0]) != folded(first[0]):
            continue
        if long := long_form_behind(before[0], match[1]):
            yield before[0], long, before.start()


def _is_used(short: str, text: str) -> bool:
    """Whether a short form that could be a label or a word is used in the text outside of a bracket."""
    if len(short) == 1:
        others = chr(ord(short) - 1), chr(ord(short) + 1)
        if any(label in text for one in others for label in (f"({one})", f"({one},", f", {one})")):
            return False  # one of several labels
    return short in _words_alone(text)


@lru_cache(maxsize=1)  # several forms of one text
def _words_alone(text: str) -> frozenset[str]:
    return frozenset(_ALONE.findall(text))
