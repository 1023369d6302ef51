"""The graphics of one figure, without those of nested figures and formulae."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from medconcept.jats.records.figure import Graphic, GraphicAlternative
from medconcept.jats.text.element_text import clean
from medconcept.jats.xml.element_queries import all_text, child, href

# Pictures inside these show something else: another figure, a formula, a glyph, a supplement.
_EXCLUDED_NAMES = """
fig fig-group caption label permissions attrib disp-formula inline-formula supplementary-material
table-wrap graphic media
"""
_EXCLUDED = frozenset(_EXCLUDED_NAMES.split())
_ALTERNATIVES = frozenset(("alternatives", "block-alternatives"))
# SciELO marks its previews by size, such as content-type="scielo-267x140".
_PREVIEW = re.compile(r"thumb|preview|icon|small|-[0-9]{2,3}x[0-9]{2,3}\b", re.IGNORECASE)


def read_graphics(figure: etree._Element) -> tuple[Graphic, ...]:
    """Return the graphics of a figure in document order; alternatives of one picture are one graphic.

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
                (link, p) for p in part.iter("graphic", "media") if is_picture(p) and (link := _link(p))
            ]
            if pictures:
                yield _graphic_of(pictures)
        elif is_picture(part):
            below = part.iterdescendants("graphic", "media") if len(part) else ()
            inner = [(link, p) for p in below if (link := _link(p))]
            if link := _link(part):
                yield _graphic_of([(link, part), *inner])
            elif inner:
                yield _graphic_of(inner)
        elif name not in _EXCLUDED:
            yield from _graphics(part)


def _graphic_of(pictures: list[tuple[str, etree._Element]]) -> Graphic:
    """Make one graphic: the first picture that is not a preview, else the first; others are alternatives."""
    if len(pictures) == 1 and len(pictures[0][1]) == 0:
        link, picture = pictures[0]
        return Graphic(link, _mime(picture), (), _use(picture))
    full = next((number for number, (_, p) in enumerate(pictures) if not _PREVIEW.search(_use(p) or "")), 0)
    link, picture = pictures[full]
    others = tuple(
        GraphicAlternative(other, _mime(p), _use(p))
        for number, (other, p) in enumerate(pictures)
        if number != full
    )
    alt, description = (description_text(child(picture, name)) for name in ("alt-text", "long-desc"))
    return Graphic(
        link, _mime(picture), tuple(o.href for o in others), _use(picture), alt, description, others
    )


def description_text(element: etree._Element | None) -> str | None:
    """Return the text of an `alt-text` or `long-desc`, which no other text includes; None if empty."""
    return (clean(all_text(element)) or None) if element is not None else None


def pictures_in(part: etree._Element) -> Iterator[etree._Element]:
    """Yield the graphics and media in a part of a figure, itself included, with elements in them.

    Of alternatives only the first is yielded, since the others show the same.
    """
    name = part.tag
    if name == "graphic" or name == "media":
        yield part
    elif name in _ALTERNATIVES:
        yield from islice((p for p in part.iter("graphic", "media") if len(p)), 1)
    elif name not in _EXCLUDED:
        for inner in part:
            if len(inner):
                yield from pictures_in(inner)


def is_picture(element: etree._Element) -> bool:
    """True for a graphic, and for a media object that is a picture."""
    # Some publishers put pictures into <media>, which also holds films and sound.
    name = element.tag
    return name == "graphic" or (name == "media" and (element.get("mimetype") or "").lower() == "image")


def _link(element: etree._Element) -> str | None:
    return clean(href(element) or "") or None


def _use(element: etree._Element) -> str | None:
    return clean(element.get("specific-use") or element.get("content-type") or "") or None


def _mime(element: etree._Element) -> str | None:
    parts = [(element.get(name) or "").strip() for name in ("mimetype", "mime-subtype")]
    return "/".join(part for part in parts if part) or None
