"""Small questions asked of an lxml tree, by local name so that no namespace prefix matters."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"


def local_name(element: etree._Element) -> str:
    """The tag without its namespace; empty for comments and the like.

    >>> local_name(etree.fromstring('<j:fig xmlns:j="urn:jats"/>'))
    'fig'
    """
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """The direct children that bear one of the names, in document order."""
    return (child for child in element if local_name(child) in names)


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first element down a path of child names, or None."""
    for name in path:
        if element is None:
            return None
        element = next(children(element, name), None)
    return element


def href(element: etree._Element) -> str | None:
    """The link of an element, in XLink's namespace or any other."""
    value = element.get(_XLINK_HREF) or element.get("href")
    if value is None:
        # str(): lxml's stubs also allow bytes, which only Python 2 gave.
        value = next((str(v) for k, v in element.items() if str(k).rpartition("}")[2] == "href"), "")
    return value.strip() or None


def language(element: etree._Element) -> str | None:
    """The nearest `xml:lang`, on the element or above it; the primary subtag in lower case.

    >>> language(etree.fromstring('<fig xml:lang="EN"><label/></fig>')[0])
    'en'
    """
    node: etree._Element | None = element
    while node is not None:
        value = node.get(XML_LANG, "").strip()
        if value:
            primary, hyphen, rest = value.partition("-")
            return primary.lower() + hyphen + rest
        node = node.getparent()
    return None
