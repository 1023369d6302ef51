"""The licence of an article: what the file says, and the code that follows from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from lxml import etree

from medconcept.jats.article.licence_words import (
    CREATIVE_COMMONS,
    attribution_of_name,
    is_understood,
    named_attribution,
    normalised,
    restrictions_in,
)
from medconcept.jats.records.article_parts import LicenceGroup
from medconcept.jats.text.element_text import plain_text, text_or_none
from medconcept.jats.warning_log import WarningLog
from medconcept.jats.xml.element_queries import child, children, href

_URL = re.compile(
    r"creativecommons\.org/(?:licen[sc]es/(by(?:-(?:nc|nd|sa))*)|publicdomain/(zero|mark))"
    r"(?![\w%+-])(?:/([0-9]\.[0-9]))?",  # an element that is not known, as in by-xy, makes it no address
    re.IGNORECASE,
)
_SPDX = re.compile(r"spdx\.org/licenses/CC-(BY(?:-(?:NC|ND|SA))*)-([0-9]\.[0-9])(?![\w-])", re.IGNORECASE)
_VERSIONS = r"(?<![0-9.,])([1-4])[.,]([05]|(?<=2[.,])1)(?![0-9]|[.,][0-9])"
_ELEMENT = r"(?:BY|NC|ND|SA)(?![A-Za-z])"
# After "Creative Commons" only in capitals, or with a restriction: "Creative Commons by us" is no code.
_SHORT = re.compile(
    rf"(?:\bCC[\s/_:-]*|\bCC(?=BY))({_ELEMENT}(?:[\s/_,+&-]*{_ELEMENT})*)(-?[A-Za-z]+)?"
    rf"|\bcreative\s*commons(?:\s+licen\w+)?[\s:(,-]*((?-i:BY)(?![A-Za-z])(?:[\s/_,+&-]*{_ELEMENT})*"
    rf"|BY(?:[\s/_-]+(?:NC|ND|SA)(?![A-Za-z]))+)",
    re.IGNORECASE,
)
_CC0 = re.compile(r"\bCC[\s-]?(?:0|zero)\b(?:[\s-]*(?:v(?:ersion)?\.?\s*)?([1-4]\.[0-9]))?", re.IGNORECASE)
_VERSION = re.compile(_VERSIONS)
_VERSION_REACH = 200  # characters after the name of a licence
_PUBLIC = re.compile(r"\bzero\b|public\s+domain\s+(?:dedication|declaration)", re.IGNORECASE)
_MINING = re.compile(r"\b(?:tdm|text-?(?:and-?data-?)?mining)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Licence:
    """Where the licence is, its words, its code, and the group PMC would file it under."""

    url: str | None
    text: str | None
    code: str | None
    group: LicenceGroup
    copyright_statement: str | None


def code_from_url(url: str) -> str | None:
    """The code of a Creative Commons address.

    >>> code_from_url("https://creativecommons.org/licenses/by-nc-nd/3.0/deed.en")
    'CC-BY-NC-ND-3.0'
    >>> code_from_url("https://creativecommons.org/licenses/by-xy/3.0/") is None
    True
    """
    url = _readable(url)
    match = _URL.search(url)
    if match is None:
        spdx = _SPDX.search(url)
        return _code(set(spdx.group(1).upper().split("-")), spdx.group(2)) if spdx else None
    parts, public, version = match.groups()
    if public:
        return f"CC0-{version or '1.0'}" if public.lower() == "zero" else f"CC-PDM-{version or '1.0'}"
    return _code(set(parts.upper().split("-")), version)


def _readable(url: str) -> str:
    """The address with plain hyphens and without escapes, which would hide a part of the licence's name."""
    if "%" in url:
        url = unquote(url)
    return url if url.isascii() else normalised(url)


@lru_cache(maxsize=1024)  # a publisher says the same in all its articles
def code_from_text(text: str) -> str | None:
    """The code of a licence named in words, the stricter reading where they leave a choice.

    Addresses, short names and words count together: what one of them restricts is restricted. None for words
    that may say more than is understood.

    >>> code_from_text("the Creative Commons Attribution Non-Commercial License 4.0")
    'CC-BY-NC-4.0'
    >>> code_from_text("CC BY 4.0; the data are in the public domain (CC0)")
    'CC-BY-4.0'
    """
    words = normalised(text)
    addresses = [code for part in _addresses(words) if (code := code_from_url(part))]
    named = [code for code in addresses if code.startswith("CC-BY")]
    shorts = list(_SHORT.finditer(words))
    is_worded = CREATIVE_COMMONS.search(words) is not None and named_attribution(words) is not None
    if not named and not shorts:
        if is_worded and not _is_public(words, addresses):
            if not is_understood(words):
                return None
            return _code(restrictions_in(words) | {"BY"}, _version(words))
        return _public_code(words, addresses)
    if any(match.group(2) for match in shorts):  # "CC BY-XY"
        return None
    parts = {"BY"} | restrictions_in(words)
    for match in shorts:
        parts.update(re.findall("NC|ND|SA", (match.group(1) or match.group(3)).upper()))
    for code in named:
        parts.update(re.findall("NC|ND|SA", code))
    if not named and not is_understood(words):
        return None
    versions = [code.rpartition("-")[2] for code in named if code[-1].isdigit()]
    return _code(parts, versions[0] if versions else _version(words, shorts[0].start() if shorts else None))


def _addresses(words: str) -> list[str]:
    return re.findall(r"(?:creativecommons|spdx)\.org/\S+", words, re.IGNORECASE)


def _is_public(words: str, addresses: list[str]) -> bool:
    """True if words dedicate a work to the public domain, and name the attribution licence nowhere."""
    if attribution_of_name(words) is not None:
        return False
    return bool(addresses or _CC0.search(words) or _PUBLIC.search(words))


def _public_code(words: str, addresses: list[str]) -> str | None:
    """The code of a dedication to the public domain; None if words restrict what it leaves free."""
    if restrictions_in(words) & {"NC", "ND"}:
        return None
    if addresses:
        return addresses[0]
    if match := _CC0.search(words):
        return f"CC0-{match.group(1) or '1.0'}"
    return "CC0-1.0" if CREATIVE_COMMONS.search(words) and _PUBLIC.search(words) else None


def _version(words: str, start: int | None = None) -> str | None:
    """The version near the name of the licence, from `start` or from the attribution element on."""
    if start is None:
        element = named_attribution(words)
        start = element.start() if element else 0
    match = _VERSION.search(words, start, start + _VERSION_REACH)
    if match is None:  # "a 4.0 International Creative Commons Attribution licence"
        match = _VERSION.search(words, max(0, start - 60), start)
    return ".".join(match.groups()) if match else None


@lru_cache(maxsize=1024)
def restrictions_of(text: str) -> frozenset[str]:
    """The restrictions that words state, of NC, ND and SA, whether or not they name a licence.

    >>> sorted(restrictions_of("Pas d’utilisation commerciale - Pas de modification"))
    ['NC', 'ND']
    >>> restrictions_of("commercial and non-commercial use is permitted")
    frozenset()
    """
    return restrictions_in(normalised(text))


def licence_group(code: str | None) -> LicenceGroup:
    """PMC's own grouping: CC0, BY, BY-SA and BY-ND allow commercial use, BY-NC does not.

    >>> licence_group("CC-BY-ND-4.0"), licence_group("CC-BY-NC-SA-4.0"), licence_group(None)
    ('commercial', 'noncommercial', 'other')
    """
    if code is None or not code.startswith(("CC0", "CC-BY")):
        return "other"
    return "noncommercial" if "-NC" in code else "commercial"


def read_licence(meta: etree._Element, warnings: WarningLog) -> Licence:
    """The licence stated in an article-meta; warns where its statements disagree.

    Addresses come before words, the strictest first; a licence for text mining alone grants nothing else.
    """
    permissions = child(meta, "permissions")
    scope = permissions if permissions is not None else meta
    statement = text_or_none(child(scope, "copyright-statement"))
    licences = list(children(scope, "license"))
    granting = [licence for licence in licences if not _is_for_mining(licence)]
    urls = [url for licence in granting for url in _urls(licence)]
    refs = [ref for ref in children(scope, "license_ref") if not _is_for_mining(ref)]
    urls += [url for ref in refs if (url := plain_text(ref))]
    codes = list(dict.fromkeys(code for url in urls if (code := code_from_url(url))))
    text = plain_text(*licences) or None
    granted = text if len(granting) == len(licences) else plain_text(*granting) or None
    worded = _worded(granted, statement, granting)
    if len(codes) > 1:
        warnings.append(f"several_licences: {', '.join(codes)}")
    elif codes and worded and licence_group(worded) != licence_group(codes[0]):
        warnings.append(f"licence_conflict: address {codes[0]}, text {worded}")
    code = max(codes, key=_strictness) if codes else worded
    recognised = [u for u in urls if code_from_url(u) == code] if codes else []
    address = next(iter(recognised or urls), None)
    return Licence(address, text, code, licence_group(code), statement)


def _worded(text: str | None, statement: str | None, licences: Sequence[etree._Element]) -> str | None:
    """The strictest licence that words name; None if none do, or if some may restrict what others permit."""
    # Journals of the 2000s put the whole licence into the copyright statement.
    stated = [code for words in (text, statement) if words and (code := code_from_text(words))]
    types = [licence.get("license-type", "") for licence in licences]
    stated += [code for kind in types if (code := code_from_text(kind))]
    if not stated:
        return None
    restricting = [words for words in (text, statement) if words and restrictions_of(words)]
    code = max(stated, key=_strictness)
    parts = set().union(*(restrictions_of(words) for words in restricting))
    if code.startswith("CC-BY") and parts - set(code.split("-")):
        version = re.search(r"[0-9]\.[0-9]$", code)
        return _code({*code.split("-"), *parts}, version.group() if version else None)
    return code


def _strictness(code: str) -> int:
    weights = {"BY": 1, "SA": 2, "ND": 4, "NC": 8}
    return sum(weights.get(part, 0) for part in code.split("-"))


def _is_for_mining(element: etree._Element) -> bool:
    uses = (element.get("specific-use", ""), element.get("license-type", ""), element.get("specific_use", ""))
    return any(_MINING.search(use) for use in uses)


def _urls(licence: etree._Element) -> list[str]:
    """Addresses by weight: the licence's own, then references, then Creative Commons links in its text."""
    own = href(licence)
    refs = [plain_text(e) for e in licence.iter("license_ref") if not _is_for_mining(e)]
    hrefs = (href(element) for element in licence.iter() if element is not licence)
    links = [link for link in hrefs if link and code_from_url(link)]
    return [url for url in (own, *refs, *links) if url]


def _code(parts: AbstractSet[str], version: str | None) -> str:
    ordered = [part for part in ("BY", "NC", "ND", "SA") if part in parts]
    return "-".join(["CC", *ordered, *([version] if version else [])])
