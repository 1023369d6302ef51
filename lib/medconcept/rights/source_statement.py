"""The licence that a source states in addition to the article: the stricter answer of both holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from medconcept.jats.article.licence import code_from_text
from medconcept.rights.effective import LicenceStatement, Terms, effective_terms
from medconcept.rights.terms import TERMS, Answer, Term, terms_of_code

_MINING = re.compile(r"\bTDM\b", re.IGNORECASE)
# From free to bound; for the other terms "yes" binds.
_PERMISSIONS = ("commercial", "derivatives", "redistribute")
_FREE_TO_BOUND: dict[bool, tuple[Answer, ...]] = {
    True: ("yes", "unknown", "no"),
    False: ("no", "unknown", "yes"),
}


def with_source_statement(terms: Terms, article: LicenceStatement, stated: str | None) -> Terms:
    """The terms of a figure, no more permissive than the licence code that the source states ("CC BY-NC").

    A figure's own terms stay as they are. Of an article that states no licence at all the source's holds;
    "TDM" permits no copies, and a code that is not known permits nothing.

    >>> article = LicenceStatement(code="CC-BY-4.0")
    >>> terms = with_source_statement(effective_terms(article), article, "CC BY-NC")
    >>> terms.commercial.answer, terms.commercial.evidence, terms.derivatives.answer
    ('no', 'stated by the source: CC BY-NC', 'yes')
    """
    if stated is None or terms.has_own_rights:
        return terms
    code = code_from_text(stated)
    if article == LicenceStatement() and code is not None:
        return _quoted(effective_terms(LicenceStatement(code=code)), stated)
    answers: dict[str, Answer] = dict(terms_of_code(code) or dict.fromkeys(TERMS, "unknown"))
    if _MINING.search(stated):
        answers["redistribute"] = "no"
    changed = {}
    for term, answer in answers.items():
        order = _FREE_TO_BOUND[term in _PERMISSIONS]
        if order.index(answer) > order.index(terms.answer(term)):
            changed[term] = Term(answer, _evidence(stated), "article_licence")
    return _with(terms, changed)


def _quoted(terms: Terms, stated: str) -> Terms:
    return _with(terms, {term: replace(getattr(terms, term), evidence=_evidence(stated)) for term in TERMS})


def _with(terms: Terms, changed: Mapping[str, Term]) -> Terms:
    values: dict[str, Any] = dict(changed)
    return replace(terms, **values)


def _evidence(stated: str) -> str:
    return f"stated by the source: {stated}"
