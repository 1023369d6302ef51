"""The journal an article appeared in, and where in it."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from medconcept.jats.records.article_parts import Journal, Named
from medconcept.jats.text.element_text import clean, plain_text, text_or_none
from medconcept.jats.xml.tree import child, children


@dataclass(frozen=True, slots=True)
class Place:
    """Volume, issue and pages; articles that are online only have an e-location instead of pages."""

    volume: str | None
    issue: str | None
    first_page: str | None
    last_page: str | None
    page_range: str | None
    elocation_id: str | None


def read_journal(article: etree._Element) -> Journal:
    """The journal; its title where JATS has it or where NLM 2 had it, else the first of its ids.

    >>> meta = "<journal-meta><journal-id>Lancet</journal-id><issn pub-type='epub'>1</issn></journal-meta>"
    >>> read_journal(etree.fromstring(f"<article><front>{meta}</front></article>")).issns
    (Named(kind='epub', value='1'),)
    """
    meta = child(article, "front", "journal-meta")
    group = child(meta, "journal-title-group")
    ids = _named(meta, "journal-id", "journal-id-type")
    abbreviations = [
        text
        for place in (group, meta)
        for element in children(place, "abbrev-journal-title")
        if (text := plain_text(element))
    ]
    publisher = child(meta, "publisher")
    return Journal(
        title=text_or_none(child(group, "journal-title"))
        or text_or_none(child(meta, "journal-title"))
        or (ids[0].value if ids else None),
        abbreviations=tuple(dict.fromkeys(abbreviations)),
        ids=ids,
        issns=_named(meta, "issn", "pub-type") + _named(meta, "issn-l", "pub-type"),
        publisher=text_or_none(child(publisher, "publisher-name")),
        publisher_place=text_or_none(child(publisher, "publisher-loc")),
    )


def read_place(meta: etree._Element) -> Place:
    """Volume, issue and pages out of an article-meta."""
    told: dict[str, str | None] = {}
    for part in meta.iterchildren("volume", "issue", "fpage", "lpage", "page-range", "elocation-id"):
        told.setdefault(part.tag, text_or_none(part))
    return Place(
        told.get("volume"),
        told.get("issue"),
        told.get("fpage"),
        told.get("lpage"),
        told.get("page-range"),
        told.get("elocation-id"),
    )


def _named(meta: etree._Element | None, name: str, attribute: str) -> tuple[Named, ...]:
    found: list[Named] = []
    for element in children(meta, name):
        # JATS 1.1 gave ISSNs a publication-format; linking ISSNs are an element of their own.
        kind = element.get(attribute) or element.get("publication-format") or ""
        if name == "issn-l":
            kind = "linking"
        if text := plain_text(element):
            found.append(Named(clean(kind) or None, text))
    return tuple(found)
