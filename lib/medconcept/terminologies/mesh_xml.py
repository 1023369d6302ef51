"""MeSH descriptor and supplementary record XML (desc20xx.xml, supp20xx.xml) to terms.

Elements as NLM documents them: https://www.nlm.nih.gov/mesh/xml_data_elements.html. Read as a stream: a
file of supplementary records has hundreds of megabytes. Nothing outside the file is ever read for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from lxml import etree

from medconcept.terminologies import fields
from medconcept.terminologies.term import SCOPES, DictionarySourceError, Term

# First letters of MeSH tree numbers, the longer first.
TREES = (
    ("C23.888", "phenotype"),
    # Branches of "Pathological Conditions" that hold events and attributes: Neoplastic Processes, Chromosome
    # Aberrations (which NLM files under Genetic Phenomena too), Death (in the UMLS an organism function).
    ("C23.550.727", "process"),
    ("C04.697", "process"),
    ("C23.550.210", "process"),
    ("C23.550.260", "process"),
    ("C23.550.291", "other"),  # Disease Attributes: acute, chronic, recurrence, …
    ("A11", "cell"),
    ("F03", "disease"),
    ("A", "anatomy"),
    ("B", "organism"),
    ("C", "disease"),
    ("D", "chemical"),
    ("E", "procedure"),
    ("G", "process"),
)
_CLASSES = {"1": "chemical", "2": "procedure", "3": "disease", "4": "organism", "6": "anatomy"}
_RECORDS = {"DescriptorRecord": "Descriptor", "SupplementalRecord": "SupplementalRecord"}
_SCOPES = {"NRW": "narrow", "BRD": "broad", "REL": "related"}
_INVERSE = {"narrow": "broad", "broad": "narrow", "related": "related"}


def tree_kind(tree: str) -> str:
    """What a tree number says a term is.

    >>> tree_kind("C04.557"), tree_kind("Z01")
    ('disease', 'other')
    """
    return next((kind for prefix, kind in TREES if tree.startswith(prefix)), "other")


def read_mesh_xml(stream: IO[bytes], source: str) -> Iterator[Term]:
    """Yield a term for each descriptor and each supplementary record; permuted entry terms are left out.

    The terms of the preferred concept are exact; those of the others narrow, broad or related, as their
    relation to it says. Raises DictionarySourceError where the file holds no record or one without id.
    """
    found = False
    events = etree.iterparse(
        stream,
        tag=list(_RECORDS),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
    )
    for _, record in events:
        found = True
        yield _term(record, source)
        record.clear()
        parent = record.getparent()
        while parent is not None and record.getprevious() is not None:
            del parent[0]  # lxml keeps what was read; a stream must not
    if not found:
        raise DictionarySourceError(source, "not mesh-xml: it has no DescriptorRecord or SupplementalRecord")


def _term(record: Any, source: str) -> Term:
    prefix = _RECORDS[record.tag]
    identifier = _text(record, f"{prefix}UI")
    name = _text(record, f"{prefix}Name/String")
    if not identifier or not name:
        raise DictionarySourceError(source, f"not mesh-xml: a record without id or name beside {name!r}")
    concepts = record.findall("ConceptList/Concept")
    preferred = next((c for c in concepts if c.get("PreferredConceptYN") == "Y"), None)
    best: dict[str, tuple[str, str]] = {}
    for concept in concepts:
        scope = "exact" if concept is preferred else _scope(concept, preferred)
        for term in concept.findall("TermList/Term"):
            text = _text(term, "String")
            if not text or text == name or term.get("IsPermutedTermYN") == "Y":
                continue
            kind = "PEP" if term.get("ConceptPreferredTermYN") == "Y" else "ET"
            if text not in best or SCOPES.index(scope) < SCOPES.index(best[text][0]):
                best[text] = (scope, kind)
    note = _text(preferred, "ScopeNote") if preferred is not None else ""
    mapped = record.findall("HeadingMappedToList/HeadingMappedTo/DescriptorReferredTo/DescriptorUI")
    return Term(
        source,
        f"MESH:{identifier}",
        name,
        tuple(best),
        _kinds(record),
        definition=note or None,
        scopes=tuple(scope for scope, _ in best.values()),
        term_type="MH" if prefix == "Descriptor" else "NM",
        term_types=tuple(kind for _, kind in best.values()),
        # The heading that stands in for a supplementary record is broader than it: no cross-reference.
        xrefs=() if mapped else _numbers(concepts),
    )


def _kinds(record: Any) -> tuple[str, ...]:
    if record.tag == "SupplementalRecord":
        return (_CLASSES.get(record.get("SCRClass", ""), "other"),)
    trees = [_clean(tree.text) for tree in record.findall("TreeNumberList/TreeNumber")]
    return tuple(sorted({tree_kind(tree) for tree in trees})) or ("other",)


def _scope(concept: Any, preferred: Any) -> str:
    """The scope of another concept's terms: RelationName says what Concept2 is to Concept1."""
    own = _text(concept, "ConceptUI")
    of = _text(preferred, "ConceptUI") if preferred is not None else ""
    for holder in (preferred, concept):
        for relation in holder.findall("ConceptRelationList/ConceptRelation") if holder is not None else ():
            ends = _text(relation, "Concept1UI"), _text(relation, "Concept2UI")
            scope = _SCOPES.get(relation.get("RelationName", ""), "related")
            if ends == (of, own):
                return scope
            if ends == (own, of):
                return _INVERSE[scope]
    return "related"


def _numbers(concepts: list[Any]) -> tuple[str, ...]:
    """Chemical Abstracts and enzyme numbers of the concepts, as CURIEs."""
    out = set()
    for concept in concepts:
        for found in concept.iter("RegistryNumber"):
            number = _clean(found.text)
            if number.startswith("EC "):
                out.add(f"EC:{number[3:]}")
            elif number.count("-") == 2 and number.replace("-", "").isdigit():
                out.add(f"CAS:{number}")
    return tuple(sorted(out))


def _text(element: Any, path: str) -> str:
    return _clean(element.findtext(path))


def _clean(value: str | None) -> str:
    return fields.text(value or "")
