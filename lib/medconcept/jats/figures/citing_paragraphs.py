"""The paragraphs that cite each figure: every cross-reference is resolved, or counted as dangling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, takewhile
from typing import Literal

from lxml import etree

from medconcept.jats.article.element_context import ContextIndex
from medconcept.jats.figures.figure_labels import NumberedLabel, SeriesIndex, joins_range
from medconcept.jats.figures.number_lists import DASHES
from medconcept.jats.records.figure import Citation, CitingParagraph
from medconcept.jats.text.element_text import CITED, SKIPPED, cited_inline_text, cited_text, plain_text
from medconcept.jats.text_budget import TextBudget
from medconcept.jats.warning_log import WarningLog
from medconcept.jats.xml.element_queries import own_language

_PARAGRAPH_ELEMENTS = frozenset(
    (
        "p",
        "title",
        "td",
        "th",
        "entry",
        "list-item",
        "label",
        "attrib",
        "def",
        "term",
        "fn",
        "verse-line",
        "speech",
    )
)
_BOUNDARIES = frozenset(
    ("sec", "app", "body", "back", "article", "sub-article", "fig", "table-wrap", "abstract")
)
_FIGURE_REF_TYPES = frozenset(("fig", "Fig", "FIG"))
_DASHES_AND_SPACE = f"{DASHES} "
_CITATION_COST = 50  # characters that one citation takes off the budget
Via = Literal["xref", "range", "group"]


@dataclass(slots=True)
class CitedFigure:
    """A figure that can be cited, and the paragraphs that cite it."""

    element: etree._Element
    fig_id: str | None
    host: etree._Element
    group: etree._Element | None
    label: NumberedLabel | None
    citing_paragraphs: list[CitingParagraph] = field(default_factory=list)


def find_citing_paragraphs(
    article: etree._Element,
    references: Sequence[etree._Element],
    targets: Sequence[CitedFigure],
    contexts: ContextIndex,
    warnings: WarningLog,
    budget: TextBudget,
) -> None:
    """Append to each figure its citing paragraphs, in document order; warn of unresolved references."""
    resolver = _Resolver(article, targets)
    cited: dict[etree._Element, dict[etree._Element, dict[int, Via]]] = {}
    for xref in references:
        kind = xref.get("ref-type")
        if kind == "bibr":  # citations of the literature: nine of ten
            continue
        rid = xref.get("rid")
        is_figure = kind is not None and kind[:3] in _FIGURE_REF_TYPES
        if not is_figure and (rid is None or not resolver.knows(rid)):
            continue
        cited_figures = resolver.resolve(xref, rid or "", contexts, warnings if is_figure else WarningLog())
        if cited_figures:
            cited.setdefault(_enclosing_paragraph(xref), {})[xref] = cited_figures
    index = SeriesIndex([target.label for target in targets])
    for paragraph, citing in cited.items():
        text, citations = _citations(paragraph, citing, cited, targets, index, budget)
        context = contexts.enclosing(paragraph)
        lang = own_language(paragraph) or context.language
        for number, where in citations.items():
            budget.spend(len(text))
            citing_paragraph = CitingParagraph(
                text, context.text_place, context.titles, context.types, lang, tuple(where)
            )
            targets[number].citing_paragraphs.append(citing_paragraph)


class _Resolver:
    """Resolves ids of figures and of their groups; failing that, any other id of the article."""

    def __init__(self, article: etree._Element, targets: Sequence[CitedFigure]) -> None:
        self._article = article
        self._targets = targets
        self._by_id: dict[str, dict[int, Via]] = {}
        self._number_of = {target.element: number for number, target in enumerate(targets)}
        self._element_by_id: dict[str, etree._Element] | None = None
        for number, target in enumerate(targets):
            if target.fig_id:
                self._by_id.setdefault(target.fig_id, {})[number] = "xref"
        for number, target in enumerate(targets):
            if target.group is None:
                continue
            for group in (target.group, *target.group.iterancestors("fig-group")):
                group_id = group.get("id")
                if group_id and "xref" not in self._by_id.get(group_id, {}).values():
                    self._by_id.setdefault(group_id, {})[number] = "group"

    def knows(self, rid: str) -> bool:
        return rid in self._by_id or (" " in rid and any(part in self._by_id for part in rid.split()))

    def resolve(
        self, xref: etree._Element, rid: str, contexts: ContextIndex, warnings: WarningLog
    ) -> dict[int, Via]:
        resolved: dict[int, Via] = {}
        if not rid.strip():
            warnings.append("dangling_xref: a reference to a figure without rid")
        for part in rid.split():
            hits = self._by_id.get(part) or self._containing(part, warnings)
            if len(hits) > 1:
                host = contexts.enclosing(xref).host
                hits = {p: via for p, via in hits.items() if self._targets[p].host is host} or hits
                if "xref" in hits.values():  # of several figures with one id, take the first
                    hits = dict([next(iter(hits.items()))])
            resolved.update(hits)
        return resolved

    def _containing(self, rid: str, warnings: WarningLog) -> dict[int, Via]:
        """Return figures by the id of something in them, such as a graphic, or around them, such as a box."""
        if self._element_by_id is None:
            self._element_by_id = {str(e.get("id")): e for e in self._article.iter() if e.get("id")}
        element = self._element_by_id.get(rid)
        if element is None:
            warnings.append(f"dangling_xref: {rid[:80]}")
            return {}
        number_of = self._number_of
        above = next((number_of[a] for a in element.iterancestors("fig") if a in number_of), None)
        hits: dict[int, Via] = {above: "xref"} if above is not None else {}
        if not hits and element.tag not in _BOUNDARIES:
            hits = {number_of[fig]: "group" for fig in element.iter("fig") if fig in number_of}
        if hits:
            self._by_id[rid] = hits
        else:
            warnings.append(f"xref_to_other: {rid[:80]} is a {element.tag}")
        return hits


def _enclosing_paragraph(xref: etree._Element) -> etree._Element:
    """Return the innermost paragraph around a reference, or the element that serves as one."""
    for above in xref.iterancestors():
        if above.tag in _PARAGRAPH_ELEMENTS:
            return above
        if above.tag in _BOUNDARIES:
            break
    parent = xref.getparent()
    return parent if parent is not None else xref


def _ancestors_below(element: etree._Element, top: etree._Element) -> Iterator[etree._Element]:
    return takewhile(lambda above: above is not top, element.iterancestors())


def _forms_range(
    text: str,
    spans: dict[etree._Element, tuple[int, int]],
    first: etree._Element,
    last: etree._Element,
) -> bool:
    """True if only a dash or "to" is between two references, however it is marked up.

    The dash may be part of a reference: "Figs 2–" and "4".
    """
    if first in spans and last in spans:
        (start, end), (following, stop) = spans[first], spans[last]
        end -= len(text[start:end]) - len(text[start:end].rstrip(_DASHES_AND_SPACE))
        following += len(text[following:stop]) - len(text[following:stop].lstrip(_DASHES_AND_SPACE))
        return joins_range(text[end:following])
    return last.getprevious() is first and joins_range(first.tail)


def _text_by_walking(
    paragraph: etree._Element, cited: Mapping[etree._Element, Mapping[etree._Element, object]]
) -> tuple[str, dict[etree._Element, tuple[int, int]]]:
    """Return the text of a paragraph and the spans of its references, found by renaming all that cite."""
    every = chain.from_iterable(cited.values())
    first = next(every)
    if first.tag != CITED:  # all are renamed at once, when one paragraph needs it
        for xref in (first, *every):
            xref.tag = CITED
    text, spans = cited_text(paragraph)
    elements = list(paragraph.iter(CITED))
    if len(elements) != len(spans):  # the text leaves out figures within the paragraph
        elements = [x for x in elements if not any(a.tag in SKIPPED for a in _ancestors_below(x, paragraph))]
    # If some are in a formula, spans cannot be matched to elements: then none has a span.
    return text, dict(zip(elements, spans, strict=True)) if len(spans) == len(elements) else {}


def _citations(
    paragraph: etree._Element,
    references: dict[etree._Element, dict[int, Via]],
    cited: Mapping[etree._Element, Mapping[etree._Element, object]],
    targets: Sequence[CitedFigure],
    index: SeriesIndex,
    budget: TextBudget,
) -> tuple[str, dict[int, list[Citation]]]:
    """Return the text of a paragraph and, by number of the figure, where the text cites it."""
    inline = cited_inline_text(paragraph, references)
    if inline is not None:
        text, inline_spans = inline
        spans = dict(zip(references, inline_spans, strict=True))
    else:
        text, spans = _text_by_walking(paragraph, cited)
    citations: dict[int, list[Citation]] = {}
    previous: tuple[etree._Element, int] | None = None
    for xref, hits in references.items():
        start, end = spans.get(xref, (None, None))
        for number, via in hits.items():
            citations.setdefault(number, []).append(Citation(start, end, via))
        named = [number for number, via in hits.items() if via == "xref"]
        implied: list[int] = []
        if named and previous and _forms_range(text, spans, previous[0], xref):
            implied = index.between(targets[previous[1]].label, targets[named[0]].label)
            start = spans.get(previous[0], (None, None))[0]
        elif named:
            words = text[start:end] if start is not None else plain_text(xref)
            implied = [p for p in index.named_in(words, targets[named[0]].label) if p not in hits]
        budget.spend(_CITATION_COST * (len(hits) + len(implied)))
        host = targets[named[0]].host if named else None
        for number in implied:
            if targets[number].host is host:
                citations.setdefault(number, []).append(Citation(start, end, "range"))
        previous = (xref, named[-1]) if named else None
    return text, citations
