"""The kind of a `<fig>`: from its type, its content, or the word in its label."""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import etree

from medconcept.jats.records.figure import FigureKind

# In English, Portuguese, Spanish, French, Italian, German, Dutch. An S after the word for a figure is the
# plural unless a number follows it: "Figures 1–12" and "Figs 3" are no supplements, "Figures S1–S3" are.
_SUPPLEMENT = re.compile(
    r"""(?i:\bsup{1,2}(?:l(?:[ée]m\w*)?)?\b|\bextended\s+data\b|\bexpanded\s+view\b|\bsource\s+data\b)
    |(?i:\bsupporting\s+(?:information\b|fig|movie|video)|\badditional\s+fig|\b(?:e|web|online\s+)fig)
    |(?i:\b(?:material|figuras?|figures?)\s+(?:complement\w+|aanvullende|additionnelles?)\b)
    |(?i:\berg[äa]nzende\s+abb|\bzusatzabb|\baanvullende\s+fig)
    |(?i:\bfig(?:ur[ae]s?|s)?\b)\.?\s*(?i:S|EV)[\s-]?[0-9]
    |\b(?:Fig(?:ure)?s?|fig(?:ure)?)(?:S|EV)[0-9]
    |(?i:\bS[0-9]+[A-Z]?\s+fig)""",
    re.VERBOSE,
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
    return label is not None and _says_supplement(label)


@lru_cache(maxsize=4096)  # every article has its "Figure 1"
def _says_supplement(label: str) -> bool:
    return _SUPPLEMENT.search(label) is not None


def _kind_of_words(words: str) -> FigureKind | None:
    return next((kind for kind, pattern in _KIND_WORDS if pattern.match(words)), None) if words else None
