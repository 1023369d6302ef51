"""Authors, affiliations and funding of an article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree

from medconcept.jats.records.article_parts import Affiliation, Author, Award
from medconcept.jats.text.element_text import clean, plain_text, text_or_none, text_without
from medconcept.jats.xml.element_queries import children, href

_ORCID = re.compile(r"(?<![0-9])([0-9]{4}-?[0-9]{4}-?[0-9]{4}-?[0-9]{3}[0-9Xx])(?![0-9])")
_NAME_ELEMENTS = frozenset(
    (
        "name",
        "string-name",
        "collab",
        "collab-alternatives",
        "name-alternatives",
        "anonymous",
        "on-behalf-of",
    )
)
_NAME_PARTS = frozenset(("surname", "given-names", "prefix", "suffix"))
_ORCID_ELEMENTS = frozenset(("contrib-id", "ext-link", "uri"))
_OTHER_ROLES = re.compile(r"edit|review|referee|translat|tradu", re.IGNORECASE)
# Roles of people, and kinds of groups of them, that stand for what a collaboration is made of.
_MEMBER = re.compile(
    r"non[\s_-]?byline|\bmembers?\b|-members?\b|\bcollaborators?\b|collab(?:oration|orator)?s?[\s_-]?list",
    re.IGNORECASE,
)
_GROUPS = frozenset(("collab", "collab-alternatives", "on-behalf-of"))
_NOT_OF_A_NAME = ("contrib-group", "aff", "xref", "email", "address", "fn", "ext-link", "uri", "role", "bio")


def read_affiliations(meta: etree._Element) -> tuple[dict[etree._Element, str], tuple[Affiliation, ...]]:
    """Return the id of each `<aff>` element, its own or `aff-<n>`, and the affiliations in document order."""
    ids: dict[etree._Element, str] = {}
    affiliations: list[Affiliation] = []
    for number, element in enumerate(meta.iter("aff"), start=1):
        ids[element] = clean(element.get("id", "")) or f"aff-{number}"
        if text := text_without(element, "label"):
            affiliations.append(Affiliation(ids[element], text))
    return ids, tuple(affiliations)


def read_authors(meta: etree._Element, affiliation_ids: dict[etree._Element, str]) -> tuple[Author, ...]:
    """Return the authors in order, collaborations included; editors, reviewers and translators are left out.

    So are the members of a collaboration, whether they stand in it or are linked to it: the collaboration is
    the author.

    >>> person = "<contrib><name><surname>Curie</surname><given-names>Marie</given-names></name></contrib>"
    >>> meta = etree.fromstring(f"<article-meta><contrib-group>{person}</contrib-group></article-meta>")
    >>> read_authors(meta, {})[0].name
    'Marie Curie'
    """
    authors: list[Author] = []
    groups = [
        g for g in meta.iterchildren("contrib-group") if not _OTHER_ROLES.search(g.get("content-type", ""))
    ]
    collaborations = _ids_of_collaborations(groups)
    for group in groups:
        kind = f"{group.get('content-type', '')} {group.get('contrib-type', '')}"
        of_members = _MEMBER.search(kind) is not None
        for contrib in group.iterchildren("contrib"):
            role = clean(contrib.get("contrib-type", "")) or "author"
            if role != "author" and _OTHER_ROLES.search(role):
                continue
            if (of_members or _is_member(contrib, role, collaborations)) and not _is_group(contrib):
                continue
            if author := _author(contrib, role, affiliation_ids):
                authors.append(author)
    return tuple(authors)


def _ids_of_collaborations(groups: Sequence[etree._Element]) -> frozenset[str]:
    """Return the ids and keys by which contributors can be linked to a collaboration."""
    ids: set[str] = set()
    for group in groups:
        for contrib in group.iterchildren("contrib"):
            if not _is_group(contrib):
                continue
            ids.update(e.get("id", "") for e in (contrib, *contrib.iterchildren(*_GROUPS)))
            ids.update(_group_keys(contrib))
    return frozenset(ids - {""})


def _is_group(contrib: etree._Element) -> bool:
    """True for a collaboration; False for a person who writes on behalf of one."""
    names = [e.tag for e in contrib.iterchildren(*_NAME_ELEMENTS)]
    return bool(names) and _GROUPS.issuperset(names)


def _group_keys(contrib: etree._Element) -> Iterator[str]:
    """Yield the keys that eLife gives to a group and to its members."""
    for element in contrib.iterchildren("contrib-id"):
        if "group" in element.get("contrib-id-type", ""):
            yield f"key:{plain_text(element)}"


def _is_member(contrib: etree._Element, role: str, collaborations: frozenset[str]) -> bool:
    """True for a person whose role or link says that a collaboration is the author."""
    if role != "author" and _MEMBER.search(role):
        return True
    if not collaborations:
        return False
    links = [contrib, *contrib.iterchildren("xref")]
    ids = {rid for link in links for rid in (link.get("rid") or "").split()}
    return not collaborations.isdisjoint(ids) or not collaborations.isdisjoint(_group_keys(contrib))


def _author(contrib: etree._Element, role: str, ids: dict[etree._Element, str]) -> Author | None:
    name_element: etree._Element | None = None
    rids: list[str] = []
    corresponding = contrib.get("corresp") == "yes"
    for child in contrib:
        tag = child.tag
        if tag == "xref":
            kind = child.get("ref-type")
            if kind == "aff":
                rids += (child.get("rid") or "").split()
            elif kind == "corresp":
                corresponding = True
        elif name_element is None and tag in _NAME_ELEMENTS:
            name_element = child
    if name_element is None:
        return None
    if name_element.tag.endswith("-alternatives"):
        name_element = next(iter(name_element), name_element)
    parts: dict[str, str | None] = {}
    for part in name_element:
        if part.tag in _NAME_PARTS:
            parts.setdefault(part.tag, text_or_none(part))
    surname, given = parts.get("surname"), parts.get("given-names")
    if name_element.tag == "name" and (surname or given):
        order = (surname, given) if name_element.get("name-style") == "eastern" else (given, surname)
        name = " ".join(part for part in (parts.get("prefix"), *order, parts.get("suffix")) if part)
    else:
        # A collaboration may contain its members and affiliations.
        name = text_without(name_element, *_NOT_OF_A_NAME)
    if name_element.tag == "anonymous":
        name = name or "anonymous"
    if not name:
        return None
    inside = [ids[aff] for aff in contrib.iter("aff") if aff in ids]
    return Author(
        name=name,
        surname=surname,
        given_names=given,
        is_group=name_element.tag in ("collab", "on-behalf-of"),
        role=role,
        orcid=_orcid(contrib),
        affiliation_ids=tuple(dict.fromkeys(rids + inside)),
        is_corresponding=corresponding,
    )


def _orcid(contrib: etree._Element) -> str | None:
    for element in contrib:
        if element.tag not in _ORCID_ELEMENTS:
            continue
        link_text = f"{plain_text(element)} {href(element) or ''}"
        kinds = (element.get("contrib-id-type"), element.get("ext-link-type"), element.get("content-type"))
        match = _ORCID.search(link_text)
        if match and (
            "orcid.org" in link_text.lower() or any("orcid" in (kind or "").lower() for kind in kinds)
        ):
            digits = match.group(1).replace("-", "").upper()
            return "-".join(digits[at : at + 4] for at in range(0, 16, 4))
    return None


def read_funding(meta: etree._Element) -> tuple[tuple[Award, ...], str | None]:
    """Return the awards, as JATS groups them or as NLM 2 lists them, and the funding statement or None."""
    awards: list[Award] = []
    statements: list[etree._Element] = []
    # JATS 1.4 nests funding groups in support groups, next to other kinds of support.
    groups = [*meta.iterchildren("funding-group")]
    groups += [g for support in meta.iterchildren("support-group") for g in support.iter("funding-group")]
    for group in groups:
        statements += group.iterchildren("funding-statement")
        awards += [
            Award(
                _texts(award, "funding-source"),
                _texts(award, "award-id"),
                _texts(award, "principal-award-recipient", "principal-investigator"),
            )
            for award in group.iterchildren("award-group")
        ]
    sources = _texts(meta, "contract-sponsor", "grant-sponsor")
    numbers = _texts(meta, "contract-num", "grant-num")
    if sources or numbers:
        awards.append(Award(sources, numbers, ()))
    return tuple(award for award in awards if award != Award((), (), ())), plain_text(*statements) or None


def _texts(element: etree._Element, *names: str) -> tuple[str, ...]:
    return tuple(text for part in children(element, *names) if (text := plain_text(part)))
