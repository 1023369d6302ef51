"""Where an element stands: part of the article, sections, sub-article, group, language."""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree

from medconcept.jats.records.article_parts import TextPlace
from medconcept.jats.records.figure import Position, Section, SubArticle
from medconcept.jats.text.element_text import clean, text_or_none
from medconcept.jats.xml.tree import own_language

_POSITIONS: dict[str, Position] = {
    "app": "appendix", "app-group": "appendix", "floats-group": "floats", "floats-wrap": "floats",
    "back": "back", "front": "front", "front-stub": "front", "sub-article": "sub-article",
    "response": "sub-article",
}  # fmt: skip
_RANK: dict[str, int] = {"body": 0, "front": 1, "back": 2, "floats": 3, "appendix": 4, "sub-article": 5}
_CLOSER: dict[str, TextPlace] = {
    "abstract": "abstract", "trans-abstract": "abstract", "caption": "caption", "table-wrap": "table",
}  # fmt: skip
_SECTIONS = frozenset(("sec", "app"))
_TELLING = frozenset((*_POSITIONS, *_CLOSER, *_SECTIONS, "fig-group", "fig"))


class Surroundings(NamedTuple):
    """What is above an element, itself included where it is a section or the like."""

    host: etree._Element
    position: Position = "body"
    place: TextPlace | None = None
    sections: tuple[Section, ...] = ()
    sub_article: SubArticle | None = None
    group: etree._Element | None = None
    figure: etree._Element | None = None
    language: str | None = None
    titles: tuple[str, ...] = ()
    """Titles of the sections, outermost first; those without are left out."""
    types: tuple[str, ...] = ()
    """Types of the sections, outermost first; those without are left out."""

    @property
    def text_place(self) -> TextPlace:
        """The part of the article, or what is closer round the text: abstract, caption, table."""
        return self.position if self.position == "sub-article" else self.place or self.position


class Map:
    """Surroundings of the elements of one article; each ancestor is read once however much stands in it."""

    def __init__(self, article: etree._Element) -> None:
        self._known = {article: Surroundings(article, language=own_language(article) or _above(article))}

    def around(self, element: etree._Element) -> Surroundings:
        """What is above an element; the article itself counts for nothing but its language.

        >>> article = etree.fromstring("<article><body><sec><title>T</title><fig/></sec></body></article>")
        >>> Map(article).around(article[0][0][1]).titles
        ('T',)
        """
        parent = element.getparent()
        return self.of(parent) if parent is not None else self.of(element)

    def of(self, element: etree._Element) -> Surroundings:
        """What an element and those above it make up."""
        known = self._known.get(element)
        if known is None:
            parent = element.getparent()
            assert parent is not None  # the article, above all elements asked for, is known from the start
            known = self._known[element] = _within(element, self.of(parent))
        return known


def _above(article: etree._Element) -> str | None:
    return next((tag for e in article.iterancestors() if (tag := own_language(e))), None)


def _within(element: etree._Element, outer: Surroundings) -> Surroundings:
    name = element.tag
    spoken = own_language(element)
    inner = outer._replace(language=spoken) if spoken else outer
    if name not in _TELLING:
        return inner
    if (position := _POSITIONS.get(name)) and _RANK[position] > _RANK[inner.position]:
        inner = inner._replace(position=position)
    if name in _CLOSER:
        return inner._replace(place=_CLOSER[name])
    if name == "fig-group":
        return inner._replace(group=element)
    if name == "fig":
        return inner._replace(figure=element)
    if name in ("sub-article", "response"):
        sub = SubArticle(_attribute(element, "id"), _kind(element), inner.language)
        return inner._replace(host=element, sub_article=sub, place=None, group=None, figure=None)
    if name in _SECTIONS:
        title = text_or_none(next(element.iterchildren("title"), None))
        section = Section(_attribute(element, "id"), title, _attribute(element, "sec-type"))
        return Surroundings(  # most of all: what `_replace` does, in half the time
            inner.host,
            inner.position,
            inner.place,
            (*inner.sections, section),
            inner.sub_article,
            inner.group,
            inner.figure,
            inner.language,
            (*inner.titles, title) if title else inner.titles,
            (*inner.types, section.kind) if section.kind else inner.types,
        )
    return inner


def _kind(element: etree._Element) -> str | None:
    return _attribute(element, "article-type") or _attribute(element, "response-type")


def _attribute(element: etree._Element, name: str) -> str | None:
    value = element.get(name)
    return (clean(value) or None) if value else None
