"""The licence of an article: what the file says, and the code that follows from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from medconcept.jats.budget import Warnings
from medconcept.jats.records.article_parts import LicenceGroup
from medconcept.jats.text.element_text import plain_text, text_or_none
from medconcept.jats.xml.tree import child, children, href

_URL = re.compile(
    r"creativecommons\.org/(?:licen[sc]es/(by(?:-(?:nc|nd|sa))*)|publicdomain/(zero|mark))(?:/([0-9]\.[0-9]))?",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"\bCC[\s-]?(?:(0)|(BY(?:[\s-]?(?:NC|ND|SA))*))\b(?:[\s-]*(?:licen[sc]e|version|v\.?)?\s*([0-9]\.[0-9]))?",
    re.I,
)
_BY = re.compile(r"Attribution|Atribui[çc][ãa]o|Atribuci[óo]n|Reconocimiento", re.I)
_PARTS = (
    ("NC", re.compile(r"non[\s-]?commercial|n[ãa]o[\s-]?comercial|\bno[\s-]?comercial", re.I)),
    ("ND", re.compile(r"no[\s-]?deriv|sem[\s-]?deriva|sin[\s-]?(?:obras?[\s-]?)?deriva", re.I)),
    ("SA", re.compile(r"share[\s-]?alike|compartil?h?a[\s-]?igual", re.I)),
)
_ANY_USE = re.compile(
    r"(?<!non-)(?<!non)(?<!non )\bcommercial (?:and|or|as well as) non[\s-]?commercial", re.I
)
_VERSION = re.compile(r"(?<![0-9.])([1-4]\.[0-9])(?![0-9.])")


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
    """
    match = _URL.search(url)
    if match is None:
        return None
    parts, public, version = match.groups()
    if public:
        return f"CC0-{version or '1.0'}" if public.lower() == "zero" else f"CC-PDM-{version or '1.0'}"
    return _code(set(parts.upper().split("-")), version)


@lru_cache(maxsize=1024)  # a publisher says the same in all its articles
def code_from_text(text: str) -> str | None:
    """The code of a licence named in words, the stricter reading where they leave a choice.

    >>> code_from_text("the Creative Commons Attribution Non-Commercial License 4.0")
    'CC-BY-NC-4.0'
    """
    if (code := code_from_url(text)) is not None:
        return code
    restrictions = {part for part, pattern in _PARTS if pattern.search(text)}
    if _ANY_USE.search(text):
        restrictions.discard("NC")
    if short := _SHORT.search(text):
        if short.group(1):
            return f"CC0-{short.group(3) or '1.0'}"
        return _code(set(re.findall("BY|NC|ND|SA", short.group(2).upper())) | restrictions, short.group(3))
    if not re.search(r"creative\s*commons", text, re.I):
        return None
    if re.search(r"\bzero\b|public\s+domain\s+(?:dedication|declaration)", text, re.I):
        return "CC0-1.0"
    if not _BY.search(text):
        return None
    version = _VERSION.search(text)
    return _code(restrictions | {"BY"}, version.group(1) if version else None)


def licence_group(code: str | None) -> LicenceGroup:
    """PMC's own grouping: CC0, BY, BY-SA and BY-ND allow commercial use, BY-NC does not.

    >>> licence_group("CC-BY-ND-4.0"), licence_group("CC-BY-NC-SA-4.0"), licence_group(None)
    ('commercial', 'noncommercial', 'other')
    """
    if code is None or not code.startswith(("CC0", "CC-BY")):
        return "other"
    return "noncommercial" if "-NC" in code else "commercial"


def read_licence(meta: etree._Element, warnings: Warnings) -> Licence:
    """The licence stated in an article-meta; warns where its statements disagree."""
    permissions = child(meta, "permissions")
    scope = permissions if permissions is not None else meta
    statement = text_or_none(child(scope, "copyright-statement"))
    licences = list(children(scope, "license"))
    urls = [url for licence in licences for url in _urls(licence)]
    urls += [url for ref in children(scope, "license_ref") if (url := plain_text(ref))]
    known = list(dict.fromkeys(code for url in urls if (code := code_from_url(url))))
    text = plain_text(*licences) or None
    # Journals of the 2000s put the whole licence into the copyright statement.
    worded = next((c for t in (text, statement) if t and (c := code_from_text(t))), None)
    if len(known) > 1:
        warnings.append(f"several_licences: {', '.join(known)}")
    elif known and worded and licence_group(worded) != licence_group(known[0]):
        warnings.append(f"licence_conflict: address {known[0]}, text {worded}")
    code = known[0] if known else worded
    recognised = (u for u in urls if code_from_url(u))
    return Licence(next(recognised, urls[0] if urls else None), text, code, licence_group(code), statement)


def _urls(licence: etree._Element) -> list[str]:
    """Addresses by weight: the licence's own, then references, then Creative Commons links in its text."""
    own = href(licence)
    refs = [plain_text(e) for e in licence.iter("license_ref")]
    hrefs = (href(element) for element in licence.iter() if element is not licence)
    links = [link for link in hrefs if link and code_from_url(link)]
    return [url for url in (own, *refs, *links) if url]


def _code(parts: set[str], version: str | None) -> str:
    ordered = [part for part in ("BY", "NC", "ND", "SA") if part in parts]
    return "-".join(["CC", *ordered, *([version] if version else [])])
