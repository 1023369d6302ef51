"""The pictures of one figure, without those of figures nested in it or of formulae."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from medconcept.jats.records.figure import Graphic, GraphicAlternative
from medconcept.jats.text.element_text import clean
from medconcept.jats.xml.tree import all_text, child, href

# Pictures below these show something else: another figure, a formula, a glyph, a supplement.
_CLOSED_NAMES = """
fig fig-group caption label permissions attrib disp-formula inline-formula supplementary-material
table-wrap graphic media
"""
_CLOSED = frozenset(_CLOSED_NAMES.split())
_ALTERNATIVES = frozenset(("alternatives", "block-alternatives"))
# SciELO marks its previews by size, such as content-type="scielo-267x140".
_PREVIEW = re.compile(r"thumb|preview|icon|small|-[0-9]{2,3}x[0-9]{2,3}\b", re.IGNORECASE)


def read_graphics(figure: etree._Element) -> tuple[Graphic, ...]:
    """The graphics of a figure in document order; alternatives of one picture are one graphic.

    >>> two = '<alternatives><graphic href="a"/><graphic href="b"/></alternatives>'
    >>> [(g.href, g.alternatives) for g in read_graphics(etree.fromstring(f"<fig>{two}</fig>"))]
    [('a', ('b',))]
    """
    return tuple(_graphics(figure))


def _graphics(element: etree._Element) -> Iterator[Graphic]:
    for part in element:
        name = part.tag
        if name in _ALTERNATIVES:
            # NLM 3 and JATS let a graphic hold its own alternatives as well.
            pictures = [
                (link, p) for p in part.iter("graphic", "media") if _is_picture(p) and (link := _link(p))
            ]
            if pictures:
                yield _chosen(pictures)
        elif _is_picture(part):
            below = part.iterdescendants("graphic", "media") if len(part) else ()
            inner = [(link, p) for p in below if (link := _link(p))]
            if link := _link(part):
                yield _chosen([(link, part), *inner])
            elif inner:
                yield _chosen(inner)
        elif name not in _CLOSED:
            yield from _graphics(part)


def _chosen(pictures: list[tuple[str, etree._Element]]) -> Graphic:
    """The first picture that is no preview, or the first of all, and the others with it."""
    if len(pictures) == 1 and len(pictures[0][1]) == 0:
        link, picture = pictures[0]
        return Graphic(link, _mime(picture), (), _use(picture))
    full = next((place for place, (_, p) in enumerate(pictures) if not _PREVIEW.search(_use(p) or "")), 0)
    link, picture = pictures[full]
    others = tuple(
        GraphicAlternative(other, _mime(p), _use(p))
        for place, (other, p) in enumerate(pictures)
        if place != full
    )
    alt, description = (described(child(picture, name)) for name in ("alt-text", "long-desc"))
    return Graphic(
        link, _mime(picture), tuple(o.href for o in others), _use(picture), alt, description, others
    )


def described(element: etree._Element | None) -> str | None:
    """The text of an `alt-text` or `long-desc`; these are left out of every other text."""
    return (clean(all_text(element)) or None) if element is not None else None


def _is_picture(element: etree._Element) -> bool:
    # Some publishers put pictures into <media>; films and sound there are no pictures.
    name = element.tag
    return name == "graphic" or (name == "media" and (element.get("mimetype") or "").lower() == "image")


def _link(element: etree._Element) -> str | None:
    return clean(href(element) or "") or None


def _use(element: etree._Element) -> str | None:
    return clean(element.get("specific-use") or element.get("content-type") or "") or None


def _mime(element: etree._Element) -> str | None:
    parts = [(element.get(name) or "").strip() for name in ("mimetype", "mime-subtype")]
    return "/".join(part for part in parts if part) or None
