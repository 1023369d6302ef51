"""Related articles (corrections, preprints, retractions, …), and whether the article itself is retracted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from medconcept.jats.records.article_parts import RelatedArticle
from medconcept.jats.text.element_text import clean, plain_text
from medconcept.jats.xml.element_queries import children, href

_NOTICE_TYPES = frozenset(
    (
        "retraction",
        "partial-retraction",
        "withdrawal",
        "removal",
        "retraction-notice",
        "retraction-note",
        "withdrawal-notice",
        "article-retraction",
    )
)
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
# Words for the retracted article: a colon, bracket or dash must follow, since "Retracted publications in …"
# is a study of them. "Withdrawn" alone is also said of patients and drugs: it counts in capitals and in
# brackets.
_WORK = r"(?:article|paper|publication|manuscript|chapter|study|art[íi]culo|artigo)"
_RETRACTED = r"(?:retracted|retractad[oa]|retratad[oa]|rétractée?|zur[üu]ckgezogen)"
_RETRACTED_TITLE = re.compile(
    rf"""(?i:\W{{0,3}}(?:{_RETRACTED}(?:\s+{_WORK})?|withdrawn\s+{_WORK}|{_WORK}\s+(?:{_RETRACTED}|withdrawn))
        \s*[:\])—–])
    |\W{{0,3}}WITHDRAWN\s*[:\])—–]
    |(?i:[\[(]\s*withdrawn\s*[\])])""",
    re.VERBOSE,
)
_RETRACTED_ENDING = re.compile(
    rf"(?:[\[(]\s*(?:this\s+)?(?:{_WORK}\s+)?(?:is\s+|has\s+been\s+)?(?:{_RETRACTED}|withdrawn)(?:\s+{_WORK})?"
    rf"\s*[\])]|[—–-]\s*retracted)\W*\Z",
    re.IGNORECASE,
)
# A notice says what it is: a note, notice or statement, or of what work it is the retraction. "Retraction: …"
# and "Withdrawal: …" may as well be the topic: of a muscle, from a drug.
_RETRACTION = r"(?:retraction|r[ée]tractation|retractaci[óo]n|retrata[çc][ãa]o|retraktion|ritrattazione)"
_TAKING_BACK = rf"(?:{_RETRACTION}|withdrawal|removal|retrait)"
_NOTICE_WORD = r"(?:note|notice|statement|announcement|nota|aviso|avis|erkl[äa]rung|declaraci[óo]n)"
_NOTICE_TITLE = re.compile(
    rf"""(?:(?:partial|editorial|publisher['’]?s?|editor['’]?s?|author['’]?s?|joint)\s+){{0,3}}
    (?:{_TAKING_BACK}\s+{_NOTICE_WORD}(?:\s+(?:to|of|for|on|regarding)\b|\W*[:—–.]|\W*\Z)
    |{_NOTICE_WORD}\s+(?:of|de|d['’])\s*{_RETRACTION}(?:\s+(?:to|of|for|and|de|du)\b|\W*[:—–.]|\W*\Z)
    |{_NOTICE_WORD}\s+(?:of|de|d['’])\s*{_TAKING_BACK}(?:\s+to\b)?(?:\W*[:—–]|\s*["“«]|\W*\Z)
    |{_RETRACTION}\s+(?:and\s+(?:replacement|republication)\s+)?(?:to|of|for)\s*[:"“”«‘'„]
    |{_RETRACTION}\s+(?:of|for)\s+[^:]{{1,60}}\bet\s+al\b
    |{_RETRACTION}\W*\Z)""",
    re.IGNORECASE | re.VERBOSE,
)
_WEAK_NOTICE_TITLE = re.compile(
    rf"(?:partial\s+)?{_RETRACTION}(?:\s+(?:to|of|for)\b[^:]{{0,80}})?\s*[:—–]", re.IGNORECASE
)
_WITHDRAWAL_TITLE = re.compile(r"(?:withdrawal|removal|retrait)(?:\s+(?:to|of|for))?\s*[:—–]", re.IGNORECASE)
# Kinds of article that report or review something, and those in which journals print notices.
_WORKS_OF_RESEARCH = re.compile(
    r"research|review|case|report|data|method|protocol|trial|meta-?analysis|perspective|opinion|article\Z|abstract"
    r"|study|book|thesis|rapid-communication|brief|tutorial|commentary",
    re.IGNORECASE,
)
_NOTICES = re.compile(
    r"correct|erratum|corrigend|addendum|notice|announce|retract|withdraw|removal", re.IGNORECASE
)
_NOTICE_SUBJECT = re.compile(rf"(?:partial\s+)?{_RETRACTION}s?(?:\s+{_NOTICE_WORD}s?)?", re.IGNORECASE)
_RETRACTED_SUBJECT = re.compile(
    rf"(?:retracted|withdrawn)(?:\s+{_WORK}s?)?|{_WORK}\s+{_RETRACTED}", re.IGNORECASE
)

# One of these is in every title that the patterns match; nearly no title has any.
_TITLE_STEMS = ("retra", "rétra", "ritra", "withdr", "remov", "ckgezogen")


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

    A title alone counts if it can mean nothing else: a review of withdrawal symptoms is no notice.

    >>> is_retraction_notice("retraction", etree.fromstring("<article-meta/>"))
    True
    >>> is_retraction_notice("review-article", etree.fromstring("<article-meta/>"), "Withdrawal: a review")
    False
    """
    kind = re.sub(r"[\s_]+", "-", (article_type or "").strip().lower())
    if kind in _NOTICE_TYPES:
        return True
    links = {(link.get("related-article-type") or "").lower() for link in children(meta, "related-article")}
    if links & _NOTICE_LINKS:
        return True
    if title and _may_say_so(title):
        if _NOTICE_TITLE.match(title):
            return True
        if _WEAK_NOTICE_TITLE.match(title):
            return not _WORKS_OF_RESEARCH.search(kind)
        if _WITHDRAWAL_TITLE.match(title):
            return _NOTICES.search(kind) is not None
    return any(_NOTICE_SUBJECT.fullmatch(text) for text in _subjects(meta, "rR"))


def _may_say_so(title: str) -> bool:
    lowered = title.lower()
    return any(stem in lowered for stem in _TITLE_STEMS)


def _subjects(meta: etree._Element, initials: str) -> Iterator[str]:
    """Yield the subjects that begin with one of the letters, which rules out nearly all cheaply."""
    categories = next(meta.iterchildren("article-categories"), None)
    for element in categories.iter("subject") if categories is not None else ():
        if (element.text or initials).lstrip()[:1] in initials:
            yield plain_text(element)


def retraction_evidence(
    article_type: str | None, meta: etree._Element, title: str | None, is_notice: bool
) -> str | None:
    """Return the attribute, subject or title that marks this article as retracted; None if nothing does.

    A notice of a retraction is not itself retracted.

    >>> retraction_evidence(None, etree.fromstring("<article-meta/>"), "RETRACTED ARTICLE: On x", False)
    'title: RETRACTED ARTICLE:'
    """
    if is_notice:
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
    if (
        title
        and _may_say_so(title)
        and (marked := _RETRACTED_TITLE.match(title) or _RETRACTED_ENDING.search(title))
    ):
        return f"title: {marked.group().strip()}"
    subject = next((text for text in _subjects(meta, "rRwWaA") if _RETRACTED_SUBJECT.fullmatch(text)), None)
    return f"subject: {subject}" if subject else None
