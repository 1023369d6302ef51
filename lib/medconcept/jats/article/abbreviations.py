"""Abbreviations that an article explains: its lists of them, and pairs "long form (SF)" in its text.

Pairs are found by the algorithm of Schwartz and Hearst (Pacific Symposium on Biocomputing 2003, 451-462):
match the letters of the short form from right to left in the words before the bracket, the first of them at
the start of a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from operator import itemgetter

from lxml import etree

from medconcept.jats.article.abbreviation_lists import (
    is_abbreviation_list,
    is_list_heading,
    listed_abbreviations,
)
from medconcept.jats.article.element_context import ContextIndex
from medconcept.jats.article.long_forms import LONGEST, folded, long_form_before, long_form_behind, long_form_of_letter
from medconcept.jats.records.article_parts import Abbreviation
from medconcept.jats.records.figure import Figure
from medconcept.jats.text.element_text import clean, is_inline, plain_text
from medconcept.jats.text.visible_text import VisibleText, visible_form

# A short form in a bracket: one or two words with a capital, which may end in a bracket, "CrB(+)"; or a word in
# lower case alone in its bracket; or behind its long form in the bracket.
_TOKEN = (
    r"(?:[^\W\d_]|\d{1,2}[A-Za-z-])[^\s()\[\]=<>±%,;:\"”]{0,9}(?:\([^\s()]{1,3}\))?"
    r"(?: (?!et\b|and\b|Fig|Tab|Text)[^\W_][^\s()\[\]=<>±%,;:\"”.]{0,9})?"
)
_CAPITAL = r"[A-ZΑ-Ω\U0001D400-\U0001D7FF]"
_INSIDE = (
    r"(?![Ff]ig|[Tt]abl|[Ss]ee\b|[Ee]q)\s?[\"'“‘]?"
    rf"(?:(?=[^\s()\[\]]{{0,9}}{_CAPITAL}|[a-z]{{1,7}} [A-Z])({_TOKEN})"
    r"[\"'”’]?\s?[)\];,]|([a-z]{2,6})\))"
)
_ROUND, _SQUARE = re.compile(rf"\({_INSIDE}"), re.compile(rf"\[{_INSIDE}")
_LAST = re.compile(r"\(([^()\[\]]{3,120})[,;] ((?=[^\s()\[\]]{0,9}[A-Z])[^\W\d_][\w\-+/]{1,9})\)")
_BEHIND = re.compile(r"\((?<=[A-Z0-9αβγ] \()([a-zA-Z][a-z]+[ \-][^()\[\]]{3,100})\)")
# The same for UTF-8 bytes, wider: a prefilter only.
_SHORT_BYTES = re.compile(
    rb"\((?:(?![Ff]ig|[Tt]abl|[Ss]ee)\s?(?:\xe2..)?[\"']?"
    rb"(?:(?=[^\s()]{0,9}[A-Z\xce\xf0]|[a-z]{1,7} [A-Z])[\w\x80-\xff][^\s()=<>%,;:]{0,20}(?:\([^\s()]{1,9}\))?"
    rb"(?: (?!et |and |Fig|Tab)[\w\x80-\xff][^\s()=<>%,;:.]{0,12})?[^\s()\w]{0,4}\s?[);,]|[a-z]{2,6}\))"
    rb"|[^()]{3,160}[,;] (?=[^\s()]{0,9}[A-Z])[\w+/\-\x80-\xff]{2,20}\)"
    rb"|(?:(?<=[A-Z0-9] \()|(?<=[\xb1-\xb3] \())[a-zA-Z][a-z]+[ \-][^()]{3,120}\))"
)
_NUMBER_OF_REGISTRY = re.compile(r"(?:EC|CAS|RRID)[:\s]\S+")
_ALONE = re.compile(r"(?<![\w(\[/-])[^\W\d_]{1,6}(?![\w)\]'’])")
_TOKEN_BEFORE = re.compile(r"[^\s()\[\],;:]{2,10}\Z")
_EXCLUDED = ("caption", "table-wrap", "ref-list", "abstract", "trans-abstract")


def find_abbreviations(
    article: etree._Element,
    elements: Mapping[str, list[etree._Element]],
    abstract: str | None,
    figures: tuple[Figure, ...],
    contexts: ContextIndex,
    names: set[str],
) -> tuple[Abbreviation, ...]:
    """Return each pair of short and long form once, in the order in which they are searched.

    Lists come first, then abstract, paragraphs and captions; of equal pairs (case of the long form ignored)
    the first is kept.
    """
    listed, in_paragraphs = _in_article(article, elements, contexts, names)
    by_forms: dict[tuple[str, str], Abbreviation] = {}
    in_abstract = (
        Abbreviation(short, long, "text", "abstract", None, None, start)
        for short, long, start in abbreviation_pairs(abstract or "")
    )
    in_captions = (
        Abbreviation(short, long, "text", "caption", figure.figure_key, None, start)
        for figure in figures
        for short, long, start in abbreviation_pairs(figure.caption or "")
    )
    for pair in chain(listed, in_abstract, in_paragraphs, in_captions):
        by_forms.setdefault((pair.short, pair.long.lower()), pair)
    return tuple(by_forms.values())


def abbreviation_pairs(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield short form, long form and start of the short form (code points) for each pair in a text.

    >>> list(abbreviation_pairs("We used magnetic resonance imaging (MRI), as (see) there."))
    [('MRI', 'magnetic resonance imaging', 36)]
    """
    if text.isascii() or visible_form(text) is text:
        return iter(sorted(_pairs(text), key=itemgetter(2)))
    stored = VisibleText(text)
    pairs = sorted(_pairs(stored.visible), key=itemgetter(2))
    return ((short, long, stored.outer(start, start + 1)[0]) for short, long, start in pairs)


def _pairs(text: str) -> Iterator[tuple[str, str, int]]:
    used = _UsedWords(text)
    rounds = _ROUND.finditer(text) if "(" in text else ()
    squares = _SQUARE.finditer(text) if "[" in text else ()
    for match in chain(rounds, squares):
        start = match.start()
        if short := match[2]:
            # In lower case only first letters of words count, the last of them first.
            word = text.rfind(" ", 0, start - 1) + 1
            if text[word : word + 1].lower() != short[-1]:
                continue
            long = long_form_before(short, text[max(0, start - LONGEST) : start])
            if long and short in used:
                yield short, long, match.start(2)
            continue
        short = match[1]
        if len(short) == 1:
            if match[0][-1] == ")" and (long := long_form_of_letter(short, text[max(0, start - 30) : start])):
                if short in used:
                    yield short, long, match.start(1)
        elif long := long_form_before(short, text[max(0, start - LONGEST) : start]):
            yield short, long, match.start(1)
    if "(" not in text:
        return
    for match in _LAST.finditer(text):
        within, short = match.groups()
        bracket = match.start()
        if _NUMBER_OF_REGISTRY.fullmatch(within):
            long = long_form_before(short, text[max(0, bracket - LONGEST) : bracket])
        else:
            long = long_form_before(short, within + " ")
            if long and " " not in long and (len(short) < 4 or len(long) < len(within)):
                long = None  # "(Carlsbad, CA)"
        if long:
            yield short, long, match.start(2)
    for match in _BEHIND.finditer(text):
        before = _TOKEN_BEFORE.search(text, max(0, match.start() - 12), match.start() - 1)
        if before and folded(before[0][0]) == folded(match[1][0]):
            if long := long_form_behind(before[0], match[1]):
                yield before[0], long, before.start()


class _UsedWords:
    """Whether a short form that could be a label or a word is used in a text, outside of a bracket."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._words: set[str] | None = None  # lazily: few texts have such a form

    def __contains__(self, short: str) -> bool:
        if short in ("A", "I"):
            return False
        if len(short) == 1:
            others = chr(ord(short) - 1), chr(ord(short) + 1)
            if any(label in self._text for one in others for label in (f"({one})", f"({one},", f", {one})")):
                return False  # one of several labels
        if self._words is None:
            self._words = set(_ALONE.findall(self._text))
        return short in self._words


def _in_article(
    article: etree._Element,
    elements: Mapping[str, list[etree._Element]],
    contexts: ContextIndex,
    names: set[str],
) -> tuple[list[Abbreviation], list[Abbreviation]]:
    """Return the pairs of the article's lists, and those of its paragraphs."""
    in_paragraphs: list[Abbreviation] = []
    seen: set[tuple[str, str]] = set()
    for number, element in enumerate(elements["p"]):
        # Prefilter on the text nodes, which lxml serialises fast: few paragraphs have a candidate.
        if len(element) == 0 and "(" not in (element.text or ""):
            continue
        raw = etree.tostring(element, method="text", encoding="utf-8", with_tail=False)
        at = raw.find(b"(")  # many times as fast as the pattern's own search
        if at < 0 or _SHORT_BYTES.search(raw, at) is None:
            continue
        text = raw.decode("utf-8")
        new_pairs = [pair for pair in abbreviation_pairs(text) if (pair[0], pair[1].lower()) not in seen]
        if not new_pairs:
            continue
        if next(element.iterancestors(*_EXCLUDED), None) is not None:
            continue
        place = contexts.enclosing(element).text_place
        plain = clean(text) if is_inline(element) else plain_text(element)
        for short, long, start in new_pairs if plain == text else abbreviation_pairs(plain):
            seen.add((short, long.lower()))
            in_paragraphs.append(Abbreviation(short, long, "text", place, None, number, start))
    has_list = names & {"def-list", "abbrev"} or any(map(is_list_heading, elements["title"]))
    has_list = has_list or any(map(is_abbreviation_list, elements["fn"])) or "compound-kwd" in names
    return (list(listed_abbreviations(article, contexts)) if has_list else []), in_paragraphs
