"""Untrusted bytes to an lxml tree: no files, no network, no declared entities, bounded size and depth."""

from __future__ import annotations

import re
from xml.parsers import expat

from lxml import etree

from medconcept.jats.errors import ArticleRejected, Reason
from medconcept.jats.records.article import Limits
from medconcept.jats.xml.element_queries import local_name
from medconcept.jats.xml.encoding import to_utf8, unpack
from medconcept.jats.xml.entities import resolve_named_entities, without_sections

_STARTS_AS_XML = re.compile(rb"\s*<[A-Za-z_:?!\x80-\xff]")
# The head of most files: a DOCTYPE without internal subset, and the root element, after which no declaration
# counts. A file that begins otherwise is searched for entity declarations.
_NO_INTERNAL_SUBSET = re.compile(
    rb"\s*(?:<\?xml[^?<>]*\?>\s*)?"
    rb"(?:<!DOCTYPE\s+[^\s<>\[\]\"']+(?:\s+(?:PUBLIC\s+\"[^\"<>]*\"|SYSTEM)(?:\s+\"[^\"<>]*\")?)?\s*>\s*)?<[A-Za-z_]"
)
_XINCLUDE = "{http://www.w3.org/2001/XInclude}include"
_LIBXML2_MAX_DEPTH = 255  # libxml2 refuses the next level whatever its options
_ENCODING_ERRORS = frozenset(
    (
        etree.ErrorTypes.ERR_INVALID_ENCODING,
        etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING,
        etree.ErrorTypes.ERR_UNKNOWN_ENCODING,
    )
)


def parse_xml(data: bytes, limits: Limits) -> etree._Element:
    """Return the root element; raise `ArticleRejected` for anything but safe, well-formed XML.

    >>> parse_xml(b"<article><p>&eacute;</p></article>", Limits())[0].text
    'é'
    >>> parse_xml(b"<article><p>", Limits())  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    medconcept.jats.errors.ArticleRejected: truncated at line 1, column 13: Premature end ...
    """
    data = unpack(data, limits.max_bytes)
    if not data or data.isspace():
        raise ArticleRejected(Reason.EMPTY_FILE, None, f"{len(data)} bytes")
    data = to_utf8(data)
    if not data or data.isspace():
        raise ArticleRejected(Reason.EMPTY_FILE, None, "only a byte-order mark or declaration")
    if not _STARTS_AS_XML.match(data):
        raise ArticleRejected(Reason.NOT_XML, None, f"starts with {data.lstrip()[:16]!r}")
    _refuse_declared_entities(data)
    _refuse_many_nodes(data, limits.max_nodes)
    data = resolve_named_entities(data)
    root = _parse(data)
    # The search above works on bytes; a quoted "<!--" in a DOCTYPE could mislead it, so ask the parser too.
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(dtd.entities()):  # type: ignore[attr-defined]  # missing from lxml-stubs
        raise ArticleRejected(Reason.FORBIDDEN_ENTITY, None, "the document type declares entities")
    if next(root.iter(_XINCLUDE), None) is not None:  # takes no time where no document has had the name yet
        raise ArticleRejected(Reason.FORBIDDEN_ENTITY, None, "XInclude refers to another file")
    _refuse_depth(root, limits.max_depth)
    _refuse_long_values(data, root, limits.max_value)
    return root


def _parse(data: bytes) -> etree._Element:
    # A new parser for each call: lxml parsers are not shared between threads, and one costs microseconds.
    # Never collect_ids=False here: lxml 6.1 then makes libxml2 load the DTD in spite of load_dtd=False.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _rejection(error, data) from error


def _rejection(error: etree.XMLSyntaxError, data: bytes) -> ArticleRejected:
    line, column = error.position
    code: int = getattr(error, "code", 0)  # lxml's stubs leave it out
    place = f"line {line}, column {column}" if line else None
    detail = re.sub(r", line \d+, column \d+.*$", "", error.msg or "no message")
    if "depth" in detail:
        return ArticleRejected(Reason.TOO_DEEP, place, detail)
    if "limit exceeded" in detail:
        return ArticleRejected(Reason.TOO_LARGE, place, detail)
    if _ends_early(data):
        return ArticleRejected(Reason.TRUNCATED, place, detail)
    if code in _ENCODING_ERRORS:
        return ArticleRejected(Reason.BAD_ENCODING, place, detail)
    if code == etree.ErrorTypes.ERR_DOCUMENT_EMPTY:
        return ArticleRejected(Reason.NOT_XML, place, detail)
    return ArticleRejected(Reason.NOT_WELL_FORMED, place, detail)


def _ends_early(data: bytes) -> bool:
    """True if the bytes are well-formed as far as they go; expat tells a missing end from an error inside."""
    parser = expat.ParserCreate()
    try:
        parser.Parse(data, False)
    except expat.ExpatError:
        return False
    try:
        parser.Parse(b"", True)
    except expat.ExpatError:
        return True
    return False


def _refuse_declared_entities(data: bytes) -> None:
    """Refuse any entity declaration: counting expansions would mean expanding them."""
    if not _NO_INTERNAL_SUBSET.match(data) and b"<!ENTITY" in data:
        outside_sections = without_sections(data)
        at = outside_sections.find(b"<!ENTITY")
        if at >= 0:
            declaration = outside_sections[at : at + 60].decode("utf-8", "replace")
            line = data.count(b"\n", 0, data.find(b"<!ENTITY")) + 1
            raise ArticleRejected(Reason.FORBIDDEN_ENTITY, f"line {line}", f"declares {declaration}")


def _refuse_many_nodes(data: bytes, max_nodes: int) -> None:
    """Refuse by counting `<` and `=`: each element or attribute has one, and costs 100 bytes in a tree."""
    if len(data) <= 3 * max_nodes:  # `<a>` and ` a=` are the shortest nodes
        return
    nodes = data.count(b"<") + data.count(b"=")
    if nodes > max_nodes:
        detail = f"up to {nodes} elements and attributes, at most {max_nodes} are accepted"
        raise ArticleRejected(Reason.TOO_LARGE, None, detail)


def _refuse_long_values(data: bytes, root: etree._Element, max_value: int) -> None:
    """Refuse an attribute value that is too long to mean anything."""
    # No `<` may stand in a value, so a long value leaves a stretch of the file without one: look for that.
    step = max(1, max_value // 2)
    if all(data.find(b"<", at, at + step) >= 0 for at in range(0, len(data) - step, step)):
        return
    for element in root.iter():
        for name, value in element.items():
            if len(value) > max_value:
                detail = (
                    f"attribute {str(name)[:40]} of {local_name(element)[:40]} has {len(value)} characters"
                )
                raise ArticleRejected(Reason.TOO_LARGE, f"line {element.sourceline}", detail)


def _refuse_depth(root: etree._Element, max_depth: int) -> None:
    if max_depth >= _LIBXML2_MAX_DEPTH:
        return
    # One step per level: libxml2 walks the tree once, in C; counting ancestors would be quadratic.
    deeper = etree.XPath("boolean(" + "/*" * (max_depth + 1) + ")")
    if deeper(root.getroottree()):
        raise ArticleRejected(Reason.TOO_DEEP, None, f"elements nested more than {max_depth} deep")
