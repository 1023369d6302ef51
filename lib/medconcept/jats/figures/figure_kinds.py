"""The kind of a `<fig>`: from its type, its content, or the word in its label."""

from __future__ import annotations

import re

from lxml import etree

from medconcept.jats.records.figure import FigureKind

_SUPPLEMENT = re.compile(
    r"figure supplement|supplement(?:ary|al)?\s+fig|fig(?:ure|\.)?\s*S\s?[0-9]|extended data|source data",
    re.IGNORECASE,
)
# English, Portuguese, Spanish, French, German.
_KIND_WORDS: tuple[tuple[FigureKind, re.Pattern[str]], ...] = (
    ("scheme", re.compile(r"(?:reaction\s+|synthetic\s+)?(?:scheme|esquema|schéma|schema)\b", re.IGNORECASE)),
    ("table", re.compile(r"(?:table|tabela|tabla|tableau|tabelle|quadro|cuadro)\b", re.IGNORECASE)),
    ("video", re.compile(r"(?:video|vídeo|vidéo|movie|film|animation)\b", re.IGNORECASE)),
    ("chart", re.compile(r"(?:chart|gr[áa]fic[oa]|graph|graphique|diagramm)\b", re.IGNORECASE)),
    ("map", re.compile(r"(?:map|mapa|carte|karte)\b", re.IGNORECASE)),
    ("plate", re.compile(r"(?:plate|prancha|l[áa]mina|planche|tafel)\b", re.IGNORECASE)),
    ("box", re.compile(r"(?:box|textbox)\b", re.IGNORECASE)),
)


def figure_kind(element: etree._Element, label: str | None, in_group: bool, supplement: bool) -> FigureKind:
    """Return the kind of a figure; `grouped` or `fig` if the file states none.

    >>> figure_kind(etree.fromstring("<fig fig-type='scheme'/>"), "Figure 1", False, False)
    'scheme'
    """
    if element.tag == "table-wrap":
        return "table"
    stated = (element.get("fig-type") or "").replace("-", " ").strip()
    if kind := _kind_of_words(stated):
        return kind
    if supplement:
        return "supplement"
    if any((m.get("mimetype") or "").lower() == "video" for m in element.iterchildren("media")):
        return "video"
    plain = label is None or label[:3].lower() == "fig"
    labelled_kind = None if plain else _kind_of_words(label or "")
    return labelled_kind or ("grouped" if in_group else "fig")


def is_supplement(element: etree._Element, label: str | None) -> bool:
    """True for a figure that supplements another figure or the article."""
    if element.get("specific-use") == "child-fig" or "suppl" in (element.get("fig-type") or "").lower():
        return True
    return label is not None and _SUPPLEMENT.search(label) is not None


def _kind_of_words(words: str) -> FigureKind | None:
    return next((kind for kind, pattern in _KIND_WORDS if pattern.match(words)), None) if words else None
