"""Small questions asked of an lxml tree whose elements bear plain names, as `flatten_names` leaves them."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from lxml import etree

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
_GATHERED = ("fig", "table-wrap", "xref", "p", "title", "fn", "disp-formula", "ref-list")
_TAG = attrgetter("tag")
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"


def local_name(element: etree._Element) -> str:
    """The tag without its namespace.

    >>> local_name(etree.fromstring('<j:fig xmlns:j="urn:jats"/>'))
    'fig'
    """
    return element.tag.rpartition("}")[2]


def flatten_names(article: etree._Element) -> tuple[set[str], dict[str, list[etree._Element]]]:
    """Take the namespaces off the element names; tell which names there are, and the elements looked for.

    The names are those outside `<ref-list>`; the elements, by name in document order, are those that the rest
    of the parser looks for all over an article.

    JATS comes without a namespace, with one as default or under a prefix, and borrows from others (tables
    of OASIS, `ali:license_ref`); local names say enough, so the rest of the parser asks for plain names,
    which lxml answers fastest. Only MathML keeps its own: formulae are large, and read in one place.
    References are half of an article's elements, and nothing is read from them.

    >>> article = etree.fromstring('<j:article xmlns:j="urn:jats"><j:fig/></j:article>')
    >>> names, elements = flatten_names(article)
    >>> sorted(names), elements["fig"]  # doctest: +ELLIPSIS
    (['article', 'fig'], [<Element fig at ...>])
    """
    names, found = _survey(article)
    spaced = {name for name in names if name[0] == "{"}
    if any(not name.startswith(MATHML) for name in spaced):
        # Now of the references too: they may be in the same namespace.
        names = {e.tag for e in article.iter()}
        spaced = {name for name in names if name[0] == "{"}
        for name in spaced:
            if not name.startswith(MATHML):
                plain = name.rpartition("}")[2]
                for element in list(article.iter(name)):
                    element.tag = plain
        _, found = _survey(article)
    return (names - spaced) | {name.rpartition("}")[2] for name in spaced}, found


def _survey(article: etree._Element) -> tuple[set[str], dict[str, list[etree._Element]]]:
    """The names there are outside `<ref-list>`, and the elements that are gathered."""
    found: dict[str, list[etree._Element]] = {name: [] for name in _GATHERED}
    for element in article.iter(*_GATHERED):
        found[element.tag].append(element)
    # A second walk, but one without a step in Python.
    names = {article.tag}
    for part in article:
        if part.tag != "back":
            names.update(map(_TAG, part.iter()))
            continue
        names.add("back")
        for piece in part:
            names.update((piece.tag,) if piece.tag == "ref-list" else map(_TAG, piece.iter()))
    return names, found


def children(element: etree._Element | None, *names: str) -> Iterator[etree._Element]:
    """The direct children that bear one of the names, in document order."""
    return iter(()) if element is None else element.iterchildren(*names)


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first element down a path of child names, or None."""
    for name in path:
        if element is None:
            return None
        element = next(element.iterchildren(name), None)
    return element


def all_text(element: etree._Element) -> str:
    """The bare text in an element, of whatever kind."""
    return "".join(map(str, element.itertext()))


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
        if value := own_language(node):
            return value
        node = node.getparent()
    return None


def own_language(element: etree._Element) -> str | None:
    """The `xml:lang` on the element itself, the primary subtag in lower case."""
    value = element.get(XML_LANG)
    if value is None or not (value := value.strip()):
        return None
    primary, hyphen, rest = value.partition("-")
    return primary.lower() + hyphen + rest
