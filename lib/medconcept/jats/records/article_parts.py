"""Records of an article's metadata: journal, dates, authors, funding, related works, abbreviations."""

from __future__ import annotations

from typing import Annotated, Literal

from medconcept.jats.records.record import record

LicenceGroup = Literal["commercial", "noncommercial", "other"]
TextPlace = Literal[
    "body", "floats", "back", "appendix", "sub-article", "front", "abstract", "caption", "table"
]


@record
class Named:
    """A value with its kind."""

    kind: Annotated[str | None, "Kind of the value as the file states it", "epub"]
    value: Annotated[str, "The value itself", "1545-7885"]


@record
class LanguageText:
    """A text in a language."""

    language: Annotated[str | None, "xml:lang; null if the file states none", "fr"]
    text: Annotated[str, "The text, plain", "Le cœur et ses valves"]


@record
class Abstract:
    """An abstract other than the main one."""

    kind: Annotated[str | None, "abstract-type; null for an ordinary abstract", "graphical"]
    language: Annotated[str | None, "xml:lang of the abstract", "en"]
    title: Annotated[str | None, "Heading of the abstract", "Author Summary"]
    text: Annotated[
        str, "Text of the abstract without its heading, plain", "Genomes contain the information underlying …"
    ]


@record
class Journal:
    """The journal that published the article."""

    title: Annotated[str | None, "Title of the journal", "PLoS Biology"]
    abbreviations: Annotated[tuple[str, ...], "Abbreviated titles", '["PLoS Biol"]']
    ids: Annotated[tuple[Named, ...], "Ids of the journal, each with its journal-id-type"]
    issns: Annotated[tuple[Named, ...], "ISSNs, each with its publication type"]
    publisher: Annotated[str | None, "Name of the publisher", "Public Library of Science"]
    publisher_place: Annotated[str | None, "Place of the publisher", "San Francisco, USA"]


@record
class ArticleDate:
    """A date of the article, in parts as written and as an ISO date no more precise than they are."""

    origin: Annotated[
        Literal["pub-date", "history", "event"],
        "Where the date stands: <pub-date>, <history> or <event>",
        "pub-date",
    ]
    kind: Annotated[str | None, "Type of the date or of its event", "epub"]
    publication_format: Annotated[str | None, "publication-format attribute", "electronic"]
    year: Annotated[str | None, "Year as written", "2004"]
    month: Annotated[str | None, "Month as written, a number or a name", "6"]
    day: Annotated[str | None, "Day of the month as written", "15"]
    season: Annotated[str | None, "Season as written", "Spring"]
    iso: Annotated[str | None, "The date as YYYY[-MM[-DD]]; null without a year", "2004-06-15"]


@record
class Subject:
    """A subject heading of the article with the headings above it."""

    group: Annotated[str | None, "subj-group-type", "heading"]
    language: Annotated[str | None, "xml:lang of the group", "en"]
    path: Annotated[
        tuple[str, ...], "The heading with those above it, outermost first", '["Biology", "Cell Biology"]'
    ]


@record
class KeywordGroup:
    """Keywords that stand together."""

    kind: Annotated[str | None, "kwd-group-type", "author"]
    language: Annotated[str | None, "xml:lang of the group", "en"]
    title: Annotated[str | None, "Heading of the group", "Keywords"]
    keywords: Annotated[tuple[str, ...], "The keywords in order", '["heart valve", "endocarditis"]']


@record
class Author:
    """A person or a group that is an author."""

    name: Annotated[str, "Full name, given names first", "Rosalind E. Franklin"]
    surname: Annotated[str | None, "Surname; null for a group", "Franklin"]
    given_names: Annotated[str | None, "Given names or initials", "Rosalind E."]
    is_group: Annotated[bool, "True for a group of authors, such as a consortium", "false"]
    role: Annotated[str, "contrib-type; author if the file states none", "author"]
    orcid: Annotated[str | None, "ORCID iD, sixteen characters with hyphens", "0000-0002-1825-0097"]
    affiliation_ids: Annotated[tuple[str, ...], "Ids of the author's entries in affiliations", '["aff1"]']
    is_corresponding: Annotated[bool, "True for a corresponding author", "true"]


@record
class Affiliation:
    """An affiliation; one that stands inside an author gets a generated id."""

    id: Annotated[str, "Id that authors refer to", "aff1"]
    text: Annotated[str, "The affiliation, plain text", "King's College London, United Kingdom"]


@record
class Award:
    """A grant."""

    sources: Annotated[tuple[str, ...], "Funders", '["National Institutes of Health"]']
    award_ids: Annotated[tuple[str, ...], "Grant numbers", '["TR000163"]']
    recipients: Annotated[tuple[str, ...], "Recipients", '["Pestilli Franco"]']


@record
class RelatedArticle:
    """Another work and its relation to this one."""

    relation: Annotated[
        str | None,
        "related-article-type, such as retracted-article, corrected-article or preprint",
        "corrected-article",
    ]
    link_type: Annotated[str | None, "ext-link-type of the link", "doi"]
    target: Annotated[str | None, "Link to the other work", "10.1371/journal.pone.0103411"]
    text: Annotated[
        str | None, "Text of the reference, plain", "Macrophage Control of Phagocytosed Mycobacteria …"
    ]


@record
class Abbreviation:
    """A short form and its long form.

    It comes from the abbreviation list of the article or from a pair "long form (SF)" in its text.
    """

    short: Annotated[str, "Short form", "SNR"]
    long: Annotated[str, "Long form", "signal-to-noise ratio"]
    source: Annotated[
        Literal["list", "text"], "The article's abbreviation list, or a pair in its text", "text"
    ]
    place: Annotated[TextPlace, "Part of the article that has the pair", "body"]
    figure_key: Annotated[
        str | None,
        "Figure whose caption has the pair; null elsewhere",
        "doi:10.1371/journal.pbio.0020334#pbio-0020334-g001",
    ]
    paragraph: Annotated[
        int | None, "Paragraph of the place, 0-based in document order; null in abstract and captions", "6"
    ]
    start: Annotated[
        int | None,
        "Start of the short form in code points of the abstract, the caption or the paragraph's plain text",
        "661",
    ]


@record
class Count:
    """How many there are of one kind of thing, as `<counts>` states and as counted in the file."""

    name: Annotated[str, "What is counted: fig, table, equation, ref, page or word", "fig"]
    stated: Annotated[int | None, "Number that <counts> states; null if it states none", "10"]
    found: Annotated[int | None, "Number counted in the file; null for pages and words", "10"]
