"""Text of a JATS element: NFC, single spaces, each formula once."""

from __future__ import annotations

import re
from unicodedata import normalize

from lxml import etree

from medconcept.jats.tree import local_name

# A reader sees these on lines or in cells of their own, so their text never touches a neighbour's.
_BLOCKS_NAMES = """
title subtitle trans-title p list list-item def-list def-item def-head term-head term def label caption
disp-formula disp-formula-group disp-quote boxed-text table-wrap table thead tbody tfoot tr td th sec
statement verse-group verse-line speech preformat code array supplementary-material fn fn-group
table-wrap-foot break mtr mtd
"""
_BLOCKS = frozenset(_BLOCKS_NAMES.split())
# Not text of the caption: pictures, descriptions for other media, machine identifiers, rights, and
# nested figures, whose captions are their own.
_SKIPPED_NAMES = """
graphic inline-graphic media inline-media long-desc alt-text object-id permissions attrib fig fig-group
glyph-data glyph-ref annotation annotation-xml index-term
"""
_SKIPPED = frozenset(_SKIPPED_NAMES.split())
_FORMULAE = frozenset(("inline-formula", "disp-formula"))
_MATH = frozenset(("math", "tex-math"))
_TEX_BODY = re.compile(r"\\begin\s*\{document\}(.*?)(?:\\end\s*\{document\}|\Z)", re.DOTALL)


def clean(text: str) -> str:
    """The text in NFC with one space for any run of white space, none at the ends.

    >>> clean("  cafe\\u0301\\n\\tau\\xa0lait ")
    'café au lait'
    """
    return normalize("NFC", " ".join(text.split()))


def plain_text(*elements: etree._Element) -> str:
    """The text of the elements, a space between any two; empty if they hold none.

    >>> plain_text(etree.fromstring("<p>H<sub>2</sub>O<list><list-item>and ice</list-item></list></p>"))
    'H2O and ice'
    """
    out: list[str] = []
    for element in elements:
        _emit(element, out)
        out.append(" ")
    return clean("".join(out))


def text_or_none(element: etree._Element | None) -> str | None:
    """The text of an element, or None where it is missing or empty."""
    return (plain_text(element) or None) if element is not None else None


def _emit(element: etree._Element, out: list[str], omit: frozenset[str] = frozenset()) -> None:
    """Append what one element shows, without its tail."""
    name = local_name(element)
    if not name or name in _SKIPPED:
        return
    if name == "math":
        out.append(_mathml_text(element))
    elif name == "tex-math":
        out.append(_tex_text(element))
    elif name == "alternatives" or name.endswith("-alternatives"):
        out.append(_best_alternative(element))
    elif name in _FORMULAE and not omit:
        _emit_formula(element, out, block=name in _BLOCKS)
    elif name in _BLOCKS:
        out.append(" ")
        _emit_inside(element, out, omit)
        out.append(" ")
    else:
        _emit_inside(element, out, omit)


def _emit_inside(element: etree._Element, out: list[str], omit: frozenset[str]) -> None:
    if element.text:
        out.append(element.text)
    for child in element:
        if local_name(child) not in omit:
            _emit(child, out)
        if child.tail:
            out.append(child.tail)


def _emit_formula(element: etree._Element, out: list[str], block: bool) -> None:
    """Append a formula once, though the file may hold it as text, as MathML and as TeX."""
    plain: list[str] = []
    _emit_inside(element, plain, frozenset(("math", "tex-math", "alternatives", "label")))
    text = "".join(plain)
    if any(character.isalnum() for character in text):
        shown = [text]
    else:
        shown = []
        names = {local_name(child) for child in element}
        _emit_inside(element, shown, frozenset(("tex-math", "label") if "math" in names else ("label",)))
        # Only layout stands between the representations: white space there separates nothing.
        shown = ["".join(shown).strip()]
    labels = [plain_text(child) for child in element if local_name(child) == "label"]
    pieces = [*(f"{label} " for label in labels), *shown]
    out.extend([" ", *pieces, " "] if block else pieces)


def _best_alternative(element: etree._Element) -> str:
    """Plain text before MathML before TeX; empty if the alternatives are all pictures."""

    def rank(child: etree._Element) -> int:
        name = local_name(child)
        return ("math", "tex-math").index(name) + 1 if name in _MATH else 0

    for child in sorted(element, key=rank):
        text = plain_text(child)
        if text:
            return text
    return ""


def _mathml_text(element: etree._Element) -> str:
    """The tokens of a MathML tree; white space between elements is layout, so it is dropped."""
    name = local_name(element)
    if not name or name in _SKIPPED:
        return ""
    if len(element) == 0:
        text = element.text or ""
        return text if name == "mtext" else text.strip()
    own = [(element.text or "").strip()]
    own += [_mathml_text(child) + (child.tail or "").strip() for child in element]
    inner = "".join(own)
    return f" {inner} " if name in _BLOCKS else inner


def _tex_text(element: etree._Element) -> str:
    """The formula of a TeX document without the preamble that publishers wrap round each one."""
    source = "".join(str(part) for part in element.itertext())
    body = _TEX_BODY.search(source)
    return (body.group(1) if body else source).strip().strip("$").strip()
