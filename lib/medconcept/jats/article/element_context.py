"""The context of an element: part of the article, sections, sub-article, figure group, language."""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree

from medconcept.jats.records.article_parts import TextPlace
from medconcept.jats.records.figure import Position, Section, SubArticle
from medconcept.jats.text.element_text import clean, text_or_none
from medconcept.jats.xml.element_queries import own_language

_POSITIONS: dict[str, Position] = {
    "app": "appendix", "app-group": "appendix", "floats-group": "floats", "floats-wrap": "floats",
    "back": "back", "front": "front", "front-stub": "front", "sub-article": "sub-article",
    "response": "sub-article",
}  # fmt: skip
_RANK: dict[str, int] = {"body": 0, "front": 1, "back": 2, "floats": 3, "appendix": 4, "sub-article": 5}
_TEXT_CONTAINERS: dict[str, TextPlace] = {
    "abstract": "abstract", "trans-abstract": "abstract", "caption": "caption", "table-wrap": "table",
}  # fmt: skip
_SECTIONS = frozenset(("sec", "app"))
_CONTEXT_ELEMENTS = frozenset((*_POSITIONS, *_TEXT_CONTAINERS, *_SECTIONS, "fig-group", "fig"))


class ElementContext(NamedTuple):
    """Context of an element; the element itself counts if it is a section, group, figure or the like."""

    host: etree._Element
    position: Position = "body"
    place: TextPlace | None = None
    sections: tuple[Section, ...] = ()
    sub_article: SubArticle | None = None
    group: etree._Element | None = None
    figure: etree._Element | None = None
    language: str | None = None
    titles: tuple[str, ...] = ()
    """Titles of the sections, outermost first; sections without a title are left out."""
    types: tuple[str, ...] = ()
    """Types of the sections, outermost first; sections without a type are left out."""

    @property
    def text_place(self) -> TextPlace:
        """The part of the article; abstract, caption or table if the text stands in one."""
        return self.position if self.position == "sub-article" else self.place or self.position


class ContextIndex:
    """Contexts of the elements of one article; each ancestor is read once, however many elements it has."""

    def __init__(self, article: etree._Element) -> None:
        self._contexts = {
            article: ElementContext(article, language=own_language(article) or _outer_language(article))
        }

    def enclosing(self, element: etree._Element) -> ElementContext:
        """Return the context of the element's parent; for the article itself, its own.

        >>> article = etree.fromstring("<article><body><sec><title>T</title><fig/></sec></body></article>")
        >>> ContextIndex(article).enclosing(article[0][0][1]).titles
        ('T',)
        """
        parent = element.getparent()
        return self.of(parent) if parent is not None else self.of(element)

    def of(self, element: etree._Element) -> ElementContext:
        """Return the context that an element and its ancestors make up."""
        context = self._contexts.get(element)
        if context is None:
            parent = element.getparent()
            assert parent is not None  # the article, the ancestor of all, has a context from the start
            context = self._contexts[element] = _nested_context(element, self.of(parent))
        return context


def _outer_language(article: etree._Element) -> str | None:
    return next((tag for e in article.iterancestors() if (tag := own_language(e))), None)


def _nested_context(element: etree._Element, outer: ElementContext) -> ElementContext:
    name = element.tag
    lang = own_language(element)
    inner = outer._replace(language=lang) if lang else outer
    if name not in _CONTEXT_ELEMENTS:
        return inner
    if (position := _POSITIONS.get(name)) and _RANK[position] > _RANK[inner.position]:
        inner = inner._replace(position=position)
    if name in _TEXT_CONTAINERS:
        return inner._replace(place=_TEXT_CONTAINERS[name])
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
        return ElementContext(  # most of all: what `_replace` does, in half the time
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
