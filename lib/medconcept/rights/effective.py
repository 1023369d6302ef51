"""The terms of a figure: its own before its article's, the stricter answer where statements disagree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from medconcept.jats.article.licence import code_from_text, code_from_url, restrictions_of
from medconcept.jats.records.figure import Rights
from medconcept.rights.terms import TERMS, Answer, Origin, Term, terms_of_code

_UNKNOWN: Answer = "unknown"
_MAX_EVIDENCE = 500  # characters of a licence text kept as evidence

# What words forbid, whatever licence they belong to. Only ever a "no": words alone grant nothing.
_FORBIDDEN = {
    "NC": ("commercial",),
    "ND": ("derivatives",),
}
_NO_COPIES = re.compile(
    r"\ball rights reserved\b|\btous droits réservés\b|\btodos los derechos reservados\b"
    r"|\btodos os direitos reservados\b|\balle rechte vorbehalten\b|\btutti i diritti riservati\b|版权所有"
    r"|\b(?:may|must|can|shall) not be (?:reproduced|copied|distributed|redistributed|reused|posted)\b"
    r"|\bno (?:reproduction|redistribution|reuse)\b|\bnot (?:covered|included) (?:by|in|under) th(?:e"
    r"|is) (?:article.s )?"
    r"(?:creative commons|licen[sc]e)",
    re.IGNORECASE,
)
_MINING_ONLY = re.compile(
    r"\b(?:text|data)[- ]?(?:and|&)?[- ]?(?:data)?[- ]?mining\b|\btdm\b|tdm-?(?:licen[sc]e|userlicen[sc]e"
    r"|rep)",
    re.IGNORECASE,
)
_OWNED = re.compile(r"©|\(c\)\s*(?:copyright|[12][0-9]{3})|\bcopyright\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LicenceStatement:
    """What an article states of its licence; every field None where it states nothing."""

    code: str | None = None
    url: str | None = None
    text: str | None = None
    copyright_statement: str | None = None


@dataclass(frozen=True, slots=True)
class FigureStatement:
    """What a figure states of its own rights: licence, whether it is reused from another work, the words."""

    licence: LicenceStatement
    is_reused: bool
    words: tuple[str, ...]

    @classmethod
    def of(cls, rights: Rights | None) -> FigureStatement | None:
        """The statement in a parsed figure's rights; None if it states none of its own."""
        if rights is None:
            return None
        licence = LicenceStatement(
            rights.licence_code, rights.licence_url, rights.licence_text, rights.copyright_statement
        )
        reused = rights.reuse is not None or rights.by_permission
        return cls(licence, reused, tuple(item.text for item in rights.evidence))


@dataclass(frozen=True, slots=True)
class Terms:
    """The effective terms of a figure and the licence they come from.

    `licence_code` is None where the terms follow no known licence; `has_own_rights` if they are the figure's.
    """

    commercial: Term
    derivatives: Term
    share_alike: Term
    redistribute: Term
    attribution: Term
    licence_code: str | None
    licence_url: str | None
    has_own_rights: bool

    def answer(self, term: str) -> Answer:
        """The answer of one of the five terms; KeyError for any other name."""
        if term not in TERMS:
            raise KeyError(term)
        held: Term = getattr(self, term)
        return held.answer


def effective_terms(article: LicenceStatement, figure: FigureStatement | None = None) -> Terms:
    """The terms that hold for a figure, or for the article itself where no figure is given.

    A figure's own licence replaces the article's. Words that say that it is another's work, without a licence
    that is understood, leave every term unknown: the article's licence cannot grant what its authors do not
    own. Words that forbid more than the code permits make the answer "no".

    >>> terms = effective_terms(LicenceStatement(code="CC-BY-4.0", text="for non-commercial use only"))
    >>> terms.commercial.answer, terms.commercial.evidence, terms.derivatives.answer
    ('no', 'for non-commercial use only', 'yes')
    """
    if figure is not None and _is_own(figure, article):
        own = figure.licence
        code = own.code or _only_code(figure.words)
        words = [text for text in (own.text, own.copyright_statement, *figure.words) if text]
        return _terms(code, own.url, words, "figure_licence", "figure_words", True)
    code = article.code or (code_from_url(article.url) if article.url else None)
    words = [text for text in (article.text, article.copyright_statement, article.url) if text]
    terms = _terms(code, article.url, words, "article_licence", "article_words", False)
    return terms


def _is_own(figure: FigureStatement, article: LicenceStatement) -> bool:
    licence = figure.licence
    if licence.code or licence.url or licence.text or figure.is_reused:
        return True
    if licence.copyright_statement and licence.copyright_statement != article.copyright_statement:
        return True
    return any(
        _OWNED.search(text) or _NO_COPIES.search(text) or code_from_text(text) for text in figure.words
    )


def _only_code(words: Sequence[str]) -> str | None:
    """The one licence that the words name; None if they name several or none."""
    codes = {code for text in words if (code := code_from_text(text))}
    return codes.pop() if len(codes) == 1 else None


def _terms(
    code: str | None, url: str | None, words: Sequence[str], by_code: Origin, by_words: Origin, is_own: bool
) -> Terms:
    answers = terms_of_code(code)
    held: dict[str, Term] = {}
    for term in TERMS:
        if answers is None:
            held[term] = Term(_UNKNOWN, None, "nothing")
        else:
            held[term] = Term(answers[term], _code_evidence(code, url, words), by_code)
    for term, text in _prohibitions(words, is_licensed=answers is not None):
        if held[term].answer != "no":
            held[term] = Term("no", text[:_MAX_EVIDENCE], by_words)
    return Terms(
        held["commercial"], held["derivatives"], held["share_alike"], held["redistribute"],
        held["attribution"], code if answers is not None else None, url, is_own,
    )  # fmt: skip


def _code_evidence(code: str | None, url: str | None, words: Sequence[str]) -> str | None:
    """The text that a code was read from: its address, else the words, else the code itself."""
    if url and code_from_url(url) == code:
        return url
    named = next((text for text in words if code_from_text(text) == code), None)
    return named[:_MAX_EVIDENCE] if named else code


def _prohibitions(words: Sequence[str], *, is_licensed: bool) -> Iterator[tuple[str, str]]:
    """Each term that words forbid, with those words.

    Under a Creative Commons licence "all rights reserved" in a copyright line and a mention of text mining
    take nothing away; without one they do.
    """
    for text in words:
        for restriction in restrictions_of(text):
            for term in _FORBIDDEN.get(restriction, ()):
                yield term, text
        if not is_licensed and (_NO_COPIES.search(text) or _MINING_ONLY.search(text)):
            yield "redistribute", text
