"""MathML and TeX as a line of text.

The tokens of a MathML tree are joined in order, without the layout between them. What MathML draws is written
out: the bar of a fraction as `/`, a root as `√`, the brackets of `mfenced`. Superscripts and subscripts are
plain in plain text, as `<sup>` and `<sub>` are, and marked in markup. A TeX formula is kept as it stands,
without the preamble that publishers wrap around each one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from medconcept.jats.text.markup import CLOSING, OPENING
from medconcept.jats.xml.element_queries import MATHML, all_text

_TEX_BODY = re.compile(r"\\begin\s*\{document\}(.*?)(?:\\end\s*\{document\}|\Z)", re.DOTALL)
_TABLE_PARTS = frozenset(("mtr", "mlabeledtr", "mtd", "mtable"))
_INVISIBLE_NAMES = (
    "annotation",
    "annotation-xml",
    "mphantom",
    "maligngroup",
    "malignmark",
    "none",
    "mprescripts",
)
# Checked for every element, so by full tag: in MathML's namespace or in none.
_INVISIBLE = frozenset(f"{space}{name}" for space in ("", MATHML) for name in _INVISIBLE_NAMES)
_SPACED_TOKENS = frozenset(("mtext", f"{MATHML}mtext"))
_SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "msup": ("", "sup"),
    "msub": ("", "sub"),
    "msubsup": ("", "sub", "sup"),
}
_INVISIBLE_OPERATORS = str.maketrans(
    "", "", "\u2061\u2062\u2063\u2064"
)  # "function applied", "times", unprinted


def mathml_text(element: etree._Element, marks: bool = False) -> str:
    """Return the formula in a MathML tree as one line, with marks of `markup` for scripts if requested.

    >>> below = "<mrow><mi>b</mi><mo>+</mo><mn>1</mn></mrow>"
    >>> mathml_text(etree.fromstring(f"<math><mfrac><mi>a</mi>{below}</mfrac></math>"))
    'a/(b+1)'
    """
    tag = element.tag
    if tag in _INVISIBLE:
        return ""
    if len(element) == 0:
        return _token(element)
    parts: list[str] = []
    for child in element:
        # Most children are tokens, which need no recursion.
        part = mathml_text(child, marks) if len(child) else _token(child)
        tail = child.tail
        parts.append(part + tail.strip() if tail else part)
    name = tag.rpartition("}")[2]
    own_text = (element.text or "").strip()
    if name == "mfrac" and len(parts) == 2 and element.get("linethickness") not in ("0", "0pt", "0px"):
        return f"{own_text}{_grouped(parts[0])}/{_grouped(parts[1])}"
    if name in ("msqrt", "mroot"):
        index = parts[1] if name == "mroot" and len(parts) == 2 else ""
        return f"{own_text}{index}√{_grouped(parts[0] if name == 'mroot' else ''.join(parts))}"
    if name == "mfenced":
        separator = (element.get("separators", ",").strip() or "")[:1]
        return element.get("open", "(") + own_text + separator.join(parts) + element.get("close", ")")
    if marks and name in _SCRIPTS and len(parts) == len(_SCRIPTS[name]):
        parts = [
            f"{OPENING[tag]}{part}{CLOSING[tag]}" if tag else part
            for tag, part in zip(_SCRIPTS[name], parts, strict=True)
        ]
    inner = own_text + "".join(parts)
    return f" {inner} " if name in _TABLE_PARTS else inner


def _token(element: etree._Element) -> str:
    text = element.text
    if not text or (tag := element.tag) in _INVISIBLE:
        return ""
    if tag in _SPACED_TOKENS:
        return text
    text = text.strip()
    return text if text.isascii() else text.translate(_INVISIBLE_OPERATORS)


def tex_text(element: etree._Element) -> str:
    """Return the formula of a TeX document.

    >>> tex_text(etree.fromstring("<tex-math>\\\\begin{document}$x^2$\\\\end{document}</tex-math>"))
    'x^2'
    """
    source = all_text(element)
    body = _TEX_BODY.search(source)
    return (body.group(1) if body else source).strip().strip("$").strip()


def _grouped(part: str) -> str:
    """Bracket a part of a fraction or root unless it is one number, one name or bracketed already."""
    text = part.strip()
    if text.isalnum() or len(text) < 2 or (text[0] == "(" and text.find(")") == len(text) - 1):
        return text
    return f"({text})"
