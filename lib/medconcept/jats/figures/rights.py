"""Rights of a figure where they differ from the article's licence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice

from lxml import etree

from medconcept.jats.article.licence import Licence, read_licence
from medconcept.jats.figures.credit_words import PERMISSION, patterns_for, reuse_in
from medconcept.jats.figures.graphics import pictures_in
from medconcept.jats.records.figure import Evidence, Rights
from medconcept.jats.text.element_text import text_without
from medconcept.jats.warning_log import WarningLog

# `permissions` from NLM 2.3 on; before, the statements stand straight in the figure.
_STATEMENTS = ("permissions", "copyright-statement", "license")
_RIGHTS = frozenset(("attrib", *_STATEMENTS))
_HOLDERS = ("caption", "graphic", "media", "alternatives", "p")
_SENTENCE_END = re.compile(r"[.!?;](?=\s+[A-ZÀ-Ý(]|\s*\Z)")  # not "et al. 2015", "p. 3"
_SENTENCE_REACH = 400  # characters searched for the ends of a sentence
_MAX_MATCHES = 8  # per pattern, so that a caption of nothing else does not multiply


def read_rights(
    figure: Mapping[str, etree._Element],
    group: etree._Element | None,
    caption: str | None,
    group_caption: str | None,
    licence: Licence,
) -> Rights | None:
    """Return the rights that a figure, its graphics or its group states; None if no more than the article's.

    `figure` maps names to the figure's children, the first of each name.
    """
    evidence: list[Evidence] = []
    places = _places(figure, group)
    attributions = [
        text for place in places for e in place.iterchildren("attrib") if (text := text_without(e))
    ]
    evidence += [Evidence("attrib", text) for text in attributions]
    own: Licence | None = None
    for place in places:
        if next(place.iterchildren(*_STATEMENTS), None) is None:
            continue
        stated = read_licence(place, WarningLog())
        if _differs(stated, licence):
            # The nearest licence holds; the words of the others still count as evidence.
            own = own or stated
            words = " ".join(part for part in (stated.copyright_statement, stated.text) if part)
            if words:
                evidence.append(Evidence("permissions", words))
    if caption:
        evidence += [Evidence("caption", text) for text in _sentences(caption)]
    if group_caption:
        evidence += [Evidence("group", text) for text in _sentences(group_caption)]
    if not evidence and own is None:
        return None
    credits = " ".join(item.text for item in evidence)
    return Rights(
        attribution=" ".join(attributions) or None,
        copyright_statement=own.copyright_statement if own else None,
        licence_url=own.url if own else None,
        licence_text=own.text if own else None,
        licence_code=own.code if own else None,
        licence_group=own.group if own else None,
        reuse=reuse_in(credits),
        by_permission=PERMISSION.search(credits) is not None,
        evidence=tuple(evidence),
    )


def _places(figure: Mapping[str, etree._Element], group: etree._Element | None) -> list[etree._Element]:
    """Return the elements whose children state rights: the figure, its caption, its graphics, its group."""
    places: list[etree._Element] = []
    if not _RIGHTS.isdisjoint(figure) and (element := next(iter(figure.values())).getparent()) is not None:
        places.append(element)
    for name in _HOLDERS:
        if name not in figure:
            continue
        for holder in (figure[name], *figure[name].itersiblings(name)):
            if len(holder):
                places += (holder,) if name == "caption" else pictures_in(holder)
    if group is not None:
        places.append(group)
    return [place for place in places if next(place.iterchildren(*_RIGHTS), None) is not None]


def _differs(own: Licence, article: Licence) -> bool:
    """False if a figure only repeats the article's licence, perhaps in fewer words."""
    if own.copyright_statement and own.copyright_statement != article.copyright_statement:
        return True
    if own.code is not None:
        return own.code != article.code
    return bool(own.url or own.text) and (own.url, own.text) != (article.url, article.text)


def _sentences(caption: str) -> list[str]:
    """Return the sentences of a caption that credit another's picture, each once."""
    sentences: dict[str, None] = {}
    for pattern in patterns_for(caption):
        for match in islice(pattern.finditer(caption), _MAX_MATCHES):
            before = max(0, match.start() - _SENTENCE_REACH)
            ends = list(_SENTENCE_END.finditer(caption, before, match.start()))
            start = ends[-1].end() if ends else before
            stop = _SENTENCE_END.search(caption, match.end(), match.end() + _SENTENCE_REACH)
            sentences[caption[start : stop.end() if stop else match.end() + _SENTENCE_REACH].strip()] = None
    return list(sentences)
