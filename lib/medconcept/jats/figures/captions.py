"""The caption of a figure in the language of its article, and its translations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Literal

from lxml import etree

from medconcept.jats.article.element_context import ContextIndex
from medconcept.jats.figures.figure_labels import read_label
from medconcept.jats.figures.loose_words import caption_of_only_picture, loose_words
from medconcept.jats.records.figure import Figure, TranslatedCaption
from medconcept.jats.records.record import record
from medconcept.jats.text.element_text import raw_text, text_or_none
from medconcept.jats.text.markup import clean, marked, without_marks
from medconcept.jats.xml.element_queries import child, own_language

_MAX_LANGUAGES = 8  # per group; each figure reads the captions of all others


@record
class CaptionParts:
    """A caption in parts; `whole` is title and text joined, `markup` the same with inline markup."""

    title: str | None
    text: str | None
    whole: str | None
    markup: str | None
    language: str | None
    others: tuple[TranslatedCaption, ...]


def read_caption(element: etree._Element, host_language: str | None, contexts: ContextIndex) -> CaptionParts:
    """Return the caption in the article's language, else the first with text; others as translations.

    What the file says of the figure outside its `<caption>`, in captions of graphics and straight in the
    `<fig>`, follows in the text.

    >>> fig = etree.fromstring("<fig><caption><title>A.</title><p>H<sub>2</sub>O</p></caption></fig>")
    >>> read_caption(fig, None, ContextIndex(fig)).markup
    'A. H<sub>2</sub>O'
    """
    elements = list(element.iterchildren("caption"))
    if not elements:
        return _read_without_caption(element, contexts)
    loose = loose_words(element)
    if len(elements) == 1:
        return _read_parts(elements[0], contexts, loose)
    parts = [_read_parts(caption, contexts) for caption in elements]
    filled = [part for part in parts if part.whole] or parts
    exact = [part for part in filled if part.language == host_language]
    near = [part for part in filled if _primary_subtag(part.language) == _primary_subtag(host_language)]
    chosen = (exact or near or filled)[0]
    label = text_or_none(child(element, "label"))
    rest = [part for part in filled if part is not chosen and part.whole]
    if loose:
        chosen = _read_parts(elements[parts.index(chosen)], contexts, loose)
    return replace(chosen, others=tuple(_translation(part, label, "figure") for part in rest))


def _read_without_caption(element: etree._Element, contexts: ContextIndex) -> CaptionParts:
    """Read the legend or the graphic's caption in place of a caption, else what else is said of a figure."""
    legend = next(element.iterchildren("legend"), None)
    if legend is not None:
        return _read_parts(legend, contexts, loose_words(element))
    only = caption_of_only_picture(element)
    if only is not None:
        return _read_parts(only, contexts, loose_words(element, of_pictures=False))
    lang = own_language(element) or contexts.enclosing(element).language
    whole = marked(" ".join(loose_words(element, of_films=True)))
    return CaptionParts(None, whole.plain or None, whole.plain or None, whole.markup or None, lang, ())


def sibling_captions(
    element: etree._Element, group: etree._Element | None, contexts: ContextIndex
) -> tuple[TranslatedCaption, ...]:
    """Return captions of a group's other figures if its figures differ in nothing but their language."""
    figures = list(islice(group.iterchildren("fig"), _MAX_LANGUAGES + 1)) if group is not None else []
    lang = [own_language(figure) for figure in figures]
    if (
        not 1 < len(figures) <= _MAX_LANGUAGES
        or None in lang
        or len(set(lang)) < len(lang)
        or element not in figures
    ):
        return ()
    captions: list[TranslatedCaption] = []
    for figure in figures:
        if figure is not element:
            parts = read_caption(figure, own_language(figure), contexts)
            if parts.whole:
                captions.append(_translation(parts, text_or_none(child(figure, "label")), "group"))
    return tuple(captions)


def link_translations(figures: Sequence[Figure]) -> list[Figure]:
    """Link figures of translated sub-articles to the figures of the article that they repeat.

    Returns the figures in the same order: a translated one with `translation_of`, the original with the
    translated caption. They match by a common graphic, else by number if only one figure bears it.
    """
    linked = list(figures)
    translated = [f for f in figures if f.sub_article is not None and f.sub_article.kind == "translation"]
    if not translated:
        return linked
    by_href: dict[str, Figure] = {}
    by_number: dict[tuple[int, ...], list[Figure]] = {}
    for figure in figures:
        if figure.sub_article is None:
            for graphic in figure.graphics:
                by_href.setdefault(graphic.href, figure)
            if label := read_label(figure.label):
                by_number.setdefault(label.digits, []).append(figure)
    for figure in translated:
        label = read_label(figure.label)
        alike = by_number.get(label.digits, []) if label else []
        # By graphic, else by number if only one figure bears it.
        match = next((by_href[g.href] for g in figure.graphics if g.href in by_href), None)
        match = match or (alike[0] if len(alike) == 1 else None)
        if match is None:
            continue
        linked[figure.ordinal] = replace(figure, translation_of=match.figure_key)
        if figure.caption and figure.language != match.language:
            caption = TranslatedCaption(
                figure.language, figure.label, figure.caption_title, figure.caption_text, "sub-article"
            )
            original = linked[match.ordinal]
            linked[match.ordinal] = replace(
                original, translated_captions=(*original.translated_captions, caption)
            )
    return linked


def _read_parts(caption: etree._Element, contexts: ContextIndex, loose: Sequence[str] = ()) -> CaptionParts:
    heading = next(caption.iterchildren("title"), None)
    title: str | None = None
    raw: list[str] = []
    if heading is not None:
        raw += [raw_text(heading).strip(), " "]
        title = clean(without_marks(raw[0]))
    if caption.text:
        _append_spaced(raw, caption.text)
    for part in caption:
        if part is not heading:
            _append_spaced(raw, raw_text(part))
        if tail := part.tail:
            _append_spaced(raw, tail)
    # In JATS 1.4 a figure may have a legend in addition to the caption, or instead of it.
    legend = next(caption.itersiblings("legend"), None) if caption.tag == "caption" else None
    if legend is not None:
        raw += [" ", raw_text(legend)]
    if loose:
        whole = marked("".join(raw))
        # Some files repeat the caption, or a part of it, within the graphic.
        raw += [f" {words}" for words in loose if marked(words).plain not in whole.plain]
    whole = marked("".join(raw))
    # The space between title and text also separates them for NFC, so the text is the rest of the whole.
    text = whole.plain[len(title) :].lstrip(" ") if title else whole.plain
    return CaptionParts(
        title=title or None,
        text=text or None,
        whole=whole.plain or None,
        markup=whole.markup or None,
        language=own_language(caption) or contexts.enclosing(caption).language,
        others=(),
    )


def _append_spaced(raw: list[str], piece: str) -> None:
    """Append a text with one space for all white space between it and its neighbours.

    `marked` would collapse it as well, at greater cost: most captions have no other white space to handle.
    """
    text = piece.strip()
    if piece[:1] != text[:1] and raw and raw[-1][-1:] != " ":
        raw.append(" ")
    if text:
        raw.append(text)
        if piece[-1] != text[-1]:
            raw.append(" ")


def _translation(
    part: CaptionParts, label: str | None, origin: Literal["figure", "group", "sub-article"]
) -> TranslatedCaption:
    return TranslatedCaption(part.language, label, part.title, part.text, origin)


def _primary_subtag(tag: str | None) -> str | None:
    return tag.partition("-")[0] if tag else None
