"""Rights of a figure where they differ from the article's licence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Literal

from lxml import etree

from medconcept.jats.article.licence import Licence, read_licence
from medconcept.jats.records.figure import Evidence, Rights
from medconcept.jats.text.element_text import text_without
from medconcept.jats.warning_log import WarningLog

# Words with which captions credit another's picture. "Images taken from the left" must not match, so weak
# verbs count only with permission.
_REPRINTED = (
    r"(?:re-?printed|re-?produced|republished|reused|reproduzid[oa]s?|reproducid[oa]s?|extra[ií]d[oa]s?|"
    r"reproduite?s?|nachdruck)"
)
_ADAPTED = (
    r"(?:adapted|modified|re-?drawn|adaptad[oa]s?|modificad[oa]s?|adaptée?s?|modifiée?s?|modifiziert"
    r"|adaptiert)"
)
_FROM = (
    r"(?:,?\s+(?:and\s+\w+\s+|in\s+(?:part|whole|full|modified\s+form),?\s+)?"
    r"(?:from|after|with\b[^.;]{0,40}\bpermission|by\s+permission)"
    r"|\s+(?:de|da|do|d['’]après|nach)\b)"
)
_ADAPTED_FROM = re.compile(rf"\b{_ADAPTED}{_FROM}", re.IGNORECASE)
_REPRINTED_FROM = re.compile(rf"\b{_REPRINTED}{_FROM}", re.IGNORECASE)
_PERMISSION = re.compile(
    r"\b(?:with|by)\s+(?:the\s+)?(?:kind\s+|written\s+|express\s+)?permission\b|\bcourtesy\s+of\b"
    r"|\bcom\s+(?:a\s+)?permissão\b|\bcon\s+(?:el\s+)?permiso\b|\bavec\s+(?:l['’]aimable\s+)?(?:autorisation|permission)\b",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)\s*copyright|\bcopyright\b)\s*(?:\(c\)|©)?\s*(?:19|20)[0-9]{2}", re.IGNORECASE
)
# Each pattern with word stems, one of which it needs: a prefilter, since hardly any caption has them.
_PATTERNS = tuple(
    (tuple(stem.encode() for stem in stems), pattern)
    for stems, pattern in (
        (
            ("reprint", "re-print", "reprodu", "re-produ", "republ", "reused", "extra", "nachdruck"),
            _REPRINTED_FROM,
        ),
        (("adapt", "modifi", "redrawn", "re-drawn"), _ADAPTED_FROM),
        (("permi", "courtesy", "autorisation"), _PERMISSION),
        (("©", "copyright"), _COPYRIGHT),
    )
)
_SENTENCE_END = re.compile(r"[.!?;](?=\s+[A-ZÀ-Ý(]|\s*\Z)")  # not "et al. 2015", "p. 3"
_SENTENCE_REACH = 400  # characters searched for the ends of a sentence
_MAX_MATCHES = 8  # per pattern, so that a caption of nothing else does not multiply


def read_rights(
    figure: Mapping[str, etree._Element], group: etree._Element | None, caption: str | None, licence: Licence
) -> Rights | None:
    """Return the rights that a figure, its caption or its group states; None if no more than the article's.

    `figure` maps names to the figure's children, the first of each name.
    """
    evidence: list[Evidence] = []
    caption_element = figure.get("caption")
    attributions = [
        text for e in _elements_named("attrib", figure, caption_element, group) if (text := text_without(e))
    ]
    evidence += [Evidence("attrib", text) for text in attributions]
    permissions = next(_elements_named("permissions", figure, caption_element, group), None)
    own: Licence | None = None
    if permissions is not None and (holder := permissions.getparent()) is not None:
        stated = read_licence(holder, WarningLog())
        if _differs(stated, licence):
            own = stated
            words = " ".join(part for part in (stated.copyright_statement, stated.text) if part)
            if words:
                evidence.append(Evidence("permissions", words))
    if caption:
        evidence += [Evidence("caption", text) for text in _sentences(caption)]
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
        reuse=_reuse(credits),
        by_permission=_PERMISSION.search(credits) is not None,
        evidence=tuple(evidence),
    )


def _elements_named(
    name: str,
    figure: Mapping[str, etree._Element],
    caption: etree._Element | None,
    group: etree._Element | None,
) -> Iterator[etree._Element]:
    """Yield the elements of one name in the figure, in its caption and in its group, in this order."""
    if name in figure:
        yield figure[name]
        yield from figure[name].itersiblings(name)
    for place in (caption, group):
        if place is not None:
            yield from place.iterchildren(name)


def _differs(own: Licence, article: Licence) -> bool:
    """False if a figure only repeats the article's licence, perhaps in fewer words."""
    if own.copyright_statement and own.copyright_statement != article.copyright_statement:
        return True
    if own.code is not None:
        return own.code != article.code
    return bool(own.url or own.text) and (own.url, own.text) != (article.url, article.text)


def _reuse(credits: str) -> Literal["reprinted", "adapted"] | None:
    if _ADAPTED_FROM.search(credits):
        return "adapted"
    return "reprinted" if _REPRINTED_FROM.search(credits) else None


def _sentences(caption: str) -> list[str]:
    """Return the sentences of a caption that credit another's picture, each once."""
    sentences: dict[str, None] = {}
    lowered = caption.encode().lower()  # lowers ASCII only, which the stems need
    for stems, pattern in _PATTERNS:
        for stem in stems:
            if stem in lowered:
                break
        else:
            continue
        for match in islice(pattern.finditer(caption), _MAX_MATCHES):
            before = max(0, match.start() - _SENTENCE_REACH)
            ends = list(_SENTENCE_END.finditer(caption, before, match.start()))
            start = ends[-1].end() if ends else before
            stop = _SENTENCE_END.search(caption, match.end(), match.end() + _SENTENCE_REACH)
            sentences[caption[start : stop.end() if stop else match.end() + _SENTENCE_REACH].strip()] = None
    return list(sentences)
