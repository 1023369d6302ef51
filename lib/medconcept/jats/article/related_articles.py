"""Related articles (corrections, preprints, retractions, …), and whether the article itself is retracted."""

from __future__ import annotations

import re

from lxml import etree

from medconcept.jats.records.article_parts import RelatedArticle
from medconcept.jats.text.element_text import clean, plain_text
from medconcept.jats.xml.element_queries import children, href

_NOTICE_TYPES = frozenset(("retraction", "partial-retraction", "withdrawal", "removal", "retraction-notice"))
_NOTICE_LINKS = frozenset(("retracted-article", "partially-retracted-article", "withdrawn-article"))
_RETRACTED_TYPES = frozenset(("retracted-article", "withdrawn-article", "retracted"))
_RETRACTED_LINKS = frozenset(
    (
        "retraction-forward",
        "retracted-by",
        "is-retracted-by",
        "retraction",
        "retraction-notice",
        "withdrawal-forward",
    )
)
_RETRACTED_EVENTS = frozenset(("retracted", "retraction", "withdrawn", "withdrawal"))
# A colon, bracket or dash must follow: "Retracted publications in …" is a study of them.
_RETRACTED_TITLE = re.compile(
    r"\W{0,3}(?:retracted|withdrawn)(?:\s+(?:article|paper|publication))?\s*[:\])—–]", re.IGNORECASE
)
_NOTICE_TITLE = re.compile(
    r"(?:retraction|withdrawal)(?:\s+(?:note|notice|statement))?(?:\s+(?:to|of|for))?\s*[:—–]", re.IGNORECASE
)
_RETRACTED_SUBJECT = re.compile(
    r"(?:retracted|withdrawn)(?:\s+(?:article|paper|publication)s?)?", re.IGNORECASE
)


def related_articles(meta: etree._Element) -> tuple[RelatedArticle, ...]:
    """Return every work to which the article-meta relates this one, with the kind of relation."""
    related: list[RelatedArticle] = []
    for element in meta.iter("related-article", "related-object"):
        kind = element.get("related-article-type") or element.get("link-type") or element.get("content-type")
        related.append(
            RelatedArticle(
                clean(kind or "") or None,
                clean(element.get("ext-link-type") or element.get("object-id-type") or "") or None,
                clean(href(element) or element.get("object-id") or element.get("document-id") or "") or None,
                plain_text(element) or None,
            )
        )
    return tuple(related)


def is_retraction_notice(article_type: str | None, meta: etree._Element, title: str | None = None) -> bool:
    """True for a notice that retracts another article; False for the retracted article itself.

    >>> is_retraction_notice("retraction", etree.fromstring("<article-meta/>"))
    True
    """
    links = {(link.get("related-article-type") or "").lower() for link in children(meta, "related-article")}
    if title and _NOTICE_TITLE.match(title):
        return True
    return (article_type or "").lower() in _NOTICE_TYPES or bool(links & _NOTICE_LINKS)


def retraction_evidence(article_type: str | None, meta: etree._Element, title: str | None) -> str | None:
    """Return the attribute, subject or title that marks this article as retracted; None if nothing does.

    >>> retraction_evidence(None, etree.fromstring("<article-meta/>"), "RETRACTED ARTICLE: On x")
    'title: RETRACTED ARTICLE:'
    """
    if is_retraction_notice(article_type, meta, title):
        return None
    if (article_type or "").lower() in _RETRACTED_TYPES:
        return f"article-type: {article_type}"
    for element in meta.iterchildren("related-article"):
        kind = (element.get("related-article-type") or "").lower()
        if kind in _RETRACTED_LINKS:
            return f"related-article: {kind}"
    for element in meta.iter("event", "date"):
        kind = (element.get("event-type") or element.get("date-type") or "").lower()
        if kind in _RETRACTED_EVENTS:
            return f"{element.tag}: {kind}"
    if title and (marked := _RETRACTED_TITLE.match(title)):
        return f"title: {marked.group().strip()}"
    for element in meta.iter("subject"):
        if (element.text or "r").lstrip()[:1] not in "rRwW":
            continue  # rules out nearly all subjects cheaply
        if _RETRACTED_SUBJECT.fullmatch(text := plain_text(element)):
            return f"subject: {text}"
    return None
