"""Which paragraphs cite which figure: every cross-reference resolved, or counted as dangling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, takewhile
from typing import Literal

from lxml import etree

from medconcept.jats.article.surroundings import Map
from medconcept.jats.budget import Budget, Warnings
from medconcept.jats.figures.ranges import Numbered, SeriesIndex, joins_range
from medconcept.jats.records.figure import Citation, CitingParagraph
from medconcept.jats.text.element_text import CITED, SKIPPED, cited_in_bare_text, cited_text, plain_text
from medconcept.jats.xml.tree import own_language

_PARAGRAPHS = frozenset(
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
_NO_FURTHER = frozenset(
    ("sec", "app", "body", "back", "article", "sub-article", "fig", "table-wrap", "abstract")
)
_FIG = frozenset(("fig", "Fig", "FIG"))
_CITATION = 50  # characters that one counts for against the budget
Via = Literal["xref", "range", "group"]


@dataclass(slots=True)
class Target:
    """A figure that can be cited, and the paragraphs that cite it."""

    element: etree._Element
    fig_id: str | None
    host: etree._Element
    group: etree._Element | None
    label: Numbered | None
    citing_paragraphs: list[CitingParagraph] = field(default_factory=list)


def find_citing_paragraphs(
    article: etree._Element,
    references: Sequence[etree._Element],
    targets: Sequence[Target],
    places: Map,
    warnings: Warnings,
    budget: Budget,
) -> None:
    """Add to each target the paragraphs that cite it, in document order; warn of references to no figure."""
    resolver = _Resolver(article, targets)
    cited: dict[etree._Element, dict[etree._Element, dict[int, Via]]] = {}
    for xref in references:
        kind = xref.get("ref-type")
        if kind == "bibr":  # nine of ten
            continue
        rid = xref.get("rid")
        is_figure = kind is not None and kind[:3] in _FIG
        if not is_figure and (rid is None or not resolver.knows(rid)):
            continue
        found = resolver.resolve(xref, rid or "", places, warnings if is_figure else Warnings())
        if found:
            cited.setdefault(_paragraph(xref), {})[xref] = found
    index = SeriesIndex([target.label for target in targets])
    for paragraph, citing in cited.items():
        text, citations = _citations(paragraph, citing, cited, targets, index, budget)
        around = places.around(paragraph)
        spoken = own_language(paragraph) or around.language
        for place, where in citations.items():
            budget.spend(len(text))
            cites = CitingParagraph(
                text, around.text_place, around.titles, around.types, spoken, tuple(where)
            )
            targets[place].citing_paragraphs.append(cites)


class _Resolver:
    """Ids of figures and of their groups, and for what they do not explain every id there is."""

    def __init__(self, article: etree._Element, targets: Sequence[Target]) -> None:
        self._article = article
        self._targets = targets
        self._by_id: dict[str, dict[int, Via]] = {}
        self._place_of = {target.element: place for place, target in enumerate(targets)}
        self._all: dict[str, etree._Element] | None = None
        for place, target in enumerate(targets):
            if target.fig_id:
                self._by_id.setdefault(target.fig_id, {})[place] = "xref"
        for place, target in enumerate(targets):
            group_id = target.group.get("id") if target.group is not None else None
            if group_id and "xref" not in self._by_id.get(group_id, {}).values():
                self._by_id.setdefault(group_id, {})[place] = "group"

    def knows(self, rid: str) -> bool:
        return rid in self._by_id or (" " in rid and any(part in self._by_id for part in rid.split()))

    def resolve(self, xref: etree._Element, rid: str, places: Map, warnings: Warnings) -> dict[int, Via]:
        found: dict[int, Via] = {}
        if not rid.strip():
            warnings.append("dangling_xref: a reference to a figure without rid")
        for part in rid.split():
            hits = self._by_id.get(part) or self._inside(part, warnings)
            if len(hits) > 1:
                host = places.around(xref).host
                hits = {p: via for p, via in hits.items() if self._targets[p].host is host} or hits
                if "xref" in hits.values():  # of several figures with one id, the first is the one meant
                    hits = dict([next(iter(hits.items()))])
            found.update(hits)
        return found

    def _inside(self, rid: str, warnings: Warnings) -> dict[int, Via]:
        """Figures by the id of something in them, such as one graphic, or round them, such as a box."""
        if self._all is None:
            self._all = {str(e.get("id")): e for e in self._article.iter() if e.get("id")}
        element = self._all.get(rid)
        if element is None:
            warnings.append(f"dangling_xref: {rid[:80]}")
            return {}
        place_of = self._place_of
        above = next((place_of[a] for a in element.iterancestors("fig") if a in place_of), None)
        hits: dict[int, Via] = {above: "xref"} if above is not None else {}
        if not hits and element.tag not in _NO_FURTHER:
            hits = {place_of[fig]: "group" for fig in element.iter("fig") if fig in place_of}
        if hits:
            self._by_id[rid] = hits
        else:
            warnings.append(f"xref_to_other: {rid[:80]} is a {element.tag}")
        return hits


def _paragraph(xref: etree._Element) -> etree._Element:
    """The innermost paragraph round a reference, or what does duty for one."""
    for above in xref.iterancestors():
        if above.tag in _PARAGRAPHS:
            return above
        if above.tag in _NO_FURTHER:
            break
    parent = xref.getparent()
    return parent if parent is not None else xref


def _up_to(element: etree._Element, top: etree._Element) -> Iterator[etree._Element]:
    return takewhile(lambda above: above is not top, element.iterancestors())


def _joined(
    text: str,
    spans: dict[etree._Element, tuple[int, int]],
    first: etree._Element,
    last: etree._Element,
) -> bool:
    """True if nothing but a dash or "to" stands between two references, in whatever type it is set."""
    if first in spans and last in spans:
        return joins_range(text[spans[first][1] : spans[last][0]])
    return last.getprevious() is first and joins_range(first.tail)


def _walked(
    paragraph: etree._Element, cited: Mapping[etree._Element, Mapping[etree._Element, object]]
) -> tuple[str, dict[etree._Element, tuple[int, int]]]:
    """The text of a paragraph and where the references in it stand, found by renaming all that cite."""
    every = chain.from_iterable(cited.values())
    first = next(every)
    if first.tag != CITED:  # all are renamed at once, when one paragraph needs it
        for xref in (first, *every):
            xref.tag = CITED
    text, told = cited_text(paragraph)
    there = list(paragraph.iter(CITED))
    if len(there) != len(told):  # the text leaves out those of figures within the paragraph
        there = [x for x in there if not any(a.tag in SKIPPED for a in _up_to(x, paragraph))]
    # Where some stand in a formula, nobody can tell which were told: then none has a place.
    return text, dict(zip(there, told, strict=True)) if len(told) == len(there) else {}


def _citations(
    paragraph: etree._Element,
    references: dict[etree._Element, dict[int, Via]],
    cited: Mapping[etree._Element, Mapping[etree._Element, object]],
    targets: Sequence[Target],
    index: SeriesIndex,
    budget: Budget,
) -> tuple[str, dict[int, list[Citation]]]:
    """The text of a paragraph and, by figure, where it is cited in it."""
    bare = cited_in_bare_text(paragraph, references)
    if bare is not None:
        text, told = bare
        spans = dict(zip(references, told, strict=True))
    else:
        text, spans = _walked(paragraph, cited)
    found: dict[int, list[Citation]] = {}
    previous: tuple[etree._Element, int] | None = None
    for xref, hits in references.items():
        start, end = spans.get(xref, (None, None))
        for place, via in hits.items():
            found.setdefault(place, []).append(Citation(start, end, via))
        named = [place for place, via in hits.items() if via == "xref"]
        implied: list[int] = []
        if named and previous and _joined(text, spans, previous[0], xref):
            implied = index.between(targets[previous[1]].label, targets[named[0]].label)
            start = spans.get(previous[0], (None, None))[0]
        elif named:
            words = text[start:end] if start is not None else plain_text(xref)
            implied = [p for p in index.named_in(words, targets[named[0]].label) if p not in hits]
        budget.spend(_CITATION * (len(hits) + len(implied)))
        host = targets[named[0]].host if named else None
        for place in implied:
            if targets[place].host is host:
                found.setdefault(place, []).append(Citation(start, end, "range"))
        previous = (xref, named[-1]) if named else None
    return text, found
