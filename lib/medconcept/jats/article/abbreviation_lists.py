"""Lists of abbreviations: glossaries, definition lists, footnotes and sections of "short: long form; …"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from medconcept.jats.article.element_context import ContextIndex
from medconcept.jats.records.article_parts import Abbreviation
from medconcept.jats.text.element_text import plain_text, text_or_none
from medconcept.jats.xml.element_queries import all_text, child

_HEADING = re.compile(
    r"(?:(?:list|table|lista|liste|glossary)\s+(?:of|de|des)\s+)?(?:the\s+|las\s+|les\s+)?"
    r"(?:abbrev|acronym|abreviat|abreviaç|siglas|abréviat|abkürzung|glossary|nomenclature)",
    re.IGNORECASE,
)
_HEADING_INITIALS = frozenset("lLtTgGaAsSnN")  # checked first, since the pattern costs more
_ENTRY = re.compile(r"\s*([^\s:;=,][^:;=,]{0,14}?)\s*(?::|=|,|\s[–—-]\s)\s*([^;]{3,160}?)\s*(?:;|\.?\s*\Z)")
# The beginning of a footnote such as "Abbreviations: CT, …".
_FOOTNOTE_LEAD = re.compile(
    r"\s*(?:abbreviations?|acronyms?|abreviaturas|abréviations|siglas)(?:\s+used)?\s*:\s*", re.IGNORECASE
)
_WITH_HEADING = ("fn", "sec", "glossary", "notes")
_LISTS = ("def-list", "abbrev", "kwd-group", *_WITH_HEADING)


def listed_abbreviations(article: etree._Element, contexts: ContextIndex) -> Iterator[Abbreviation]:
    """Yield every entry of every list of abbreviations, in document order.

    >>> items = "<def-item><term>CT</term><def><p>computed tomography</p></def></def-item>"
    >>> article = etree.fromstring(f"<article><back><def-list>{items}</def-list></back></article>")
    >>> [(pair.short, pair.long) for pair in listed_abbreviations(article, ContextIndex(article))]
    [('CT', 'computed tomography')]
    """
    for element in article.iter(*_LISTS):
        if element.tag == "abbrev":
            meaning = next(element.iterchildren("def"), None)
            short = " ".join((element.text or "").split())
            entries = [(short, plain_text(meaning))] if meaning is not None else []
        elif element.tag == "def-list":
            entries = [
                (text_or_none(child(item, "term")) or "", text_or_none(child(item, "def")) or "")
                for item in element.iterchildren("def-item")
            ]
            shorts = sum(1 for short, _ in entries if len(short) <= 10 and any(c.isupper() for c in short))
            if not _is_in_list(element) and shorts * 5 < len(entries) * 4:
                continue  # definitions of terms, not of abbreviations
        elif element.tag == "kwd-group":
            if not (element.get("kwd-group-type") or "").startswith("abbr"):
                continue
            rows = element.iterchildren("compound-kwd")
            entries = [pair for row in rows if (pair := _cell_pair(row, "compound-kwd-part"))]
        elif is_abbreviation_list(element) and next(element.iter("def-list"), None) is None:
            paragraphs = [
                _FOOTNOTE_LEAD.sub("", plain_text(p), count=1) for p in element.iter("p") if len(p) < 400
            ]
            entries = [(m.group(1), m.group(2)) for p in paragraphs for m in _ENTRY.finditer(p)]
            entries += [pair for row in element.iter("tr", "row") if (pair := _cell_pair(row, "td", "entry"))]
        else:
            continue
        for short, long in entries:
            short, long = short.rstrip(" :=,–—-"), long.strip(" :=–—").removesuffix(".")
            if short and long and len(short) <= 40 and short != long:
                yield Abbreviation(short, long, "list", contexts.of(element).text_place, None, None, None)


def _cell_pair(row: etree._Element, *names: str) -> tuple[str, str] | None:
    """Return the short and the long form if the row has two cells."""
    cells = [plain_text(cell) for cell in row.iterchildren(*names)]
    return (cells[0], cells[1]) if len(cells) == 2 else None


def is_list_heading(title: etree._Element) -> bool:
    """True for a heading such as "Abbreviations"."""
    words = (title.text or (title[0].text if len(title) else None) or "").lstrip()
    return words[:1] in _HEADING_INITIALS and _HEADING.match(words) is not None


def is_abbreviation_list(element: etree._Element) -> bool:
    """True for a footnote of abbreviations, or a section, glossary or notes with such a heading."""
    if element.tag == "fn":
        return (element.get("fn-type") or "").startswith("abbr")
    heading = next(element.iterchildren("title"), None)
    return heading is not None and is_list_heading(heading)


def _is_in_list(element: etree._Element) -> bool:
    heading = next(element.iterchildren("title"), None)
    if heading is not None and _HEADING.search(all_text(heading)):
        return True
    parent = element.getparent()
    return parent is not None and (parent.tag == "glossary" or is_abbreviation_list(parent))
