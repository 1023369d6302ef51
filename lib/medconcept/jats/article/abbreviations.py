"""Abbreviations that an article explains: its lists of them, and pairs "long form (SF)" in its text."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from lxml import etree

from medconcept.jats.article.abbreviation_lists import (
    is_abbreviation_list,
    is_list_heading,
    listed_abbreviations,
)
from medconcept.jats.article.element_context import ContextIndex
from medconcept.jats.article.short_form_pairs import abbreviation_pairs
from medconcept.jats.records.article_parts import Abbreviation
from medconcept.jats.records.figure import Figure
from medconcept.jats.text.element_text import clean, is_inline, plain_text

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


def _in_article(
    article: etree._Element,
    elements: Mapping[str, list[etree._Element]],
    contexts: ContextIndex,
    names: set[str],
) -> tuple[list[Abbreviation], list[Abbreviation]]:
    """Return the pairs of the article's lists, and those of its paragraphs."""
    in_paragraphs: list[Abbreviation] = []
    seen: set[tuple[str, str]] = set()
    excluded: dict[etree._Element | None, bool] = {}
    for number, element in enumerate(elements["p"]):
        if len(element) == 0 and "(" not in (element.text or ""):
            continue
        parent = element.getparent()
        is_excluded = excluded.get(parent)
        if is_excluded is None:
            is_excluded = excluded[parent] = next(element.iterancestors(*_EXCLUDED), None) is not None
        if is_excluded:
            continue
        text = str(etree.tostring(element, method="text", encoding="unicode", with_tail=False))
        if "(" not in text:
            continue
        if "\n" in text:  # a source with indented lines
            text = " ".join(text.split())
        new_pairs = [pair for pair in abbreviation_pairs(text) if (pair[0], pair[1].lower()) not in seen]
        if not new_pairs:
            continue
        place = contexts.enclosing(element).text_place
        plain = clean(text) if is_inline(element) else plain_text(element)
        for short, long, start in new_pairs if plain == text else abbreviation_pairs(plain):
            seen.add((short, long.lower()))
            in_paragraphs.append(Abbreviation(short, long, "text", place, None, number, start))
    has_list = names & {"def-list", "abbrev"} or any(map(is_list_heading, elements["title"]))
    has_list = has_list or any(map(is_abbreviation_list, elements["fn"])) or "compound-kwd" in names
    return (list(listed_abbreviations(article, contexts)) if has_list else []), in_paragraphs
