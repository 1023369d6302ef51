"""The journal in which an article appeared, and volume, issue and pages."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from medconcept.jats.records.article_parts import Journal, Named
from medconcept.jats.text.element_text import clean, plain_text, text_or_none
from medconcept.jats.xml.element_queries import child, children


@dataclass(frozen=True, slots=True)
class Pagination:
    """Volume, issue and pages; articles that appear online only have an e-location id instead of pages."""

    volume: str | None
    issue: str | None
    first_page: str | None
    last_page: str | None
    page_range: str | None
    elocation_id: str | None


def read_journal(article: etree._Element) -> Journal:
    """Read the journal; its title is that of JATS, else that of NLM 2, else the first of its ids.

    >>> meta = "<journal-meta><journal-id>Lancet</journal-id><issn pub-type='epub'>1</issn></journal-meta>"
    >>> read_journal(etree.fromstring(f"<article><front>{meta}</front></article>")).issns
    (Named(kind='epub', value='1'),)
    """
    meta = child(article, "front", "journal-meta")
    group = child(meta, "journal-title-group")
    ids = _kinds_and_values(meta, "journal-id", "journal-id-type")
    abbreviations = [
        text
        for parent in (group, meta)
        for element in children(parent, "abbrev-journal-title")
        if (text := plain_text(element))
    ]
    publisher = child(meta, "publisher")
    return Journal(
        title=text_or_none(child(group, "journal-title"))
        or text_or_none(child(meta, "journal-title"))
        or (ids[0].value if ids else None),
        abbreviations=tuple(dict.fromkeys(abbreviations)),
        ids=ids,
        issns=_kinds_and_values(meta, "issn", "pub-type") + _kinds_and_values(meta, "issn-l", "pub-type"),
        publisher=text_or_none(child(publisher, "publisher-name")),
        publisher_place=text_or_none(child(publisher, "publisher-loc")),
    )


def read_pagination(meta: etree._Element) -> Pagination:
    """Read volume, issue and pages from an article-meta."""
    texts: dict[str, str | None] = {}
    for part in meta.iterchildren("volume", "issue", "fpage", "lpage", "page-range", "elocation-id"):
        texts.setdefault(part.tag, text_or_none(part))
    return Pagination(
        texts.get("volume"),
        texts.get("issue"),
        texts.get("fpage"),
        texts.get("lpage"),
        texts.get("page-range"),
        texts.get("elocation-id"),
    )


def _kinds_and_values(meta: etree._Element | None, name: str, attribute: str) -> tuple[Named, ...]:
    entries: list[Named] = []
    for element in children(meta, name):
        # JATS 1.1 added publication-format to ISSNs; linking ISSNs have an element of their own.
        kind = element.get(attribute) or element.get("publication-format") or ""
        if name == "issn-l":
            kind = "linking"
        if text := plain_text(element):
            entries.append(Named(clean(kind) or None, text))
    return tuple(entries)
