"""What an article says about itself, in plain values."""

from __future__ import annotations

from typing import Literal

from medconcept.jats.records.record import record

LicenceGroup = Literal["commercial", "noncommercial", "other"]
TextPlace = Literal[
    "body", "floats", "back", "appendix", "sub-article", "front", "abstract", "caption", "table"
]


@record
class Named:
    """A value with the kind the file gives it, such as ("doi", "10.1/x"), ("epub", "1234-5678")."""

    kind: str | None
    value: str


@record
class LanguageText:
    """A text in a language; the language is None where the file states none."""

    language: str | None
    text: str


@record
class Abstract:
    """One abstract; kind is `abstract-type` (graphical, summary…), None for an ordinary one."""

    kind: str | None
    language: str | None
    title: str | None
    text: str


@record
class Journal:
    """The journal: title, abbreviations, ids and ISSNs with their kinds, publisher and its place."""

    title: str | None
    abbreviations: tuple[str, ...]
    ids: tuple[Named, ...]
    issns: tuple[Named, ...]
    publisher: str | None
    publisher_place: str | None


@record
class ArticleDate:
    """One date in its parts as written; `iso` is what they come to, no more precise than they are.

    `origin` is where it stands: pub-date, history or event; `kind` the date's or the event's type.
    """

    origin: Literal["pub-date", "history", "event"]
    kind: str | None
    publication_format: str | None
    year: str | None
    month: str | None
    day: str | None
    season: str | None
    iso: str | None


@record
class Subject:
    """A subject with the headings above it, outermost first; group is `subj-group-type`."""

    group: str | None
    language: str | None
    path: tuple[str, ...]


@record
class KeywordGroup:
    """Keywords that stand together; kind is `kwd-group-type`."""

    kind: str | None
    language: str | None
    title: str | None
    keywords: tuple[str, ...]


@record
class Author:
    """A person or a group; `name` is as read aloud, given names first. Ids point at `affiliations`."""

    name: str
    surname: str | None
    given_names: str | None
    is_group: bool
    role: str
    orcid: str | None
    affiliation_ids: tuple[str, ...]
    is_corresponding: bool


@record
class Affiliation:
    """An affiliation with the id by which authors name it; one that stands inside an author has a made id."""

    id: str
    text: str


@record
class Award:
    """One grant: who gave it, its numbers, who received it."""

    sources: tuple[str, ...]
    award_ids: tuple[str, ...]
    recipients: tuple[str, ...]


@record
class RelatedArticle:
    """Another work and what it is to this one, such as retracted-article, corrected-article, preprint."""

    relation: str | None
    link_type: str | None
    target: str | None
    text: str | None


@record
class Abbreviation:
    """A short form and what it stands for.

    `source` is the abbreviation list of the article or a pair "long form (SF)" in its text. The place of a
    pair: `start` is the code point of the short form in the article's `abstract` (place "abstract") or in
    the caption of `figure_key` (place "caption"), else in the plain text of the `paragraph`-th `<p>` of the
    place, counted from 0 in document order.
    """

    short: str
    long: str
    source: Literal["list", "text"]
    place: TextPlace
    figure_key: str | None
    paragraph: int | None
    start: int | None


@record
class Count:
    """How many there are of a thing: as `<counts>` states it, and as found in the file."""

    name: str
    stated: int | None
    found: int | None
