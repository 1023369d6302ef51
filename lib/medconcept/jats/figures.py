"""Figures of an article: one record for every `<fig>`, each with its own caption and no other's."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from medconcept.jats.graphics import read_graphics
from medconcept.jats.records import Figure, Position
from medconcept.jats.text import clean, plain_text, text_or_none
from medconcept.jats.tree import child, children, language, local_name

_POSITIONS: dict[str, Position] = {
    "app": "appendix", "app-group": "appendix", "floats-group": "floats", "floats-wrap": "floats",
    "back": "back", "body": "body", "front": "front", "front-stub": "front",
}  # fmt: skip
_SUB_ARTICLES = ("sub-article", "response")


def read_figures(article: etree._Element, article_key: str, warnings: list[str]) -> tuple[Figure, ...]:
    """Every `<fig>` in document order, wherever it stands; keys are unique within the article.

    >>> body = etree.fromstring('<body><fig id="a"/><fig/><fig id="a"/></body>')
    >>> [figure.figure_key for figure in read_figures(body, "PMC1", [])]
    ['PMC1#a', 'PMC1#2', 'PMC1#a~2']
    """
    elements = [e for e in article.iter("{*}fig") if e is not article]
    taken: set[str] = set()
    repeats: dict[str, int] = {}
    figures: list[Figure] = []
    for ordinal, element in enumerate(elements):
        fig_id = clean(element.get("id", "")) or None
        wanted = f"{article_key}#{fig_id or ordinal + 1}"
        key = _unique(wanted, taken, repeats)
        if key != wanted:
            warnings.append(f"repeated_figure_id: {fig_id or ordinal + 1}")
        figures.append(_figure(element, article, ordinal, key, fig_id))
    return tuple(figures)


def _figure(
    element: etree._Element, article: etree._Element, ordinal: int, key: str, fig_id: str | None
) -> Figure:
    above = list(_ancestors(element, article))
    names = [local_name(ancestor) for ancestor in above]
    host = next((a for a, name in zip(above, names, strict=True) if name in _SUB_ARTICLES), article)
    group = next((a for a, name in zip(above, names, strict=True) if name == "fig-group"), None)
    caption = _chosen_caption(element, host)
    title, text = _caption_parts(caption)
    group_title, group_text = _caption_parts(_chosen_caption(group, host) if group is not None else None)
    return Figure(
        ordinal=ordinal,
        figure_key=key,
        fig_id=fig_id,
        label=text_or_none(child(element, "label")),
        kind="fig",
        group_id=(clean(group.get("id", "")) or None) if group is not None else None,
        group_label=text_or_none(child(group, "label")),
        group_caption=_joined(group_title, group_text),
        position=_position(names),
        section=_sections(above),
        language=language(caption if caption is not None else element),
        caption_title=title,
        caption_text=text,
        caption=_joined(title, text),
        graphics=read_graphics(element),
    )


def _ancestors(element: etree._Element, article: etree._Element) -> Iterator[etree._Element]:
    """What stands above the figure inside its article, innermost first."""
    for ancestor in element.iterancestors():
        if ancestor is article:
            return
        yield ancestor


def _position(names: list[str]) -> Position:
    if any(name in _SUB_ARTICLES for name in names):
        return "sub-article"
    found = {_POSITIONS[name] for name in names if name in _POSITIONS}
    return next((p for p in ("appendix", "floats", "back", "front") if p in found), "body")


def _sections(above: list[etree._Element]) -> tuple[str, ...]:
    titles = (text_or_none(child(a, "title")) for a in reversed(above) if local_name(a) in ("sec", "app"))
    return tuple(title for title in titles if title)


def _chosen_caption(element: etree._Element, host: etree._Element) -> etree._Element | None:
    """The caption in the language of the article it stands in, else the first that holds text."""
    captions = list(children(element, "caption"))
    if len(captions) < 2:
        return captions[0] if captions else None
    filled = [caption for caption in captions if plain_text(caption)]
    wanted = language(host)
    exact = [caption for caption in filled if language(caption) == wanted]
    near = [c for c in filled if _primary(language(c)) == _primary(wanted)]
    return next(iter(exact or near or filled or captions))


def _primary(tag: str | None) -> str | None:
    return tag.partition("-")[0] if tag else None


def _caption_parts(caption: etree._Element | None) -> tuple[str | None, str | None]:
    """The title and all the rest of a caption, each None where it is empty."""
    if caption is None:
        return None, None
    heading = child(caption, "title")
    rest = [caption.text or ""]
    for part in caption:
        rest.append(plain_text(part) if part is not heading else "")
        rest.append(part.tail or "")
    return text_or_none(heading), clean(" ".join(rest)) or None


def _joined(title: str | None, text: str | None) -> str | None:
    return clean(" ".join(part for part in (title, text) if part)) or None


def _unique(wanted: str, taken: set[str], repeats: dict[str, int]) -> str:
    """The key, or its first free repeat; `repeats` remembers how far each key has come."""
    key = wanted
    while key in taken:
        repeats[wanted] = repeats.get(wanted, 1) + 1
        key = f"{wanted}~{repeats[wanted]}"
    taken.add(key)
    return key
