"""Queries on an lxml tree without namespaces in its element names, as `flatten_names` leaves it."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from lxml import etree

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
_COLLECTED = ("fig", "table-wrap", "xref", "p", "title", "fn", "disp-formula", "ref-list")
_TAG = attrgetter("tag")
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"


def local_name(element: etree._Element) -> str:
    """Return the tag without its namespace.

    >>> local_name(etree.fromstring('<j:fig xmlns:j="urn:jats"/>'))
    'fig'
    """
    return element.tag.rpartition("}")[2]


def flatten_names(article: etree._Element) -> tuple[set[str], dict[str, list[etree._Element]]]:
    """Strip the namespaces off the element names; return the names in use, and elements by name.

    The names are those outside `<ref-list>`, which is half of an article and never read. The elements are
    in document order, of those names that the parser needs all over an article (figures, paragraphs, …).

    JATS comes without a namespace, with a default one or with a prefix, and borrows from others (OASIS
    tables, `ali:license_ref`). Local names are unambiguous, and lxml looks them up fastest. MathML alone
    keeps its namespace: formulae are large, and only one module reads them.

    >>> article = etree.fromstring('<j:article xmlns:j="urn:jats"><j:fig/></j:article>')
    >>> names, elements = flatten_names(article)
    >>> sorted(names), elements["fig"]  # doctest: +ELLIPSIS
    (['article', 'fig'], [<Element fig at ...>])
    """
    names, elements = _names_and_elements(article)
    qualified = {name for name in names if name[0] == "{"}
    if any(not name.startswith(MATHML) for name in qualified):
        # Now with the references, which may be in the same namespace.
        names = {e.tag for e in article.iter()}
        qualified = {name for name in names if name[0] == "{"}
        for name in qualified:
            if not name.startswith(MATHML):
                plain = name.rpartition("}")[2]
                for element in list(article.iter(name)):
                    element.tag = plain
        _, elements = _names_and_elements(article)
    return (names - qualified) | {name.rpartition("}")[2] for name in qualified}, elements


def _names_and_elements(article: etree._Element) -> tuple[set[str], dict[str, list[etree._Element]]]:
    """Return the names in use outside `<ref-list>`, and the collected elements by name."""
    elements: dict[str, list[etree._Element]] = {name: [] for name in _COLLECTED}
    for element in article.iter(*_COLLECTED):
        elements[element.tag].append(element)
    # A second walk, but one that runs in C.
    names = {article.tag}
    for part in article:
        if part.tag != "back":
            names.update(map(_TAG, part.iter()))
            continue
        names.add("back")
        for piece in part:
            names.update((piece.tag,) if piece.tag == "ref-list" else map(_TAG, piece.iter()))
    return names, elements


def children(element: etree._Element | None, *names: str) -> Iterator[etree._Element]:
    """Iterate over the direct children with one of the names, in document order; none of None."""
    return iter(()) if element is None else element.iterchildren(*names)


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """Return the first element down a path of child names, or None."""
    for name in path:
        if element is None:
            return None
        element = next(element.iterchildren(name), None)
    return element


def all_text(element: etree._Element) -> str:
    """Return all character data within an element, of whatever kind."""
    return "".join(map(str, element.itertext()))


def href(element: etree._Element) -> str | None:
    """Return the `href` of an element, in XLink's namespace or any other; None if missing or empty."""
    value = element.get(_XLINK_HREF) or element.get("href")
    if value is None:
        # str(): lxml's stubs also allow bytes, which only Python 2 returned.
        value = next((str(v) for k, v in element.items() if str(k).rpartition("}")[2] == "href"), "")
    return value.strip() or None


def language(element: etree._Element) -> str | None:
    """Return the nearest `xml:lang`, on the element or above it, with its primary subtag in lower case.

    >>> language(etree.fromstring('<fig xml:lang="EN"><label/></fig>')[0])
    'en'
    """
    node: etree._Element | None = element
    while node is not None:
        if value := own_language(node):
            return value
        node = node.getparent()
    return None


def own_language(element: etree._Element) -> str | None:
    """Return the `xml:lang` of the element itself, with its primary subtag in lower case."""
    value = element.get(XML_LANG)
    if value is None or not (value := value.strip()):
        return None
    primary, hyphen, rest = value.partition("-")
    return primary.lower() + hyphen + rest
