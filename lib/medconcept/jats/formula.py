"""MathML and TeX as a line of text.

A MathML tree gives its tokens in order, without the layout between them; what the tree draws instead of
writing is written: the bar of a fraction as `/`, a root as `√`, the brackets of `mfenced`. Superscripts and
subscripts are plain in plain text, as `<sup>` and `<sub>` are, and marked in markup. Of TeX the formula is
kept as it stands, without the preamble that publishers wrap round each one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from medconcept.jats.markup import CLOSING, OPENING
from medconcept.jats.tree import all_text

_TEX_BODY = re.compile(r"\\begin\s*\{document\}(.*?)(?:\\end\s*\{document\}|\Z)", re.DOTALL)
_ROWS = frozenset(("mtr", "mlabeledtr", "mtd", "mtable"))
_UNSEEN = frozenset(
    ("annotation", "annotation-xml", "mphantom", "maligngroup", "malignmark", "none", "mprescripts")
)
_SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "msup": ("", "sup"),
    "msub": ("", "sub"),
    "msubsup": ("", "sub", "sup"),
}
_OPERATORS_UNSEEN = str.maketrans(
    "", "", "\u2061\u2062\u2063\u2064"
)  # "function applied", "times", unprinted


def mathml_text(element: etree._Element, marks: bool = False) -> str:
    """The formula in a MathML tree, with marks of `markup` if they are asked for.

    >>> below = "<mrow><mi>b</mi><mo>+</mo><mn>1</mn></mrow>"
    >>> mathml_text(etree.fromstring(f"<math><mfrac><mi>a</mi>{below}</mfrac></math>"))
    'a/(b+1)'
    """
    name = element.tag.rpartition("}")[2]
    if name in _UNSEEN:
        return ""
    if len(element) == 0:
        text = element.text or ""
        return text if name == "mtext" else text.strip().translate(_OPERATORS_UNSEEN)
    parts = [mathml_text(child, marks) + (child.tail or "").strip() for child in element]
    own = (element.text or "").strip()
    if name == "mfrac" and len(parts) == 2 and element.get("linethickness") not in ("0", "0pt", "0px"):
        return f"{own}{_grouped(parts[0])}/{_grouped(parts[1])}"
    if name in ("msqrt", "mroot"):
        index = parts[1] if name == "mroot" and len(parts) == 2 else ""
        return f"{own}{index}√{_grouped(parts[0] if name == 'mroot' else ''.join(parts))}"
    if name == "mfenced":
        separator = (element.get("separators", ",").strip() or "")[:1]
        return element.get("open", "(") + own + separator.join(parts) + element.get("close", ")")
    if marks and name in _SCRIPTS and len(parts) == len(_SCRIPTS[name]):
        parts = [
            f"{OPENING[tag]}{part}{CLOSING[tag]}" if tag else part
            for tag, part in zip(_SCRIPTS[name], parts, strict=True)
        ]
    inner = own + "".join(parts)
    return f" {inner} " if name in _ROWS else inner


def tex_text(element: etree._Element) -> str:
    """The formula of a TeX document.

    >>> tex_text(etree.fromstring("<tex-math>\\\\begin{document}$x^2$\\\\end{document}</tex-math>"))
    'x^2'
    """
    source = all_text(element)
    body = _TEX_BODY.search(source)
    return (body.group(1) if body else source).strip().strip("$").strip()


def _grouped(part: str) -> str:
    """A part of a fraction or root, in brackets unless it is one number, name or bracketed already."""
    bare = part.strip()
    if bare.isalnum() or len(bare) < 2 or (bare[0] == "(" and bare.find(")") == len(bare) - 1):
        return bare
    return f"({bare})"
