"""Records of a figure: its caption, panels, graphics, rights and the paragraphs that cite it."""

from __future__ import annotations

from typing import Annotated, Literal

from medconcept.jats.records.article_parts import LicenceGroup, Named, TextPlace
from medconcept.jats.records.record import record

Position = Literal["body", "floats", "back", "appendix", "sub-article", "front"]
FigureKind = Literal[
    "fig", "grouped", "supplement", "table", "scheme", "chart", "map", "plate", "box", "video"
]


@record
class Section:
    """An enclosing section."""

    id: Annotated[str | None, "id attribute of the section", "s2"]
    title: Annotated[str | None, "Title of the section, plain text", "Results"]
    kind: Annotated[str | None, "sec-type", "results"]


@record
class SubArticle:
    """The sub-article or response that a figure stands in."""

    id: Annotated[str | None, "id attribute of the sub-article", "SA1"]
    kind: Annotated[str | None, "article-type or response-type", "translation"]
    language: Annotated[str | None, "xml:lang of the sub-article", "es"]


@record
class GraphicAlternative:
    """Another form of a graphic, such as its thumbnail."""

    href: Annotated[str, "File as the XML names it", "pone.0118342.g003.png"]
    mime: Annotated[str | None, "Media type or its first half", "image/png"]
    use: Annotated[str | None, "specific-use, else content-type", "thumbnail"]


@record
class Graphic:
    """One graphic of a figure and its other forms.

    Of `<alternatives>` the first that is not marked as thumbnail or preview is chosen.
    """

    href: Annotated[str, "File as the XML names it, often without extension", "pone.0118342.g003"]
    mime: Annotated[str | None, "Media type or its first half", "image/tiff"] = None
    alternatives: Annotated[
        tuple[str, ...], "href of each other form of the same graphic", '["pone.0118342.g003.png"]'
    ] = ()
    use: Annotated[str | None, "specific-use, else content-type", "print"] = None
    alt_text: Annotated[str | None, "Alternative text of the graphic", "Bar chart of survival by group"] = (
        None
    )
    long_desc: Annotated[str | None, "Long description of the graphic", "Survival after 30 days was …"] = None
    others: Annotated[tuple[GraphicAlternative, ...], "The other forms with media type and use"] = ()


@record
class TranslatedCaption:
    """A caption in another language than the chosen one."""

    language: Annotated[str | None, "xml:lang of the caption", "es"]
    label: Annotated[str | None, "Label in that language", "Figura 1"]
    title: Annotated[str | None, "Title of the caption", "Supervivencia"]
    text: Annotated[str | None, "Text of the caption without its title", "Supervivencia a los 30 días."]
    origin: Annotated[
        Literal["figure", "group", "sub-article"],
        "figure: same <fig>; group: sibling in its <fig-group>; sub-article: translation of the article",
        "sub-article",
    ]


@record
class Evidence:
    """Words about the rights of a figure, and where they stand."""

    origin: Annotated[
        Literal["permissions", "attrib", "caption", "group"],
        "Element that has the words; group: the caption of the figure's group",
        "caption",
    ]
    text: Annotated[str, "The words", "Adapted from Savvi et al. [54]."]


@record
class Rights:
    """Rights of one figure that are, or may be, different from those of the article."""

    attribution: Annotated[str | None, "<attrib> of the figure, plain text", "Photo: J. Smith"]
    copyright_statement: Annotated[str | None, "Copyright statement of the figure", "© 2012 Elsevier"]
    licence_url: Annotated[
        str | None,
        "Licence URL of the figure; null if only words are there",
        "https://creativecommons.org/licenses/by/4.0/",
    ]
    licence_text: Annotated[
        str | None, "Licence statement of the figure, plain text", "Reused under CC BY 4.0"
    ]
    licence_code: Annotated[str | None, "Licence code of the figure; null if unknown", "CC-BY-4.0"]
    licence_group: Annotated[
        LicenceGroup | None, "Group of that licence; null if the figure states none", "commercial"
    ]
    reuse: Annotated[
        Literal["reprinted", "adapted"] | None,
        "What the evidence says was done with the work of others; null if nothing",
        "adapted",
    ]
    by_permission: Annotated[bool, "True if the evidence mentions permission", "false"]
    evidence: Annotated[tuple[Evidence, ...], "The words from which reuse and by_permission follow"]


@record
class Citation:
    """A cross-reference to the figure in a citing paragraph."""

    start: Annotated[
        int | None,
        "Start of the reference in code points of the paragraph's text; null if the text omits it",
        "176",
    ]
    end: Annotated[int | None, "End of it, exclusive", "184"]
    via: Annotated[
        Literal["xref", "range", "group"],
        'xref: names the figure; range: lies between two that are named ("Figs 2–4"); group: names its group',
        "xref",
    ]


@record
class CitingParagraph:
    """A paragraph that cites the figure."""

    text: Annotated[
        str, "Plain text of the paragraph", "As shown in Figure 6 they differed by a deletion of gene 3."
    ]
    place: Annotated[TextPlace, "Part of the article that the paragraph stands in", "body"]
    section: Annotated[
        tuple[str, ...], "Titles of the enclosing sections, outermost first", '["Results", "A case study"]'
    ]
    section_types: Annotated[tuple[str, ...], "sec-type of those sections that have one", '["results"]']
    language: Annotated[str | None, "Nearest xml:lang", "en"]
    citations: Annotated[tuple[Citation, ...], "Each cross-reference to the figure in the text"]


@record
class Panel:
    """A part of the caption, `caption[start:end]`, in code points.

    A part without labels is shared by all panels.
    """

    labels: Annotated[
        tuple[str, ...],
        'Labels without brackets, ranges and lists spelt out ("A–C" is A, B, C); empty: shared by all panels',
        '["A", "B"]',
    ]
    start: Annotated[int, "Start of the part in code points of caption", "350"]
    end: Annotated[int, "End of the part, exclusive", "362"]
    label_start: Annotated[
        int | None, "Start of the printed label in code points of caption; null without labels", "350"
    ]
    label_end: Annotated[int | None, "End of the printed label, exclusive", "353"]
    parent: Annotated[str | None, "Label of the panel that this one is part of", "A"] = None


@record
class Figure:
    """One `<fig>` element. `caption` is its own, never a neighbour's; spans index `caption`.

    The comments of its fields are those of the columns of `figures`.
    """

    ordinal: Annotated[int, "0-based position in document order", "0"]
    figure_key: Annotated[
        str,
        "<article_key>#<fig id>, #<n> without id, ~2 where an id repeats",
        "doi:10.1371/journal.pbio.0020334#pbio-0020334-g001",
    ]
    fig_id: Annotated[str | None, "id attribute of the <fig>", "pbio-0020334-g001"]
    label: Annotated[str | None, "Label as printed", "Figure 1"]
    kind: Annotated[FigureKind, "Kind of the figure", "fig"]
    group_id: Annotated[str | None, "id of the enclosing <fig-group>", "fg2"]
    group_label: Annotated[str | None, "Label of the enclosing <fig-group>", "Figure 2"]
    group_caption: Annotated[
        str | None, "Caption of the enclosing <fig-group>; never copied to its figures", "Survival by group."
    ]
    position: Annotated[Position, "Part of the article that the figure stands in", "body"]
    section: Annotated[
        tuple[str, ...], "Titles of the enclosing sections, outermost first", '["Results", "Survival"]'
    ]
    language: Annotated[str | None, "Nearest xml:lang", "en"]
    caption_title: Annotated[str | None, "Title of the caption", "Expression pattern of rom-1::nls::gfp"]
    caption_text: Annotated[
        str | None, "Text of the caption without its title", "(A) A mid L2 larva before vulval induction …"
    ]
    caption: Annotated[
        str | None,
        "Title and text joined by a space: the string that every span indexes",
        "Expression pattern of rom-1::nls::gfp (A) A mid L2 larva …",
    ]
    graphics: Annotated[tuple[Graphic, ...], "Every graphic of the figure in document order"]
    fig_type: Annotated[str | None, "fig-type attribute", "figure"]
    parent_key: Annotated[
        str | None,
        "The figure that a supplement or nested figure belongs to",
        "doi:10.1371/journal.pbio.0020334#pbio-0020334-g001",
    ]
    sub_article: Annotated[SubArticle | None, "The sub-article or response that the figure stands in"]
    section_path: Annotated[tuple[Section, ...], "The enclosing sections with id and type, outermost first"]
    section_types: Annotated[tuple[str, ...], "sec-type of those sections that have one", '["results"]']
    caption_markup: Annotated[
        str | None,
        "Caption with sup, sub, italic and bold as inline markup",
        "Expression of <italic>rom-1</italic>",
    ]
    translated_captions: Annotated[tuple[TranslatedCaption, ...], "The caption in other languages"]
    translation_of: Annotated[
        str | None,
        "figure_key of the figure that this one, in a translation of the article, repeats",
        "doi:10.1371/journal.pbio.0020334#pbio-0020334-g001",
    ]
    alt_text: Annotated[str | None, "Alternative text of the figure", "Bar chart of survival by group"]
    long_desc: Annotated[str | None, "Long description of the figure", "Survival after 30 days was …"]
    object_ids: Annotated[tuple[Named, ...], "Ids of the figure itself, with their kind"]
    doi: Annotated[str | None, "DOI of the figure", "10.1371/journal.pone.0118342.g003"]
    rights: Annotated[Rights | None, "Rights that are not the article's; null where none are stated"]
    citing_paragraphs: Annotated[
        tuple[CitingParagraph, ...], "Paragraphs that cite the figure, with each place that does"
    ]
    panels: Annotated[tuple[Panel, ...], "Parts of the caption, in code points of caption, end exclusive"]
