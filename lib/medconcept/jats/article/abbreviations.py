"""Abbreviations that an article explains: its own list of them, and pairs "long form (SF)" in its text.

Pairs are found as Schwartz and Hearst do (Pacific Symposium on Biocomputing 2003, 451-462): the letters of
the short form are looked for from right to left in the words before the bracket, the first of them at the
start of a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain

from lxml import etree

from medconcept.jats.article.abbreviation_lists import heads_list, is_list, listed_abbreviations
from medconcept.jats.article.surroundings import Map
from medconcept.jats.records.article_parts import Abbreviation
from medconcept.jats.records.figure import Figure
from medconcept.jats.text.element_text import clean, is_inline, plain_text

# A short form is one word of two to ten characters with a capital in it.
_SHORT = re.compile(
    r"\((?![Ff]ig|[Tt]abl|[Ss]ee)\s?(?=[^\s()\[\]]{0,9}[A-ZΑ-Ω])([^\W\d_][^\s()\[\]=<>±%,;]{1,9})\s?[);,]"
)
# The same in UTF-8, a little wider: it only tells where to look.
_SHORT_BYTES = re.compile(
    rb"\((?![Ff]ig|[Tt]abl|[Ss]ee)\s?(?=[^\s()]{0,9}[A-Z\xce])[A-Za-z\x80-\xff][^\s()=<>%,;]{1,20}\s?[);,]"
)
# A clause that ends within, or a bracket, means that the letters were met by chance.
_BROKEN = re.compile(r"[.;:!?)\]] |\A[(\[]| [(\[]")
_LONGEST_WORD = 24  # characters, on average over a long form
_CLOSED = ("caption", "table-wrap", "ref-list", "abstract", "trans-abstract")


def find_abbreviations(
    article: etree._Element,
    elements: Mapping[str, list[etree._Element]],
    abstract: str | None,
    figures: tuple[Figure, ...],
    places: Map,
    names: set[str],
) -> tuple[Abbreviation, ...]:
    """Each pair of short and long form once: from a list, else from where the text has it first."""
    lists, paragraphs = _in_article(article, elements, places, names)
    found: dict[tuple[str, str], Abbreviation] = {}
    in_abstract = (
        Abbreviation(short, long, "text", "abstract", None, None, start)
        for short, long, start in pairs(abstract or "")
    )
    in_captions = (
        Abbreviation(short, long, "text", "caption", figure.figure_key, None, start)
        for figure in figures
        for short, long, start in pairs(figure.caption or "")
    )
    for pair in chain(lists, in_abstract, paragraphs, in_captions):
        found.setdefault((pair.short, pair.long.lower()), pair)
    return tuple(found.values())


def pairs(text: str) -> Iterator[tuple[str, str, int]]:
    """Short form, long form and the place of the short form, for each pair in a text.

    >>> list(pairs("We used magnetic resonance imaging (MRI), as (see) there."))
    [('MRI', 'magnetic resonance imaging', 36)]
    """
    for match in _SHORT.finditer(text) if "(" in text else ():
        short = match.group(1)
        end = match.start()
        most = min(len(short) + 5, 2 * len(short))
        before = text[max(0, end - _LONGEST_WORD * most) : end]
        small = before.lower()
        if len(small) != len(before):
            small = _lower(before)
        at = _first_letter(short.lower(), small)
        if at >= 0 and (long := _long_form(short, before, at, most)):
            yield short, long, match.start(1)


def _lower(text: str) -> str:
    """Lower case, of the same length: some capitals, such as İ, are two characters in lower case."""
    return "".join([one if len(one := character.lower()) == 1 else character for character in text])


def _first_letter(short: str, text: str) -> int:
    """Where the long form begins if letter after letter is found from right to left; -1 if one is not."""
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


def _long_form(short: str, before: str, at: int, most: int) -> str | None:
    """The words from the one that holds the first letter, if they can be a long form."""
    while at > 0 and not before[at - 1].isspace():
        at -= 1
    words = before[at:].split()
    told = " ".join(words)
    long = told.strip(" ,-–")
    if len(words) > most or len(long) <= len(short) or short in words or _BROKEN.search(told):
        return None
    return long


def _in_article(
    article: etree._Element, elements: Mapping[str, list[etree._Element]], places: Map, names: set[str]
) -> tuple[list[Abbreviation], list[Abbreviation]]:
    """The pairs of its lists, and the pairs of its paragraphs."""
    told: list[Abbreviation] = []
    known: set[tuple[str, str]] = set()
    for number, element in enumerate(elements["p"]):
        # The bare text, which lxml gives in no time, tells in which few paragraphs to look.
        if len(element) == 0 and "(" not in (element.text or ""):
            continue
        bare = etree.tostring(element, method="text", encoding="utf-8", with_tail=False)
        at = bare.find(b"(")  # many times as fast as the pattern's own search for it
        if at < 0 or _SHORT_BYTES.search(bare, at) is None:
            continue
        text = bare.decode("utf-8")
        found = [pair for pair in pairs(text) if (pair[0], pair[1].lower()) not in known]
        if not found:
            continue
        if next(element.iterancestors(*_CLOSED), None) is not None:
            continue
        place = places.around(element).text_place
        plain = clean(text) if is_inline(element) else plain_text(element)
        for short, long, start in found if plain == text else pairs(plain):
            known.add((short, long.lower()))
            told.append(Abbreviation(short, long, "text", place, None, number, start))
    has_list = names & {"def-list", "abbrev"} or any(map(heads_list, elements["title"]))
    has_list = has_list or any(map(is_list, elements["fn"])) or "compound-kwd" in names
    return (list(listed_abbreviations(article, places)) if has_list else []), told
