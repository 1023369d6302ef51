"""The caption of a figure in the language of its article, and the same in other languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Literal

from lxml import etree

from medconcept.jats.article.surroundings import Map
from medconcept.jats.figures.ranges import read_label
from medconcept.jats.records.figure import Figure, TranslatedCaption
from medconcept.jats.records.record import record
from medconcept.jats.text.element_text import raw_text, text_or_none
from medconcept.jats.text.markup import clean, marked, without_marks
from medconcept.jats.xml.tree import child, own_language

_MOST_LANGUAGES = 8  # in one group; each figure reads the captions of all others


@record
class ReadCaption:
    """A caption in its parts; `whole` is title and text joined, `markup` the same with inline markup."""

    title: str | None
    text: str | None
    whole: str | None
    markup: str | None
    language: str | None
    others: tuple[TranslatedCaption, ...]


def read_caption(element: etree._Element, host_language: str | None, places: Map) -> ReadCaption:
    """The caption in the language of the article it stands in, else the first that holds text.

    >>> fig = etree.fromstring("<fig><caption><title>A.</title><p>H<sub>2</sub>O</p></caption></fig>")
    >>> read_caption(fig, None, Map(fig)).markup
    'A. H<sub>2</sub>O'
    """
    elements = list(element.iterchildren("caption"))
    if not elements and (legend := next(element.iterchildren("legend"), None)) is not None:
        return _parts(legend, places)
    if not elements:
        spoken = own_language(element) or places.around(element).language
        return ReadCaption(None, None, None, None, spoken, ())
    parts = [_parts(caption, places) for caption in elements]
    if len(parts) == 1:
        return parts[0]
    filled = [part for part in parts if part.whole] or parts
    exact = [part for part in filled if part.language == host_language]
    near = [part for part in filled if _primary(part.language) == _primary(host_language)]
    chosen = (exact or near or filled)[0]
    label = text_or_none(child(element, "label"))
    rest = [part for part in filled if part is not chosen and part.whole]
    return replace(chosen, others=tuple(_translated(part, label, "figure") for part in rest))


def sibling_captions(
    element: etree._Element, group: etree._Element | None, places: Map
) -> tuple[TranslatedCaption, ...]:
    """Captions of the other figures of a group that differ in nothing but their language."""
    figures = list(islice(group.iterchildren("fig"), _MOST_LANGUAGES + 1)) if group is not None else []
    spoken = [own_language(figure) for figure in figures]
    if (
        not 1 < len(figures) <= _MOST_LANGUAGES
        or None in spoken
        or len(set(spoken)) < len(spoken)
        or element not in figures
    ):
        return ()
    found: list[TranslatedCaption] = []
    for figure in figures:
        if figure is not element:
            read = read_caption(figure, own_language(figure), places)
            if read.whole:
                found.append(_translated(read, text_or_none(child(figure, "label")), "group"))
    return tuple(found)


def with_translations(figures: Sequence[Figure]) -> list[Figure]:
    """The figures with those of translated sub-articles tied to the ones of the article that they repeat."""
    told = list(figures)
    translated = [f for f in figures if f.sub_article is not None and f.sub_article.kind == "translation"]
    if not translated:
        return told
    by_picture: dict[str, Figure] = {}
    by_number: dict[tuple[int, ...], list[Figure]] = {}
    for figure in figures:
        if figure.sub_article is None:
            for graphic in figure.graphics:
                by_picture.setdefault(graphic.href, figure)
            if label := read_label(figure.label):
                by_number.setdefault(label.numbers, []).append(figure)
    for figure in translated:
        label = read_label(figure.label)
        alike = by_number.get(label.numbers, []) if label else []
        # By picture, else by number where only one figure bears it.
        match = next((by_picture[g.href] for g in figure.graphics if g.href in by_picture), None)
        match = match or (alike[0] if len(alike) == 1 else None)
        if match is None:
            continue
        told[figure.ordinal] = replace(figure, translation_of=match.figure_key)
        if figure.caption and figure.language != match.language:
            caption = TranslatedCaption(
                figure.language, figure.label, figure.caption_title, figure.caption_text, "sub-article"
            )
            known = told[match.ordinal]
            told[match.ordinal] = replace(known, translated_captions=(*known.translated_captions, caption))
    return told


def _parts(caption: etree._Element, places: Map) -> ReadCaption:
    heading = next(caption.iterchildren("title"), None)
    title: str | None = None
    raw: list[str] = []
    if heading is not None:
        raw += [raw_text(heading).strip(), " "]
        title = clean(without_marks(raw[0]))
    if caption.text:
        _add(raw, caption.text)
    for part in caption:
        if part is not heading:
            _add(raw, raw_text(part))
        if tail := part.tail:
            _add(raw, tail)
    # In JATS 1.4 a figure may have its legend beside the caption, or instead of one.
    legend = next(caption.itersiblings("legend"), None) if caption.tag == "caption" else None
    if legend is not None:
        raw += [" ", raw_text(legend)]
    whole = marked("".join(raw))
    # The space between them keeps title and text apart for NFC too, so the text is the rest of the whole.
    text = whole.plain[len(title) :].lstrip(" ") if title else whole.plain
    return ReadCaption(
        title=title or None,
        text=text or None,
        whole=whole.plain or None,
        markup=whole.markup or None,
        language=own_language(caption) or places.around(caption).language,
        others=(),
    )


def _add(raw: list[str], told: str) -> None:
    """Append a text, one space for all white space between it and its neighbours.

    It would be made one anyway, but at greater cost: most captions have no other white space to care for.
    """
    text = told.strip()
    if told[:1] != text[:1] and raw and raw[-1][-1:] != " ":
        raw.append(" ")
    if text:
        raw.append(text)
        if told[-1] != text[-1]:
            raw.append(" ")


def _translated(
    part: ReadCaption, label: str | None, origin: Literal["figure", "group", "sub-article"]
) -> TranslatedCaption:
    return TranslatedCaption(part.language, label, part.title, part.text, origin)


def _primary(tag: str | None) -> str | None:
    return tag.partition("-")[0] if tag else None
