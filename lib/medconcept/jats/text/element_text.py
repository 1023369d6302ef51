"""Text of a JATS element. The rules, each with its test in `tests/jats/test_jats_text.py`:

1. Unicode NFC; one space for any run of white space (no-break and thin spaces too), none at the ends.
2. Inline elements add nothing: `H<sub>2</sub>O` is "H2O". Block elements (paragraphs, titles, list items,
   table cells, lines) are separated by one space.
3. A formula appears once, in its most readable form: text or Unicode, else MathML, else TeX; the label of a
   display formula comes before it. Other `<alternatives>` also appear once, text first.
4. Left out: comments, processing instructions, pictures, `alt-text`, `long-desc`, `object-id`, rights and
   attributions, index terms, and figures within the text, which have captions of their own.
5. Entities are resolved earlier (see `xml.entities`); CDATA is text as it stands.
6. Offsets count Unicode code points of exactly the text stored.
7. Markup keeps sup, sub, italic and bold; `markup` describes how its offsets map to the plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from operator import attrgetter

from lxml import etree

from medconcept.jats.text.formula import mathml_text, tex_text
from medconcept.jats.text.markup import (
    ALL_MARKS,
    CITE_CLOSE,
    CITE_OPEN,
    CLOSING,
    OPENING,
    Marked,
    clean,
    cut_at_marks,
    is_settled,
    marked,
)
from medconcept.jats.xml.element_queries import MATHML

__all__ = [
    "CITED",
    "Marked",
    "cited_inline_text",
    "cited_text",
    "clean",
    "is_inline",
    "marked_text",
    "plain_text",
    "raw_text",
    "text_or_none",
    "text_without",
]

# Shown on lines or in cells of their own, so their text never touches a neighbour's.
_BLOCKS = """
title subtitle trans-title p list list-item def-list def-item def-head term-head term def label caption
disp-formula-group disp-quote boxed-text table-wrap table thead tbody tfoot tr td th row entry sec
statement verse-group verse-line speech preformat code array supplementary-material fn fn-group license-p
table-wrap-foot table-wrap-group break hr mtr mtd chem-struct-wrap legend question answer explanation
"""
# Not text of the caption: pictures, descriptions for other media, machine identifiers, rights, and
# nested figures, whose captions are their own.
_LEFT_OUT = """
graphic inline-graphic media inline-media long-desc alt-text object-id permissions attrib fig fig-group
glyph-data glyph-ref annotation annotation-xml index-term institution-id
"""
SKIPPED = frozenset(_LEFT_OUT.split())
_MARK_SPLIT = re.compile("([\x01-\x08])")
_TAG = attrgetter("tag")
_MATH_NAMES = ("math", f"{MATHML}math")
_SINGLE_CONTENT = frozenset((*_MATH_NAMES, "graphic", "inline-graphic"))
_NOT_READABLE = (*_MATH_NAMES, "tex-math", "alternatives", "label")
_ALTERNATIVES = "alternatives aff-alternatives citation-alternatives collab-alternatives name-alternatives"
_BLOCK, _SKIP, _MATH, _TEX, _ALTERNATIVE, _FORMULA, _DISPLAY, _MARK, _CITE = range(9)
_PLAIN_ACTIONS: Mapping[str, int] = {
    **dict.fromkeys(_BLOCKS.split(), _BLOCK),
    **dict.fromkeys(SKIPPED, _SKIP),
    **dict.fromkeys(_ALTERNATIVES.split(), _ALTERNATIVE),
    "math": _MATH,
    f"{MATHML}math": _MATH,
    "tex-math": _TEX,
    "inline-formula": _FORMULA,
    "disp-formula": _DISPLAY,
}
_NOT_INLINE = frozenset(_PLAIN_ACTIONS)
_MARKED_ACTIONS: Mapping[str, int] = {**_PLAIN_ACTIONS, **dict.fromkeys(OPENING, _MARK)}
CITED = "cited-xref"
"""Tag to which `citing_paragraphs` renames cross-references that cite a figure; ignored elsewhere."""
_CITED_ACTIONS: Mapping[str, int] = {**_PLAIN_ACTIONS, CITED: _CITE}


def plain_text(*elements: etree._Element) -> str:
    """Return the plain text of the elements, joined by a space; empty if they hold none.

    >>> plain_text(etree.fromstring("<p>H<sub>2</sub>O<list><list-item>and ice</list-item></list></p>"))
    'H2O and ice'
    """
    if len(elements) == 1:
        element = elements[0]
        if len(element) == 0 and _PLAIN_ACTIONS.get(element.tag, _BLOCK) == _BLOCK:
            return clean(element.text or "")
        return clean(_inline_text(element) or _raw(element, _PLAIN_ACTIONS))
    return clean(" ".join([_raw(element, _PLAIN_ACTIONS) for element in elements]))


def is_inline(element: etree._Element) -> bool:
    """True if an element holds only inline elements, so that its text is that of its text nodes.

    >>> is_inline(etree.fromstring("<p>H<sub>2</sub>O</p>")), is_inline(etree.fromstring("<p>a<break/></p>"))
    (True, False)
    """
    return len(element) == 0 or _NOT_INLINE.isdisjoint(map(_TAG, element.iterdescendants()))


def _inline_text(element: etree._Element) -> str | None:
    """Return the text of an inline element as libxml2 serialises it in one call; None for other elements."""
    if _PLAIN_ACTIONS.get(element.tag, _BLOCK) != _BLOCK or not is_inline(element):
        return None
    return etree.tostring(element, encoding="unicode", method="text", with_tail=False)


def text_or_none(element: etree._Element | None) -> str | None:
    """Return the text of an element, or None if it is missing or empty."""
    if element is None:
        return None
    if len(element) == 0 and element.tag not in SKIPPED:
        return clean(element.text or "") or None
    return plain_text(element) or None


def marked_text(element: etree._Element) -> Marked:
    """Return the text of an element as plain text and as markup.

    >>> marked_text(etree.fromstring("<p>H<sub>2</sub>O</p>")).markup
    'H<sub>2</sub>O'
    """
    return marked(_raw(element, _MARKED_ACTIONS))


def raw_text(element: etree._Element) -> str:
    """Return the text of an element with marks and unnormalised white space, as input for `markup.marked`."""
    return _raw(element, _MARKED_ACTIONS)


def text_without(element: etree._Element, *omitted: str) -> str:
    """Return the text of an element without its children of the given names.

    >>> text_without(etree.fromstring("<aff><label>1</label>Here</aff>"), "label")
    'Here'
    """
    return clean("".join(_inside_without(element, _PLAIN_ACTIONS, omitted)))


def cited_text(element: etree._Element) -> tuple[str, list[tuple[int, int]]]:
    """Return the plain text of a paragraph, and the span of each `CITED` element in document order.

    Elements within formulae and alternatives have no span, so there may be fewer spans than elements.

    >>> text, spans = cited_text(etree.fromstring(f"<p>See <{CITED}>Fig. 1</{CITED}> .</p>"))
    >>> text, [text[start:end] for start, end in spans]
    ('See Fig. 1 .', ['Fig. 1'])
    """
    return _spans(_raw(element, _CITED_ACTIONS))


def cited_inline_text(
    element: etree._Element, references: Iterable[etree._Element]
) -> tuple[str, list[tuple[int, int]]] | None:
    """Return the same as `cited_text` without walking the paragraph, or None if that is not possible.

    It works for paragraphs of inline elements. Each reference is located by the text around it, so that text
    must occur in the paragraph only once.

    >>> paragraph = etree.fromstring("<p>See <xref>Fig. 1</xref> .</p>")
    >>> cited_inline_text(paragraph, [paragraph[0]])
    ('See Fig. 1 .', [(4, 10)])
    """
    raw = _inline_text(element)
    if raw is None:
        return None
    spans: list[tuple[int, int]] = []
    for reference in references:
        previous = reference.getprevious()
        parent = reference.getparent()
        if len(reference) or parent is None:
            return None
        before = (parent.text if previous is None else previous.tail) or ""
        words = reference.text or ""
        context = f"{before}{words}{reference.tail or ''}"
        start = raw.find(context)
        if raw.find(context, start + 1) >= 0 or not context:
            return None
        start += len(before)
        spans.append((start, start + len(words)))
    text = raw.strip(" ")
    if is_settled(text):
        shift = raw.find(text)
        last = len(text)
        return text, [(min(max(s - shift, 0), last), min(max(e - shift, 0), last)) for s, e in spans]
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        pieces += [raw[at:start], CITE_OPEN, raw[start:end], CITE_CLOSE]
        at = end
    pieces.append(raw[at:])
    return _spans("".join(pieces))


def _spans(raw: str) -> tuple[str, list[tuple[int, int]]]:
    text, pieces = cut_at_marks(raw)
    spans: list[tuple[int, int]] = []
    open_spans: list[int] = []
    at = 0
    for piece in pieces:
        if piece == CITE_OPEN:
            open_spans.append(len(spans))
            spans.append((at, at))
        elif piece == CITE_CLOSE:
            index = open_spans.pop()
            spans[index] = (spans[index][0], at)
        else:
            at += len(piece)
    return text, spans


def _raw(element: etree._Element, actions: Mapping[str, int]) -> str:
    """Return the text of one element with marks, unnormalised white space and without its tail."""
    out: list[str] = []
    _emit(element, out, actions)
    return "".join(out)


def _emit(element: etree._Element, out: list[str], actions: Mapping[str, int]) -> None:
    """Append the text of one element, without its tail."""
    action = actions.get(element.tag)
    if action is None:
        _emit_inside(element, out, actions)
    else:
        _emit_special(element, action, out, actions)


def _emit_inside(element: etree._Element, out: list[str], actions: Mapping[str, int]) -> None:
    # The hottest loop: inline elements are handled without a call of their own.
    if text := element.text:
        out.append(text)
    for child in element:
        action = actions.get(child.tag)
        if action is not None:
            _emit_special(child, action, out, actions)
        elif len(child):
            _emit_inside(child, out, actions)
        elif text := child.text:
            out.append(text)
        if text := child.tail:
            out.append(text)


def _emit_special(element: etree._Element, action: int, out: list[str], actions: Mapping[str, int]) -> None:
    if action == _BLOCK:
        out.append(" ")
        _emit_inside(element, out, actions)
        out.append(" ")
    elif action == _MARK:
        out.append(OPENING[element.tag])
        _emit_inside(element, out, actions)
        out.append(CLOSING[element.tag])
    elif action == _CITE:
        out.append(CITE_OPEN)
        _emit_inside(element, out, actions)
        out.append(CITE_CLOSE)
    elif action in (_FORMULA, _DISPLAY):
        _emit_formula(element, out, actions, block=action == _DISPLAY)
    elif action == _MATH:
        if actions is _MARKED_ACTIONS:
            out.extend(_MARK_SPLIT.split(mathml_text(element, marks=True)))
        else:
            out.append(mathml_text(element))
    elif action == _TEX:
        out.append(tex_text(element))
    elif action == _ALTERNATIVE:
        _emit_best(element, out, actions)


def _emit_formula(element: etree._Element, out: list[str], actions: Mapping[str, int], block: bool) -> None:
    """Append a formula once, even if the file holds it as text, as MathML and as TeX."""
    actions = _PLAIN_ACTIONS if actions is _CITED_ACTIONS else actions
    if (
        len(element) == 1
        and element[0].tag in _SINGLE_CONTENT
        and not _has_words(element.text, element[0].tail)
    ):
        # The usual case: one representation, nothing to choose from.
        pieces: list[str] = []
        _emit(element[0], pieces, actions)
        out.extend([" ", *_stripped(pieces), " "] if block else _stripped(pieces))
        return
    shown = _inside_without(element, actions, _NOT_READABLE)
    if not any(map(str.isalnum, "".join(shown))):
        coded = any(child.tag in _MATH_NAMES for child in element)
        # Only layout is between the representations: white space there separates nothing.
        shown = _stripped(_inside_without(element, actions, ("tex-math", "label") if coded else ("label",)))
    if block:
        out.append(" ")
    out.extend([f"{plain_text(child)} " for child in element.iterchildren("label")])
    out.extend(shown)
    if block:
        out.append(" ")


def _has_words(*texts: str | None) -> bool:
    return any(text and not text.isspace() for text in texts)


def _inside_without(element: etree._Element, actions: Mapping[str, int], omit: tuple[str, ...]) -> list[str]:
    out = [element.text or ""]
    for child in element:
        if child.tag not in omit:
            _emit(child, out, actions)
        out.append(child.tail or "")
    return out


def _stripped(raw: list[str]) -> list[str]:
    """Strip white space at both ends of the text, in place."""
    for indices, strip in ((range(len(raw)), str.lstrip), (range(len(raw) - 1, -1, -1), str.rstrip)):
        for index in indices:
            raw[index] = strip(raw[index])
            if raw[index] and raw[index] not in ALL_MARKS:
                break
    return raw


def _emit_best(element: etree._Element, out: list[str], actions: Mapping[str, int]) -> None:
    """Append the most readable alternative: text, else MathML, else TeX; nothing if all are pictures."""
    actions = _PLAIN_ACTIONS if actions is _CITED_ACTIONS else actions
    for child in sorted(element, key=_readability):
        pieces: list[str] = []
        _emit(child, pieces, actions)
        if not all(piece.isspace() or not piece for piece in pieces):
            out.extend(_stripped(pieces))
            return


def _readability(element: etree._Element) -> int:
    return 1 if element.tag in _MATH_NAMES else 2 if element.tag == "tex-math" else 0
