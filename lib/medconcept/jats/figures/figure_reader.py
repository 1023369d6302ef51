"""The figures of an article: one record for each `<fig>`, with its own caption only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from medconcept.jats.article.element_context import ContextIndex, ElementContext
from medconcept.jats.article.identifiers import doi_of
from medconcept.jats.article.licence import Licence
from medconcept.jats.figures.captions import CaptionParts, link_translations, read_caption, sibling_captions
from medconcept.jats.figures.citing_paragraphs import CitedFigure, find_citing_paragraphs
from medconcept.jats.figures.figure_kinds import figure_kind, is_supplement
from medconcept.jats.figures.figure_labels import read_label
from medconcept.jats.figures.graphics import description_text, read_graphics
from medconcept.jats.figures.loose_words import label_of_only_picture
from medconcept.jats.figures.rights import read_rights
from medconcept.jats.panels.caption_panels import find_panels
from medconcept.jats.records.article_parts import Named
from medconcept.jats.records.figure import Figure
from medconcept.jats.text.element_text import clean, text_or_none
from medconcept.jats.text_budget import TextBudget
from medconcept.jats.warning_log import WarningLog
from medconcept.jats.xml.element_queries import all_text, child


@dataclass(slots=True)
class _FigureElement:
    """A figure element with its key and context, which other figures need before any record is made."""

    element: etree._Element
    key: str
    fig_id: str | None
    label: str | None
    context: ElementContext
    cited: CitedFigure


class FigureReader:
    """Reads the figures of one article; what several figures share is read once."""

    def __init__(
        self,
        article: etree._Element,
        elements: Mapping[str, list[etree._Element]],
        article_key: str,
        licence: Licence,
        contexts: ContextIndex,
        warnings: WarningLog,
    ) -> None:
        self._elements = elements
        self._article = article
        self._article_key = article_key
        self._licence = licence
        self._contexts = contexts
        self._warnings = warnings
        self._groups: dict[etree._Element, tuple[str | None, str | None, str | None]] = {}

    def read(self, budget: TextBudget) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
        """Return every `<fig>` in document order, and every table that is a picture; keys are unique.

        >>> body = etree.fromstring('<article><body><fig id="a"/><fig/><fig id="a"/></body></article>')
        >>> licence = Licence(None, None, None, "other", None)
        >>> elements = {"fig": list(body.iter("fig")), "table-wrap": [], "xref": []}
        >>> reader = FigureReader(body, elements, "PMC1", licence, ContextIndex(body), WarningLog())
        >>> [figure.figure_key for figure in reader.read(TextBudget(1000))[0]]
        ['PMC1#a', 'PMC1#2', 'PMC1#a~2']
        """
        taken: set[str] = set()
        repeats: dict[str, int] = {}
        figures = [self._figure_element(e, n, taken, repeats) for n, e in enumerate(self._elements["fig"])]
        tables = [
            self._figure_element(e, len(figures) + n, taken, repeats)
            for n, e in enumerate(self._elements["table-wrap"])
            if _is_picture_of_table(e)
        ]
        all_figures = [*figures, *tables]
        without_id = sum(1 for f in figures if f.fig_id is None)
        if without_id:
            self._warnings.append(f"figure_without_id: {without_id}")
        cited = [figure.cited for figure in all_figures]
        find_citing_paragraphs(
            self._article, self._elements["xref"], cited, self._contexts, self._warnings, budget
        )
        keys = {f.element: f.key for f in all_figures}
        records = []
        for ordinal, figure in enumerate(all_figures):
            records.append(record := self._figure(figure, ordinal, keys))
            budget.spend(_size(record))
        linked = link_translations(records[: len(figures)])
        return tuple(linked), tuple(records[len(figures) :])

    def _figure_element(
        self, element: etree._Element, ordinal: int, taken: set[str], repeats: dict[str, int]
    ) -> _FigureElement:
        fig_id = clean(element.get("id") or "") or None
        base = f"{self._article_key}#{fig_id or ordinal + 1}"
        key = _unique(base, taken, repeats)
        if key != base:
            self._warnings.append(f"repeated_figure_id: {fig_id or ordinal + 1}")
        context = self._contexts.enclosing(element)
        label = text_or_none(child(element, "label")) or text_or_none(label_of_only_picture(element))
        cited = CitedFigure(element, fig_id, context.host, context.group, read_label(label))
        return _FigureElement(element, key, fig_id, label, context, cited)

    def _figure(self, figure: _FigureElement, ordinal: int, keys: dict[etree._Element, str]) -> Figure:
        element, context = figure.element, figure.context
        parts: dict[str, etree._Element] = {}
        for part in element:
            parts.setdefault(part.tag, part)
        host_language = self._contexts.of(context.host).language
        caption = read_caption(element, host_language, self._contexts)
        group = context.group
        group_id, group_label, group_caption = self._group(group, host_language)
        object_ids = _object_ids(element) if "object-id" in parts else ()
        supplement = is_supplement(element, figure.label)
        return Figure(
            ordinal=ordinal,
            figure_key=figure.key,
            fig_id=figure.fig_id,
            label=figure.label,
            kind=figure_kind(element, figure.label, group is not None, supplement),
            group_id=group_id,
            group_label=group_label,
            group_caption=group_caption,
            position=context.position,
            section=context.titles,
            language=caption.language,
            caption_title=caption.title,
            caption_text=caption.text,
            caption=caption.whole,
            graphics=read_graphics(element),
            fig_type=clean(element.get("fig-type") or "") or None,
            parent_key=self._parent(figure, supplement, keys),
            sub_article=context.sub_article,
            section_path=context.sections,
            section_types=context.types,
            caption_markup=caption.markup,
            translated_captions=(*caption.others, *sibling_captions(element, group, self._contexts)),
            translation_of=None,
            alt_text=description_text(parts.get("alt-text")),
            long_desc=description_text(parts.get("long-desc")),
            object_ids=object_ids,
            doi=next((doi_of(i.value) for i in object_ids if (i.kind or "").lower() == "doi"), None),
            rights=read_rights(parts, group, caption.whole, group_caption, self._licence),
            citing_paragraphs=tuple(figure.cited.citing_paragraphs),
            panels=find_panels(caption.whole, caption.markup, len(caption.title or ""), figure.label)
            if caption.whole
            else (),
        )

    def _group(
        self, group: etree._Element | None, host_language: str | None
    ) -> tuple[str | None, str | None, str | None]:
        if group is None:
            return None, None, None
        shared = self._groups.get(group)
        if shared is None:
            caption: CaptionParts = read_caption(group, host_language, self._contexts)
            shared = (
                clean(group.get("id") or "") or None,
                text_or_none(child(group, "label")),
                caption.whole,
            )
            self._groups[group] = shared
        return shared

    def _parent(
        self, figure: _FigureElement, supplement: bool, keys: dict[etree._Element, str]
    ) -> str | None:
        """Return the key of the containing figure; for a supplement in a group, of the first of the group."""
        if figure.context.figure is not None:
            return keys.get(figure.context.figure)
        if supplement and figure.context.group is not None:
            first = next(figure.context.group.iterchildren("fig"), None)
            if first is not None and first is not figure.element:
                return keys.get(first)
        return None


def _size(figure: Figure) -> int:
    """Count characters of a figure that others may repeat, and of its captions, not of its paragraphs."""
    repeated = [figure.group_label, figure.group_caption, *figure.section, figure.figure_key, figure.caption]
    for caption in figure.translated_captions:
        repeated += (caption.title, caption.text)
    return sum([len(text) for text in repeated if text])


def _is_picture_of_table(element: etree._Element) -> bool:
    """True for a table that the file has only as a picture."""
    return next(element.iter("table", "tgroup", "array"), None) is None and bool(read_graphics(element))


def _object_ids(element: etree._Element) -> tuple[Named, ...]:
    return tuple(
        Named(clean(e.get("pub-id-type") or "") or None, text)
        for e in element.iterchildren("object-id")
        if (text := clean(all_text(e) if len(e) else e.text or ""))
    )


def _unique(base: str, taken: set[str], repeats: dict[str, int]) -> str:
    """Return the key, or the key with the first free `~<n>`; `repeats` has the last n tried for each key."""
    key = base
    while key in taken:
        repeats[base] = repeats.get(base, 1) + 1
        key = f"{base}~{repeats[base]}"
    taken.add(key)
    return key
