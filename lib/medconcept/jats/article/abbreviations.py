"""Abbreviations that an article explains: its lists of them, and pairs "long form (SF)" in its text.

Pairs are found by the algorithm of Schwartz and Hearst (Pacific Symposium on Biocomputing 2003, 451-462):
match the letters of the short form from right to left in the words before the bracket, the first of them at
the start of a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain

from lxml import etree

from medconcept.jats.article.abbreviation_lists import (
    is_abbreviation_list,
    is_list_heading,
    listed_abbreviations,
)
from medconcept.jats.article.element_context import ContextIndex
from medconcept.jats.records.article_parts import Abbreviation
from medconcept.jats.records.figure import Figure
from medconcept.jats.text.element_text import clean, is_inline, plain_text

# A short form is one word of two to ten characters with a capital in it.
_SHORT = re.compile(
    r"\((?![Ff]ig|[Tt]abl|[Ss]ee)\s?(?=[^\s()\[\]]{0,9}[A-ZΑ-Ω])([^\W\d_][^\s()\[\]=<>±%,;]{1,9})\s?[);,]"
)
# The same for UTF-8 bytes, slightly wider: a prefilter only.
_SHORT_BYTES = re.compile(
    rb"\((?![Ff]ig|[Tt]abl|[Ss]ee)\s?(?=[^\s()]{0,9}[A-Z\xce])[A-Za-z\x80-\xff][^\s()=<>%,;]{1,20}\s?[);,]"
)
# A clause boundary or a bracket inside a long form: its letters matched by chance.
_BROKEN = re.compile(r"[.;:!?)\]] |\A[(\[]| [(\[]")
_LONGEST_WORD = 24  # characters, on average over a long form
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
    for match in _SHORT.finditer(text) if "(" in text else ():
        short = match.group(1)
        end = match.start()
        max_words = min(len(short) + 5, 2 * len(short))
        before = text[max(0, end - _LONGEST_WORD * max_words) : end]
        lowered = before.lower()
        if len(lowered) != len(before):
            lowered = _lower_same_length(before)
        at = _first_letter(short.lower(), lowered)
        if at >= 0 and (long := _long_form(short, before, at, max_words)):
            yield short, long, match.start(1)


def _lower_same_length(text: str) -> str:
    """Lower case of the same length: some capitals, such as İ, become two characters in lower case."""
    return "".join([one if len(one := character.lower()) == 1 else character for character in text])


def _first_letter(short: str, text: str) -> int:
    """Return where the first letter matches if all letters match from right to left, else -1."""
    at = len(text)
    for letter in short[:0:-1]:
        if letter.isalnum():
            at = text.rfind(letter, 0, at)
            if at < 0:
                return -1
    first = short[0]
    at = text.rfind(first, 0, at)
    while at > 0 and text[at - 1].isalnum():
        at = text.rfind(first, 0, at)
    return at


def _long_form(short: str, before: str, at: int, max_words: int) -> str | None:
    """Return the words from the one that holds the first letter, or None if they cannot be a long form."""
    while at > 0 and not before[at - 1].isspace():
        at -= 1
    words = before[at:].split()
    joined = " ".join(words)
    long = joined.strip(" ,-–")
    if len(words) > max_words or len(long) <= len(short) or short in words or _BROKEN.search(joined):
        return None
    return long


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
