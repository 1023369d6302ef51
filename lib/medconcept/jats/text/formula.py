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

from medconcept.jats.text.markup import CLOSING, OPENING
from medconcept.jats.xml.tree import MATHML, all_text

_TEX_BODY = re.compile(r"\\begin\s*\{document\}(.*?)(?:\\end\s*\{document\}|\Z)", re.DOTALL)
_ROWS = frozenset(("mtr", "mlabeledtr", "mtd", "mtable"))
_UNSEEN_NAMES = (
    "annotation",
    "annotation-xml",
    "mphantom",
    "maligngroup",
    "malignmark",
    "none",
    "mprescripts",
)
# Of every element the name is asked for, so it is looked for as it stands, in MathML's namespace or in none.
_UNSEEN = frozenset(f"{space}{name}" for space in ("", MATHML) for name in _UNSEEN_NAMES)
_SPACED_TOKENS = frozenset(("mtext", f"{MATHML}mtext"))
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
    tag = element.tag
    if tag in _UNSEEN:
        return ""
    if len(element) == 0:
        return _token(element)
    parts: list[str] = []
    for child in element:
        # Most are tokens, which cost no call of the whole.
        part = mathml_text(child, marks) if len(child) else _token(child)
        tail = child.tail
        parts.append(part + tail.strip() if tail else part)
    name = tag.rpartition("}")[2]
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


def _token(element: etree._Element) -> str:
    text = element.text
    if not text or (tag := element.tag) in _UNSEEN:
        return ""
    if tag in _SPACED_TOKENS:
        return text
    text = text.strip()
    return text if text.isascii() else text.translate(_OPERATORS_UNSEEN)


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
