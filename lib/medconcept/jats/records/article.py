"""The result of a parse: one `Article` with its `Figure`s, plain values that pickle."""

from __future__ import annotations

from dataclasses import dataclass

from medconcept.jats.records.article_parts import (
    Abbreviation,
    Abstract,
    Affiliation,
    ArticleDate,
    Author,
    Award,
    Count,
    Journal,
    KeywordGroup,
    LanguageText,
    LicenceGroup,
    RelatedArticle,
    Subject,
)
from medconcept.jats.records.figure import Figure
from medconcept.jats.records.record import record

PARSER_VERSION = "7"
"""Increased by one whenever the same bytes yield different records."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds beyond which a file is refused; sizes in bytes or characters.

    `max_nodes` bounds elements and attributes together, `max_value` one attribute, `max_output` all text
    of the records together: a small file can ask for the same paragraph or title many thousand times.
    A depth of 255 is as much as libxml2 allows, and costs nothing to check.

    >>> Limits(max_figures=10).max_depth
    255
    """

    max_bytes: int = 64 * 1024 * 1024
    max_depth: int = 255
    max_figures: int = 5000
    max_nodes: int = 3_000_000
    max_value: int = 64 * 1024
    max_output: int = 128 * 1024 * 1024

    def __post_init__(self) -> None:
        numbers = (
            self.max_bytes, self.max_depth, self.max_figures, self.max_nodes, self.max_value, self.max_output,
        )  # fmt: skip
        if min(numbers) < 1:
            raise ValueError(f"every limit must be at least 1: {self}")


@record
class Article:
    """One article as its JATS states it, nothing guessed; what is missing is None or empty.

    `image_tables` are `<table-wrap>`s with pictures and no table, as figures of kind "table";
    they are not among `figures`, which are the `<fig>` elements. `warnings` are "code: detail".
    """

    pmcid: str | None
    pmc_version: int | None
    pmid: str | None
    doi: str | None
    publisher_id: str | None
    article_key: str
    title: str | None
    journal: str | None
    article_type: str | None
    language: str | None
    published: str | None
    published_from: str | None
    latest_date: str | None
    licence_url: str | None
    licence_text: str | None
    licence_code: str | None
    licence_group: LicenceGroup
    copyright_statement: str | None
    is_retraction_notice: bool
    dtd_version: str | None
    warnings: tuple[str, ...]
    figures: tuple[Figure, ...]
    manuscript_id: str | None
    title_markup: str | None
    subtitle: str | None
    translated_titles: tuple[LanguageText, ...]
    abstract: str | None
    abstract_markup: str | None
    other_abstracts: tuple[Abstract, ...]
    journal_meta: Journal
    volume: str | None
    issue: str | None
    first_page: str | None
    last_page: str | None
    page_range: str | None
    elocation_id: str | None
    dates: tuple[ArticleDate, ...]
    subjects: tuple[Subject, ...]
    keywords: tuple[KeywordGroup, ...]
    authors: tuple[Author, ...]
    affiliations: tuple[Affiliation, ...]
    awards: tuple[Award, ...]
    funding_statement: str | None
    related_articles: tuple[RelatedArticle, ...]
    is_retracted: bool
    retraction_evidence: str | None
    abbreviations: tuple[Abbreviation, ...]
    counts: tuple[Count, ...]
    dialect: str | None
    tag_set: str | None
    wrapper: str | None
    image_tables: tuple[Figure, ...]
