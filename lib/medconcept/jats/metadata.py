"""What an article says about itself, apart from identifiers, dates and licence."""

from __future__ import annotations

import re

from lxml import etree

from medconcept.jats.text import clean, text_or_none
from medconcept.jats.tree import child, children

_RETRACTIONS = frozenset(("retraction", "partial-retraction", "withdrawal", "removal"))
_RETRACTED = frozenset(("retracted-article", "partially-retracted-article", "withdrawn-article"))
_DTD = re.compile(r"\bv([0-9]+\.[0-9]+)\b")


def article_title(meta: etree._Element) -> str | None:
    """The title, without the subtitle and without translations."""
    return text_or_none(child(meta, "title-group", "article-title"))


def journal_title(article: etree._Element) -> str | None:
    """The journal's full title, where JATS has it or where NLM 2 had it; else the first of its ids."""
    meta = child(article, "front", "journal-meta")
    for path in (("journal-title-group", "journal-title"), ("journal-title",), ("journal-id",)):
        if title := text_or_none(child(meta, *path)):
            return title
    return None


def is_retraction_notice(article_type: str | None, meta: etree._Element) -> bool:
    """True for the notice that retracts another article, not for the article retracted.

    >>> is_retraction_notice("retraction", etree.fromstring("<article-meta/>"))
    True
    """
    links = {link.get("related-article-type", "").lower() for link in children(meta, "related-article")}
    return (article_type or "").lower() in _RETRACTIONS or bool(links & _RETRACTED)


def dtd_version(article: etree._Element) -> str | None:
    """The version stated on the article, else the one in the DOCTYPE's public identifier."""
    stated = clean(article.get("dtd-version", ""))
    match = _DTD.search(article.getroottree().docinfo.public_id or "")
    return stated or (match.group(1) if match else None)
