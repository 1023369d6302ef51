"""What kind of figure a `<fig>` is: by its type, by what it holds, by the word on its label."""

from __future__ import annotations

import re

from lxml import etree

from medconcept.jats.records.figure import FigureKind

_SUPPLEMENT = re.compile(
    r"figure supplement|supplement(?:ary|al)?\s+fig|fig(?:ure|\.)?\s*S\s?[0-9]|extended data|source data",
    re.IGNORECASE,
)
# Languages: English, Portuguese, Spanish, French, German.
_WORDS: tuple[tuple[FigureKind, re.Pattern[str]], ...] = (
    ("scheme", re.compile(r"(?:reaction\s+|synthetic\s+)?(?:scheme|esquema|schéma|schema)\b", re.IGNORECASE)),
    ("table", re.compile(r"(?:table|tabela|tabla|tableau|tabelle|quadro|cuadro)\b", re.IGNORECASE)),
    ("video", re.compile(r"(?:video|vídeo|vidéo|movie|film|animation)\b", re.IGNORECASE)),
    ("chart", re.compile(r"(?:chart|gr[áa]fic[oa]|graph|graphique|diagramm)\b", re.IGNORECASE)),
    ("map", re.compile(r"(?:map|mapa|carte|karte)\b", re.IGNORECASE)),
    ("plate", re.compile(r"(?:plate|prancha|l[áa]mina|planche|tafel)\b", re.IGNORECASE)),
    ("box", re.compile(r"(?:box|textbox)\b", re.IGNORECASE)),
)


def figure_kind(element: etree._Element, label: str | None, in_group: bool, supplement: bool) -> FigureKind:
    """The kind that the file gives a figure; `grouped` and `fig` where it gives none.

    >>> figure_kind(etree.fromstring("<fig fig-type='scheme'/>"), "Figure 1", False, False)
    'scheme'
    """
    if element.tag == "table-wrap":
        return "table"
    stated = (element.get("fig-type") or "").replace("-", " ").strip()
    if kind := _worded(stated):
        return kind
    if supplement:
        return "supplement"
    if any((m.get("mimetype") or "").lower() == "video" for m in element.iterchildren("media")):
        return "video"
    plain = label is None or label[:3].lower() == "fig"
    worded = None if plain else _worded(label or "")
    return worded or ("grouped" if in_group else "fig")


def is_supplement(element: etree._Element, label: str | None) -> bool:
    """True for a figure that supplements another, or the article."""
    if element.get("specific-use") == "child-fig" or "suppl" in (element.get("fig-type") or "").lower():
        return True
    return label is not None and _SUPPLEMENT.search(label) is not None


def _worded(words: str) -> FigureKind | None:
    return next((kind for kind, pattern in _WORDS if pattern.match(words)), None) if words else None
