"""Words that describe a figure outside its `<caption>`: captions of graphics, text straight in `<fig>`."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from medconcept.jats.figures.graphics import is_picture, pictures_in
from medconcept.jats.text.element_text import raw_text
from medconcept.jats.xml.element_queries import child

_TEXT_ELEMENTS = frozenset(
    ("p", "list", "def-list", "disp-quote", "statement", "speech", "verse-group", "fn", "fn-group")
)
# Objects of their own, which a paragraph of a figure may only hold in their place.
_OBJECTS = frozenset(("supplementary-material", "inline-supplementary-material", "table-wrap", "boxed-text"))
_WORDS = ("label", "caption")
_WITHOUT_PICTURES = frozenset(("caption", "label", "object-id", "fig", "attrib", "permissions"))


def caption_of_only_picture(figure: etree._Element) -> etree._Element | None:
    """Return the caption of a figure's graphic if one graphic alone has any, else None.

    >>> fig = etree.fromstring("<fig><graphic><caption><p>Moss.</p></caption></graphic></fig>")
    >>> caption_of_only_picture(fig).tag
    'caption'
    """
    described = [p for p in _described_pictures(figure) if child(p, "caption") is not None]
    return child(described[0], "caption") if len(described) == 1 else None


def label_of_only_picture(figure: etree._Element) -> etree._Element | None:
    """Return the label of a figure's graphic if one graphic alone has any, else None."""
    labelled = [p for p in _described_pictures(figure) if child(p, "label") is not None]
    return child(labelled[0], "label") if len(labelled) == 1 else None


def loose_words(figure: etree._Element, *, of_pictures: bool = True, of_films: bool = False) -> list[str]:
    """Return the raw text of each paragraph and captioned graphic of a figure, in document order.

    Other figures and supplements within it are left out, and films unless they are asked for.

    >>> fig = etree.fromstring("<fig><p>A.</p><graphic><label>B</label><caption>C.</caption></graphic></fig>")
    >>> loose_words(fig)
    ['A.', 'B C.']
    """
    words: list[str] = []
    for part in figure:
        name = part.tag
        if name in _TEXT_ELEMENTS:
            words.append(_text_without_objects(part))
        if of_pictures and name not in _WITHOUT_PICTURES and len(part):
            words += [_words_of(picture) for picture in pictures_in(part) if of_films or is_picture(picture)]
    return [text for text in words if text and not text.isspace()]


def _described_pictures(figure: etree._Element) -> Iterator[etree._Element]:
    for part in figure:
        if len(part):
            yield from pictures_in(part)


def _text_without_objects(paragraph: etree._Element) -> str:
    if not len(paragraph):
        return paragraph.text or ""
    if not any(part.tag in _OBJECTS for part in paragraph):
        return raw_text(paragraph)
    pieces = [paragraph.text or ""]
    for part in paragraph:
        if part.tag not in _OBJECTS:
            pieces.append(raw_text(part))
        pieces.append(part.tail or "")
    return "".join(pieces)


def _words_of(picture: etree._Element) -> str:
    return " ".join([raw_text(part).strip() for part in picture.iterchildren(*_WORDS)])
