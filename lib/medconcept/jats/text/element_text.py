"""Text of a JATS element. The rules, each with its test in `tests/jats/test_jats_text.py`:

1. Unicode NFC; one space for any run of white space (no-break and thin spaces too), none at the ends.
2. Inline elements add nothing: `H<sub>2</sub>O` is "H2O". Between block elements (paragraphs, titles, list
   items, table cells, lines) stands one space.
3. A formula is told once, in the most readable form there is: text or Unicode, else MathML, else TeX; a
   display formula's label before it. Of other `<alternatives>` too the first that is text is told.
4. Not told: comments, processing instructions, pictures, `alt-text`, `long-desc`, `object-id`, rights and
   attributions, index terms, and figures within the text, whose captions are their own.
5. Entities are resolved before (see `entities`), CDATA is text as it stands.
6. Offsets count Unicode code points of exactly the text stored.
7. The markup beside a plain text keeps sup, sub, italic and bold; how it maps is told in `markup`.
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
from medconcept.jats.xml.tree import MATHML

__all__ = [
    "CITED",
    "Marked",
    "cited_in_bare_text",
    "cited_text",
    "clean",
    "is_inline",
    "marked_text",
    "plain_text",
    "raw_text",
    "text_or_none",
    "text_without",
]

# A reader sees these on lines or in cells of their own, so their text never touches a neighbour's.
_BLOCKS = """
title subtitle trans-title p list list-item def-list def-item def-head term-head term def label caption
disp-formula-group disp-quote boxed-text table-wrap table thead tbody tfoot tr td th row entry sec
statement verse-group verse-line speech preformat code array supplementary-material fn fn-group license-p
table-wrap-foot table-wrap-group break hr mtr mtd chem-struct-wrap legend question answer explanation
"""
# Not text of the caption: pictures, descriptions for other media, machine identifiers, rights, and
# nested figures, whose captions are their own.
_NOT_TOLD = """
graphic inline-graphic media inline-media long-desc alt-text object-id permissions attrib fig fig-group
glyph-data glyph-ref annotation annotation-xml index-term institution-id
"""
SKIPPED = frozenset(_NOT_TOLD.split())
_MARKS = re.compile("([\x01-\x08])")
_TAG = attrgetter("tag")
_MATH_NAMES = ("math", f"{MATHML}math")
_ALONE = frozenset((*_MATH_NAMES, "graphic", "inline-graphic"))
_CODED = (*_MATH_NAMES, "tex-math", "alternatives", "label")
_ALTERNATIVES = "alternatives aff-alternatives citation-alternatives collab-alternatives name-alternatives"
_BLOCK, _SKIP, _MATH, _TEX, _ALTERNATIVE, _FORMULA, _DISPLAY, _MARK, _CITE = range(9)
_PLAIN: Mapping[str, int] = {
    **dict.fromkeys(_BLOCKS.split(), _BLOCK),
    **dict.fromkeys(SKIPPED, _SKIP),
    **dict.fromkeys(_ALTERNATIVES.split(), _ALTERNATIVE),
    "math": _MATH,
    f"{MATHML}math": _MATH,
    "tex-math": _TEX,
    "inline-formula": _FORMULA,
    "disp-formula": _DISPLAY,
}
_NOT_INLINE = frozenset(_PLAIN)
_MARKED: Mapping[str, int] = {**_PLAIN, **dict.fromkeys(OPENING, _MARK)}
CITED = "cited-xref"
"""What `citing_paragraphs` renames the cross-references to that cite a figure; no other text cares."""
_CITED: Mapping[str, int] = {**_PLAIN, CITED: _CITE}


def plain_text(*elements: etree._Element) -> str:
    """The text of the elements, a space between any two; empty if they hold none.

    >>> plain_text(etree.fromstring("<p>H<sub>2</sub>O<list><list-item>and ice</list-item></list></p>"))
    'H2O and ice'
    """
    if len(elements) == 1:
        element = elements[0]
        if len(element) == 0 and _PLAIN.get(element.tag, _BLOCK) == _BLOCK:
            return clean(element.text or "")
        return clean(_bare(element) or _raw(element, _PLAIN))
    return clean(" ".join([_raw(element, _PLAIN) for element in elements]))


def is_inline(element: etree._Element) -> bool:
    """True if nothing within an element asks for more than its bare text.

    >>> is_inline(etree.fromstring("<p>H<sub>2</sub>O</p>")), is_inline(etree.fromstring("<p>a<break/></p>"))
    (True, False)
    """
    return len(element) == 0 or _NOT_INLINE.isdisjoint(map(_TAG, element.iterdescendants()))


def _bare(element: etree._Element) -> str | None:
    """The text of an element in which nothing asks for more than its text: libxml2 gives it in one go."""
    if _PLAIN.get(element.tag, _BLOCK) != _BLOCK or not is_inline(element):
        return None
    return etree.tostring(element, encoding="unicode", method="text", with_tail=False)


def text_or_none(element: etree._Element | None) -> str | None:
    """The text of an element, or None where it is missing or empty."""
    if element is None:
        return None
    if len(element) == 0 and element.tag not in SKIPPED:
        return clean(element.text or "") or None
    return plain_text(element) or None


def marked_text(element: etree._Element) -> Marked:
    """The text of an element as plain text and as markup.

    >>> marked_text(etree.fromstring("<p>H<sub>2</sub>O</p>")).markup
    'H<sub>2</sub>O'
    """
    return marked(_raw(element, _MARKED))


def raw_text(element: etree._Element) -> str:
    """The text of an element with its marks, white space and all, for `markup.marked`."""
    return _raw(element, _MARKED)


def text_without(element: etree._Element, *omitted: str) -> str:
    """The text of an element but for its children of the names given.

    >>> text_without(etree.fromstring("<aff><label>1</label>Here</aff>"), "label")
    'Here'
    """
    return clean("".join(_inside_without(element, _PLAIN, omitted)))


def cited_text(element: etree._Element) -> tuple[str, list[tuple[int, int]]]:
    """The plain text of a paragraph, and the span of each `CITED` element's words, in document order.

    Those within formulae and alternatives are not told, so they are fewer there.

    >>> text, spans = cited_text(etree.fromstring(f"<p>See <{CITED}>Fig. 1</{CITED}> .</p>"))
    >>> text, [text[start:end] for start, end in spans]
    ('See Fig. 1 .', ['Fig. 1'])
    """
    return _spans(_raw(element, _CITED))


def cited_in_bare_text(
    element: etree._Element, references: Iterable[etree._Element]
) -> tuple[str, list[tuple[int, int]]] | None:
    """The same without a walk: of a paragraph of inline elements, for references found by what is round them.

    None where there is more in it, or where the text round a reference stands in it twice.

    >>> paragraph = etree.fromstring("<p>See <xref>Fig. 1</xref> .</p>")
    >>> cited_in_bare_text(paragraph, [paragraph[0]])
    ('See Fig. 1 .', [(4, 10)])
    """
    raw = _bare(element)
    if raw is None:
        return None
    places: list[tuple[int, int]] = []
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
        places.append((start, start + len(words)))
    text = raw.strip(" ")
    if is_settled(text):
        shift = raw.find(text)
        last = len(text)
        return text, [(min(max(s - shift, 0), last), min(max(e - shift, 0), last)) for s, e in places]
    pieces: list[str] = []
    at = 0
    for start, end in places:
        pieces += [raw[at:start], CITE_OPEN, raw[start:end], CITE_CLOSE]
        at = end
    pieces.append(raw[at:])
    return _spans("".join(pieces))


def _spans(raw: str) -> tuple[str, list[tuple[int, int]]]:
    text, pieces = cut_at_marks(raw)
    spans: list[tuple[int, int]] = []
    waiting: list[int] = []
    at = 0
    for piece in pieces:
        if piece == CITE_OPEN:
            waiting.append(len(spans))
            spans.append((at, at))
        elif piece == CITE_CLOSE:
            place = waiting.pop()
            spans[place] = (spans[place][0], at)
        else:
            at += len(piece)
    return text, spans


def _raw(element: etree._Element, actions: Mapping[str, int]) -> str:
    """What one element shows, with its marks, white space and all, without its tail."""
    out: list[str] = []
    _emit(element, out, actions)
    return "".join(out)


def _emit(element: etree._Element, out: list[str], actions: Mapping[str, int]) -> None:
    """Append what one element shows, without its tail."""
    action = actions.get(element.tag)
    if action is None:
        _emit_inside(element, out, actions)
    else:
        _emit_special(element, action, out, actions)


def _emit_inside(element: etree._Element, out: list[str], actions: Mapping[str, int]) -> None:
    # Most of all time goes here, so inline elements cost no call of their own.
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
        if actions is _MARKED:
            out.extend(_MARKS.split(mathml_text(element, marks=True)))
        else:
            out.append(mathml_text(element))
    elif action == _TEX:
        out.append(tex_text(element))
    elif action == _ALTERNATIVE:
        _emit_best(element, out, actions)


def _emit_formula(element: etree._Element, out: list[str], actions: Mapping[str, int], block: bool) -> None:
    """Append a formula once, though the file may hold it as text, as MathML and as TeX."""
    actions = _PLAIN if actions is _CITED else actions
    if len(element) == 1 and element[0].tag in _ALONE and not _has_words(element.text, element[0].tail):
        # As most are: one representation, and nothing to choose from.
        told: list[str] = []
        _emit(element[0], told, actions)
        out.extend([" ", *_stripped(told), " "] if block else _stripped(told))
        return
    shown = _inside_without(element, actions, _CODED)
    if not any(map(str.isalnum, "".join(shown))):
        coded = any(child.tag in _MATH_NAMES for child in element)
        # Only layout stands between the representations: white space there separates nothing.
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
    """The text without white space at either end."""
    for places, strip in ((range(len(raw)), str.lstrip), (range(len(raw) - 1, -1, -1), str.rstrip)):
        for place in places:
            raw[place] = strip(raw[place])
            if raw[place] and raw[place] not in ALL_MARKS:
                break
    return raw


def _emit_best(element: etree._Element, out: list[str], actions: Mapping[str, int]) -> None:
    """Plain text before MathML before TeX; nothing if the alternatives are all pictures."""
    actions = _PLAIN if actions is _CITED else actions
    for child in sorted(element, key=_readability):
        told: list[str] = []
        _emit(child, told, actions)
        if not all(piece.isspace() or not piece for piece in told):
            out.extend(_stripped(told))
            return


def _readability(element: etree._Element) -> int:
    return 1 if element.tag in _MATH_NAMES else 2 if element.tag == "tex-math" else 0
