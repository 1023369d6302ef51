"""Titles, abstracts, subjects, keywords and counts from `<article-meta>`."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from medconcept.jats.records.article_parts import Abstract, Count, KeywordGroup, LanguageText, Subject
from medconcept.jats.text.element_text import clean, marked_text, plain_text, raw_text, text_or_none
from medconcept.jats.text.markup import Marked, marked
from medconcept.jats.xml.element_queries import child, children, language, own_language

_COUNT_REFERENCES = etree.XPath("count(ref)")  # creates no Python object per reference
_COUNTED = ("fig", "table", "equation", "ref", "page", "word")


def article_title(meta: etree._Element) -> Marked | None:
    """Return the title, without subtitle and translations; None if missing or empty."""
    element = child(meta, "title-group", "article-title")
    title = marked_text(element) if element is not None else None
    return title if title and title.plain else None


def translated_titles(article: etree._Element, meta: etree._Element) -> tuple[LanguageText, ...]:
    """Return titles in other languages: from the title group, and from sub-articles that are translations."""
    titles = [e for e in meta.iterchildren("title-group") for e in e.iter("trans-title")]
    for sub in article.iterchildren("sub-article"):
        if sub.get("article-type") == "translation":
            for path in (("front-stub",), ("front", "article-meta")):
                title = child(sub, *path, "title-group", "article-title")
                titles += [title] if title is not None else []
    return tuple(LanguageText(language(e), text) for e in titles if (text := plain_text(e)))


def abstracts(meta: etree._Element) -> tuple[Marked | None, tuple[Abstract, ...]]:
    """Return the abstract without its heading (or None), and all others: graphical, translations, …."""
    main: Marked | None = None
    others: list[Abstract] = []
    for element in meta.iterchildren("abstract", "trans-abstract"):
        kind = clean(element.get("abstract-type", "")) or None
        heading = next(element.iterchildren("title"), None)
        raw = [element.text or "", *[raw_text(part) for part in element if part is not heading]]
        text = marked(" ".join([piece.strip() for piece in raw]))
        if not text.plain:
            continue
        if main is None and kind is None and element.tag == "abstract":
            main = text
        else:
            others.append(Abstract(kind, language(element), text_or_none(heading), text.plain))
    return main, tuple(others)


def subjects(meta: etree._Element) -> tuple[Subject, ...]:
    """Return every subject, each with the path of subjects above it in nested groups."""
    entries: list[Subject] = []

    def walk(group: etree._Element, above: tuple[str, ...], kind: str | None, lang: str | None) -> None:
        lang = own_language(group) or lang
        kind = clean(group.get("subj-group-type", "")) or kind
        path = above
        inner: list[etree._Element] = []
        for element in group:
            name = element.tag
            if name == "subj-group":
                inner.append(element)
                continue
            if name not in ("subject", "compound-subject"):
                continue
            parts = (
                [plain_text(e) for e in element.iterchildren("compound-subject-part")] if len(element) else []
            )
            if text := " / ".join(filter(None, parts)) or plain_text(element):
                path = (*above, text)
                entries.append(Subject(kind, lang, path))
        for element in inner:
            walk(element, path, kind, lang)

    categories = child(meta, "article-categories")
    if categories is not None:
        for group in categories.iterchildren("subj-group"):
            walk(group, (), None, language(categories))
    return tuple(entries)


def keywords(meta: etree._Element) -> tuple[KeywordGroup, ...]:
    """Return the keyword groups; parts of a compound keyword are joined by ` / `."""
    groups: list[KeywordGroup] = []
    for group in meta.iter("kwd-group"):
        words: list[str] = []
        for element in group.iterchildren("kwd", "compound-kwd", "nested-kwd", "unstructured-kwd-group"):
            if element.tag == "unstructured-kwd-group":
                words += [part.strip() for part in plain_text(element).split(";")]
            elif element.tag == "compound-kwd":
                words.append(" / ".join(plain_text(e) for e in element.iterchildren("compound-kwd-part")))
            elif element.tag == "nested-kwd":
                words += [plain_text(e) for e in element.iter("kwd")]
            else:
                words.append(plain_text(element))
        if any(words):
            kind = clean(group.get("kwd-group-type", "")) or None
            title = text_or_none(child(group, "title"))
            groups.append(KeywordGroup(kind, language(group), title, tuple(w for w in words if w)))
    return tuple(groups)


def subtitle(meta: etree._Element) -> str | None:
    """Return the subtitles of the article, joined by a space; None if there are none."""
    return plain_text(*children(child(meta, "title-group"), "subtitle")) or None


def _references(ref_list: etree._Element) -> int:
    number = _COUNT_REFERENCES(ref_list)
    assert isinstance(number, float)
    return int(number)


def counts(meta: etree._Element, elements: Mapping[str, list[etree._Element]]) -> tuple[Count, ...]:
    """Return for each kind the number that `<counts>` states and the number counted; None if unknown."""
    stated: dict[str, int] = {}
    for element in children(child(meta, "counts"), *(f"{n}-count" for n in _COUNTED), "count"):
        name = element.get("count-type", "other") if element.tag == "count" else element.tag[: -len("-count")]
        number = element.get("count", "").strip()
        if number.isascii() and number.isdigit() and len(number) < 10:
            stated.setdefault(clean(name), int(number))
    counted = {
        "fig": len(elements["fig"]),
        "table": len(elements["table-wrap"]),
        "equation": len(elements["disp-formula"]),
        "ref": sum(map(_references, elements["ref-list"])),
    }
    names = [*counted, *(name for name in stated if name not in counted)]
    return tuple(Count(name, stated.get(name), counted.get(name)) for name in names)
