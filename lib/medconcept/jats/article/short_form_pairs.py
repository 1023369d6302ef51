"""Pairs of a short form and a long form that a text explains."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import itemgetter

from medconcept.jats.article.letter_match import FUNCTION_WORDS, folded, with_greek_letters
from medconcept.jats.article.long_forms import (
    long_form_before,
    long_form_behind,
    long_form_by_initials,
    long_form_of_letter,
)
from medconcept.jats.article.short_form import LONGEST
from medconcept.jats.text.visible_text import VisibleText, has_invisible

# A short form in a bracket: one or two words with a capital, which may end in a bracket, "CrB(+)"; or a word
# in lower case alone in its bracket; or behind its long form in the bracket.
_TOKEN = (
    r"(?:[^\W\d_]|\d{1,2}(?:,\d{1,2})*[A-Za-z-])[^\s()\[\]=<>±%,;:\"”]{0,11}(?:\([^\s()]{1,3}\))?"
    r"(?: (?!et\b|and\b|Fig|Tab|Text)[^\W_][^\s()\[\]=<>±%,;:\"”.]{0,9})?"
)
_LONGEST_TOKEN = 10  # characters, unless it has the names of Greek letters: "TNF-alphaIP1"
_JOINTS = (" and ", " or ")
_CAPITAL = r"[A-ZΑ-Ω\U0001D400-\U0001D7FF]"
_INSIDE = (
    r"(?!\d+(?:[\s)\];]|,\s)|[Ff]ig|[Tt]abl|[Ss]ee\b|[Ee]q|[A-Z]\s?–\s?[A-Z][),;])\s?[\"'“‘]?"
    rf"(?:(?=[^\s()\[\]]{{0,9}}{_CAPITAL}|[a-z]{{1,7}} [A-Z])({_TOKEN})"
    r"[\"'”’]?\s?[)\];,]|((?:[a-z]\.){2,4}|[a-z]{2,6})\))"
)
# A short form that ends the bracket, behind its long form.
_AT_END = r"([^()\[\]]{4,121}) (?<=[,;] )((?=[^\s()\[\]]{0,9}[A-Z])[^\W\d_][\w\-+/]{1,9})\)"
# A long form, in a bracket behind its short form.
_LONG = r"(?<=[A-Z0-9αβγ.] \()((?:[\d,']+-)?[a-zA-Z][a-z]+[ ,\-][^()\[\]]{3,100})\)"
# One pattern for all, since brackets are many and few hold any of them.
_ROUND, _SQUARE = re.compile(rf"\((?:{_INSIDE}|{_AT_END}|{_LONG})"), re.compile(rf"\[{_INSIDE}")
_SHORT, _WORD, _SHORT_AT_END, _LONG_BEHIND = 1, 2, 4, 5  # groups of `_ROUND`
_LAST, _BEHIND = re.compile(rf"\({_AT_END}"), re.compile(rf"\({_LONG}")
_ENDS_SHORT_FORM = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789αβγ.")
# "scanning (SEM) and transmission (TEM) electron microscopy": both end in the words behind the second.
_COORDINATED = re.compile(
    r" (?:and|or) ((?:[\w-]+ ){1,3})\(([A-Z][\w-]{1,9})\) ([^\W\d_][\w-]+(?: [^\W\d_][\w-]+){0,2})"
)
_NUMBER_OF_REGISTRY = re.compile(r"(?:EC|CAS|RRID)[:\s]\S+")
_NO_WORD_BEFORE, _NO_WORD_BEHIND = re.compile(r"(?<![\w(\[/-])"), re.compile(r"(?![\w)\]'’])")
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
    found: list[tuple[str, str, int]] = []
    if "(" in text:
        for match in _ROUND.finditer(text):
            kind, start = match.lastindex or 0, match.start()
            if kind <= _WORD:
                if long := _explained(match, kind, text):
                    found.append((match[kind], long, match.start(kind)))
                elif kind == _SHORT and text.startswith(_JOINTS, match.end()):
                    found += _coordinated(match, text)
                last = _LAST.match(text, start) if text[match.end() - 1] in ",;" else None
            else:
                last = match if kind == _SHORT_AT_END else None
            if last is not None and (pair := _within_bracket(last, text)):
                found.append(pair)
            if text[start - 2 : start - 1] in _ENDS_SHORT_FORM:
                behind = match if kind == _LONG_BEHIND else _BEHIND.match(text, start)
                if behind is not None and (pair := _behind(behind, text)):
                    found.append(pair)
    if "[" in text:
        for match in _SQUARE.finditer(text):
            kind = match.lastindex or 0
            if long := _explained(match, kind, text):
                found.append((match[kind], long, match.start(kind)))
    if len(found) > 1:
        found.sort(key=itemgetter(2))
    return found


def _explained(match: re.Match[str], kind: int, text: str) -> str | None:
    """The long form before a short form in a bracket."""
    short, start = match[kind], match.start()
    if kind == _SHORT and len(short) > 1:
        if len(short) > _LONGEST_TOKEN and " " not in short and with_greek_letters(short) == short:
            return None
        return long_form_before(short, text[max(0, start - LONGEST) : start])
    # Of one letter and in lower case, first letters of words are the only evidence.
    if kind == _SHORT:
        if short in "AI" or text[match.end() - 1] != ")":
            return None  # an article, a pronoun, and most often the label of a panel
        long = long_form_of_letter(short, text[max(0, start - 30) : start])
        return long if long and _is_used(short, text) else None
    if short[-1] == ".":
        if short == "e.g." or short == "i.e.":
            return None
        return long_form_before(short, text[max(0, start - LONGEST) : start])
    # The last of the first letters, or the first of a contraction.
    first = text.rfind(" ", 0, start - 1) + 1
    if text[first : first + 1].lower() not in (short[-1], short[0]) or short in FUNCTION_WORDS:
        return None
    long = long_form_before(short, text[max(0, start - LONGEST) : start])
    return long if long and _is_used(short, text) else None


def _coordinated(match: re.Match[str], text: str) -> Iterator[tuple[str, str, int]]:
    """Yield two short forms whose long forms, by first letters, share the words behind the second."""
    both = _COORDINATED.match(text, match.end())
    if both is None:
        return
    start = match.start()
    before = text[max(0, start - LONGEST) : start]
    heads = both[3].split(" ")
    for size in range(1, len(heads) + 1):
        head = " ".join(heads[:size])
        first = long_form_by_initials(match[_SHORT], before + head)
        second = long_form_by_initials(both[2], both[1] + head)
        if first and second:
            yield match[_SHORT], first, match.start(_SHORT)
            yield both[2], second, both.start(2)
            return


def _within_bracket(match: re.Match[str], text: str) -> tuple[str, str, int] | None:
    """Read a short form that ends a bracket, behind its long form or the number of a registry."""
    number = match.lastindex or 0
    within, short = match[number - 1][:-1], match[number]
    if _NUMBER_OF_REGISTRY.fullmatch(within):
        start = match.start()
        long = long_form_before(short, text[max(0, start - LONGEST) : start])
    else:
        long = long_form_before(short, within + " ")
        if long and " " not in long and (len(short) < 4 or len(long) < len(within)):
            return None  # "(Carlsbad, CA)"
    return (short, long, match.start(number)) if long else None


def _behind(match: re.Match[str], text: str) -> tuple[str, str, int] | None:
    """Read a long form in a bracket behind its short form."""
    within = match[match.lastindex or 0]
    before = _TOKEN_BEFORE.search(text, max(0, match.start() - 12), match.start() - 1)
    first = within.lstrip("0123456789,'-")
    if before is None or folded(before[0][0]) != folded(first[0]):
        return None
    long = long_form_behind(before[0], within)
    return (before[0], long, before.start()) if long else None


def _is_used(short: str, text: str) -> bool:
    """Whether a short form that could be a label or a word is used in the text outside of a bracket."""
    if len(short) == 1:
        others = chr(ord(short) - 1), chr(ord(short) + 1)
        if any(label in text for one in others for label in (f"({one})", f"({one},", f", {one})")):
            return False  # one of several labels
    at = text.find(short)
    while at >= 0:
        end = at + len(short)
        if _NO_WORD_BEFORE.match(text, at) and _NO_WORD_BEHIND.match(text, end):
            return True
        at = text.find(short, end)
    return False
