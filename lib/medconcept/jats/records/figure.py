"""What a parse gives back of one figure, in plain values."""

from __future__ import annotations

from typing import Literal

from medconcept.jats.records.article_parts import LicenceGroup, Named, TextPlace
from medconcept.jats.records.record import record

Position = Literal["body", "floats", "back", "appendix", "sub-article", "front"]
FigureKind = Literal[
    "fig", "grouped", "supplement", "table", "scheme", "chart", "map", "plate", "box", "video"
]


@record
class Section:
    """An enclosing section: its id, its title, its `sec-type`."""

    id: str | None
    title: str | None
    kind: str | None


@record
class SubArticle:
    """The sub-article or response a figure stands in; kind is its `article-type`, such as translation."""

    id: str | None
    kind: str | None
    language: str | None


@record
class GraphicAlternative:
    """Another form of a picture, such as its thumbnail."""

    href: str
    mime: str | None
    use: str | None


@record
class Graphic:
    """One picture of a figure: its file as the XML names it, and other forms of the same picture.

    Of `<alternatives>` the first is chosen that is not marked as thumbnail or preview; `alternatives` are
    the links of the others, `others` the same with type and use.
    """

    href: str
    mime: str | None = None
    alternatives: tuple[str, ...] = ()
    use: str | None = None
    alt_text: str | None = None
    long_desc: str | None = None
    others: tuple[GraphicAlternative, ...] = ()


@record
class TranslatedCaption:
    """A caption in another language than the one chosen; origin tells where it was found.

    `figure`: beside the chosen one. `group`: in a sibling of the figure's group that differs in language.
    `sub-article`: in a translation of the article, in the figure with the same picture or number.
    """

    language: str | None
    label: str | None
    title: str | None
    text: str | None
    origin: Literal["figure", "group", "sub-article"]


@record
class Evidence:
    """Words that say whose a figure is, and where they stand."""

    origin: Literal["permissions", "attrib", "caption", "group"]
    text: str


@record
class Rights:
    """Rights of one figure that are not, or may not be, those of the article.

    `reuse` is what the evidence says was done with another's work; `by_permission` is True where it
    speaks of permission. Licence fields are the figure's own, None where only words are there.
    """

    attribution: str | None
    copyright_statement: str | None
    licence_url: str | None
    licence_text: str | None
    licence_code: str | None
    licence_group: LicenceGroup | None
    reuse: Literal["reprinted", "adapted"] | None
    by_permission: bool
    evidence: tuple[Evidence, ...]


@record
class Citation:
    """One cross-reference: `text[start:end]` of its paragraph are its words; None if the text leaves it out.

    `via`: `xref` names the figure itself, `range` lies between two that are named ("Figs 2–4" and figure 3),
    `group` names the figure's group.
    """

    start: int | None
    end: int | None
    via: Literal["xref", "range", "group"]


@record
class CitingParagraph:
    """One paragraph that cites the figure: its plain text, where it stands, each place that cites."""

    text: str
    place: TextPlace
    section: tuple[str, ...]
    section_types: tuple[str, ...]
    language: str | None
    citations: tuple[Citation, ...]


@record
class Panel:
    """A part of the caption, `caption[start:end]`; its label as printed is `caption[label_start:label_end]`.

    A part without labels is shared by all panels. Labels are without brackets; a range or list is spelt out
    ("A–C" is A, B, C). `parent` is the label of the panel that this one is part of.
    """

    labels: tuple[str, ...]
    start: int
    end: int
    label_start: int | None
    label_end: int | None
    parent: str | None = None


@record
class Figure:
    """One `<fig>` element. `caption` is its own, never a neighbour's; spans index `caption`.

    `parent_key` is the figure that a supplement or nested figure belongs to; `translation_of` the figure
    of the article that this one, in a translation of it, repeats. `section` has the titles alone of
    `section_path`; `section_types` its types alone.
    """

    ordinal: int
    figure_key: str
    fig_id: str | None
    label: str | None
    kind: FigureKind
    group_id: str | None
    group_label: str | None
    group_caption: str | None
    position: Position
    section: tuple[str, ...]
    language: str | None
    caption_title: str | None
    caption_text: str | None
    caption: str | None
    graphics: tuple[Graphic, ...]
    fig_type: str | None
    parent_key: str | None
    sub_article: SubArticle | None
    section_path: tuple[Section, ...]
    section_types: tuple[str, ...]
    caption_markup: str | None
    translated_captions: tuple[TranslatedCaption, ...]
    translation_of: str | None
    alt_text: str | None
    long_desc: str | None
    object_ids: tuple[Named, ...]
    doi: str | None
    rights: Rights | None
    citing_paragraphs: tuple[CitingParagraph, ...]
    panels: tuple[Panel, ...]
