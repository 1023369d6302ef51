"""The pictures of one figure, without those of figures nested in it or of formulae."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from medconcept.jats.records import Graphic
from medconcept.jats.text import clean
from medconcept.jats.tree import href, local_name

# Pictures below these show something else: another figure, a formula, a glyph, a supplement.
_CLOSED_NAMES = """
fig fig-group caption label permissions attrib disp-formula inline-formula supplementary-material
table-wrap graphic media
"""
_CLOSED = frozenset(_CLOSED_NAMES.split())


def read_graphics(figure: etree._Element) -> tuple[Graphic, ...]:
    """The graphics of a figure in document order; alternatives of one picture are one graphic.

    >>> two = '<alternatives><graphic href="a"/><graphic href="b"/></alternatives>'
    >>> read_graphics(etree.fromstring(f"<fig>{two}</fig>"))
    (Graphic(href='a', mime=None, alternatives=('b',)),)
    """
    return tuple(_graphics(figure))


def _graphics(element: etree._Element) -> Iterator[Graphic]:
    for child in element:
        name = local_name(child)
        if name == "alternatives":
            pictures = [(link, p) for p in child.iter() if _is_picture(p) and (link := _link(p))]
            if pictures:
                first, *others = pictures
                yield Graphic(first[0], _mime(first[1]), tuple(link for link, _ in others))
        elif _is_picture(child):
            if link := _link(child):
                yield Graphic(link, _mime(child))
        elif name not in _CLOSED:
            yield from _graphics(child)


def _is_picture(element: etree._Element) -> bool:
    name = local_name(element)
    # Some publishers put pictures into <media>; films and sound there are no pictures.
    return name == "graphic" or (name == "media" and element.get("mimetype", "").lower() == "image")


def _link(element: etree._Element) -> str | None:
    return clean(href(element) or "") or None


def _mime(element: etree._Element) -> str | None:
    parts = [element.get(name, "").strip() for name in ("mimetype", "mime-subtype")]
    return "/".join(part for part in parts if part) or None
