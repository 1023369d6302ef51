"""The licence of an article: what the file says, and the code that follows from it."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from medconcept.jats.records.article_parts import LicenceGroup
from medconcept.jats.text.element_text import plain_text, text_or_none
from medconcept.jats.warning_log import WarningLog
from medconcept.jats.xml.element_queries import child, children, href

_URL = re.compile(
    r"creativecommons\.org/(?:licen[sc]es/(by(?:-(?:nc|nd|sa))*)|publicdomain/(zero"
    r"|mark))(?:/([0-9]\.[0-9]))?",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"\bCC[\s-]?(?:(0)|(BY(?:[\s-]?(?:NC|ND|SA))*))\b(?:[\s-]*(?:licen[sc]e|version"
    r"|v\.?)?\s*([0-9]\.[0-9]))?",
    re.I,
)
# "Creative Commons", the attribution element and the restrictions, in the languages in which journals print
# them. A word that is missing here must never make terms look more permissive: `_is_understood` sees to that.
_CREATIVE_COMMONS = re.compile(
    r"creative\s*commons|知识共享|創用\s*CC|创作共用|クリエイティブ・コモンズ|크리에이티브\s*커먼즈", re.I
)
_BY = re.compile(
    r"Attribution|Atribui[çc][ãa]o|Atribuci[óo]n|Reconocimiento|Reconeixement|Paternit[ée]|Namensnennung"
    r"|Attribuzione|Naamsvermelding|Uznanie autorstwa|Navngivelse|Navngivning|Erkännande|Nimeä"
    r"|署名|姓名標示|表示|저작자표시|Атрибуция|указанием авторства",
    re.I,
)
_NON = r"non|n[ãa]o|no|nicht|niet|ikke|icke|ei"
_COMMERCIAL = (
    r"[ck]om+er[csz]i[aeè]{1,2}l+\w*|comerciai?s?\b|commercia(?:le|li|ux)\b|kaupallinen|komercyjn\w*"
)
_PARTS = (
    (
        "NC",
        re.compile(
            rf"\b(?:{_NON})[\s-]*(?:{_COMMERCIAL})|niekomercyjn\w*|epäkaupalli\w*"
            # pas d'utilisation commerciale, keine kommerzielle Nutzung, sin fines comerciales
            rf"|\b(?:no|not|without|prohibit\w*|exclud\w*|pas|sans|sin|sem|senza|kein\w*"
            rf"|geen)\b[^.;]{{0,25}}?"
            rf"\b(?:{_COMMERCIAL})"
            rf"|\b(?:{_COMMERCIAL})\s+(?:re-?)?(?:use|purposes?|exploitation|gain"
            rf"|distribution)\b[^.;]{{0,30}}"
            r"\b(?:not\b|prohibited|forbidden|requires?)"
            r"|\bnot[\s-]for[\s-]profit|\b(?:sin|sem)\s+(?:fines\s+de\s+lucro|fins\s+lucrativos)"
            r"|\bnon\s+lucrati\w+"
            r"|非商业|非商業|非营利|非營利|비영리|некоммерческ\w*",
            re.I,
        ),
    ),
    (
        "ND",
        re.compile(
            r"\b(?:no|non)[\s-]*(?:opere\s+)?deriv|sem[\s-]*deriva|sin[\s-]*(?:obras?[\s-]*)?deriva"
            r"|sense[\s-]*obra[\s-]*deriva|(?:pas|sans)\s*(?:de\s+)?(?:modification"
            r"|d['’]?\s*œuvres?\s+dérivées?)"
            r"|keine[\s-]*Bearbeitung|geen\s*afgeleide|inga\s*bearbetningar|ingen\s*bearbei?d\w*"
            r"|bez\s*utworów"
            r"|\bei\s*muutoksia|禁止演绎|禁止改作|改変禁止|변경금지|без производных",
            re.I,
        ),
    ),
    (
        "SA",
        re.compile(
            r"share[\s-]?alike|compart(?:ilhar?|ir|a|ida)[\s-]?igual|partilha\s+nos\s+(?:mesmos\s+)?termos"
            r"|partage\s+(?:dans\s+les\s+mêmes\s+conditions|à\s+l['’]identique)"
            r"|Weitergabe\s+unter\s+gleichen\s+Bedingungen|condividi\s+allo\s+stesso\s+modo|gelijk\s?delen"
            r"|na\s+tych\s+samych\s+warunkach|del\s+på\s+samme\s+vilkår|dela\s*lika"
            r"|相同方式共享|相同方式分享|継承|동일조건변경허락|на тех же условиях",
            re.I,
        ),
    ),
)
_ANY_USE = re.compile(
    r"(?<!non-)(?<!non)(?<!non )\bcommercial (?:and|or|as well as) non[\s-]?commercial"
    r"|\bnon[\s-]?commercial (?:and|or|as well as) commercial",
    re.I,
)
_FORBIDS = re.compile(rf"\b(?:no|not|prohibit\w*|exclud\w*)\b[^.;]{{0,25}}?\b(?:{_COMMERCIAL})", re.I)
_VERSION = re.compile(r"(?<![0-9.,])([1-4])[.,]([0-9])(?![0-9]|[.,][0-9])")
# What follows the attribution element, joined by dashes or slashes as the elements of a licence's name are.
_ELEMENTS = re.compile(r"(?:\s*[-–—‐‑/+]\s*[^\W\d_][^-–—‐‑/+.,;:()\[\]0-9\n]*)+")
_NO_ELEMENT = re.compile(
    r"\A\s*(?:(?:the\s+)?(?:licen|lizenz|licença|licencia|licenza|which|that|who|permit|international"
    r"|unported"
    r"|generic|version|igo\b|this|you|an?\b|it\b|see\b|open\b|CC\b|BY\b|4\b))",
    re.I,
)


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
    restrictions = restrictions_of(text)
    if short := _SHORT.search(text):
        if short.group(1):
            return f"CC0-{short.group(3) or '1.0'}"
        return _code(set(re.findall("BY|NC|ND|SA", short.group(2).upper())) | restrictions, short.group(3))
    if not _CREATIVE_COMMONS.search(text):
        return None
    if re.search(r"\bzero\b|public\s+domain\s+(?:dedication|declaration)", text, re.I):
        return "CC0-1.0"
    if not _BY.search(text) or not _is_understood(text):
        return None
    version = _VERSION.search(text)
    return _code(restrictions | {"BY"}, ".".join(version.groups()) if version else None)


def restrictions_of(text: str) -> frozenset[str]:
    """The restrictions that words state, of NC, ND and SA, whether or not they name a licence.

    >>> sorted(restrictions_of("Pas d’utilisation commerciale - Pas de modification"))
    ['NC', 'ND']
    >>> restrictions_of("commercial and non-commercial use is permitted")
    frozenset()
    """
    restrictions = {part for part, pattern in _PARTS if pattern.search(text)}
    if _ANY_USE.search(text) and not _FORBIDS.search(_ANY_USE.sub("", text)):
        restrictions.discard("NC")
    return frozenset(restrictions)


def _is_understood(text: str) -> bool:
    """False if an element of the licence's name, as in "Attribution – X", is not one of the listed ones."""
    for match in _BY.finditer(text):
        elements = _ELEMENTS.match(text, match.end())
        if elements is None:
            continue
        for element in re.split(r"\s*[-–—‐‑/+]\s*", elements.group())[1:]:
            joined = element.strip()
            if joined and not _NO_ELEMENT.match(joined) and not _is_element(joined, elements.group()):
                return False
    return True


def _is_element(element: str, elements: str) -> bool:
    """True for a known restriction, or for a part of one that is itself written with a dash."""
    if any(pattern.search(element) for _, pattern in _PARTS) or _BY.search(element):
        return True
    pieces = (pattern.finditer(elements) for _, pattern in _PARTS)
    return any(element in match.group() for matches in pieces for match in matches)


def licence_group(code: str | None) -> LicenceGroup:
    """PMC's own grouping: CC0, BY, BY-SA and BY-ND allow commercial use, BY-NC does not.

    >>> licence_group("CC-BY-ND-4.0"), licence_group("CC-BY-NC-SA-4.0"), licence_group(None)
    ('commercial', 'noncommercial', 'other')
    """
    if code is None or not code.startswith(("CC0", "CC-BY")):
        return "other"
    return "noncommercial" if "-NC" in code else "commercial"


def read_licence(meta: etree._Element, warnings: WarningLog) -> Licence:
    """The licence stated in an article-meta; warns where its statements disagree."""
    permissions = child(meta, "permissions")
    scope = permissions if permissions is not None else meta
    statement = text_or_none(child(scope, "copyright-statement"))
    licences = list(children(scope, "license"))
    urls = [url for licence in licences for url in _urls(licence)]
    urls += [url for ref in children(scope, "license_ref") if (url := plain_text(ref))]
    codes = list(dict.fromkeys(code for url in urls if (code := code_from_url(url))))
    text = plain_text(*licences) or None
    # Journals of the 2000s put the whole licence into the copyright statement.
    worded = next((c for t in (text, statement) if t and (c := code_from_text(t))), None)
    if len(codes) > 1:
        warnings.append(f"several_licences: {', '.join(codes)}")
    elif codes and worded and licence_group(worded) != licence_group(codes[0]):
        warnings.append(f"licence_conflict: address {codes[0]}, text {worded}")
    code = codes[0] if codes else worded
    recognised = (u for u in urls if code_from_url(u))
    return Licence(next(recognised, urls[0] if urls else None), text, code, licence_group(code), statement)


def _urls(licence: etree._Element) -> list[str]:
    """Addresses by weight: the licence's own, then references, then Creative Commons links in its text."""
    own = href(licence)
    refs = [plain_text(e) for e in licence.iter("license_ref")]
    hrefs = (href(element) for element in licence.iter() if element is not licence)
    links = [link for link in hrefs if link and code_from_url(link)]
    return [url for url in (own, *refs, *links) if url]


def _code(parts: AbstractSet[str], version: str | None) -> str:
    ordered = [part for part in ("BY", "NC", "ND", "SA") if part in parts]
    return "-".join(["CC", *ordered, *([version] if version else [])])
