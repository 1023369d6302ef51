"""The tag set and version in which an article is written, as far as the file states them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from medconcept.jats.text.element_text import clean
from medconcept.jats.xml.element_queries import child

_VERSION = re.compile(r"\bv([0-9]+\.[0-9]+[a-z0-9]*)\b")
_VERSION_IN_URI = re.compile(
    r"/(?:publishing|archiving|articleauthoring)/([0-9]\.[0-9])|/ns/[a-z]+/([0-9]\.[0-9])"
)
# NLM's public ids say "Archiving", "Publishing" and "Authoring"; JATS's files archivearticle, and so on.
_TAG_SETS = (
    ("archiving", re.compile(r"archiv|archivearticle", re.IGNORECASE)),
    ("publishing", re.compile(r"publish", re.IGNORECASE)),
    ("authoring", re.compile(r"authoring", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """Family (JATS or NLM), tag set (archiving, publishing, authoring) and DTD version; None if unstated."""

    family: str | None
    tag_set: str | None
    version: str | None


def read_dialect(article: etree._Element) -> Dialect:
    """Read the dialect from `dtd-version`, DOCTYPE, `<processing-meta>` and namespaces, in that order.

    >>> read_dialect(etree.fromstring('<article dtd-version="2.3"/>'))
    Dialect(family='NLM', tag_set=None, version='2.3')
    """
    doctype = article.getroottree().docinfo
    namespaces = [str(uri) for uri in article.nsmap.values() if "nlm.nih.gov" in str(uri)]
    declarations = " ".join([doctype.public_id or "", _system(doctype), *namespaces])
    processing = child(article, "processing-meta")
    family = processing.get("tagset-family", "") if processing is not None else ""
    base = processing.get("base-tagset", "") if processing is not None else ""
    tag_set = next((name for name, words in _TAG_SETS if words.search(f"{base} {declarations}")), None)
    stated = clean(article.get("dtd-version", ""))
    match = _VERSION.search(doctype.public_id or "") or _VERSION_IN_URI.search(declarations)
    version = stated or (next((g for g in match.groups() if g), None) if match else None)
    return Dialect(_family(family, declarations, version), tag_set, version)


def _system(doctype: etree.DocInfo) -> str:
    return doctype.system_url or ""  # type: ignore[attr-defined]  # missing from lxml-stubs


def _family(stated: str, declarations: str, version: str | None) -> str | None:
    if stated.lower() == "jats" or "JATS" in declarations or "jats.nlm" in declarations:
        return "JATS"
    if version and version[:1].isdigit():
        # JATS started again at 0.4 and 1.0 after NLM 3.0.
        return "NLM" if version[0] in "23" else "JATS"
    return "NLM" if "dtd.nlm.nih.gov" in declarations or "//NLM//DTD" in declarations else None
