"""What a parse gives back: one `Article` with its `Figure`s, plain values that pickle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PARSER_VERSION = "1"
"""Raised by one whenever the same bytes would give other records."""

Position = Literal["body", "floats", "back", "appendix", "sub-article", "front"]
LicenceGroup = Literal["commercial", "noncommercial", "other"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is accepted before it is refused.

    >>> Limits(max_figures=10).max_depth
    200
    """

    max_bytes: int = 64 * 1024 * 1024
    max_depth: int = 200
    max_figures: int = 5000

    def __post_init__(self) -> None:
        if min(self.max_bytes, self.max_depth, self.max_figures) < 1:
            raise ValueError(f"every limit must be at least 1: {self}")


@dataclass(frozen=True, slots=True)
class Graphic:
    """One picture of a figure: its file as the XML names it, and other forms of the same picture."""

    href: str
    mime: str | None = None
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """One `<fig>` element. `caption` is its own, never a neighbour's; spans index `caption`."""

    ordinal: int
    figure_key: str
    fig_id: str | None
    label: str | None
    kind: str
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


@dataclass(frozen=True, slots=True)
class Article:
    """One article as its JATS states it, nothing guessed; what is missing is None."""

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
