"""Figures of an article: one record for every `<fig>`, each with its own caption and no other's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from medconcept.jats.article.identifiers import doi_of
from medconcept.jats.article.licence import Licence
from medconcept.jats.article.surroundings import Map, Surroundings
from medconcept.jats.budget import Budget, Warnings
from medconcept.jats.figures.captions import ReadCaption, read_caption, sibling_captions, with_translations
from medconcept.jats.figures.citing_paragraphs import Target, find_citing_paragraphs
from medconcept.jats.figures.figure_kinds import figure_kind, is_supplement
from medconcept.jats.figures.graphics import described, read_graphics
from medconcept.jats.figures.ranges import read_label
from medconcept.jats.figures.rights import read_rights
from medconcept.jats.panels.caption_panels import find_panels
from medconcept.jats.records.article_parts import Named
from medconcept.jats.records.figure import Figure
from medconcept.jats.text.element_text import clean, text_or_none
from medconcept.jats.xml.tree import all_text, child


@dataclass(slots=True)
class _Found:
    """A figure element with what must be known of all before one can be told."""

    element: etree._Element
    key: str
    fig_id: str | None
    label: str | None
    around: Surroundings
    target: Target


class FigureReader:
    """Reads the figures of one article; what several of them share is read once."""

    def __init__(
        self,
        article: etree._Element,
        elements: Mapping[str, list[etree._Element]],
        article_key: str,
        licence: Licence,
        places: Map,
        warnings: Warnings,
    ) -> None:
        self._elements = elements
        self._article = article
        self._article_key = article_key
        self._licence = licence
        self._places = places
        self._warnings = warnings
        self._groups: dict[etree._Element, tuple[str | None, str | None, str | None]] = {}

    def read(self, budget: Budget) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
        """Every `<fig>` in document order, and every table that is a picture; keys are unique.

        >>> body = etree.fromstring('<article><body><fig id="a"/><fig/><fig id="a"/></body></article>')
        >>> licence = Licence(None, None, None, "other", None)
        >>> elements = {"fig": list(body.iter("fig")), "table-wrap": [], "xref": []}
        >>> reader = FigureReader(body, elements, "PMC1", licence, Map(body), Warnings())
        >>> [figure.figure_key for figure in reader.read(Budget(1000))[0]]
        ['PMC1#a', 'PMC1#2', 'PMC1#a~2']
        """
        taken: set[str] = set()
        repeats: dict[str, int] = {}
        figures = [self._found(e, n, taken, repeats) for n, e in enumerate(self._elements["fig"])]
        tables = [
            self._found(e, len(figures) + n, taken, repeats)
            for n, e in enumerate(self._elements["table-wrap"])
            if _is_picture_of_table(e)
        ]
        found = [*figures, *tables]
        without = sum(1 for f in figures if f.fig_id is None)
        if without:
            self._warnings.append(f"figure_without_id: {without}")
        targets = [figure.target for figure in found]
        find_citing_paragraphs(
            self._article, self._elements["xref"], targets, self._places, self._warnings, budget
        )
        keys = {f.element: f.key for f in found}
        records = []
        for ordinal, figure in enumerate(found):
            records.append(record := self._figure(figure, ordinal, keys))
            budget.spend(_size(record))
        told = with_translations(records[: len(figures)])
        return tuple(told), tuple(records[len(figures) :])

    def _found(
        self, element: etree._Element, ordinal: int, taken: set[str], repeats: dict[str, int]
    ) -> _Found:
        fig_id = clean(element.get("id") or "") or None
        wanted = f"{self._article_key}#{fig_id or ordinal + 1}"
        key = _unique(wanted, taken, repeats)
        if key != wanted:
            self._warnings.append(f"repeated_figure_id: {fig_id or ordinal + 1}")
        around = self._places.around(element)
        label = text_or_none(child(element, "label"))
        target = Target(element, fig_id, around.host, around.group, read_label(label))
        return _Found(element, key, fig_id, label, around, target)

    def _figure(self, found: _Found, ordinal: int, keys: dict[etree._Element, str]) -> Figure:
        element, around = found.element, found.around
        parts: dict[str, etree._Element] = {}
        for part in element:
            parts.setdefault(part.tag, part)
        host_language = self._places.of(around.host).language
        caption = read_caption(element, host_language, self._places)
        group = around.group
        group_id, group_label, group_caption = self._group(group, host_language)
        object_ids = _object_ids(element) if "object-id" in parts else ()
        supplement = is_supplement(element, found.label)
        return Figure(
            ordinal=ordinal,
            figure_key=found.key,
            fig_id=found.fig_id,
            label=found.label,
            kind=figure_kind(element, found.label, group is not None, supplement),
            group_id=group_id,
            group_label=group_label,
            group_caption=group_caption,
            position=around.position,
            section=around.titles,
            language=caption.language,
            caption_title=caption.title,
            caption_text=caption.text,
            caption=caption.whole,
            graphics=read_graphics(element),
            fig_type=clean(element.get("fig-type") or "") or None,
            parent_key=self._parent(found, supplement, keys),
            sub_article=around.sub_article,
            section_path=around.sections,
            section_types=around.types,
            caption_markup=caption.markup,
            translated_captions=(*caption.others, *sibling_captions(element, group, self._places)),
            translation_of=None,
            alt_text=described(parts.get("alt-text")),
            long_desc=described(parts.get("long-desc")),
            object_ids=object_ids,
            doi=next((doi_of(i.value) for i in object_ids if (i.kind or "").lower() == "doi"), None),
            rights=read_rights(parts, group, caption.whole, self._licence),
            citing_paragraphs=tuple(found.target.citing_paragraphs),
            panels=find_panels(caption.whole, caption.markup, len(caption.title or ""))
            if caption.whole
            else (),
        )

    def _group(
        self, group: etree._Element | None, host_language: str | None
    ) -> tuple[str | None, str | None, str | None]:
        if group is None:
            return None, None, None
        known = self._groups.get(group)
        if known is None:
            caption: ReadCaption = read_caption(group, host_language, self._places)
            known = (clean(group.get("id") or "") or None, text_or_none(child(group, "label")), caption.whole)
            self._groups[group] = known
        return known

    def _parent(self, found: _Found, supplement: bool, keys: dict[etree._Element, str]) -> str | None:
        """The figure it is nested in; of a supplement in a group the group's own figure, its first."""
        if found.around.figure is not None:
            return keys.get(found.around.figure)
        if supplement and found.around.group is not None:
            first = next(found.around.group.iterchildren("fig"), None)
            if first is not None and first is not found.element:
                return keys.get(first)
        return None


def _size(figure: Figure) -> int:
    """Characters of a figure that others may repeat, and of its captions; citations are counted before."""
    repeated = [figure.group_label, figure.group_caption, *figure.section, figure.figure_key, figure.caption]
    for caption in figure.translated_captions:
        repeated += (caption.title, caption.text)
    return sum([len(text) for text in repeated if text])


def _is_picture_of_table(element: etree._Element) -> bool:
    """A table that the file has as a picture only."""
    return next(element.iter("table", "tgroup", "array"), None) is None and bool(read_graphics(element))


def _object_ids(element: etree._Element) -> tuple[Named, ...]:
    return tuple(
        Named(clean(e.get("pub-id-type") or "") or None, text)
        for e in element.iterchildren("object-id")
        if (text := clean(all_text(e) if len(e) else e.text or ""))
    )


def _unique(wanted: str, taken: set[str], repeats: dict[str, int]) -> str:
    """The key, or its first free repeat; `repeats` remembers how far each key has come."""
    key = wanted
    while key in taken:
        repeats[wanted] = repeats.get(wanted, 1) + 1
        key = f"{wanted}~{repeats[wanted]}"
    taken.add(key)
    return key
