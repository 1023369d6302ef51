"""What a sidecar, a file next to an article's XML, states of the article where the XML states nothing.

The statements become elements of the article before it is read, so that they are read by the rules for XML.
"""

from __future__ import annotations

import json
import re

from lxml import etree

from medconcept.jats.article.dates import all_dates, published
from medconcept.jats.article.identifiers import PMC_TYPES, bare_identifier
from medconcept.jats.article.journal import read_journal
from medconcept.jats.article.licence import read_licence
from medconcept.jats.article.metadata import article_title
from medconcept.jats.records.sidecar import KEYS, Sidecar
from medconcept.jats.text.element_text import clean, plain_text
from medconcept.jats.warning_log import WarningLog
from medconcept.jats.xml.element_queries import XML_LANG, child, children, language

SIDECAR_ENDING = ".metadata.json"
"""The sidecar of `article.xml` is called `article.xml.metadata.json`."""
IDENTIFIERS = {"pmcid": "pmc", "pmid": "pmid", "doi": "doi"}  # key, and pub-id-type of its article-id
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_XML_CANNOT_HOLD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def read_sidecar(data: bytes) -> Sidecar:
    """Read a sidecar: a JSON object of strings. Never raises; what cannot be used is a problem.

    >>> read_sidecar(b'{"doi": "10.7554/eLife.32671", "colour": "red"}')
    Sidecar(values={'doi': '10.7554/eLife.32671'}, problems=('sidecar_ignored: unknown key colour',))
    """
    try:
        stated = json.loads(data)
    except (ValueError, RecursionError):
        return Sidecar({}, ("sidecar_ignored: not JSON",))
    if not isinstance(stated, dict):
        return Sidecar({}, ("sidecar_ignored: not a JSON object",))
    values: dict[str, str] = {}
    problems: list[str] = []
    for key, value in stated.items():
        if key not in KEYS:
            problems.append(f"sidecar_ignored: unknown key {key[:80]}")
        elif not isinstance(value, str) or not (text := _held_by_xml(value)):
            problems.append(f"sidecar_ignored: {key} is not a text")
        elif not _is_valid(key, text):
            problems.append(f"sidecar_ignored: {key} {text[:80]!r} cannot be read")
        else:
            values[key] = text
    return Sidecar(values, tuple(problems))


def complete(article: etree._Element, sidecar: Sidecar, warnings: WarningLog) -> None:
    """Add to an article what its sidecar states and the article does not; each addition is a warning.

    An identifier that differs from the article's own is a warning, and ignored. An article that says anything
    of a licence gets none from its sidecar.

    >>> article, warnings = etree.fromstring("<article><front/></article>"), WarningLog()
    >>> complete(article, Sidecar({"pmcid": "PMC7", "licence": "CC BY 4.0"}), warnings)
    >>> etree.tostring(child(article, "front", "article-meta", "article-id"))
    b'<article-id pub-id-type="pmc">PMC7</article-id>'
    >>> warnings.lines()
    ('from_sidecar: pmcid', 'from_sidecar: licence')
    """
    for problem in sidecar.problems:
        warnings.append(problem)
    values = sidecar.values
    if not values.keys() - {"stated_by"}:
        return
    front = _ensured(article, "front", first=True)
    meta = _ensured(front, "article-meta")
    for key in (key for key in IDENTIFIERS if key in values):
        own = _own_identifiers(meta, key)
        if own and bare_identifier(key, values[key]) not in own:
            warnings.append(f"sidecar_contradicts: {key} {values[key]}, the article has {own[0]}")
    for key in KEYS:
        if key in values and key != "stated_by" and not _has(article, meta, key):
            _add(article, front, meta, key, sidecar)
            warnings.append(f"from_sidecar: {key}")


def _held_by_xml(text: str) -> str:
    """The text without characters that XML cannot hold, among them halves of surrogate pairs."""
    return clean(_XML_CANNOT_HOLD.sub("", text.encode("utf-8", "ignore").decode("utf-8")))


def _is_valid(key: str, text: str) -> bool:
    if key in IDENTIFIERS:
        return bare_identifier(key, text) is not None
    return key != "published" or _DATE.fullmatch(text) is not None


def _own_identifiers(meta: etree._Element, key: str) -> list[str]:
    """The article's own identifiers of a kind, each as it is stored."""
    kinds = PMC_TYPES if key == "pmcid" else {key}
    ids = [e for e in children(meta, "article-id") if (e.get("pub-id-type") or "").strip().lower() in kinds]
    return [value for e in ids if (value := bare_identifier(key, plain_text(e)))]


def _has(article: etree._Element, meta: etree._Element, key: str) -> bool:
    if key in IDENTIFIERS:
        return bool(_own_identifiers(meta, key))
    if key == "title":
        return article_title(meta) is not None
    if key == "journal":
        return read_journal(article).title is not None
    if key == "published":
        return published(all_dates(meta))[0] is not None
    if key == "language":
        return language(article) is not None
    licence = read_licence(meta, WarningLog())
    return bool(licence.code or licence.url or licence.text)


def _add(
    article: etree._Element, front: etree._Element, meta: etree._Element, key: str, sidecar: Sidecar
) -> None:
    text = sidecar.values[key]
    if key in IDENTIFIERS:
        etree.SubElement(meta, "article-id", {"pub-id-type": IDENTIFIERS[key]}).text = text
    elif key == "title":
        _ensured(_ensured(meta, "title-group"), "article-title").text = text
    elif key == "journal":
        group = _ensured(_ensured(front, "journal-meta", first=True), "journal-title-group")
        _ensured(group, "journal-title").text = text
    elif key == "published":
        date = etree.SubElement(meta, "pub-date", {"date-type": "pub"})
        match = _DATE.fullmatch(text)
        for name, part in zip(("year", "month", "day"), match.groups() if match else (), strict=False):
            if part is not None:
                etree.SubElement(date, name).text = part
    elif key == "language":
        article.set(XML_LANG, text)
    else:
        licence = etree.SubElement(_ensured(meta, "permissions"), "license")
        by = sidecar.values.get("stated_by")
        # No address of its own: the words are then the evidence of the terms, and say where they come from.
        words = f"{text} (stated in the article's sidecar{f': {by}' if by else ''})"
        etree.SubElement(licence, "license-p").text = words


def _ensured(parent: etree._Element, name: str, *, first: bool = False) -> etree._Element:
    """The child of that name, made where there is none."""
    found = child(parent, name)
    if found is None:
        found = etree.Element(name)
        parent.insert(0, found) if first else parent.append(found)
    return found
