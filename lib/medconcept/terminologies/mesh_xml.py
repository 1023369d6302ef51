"""MeSH descriptor and supplementary record XML (desc20xx.xml, supp20xx.xml) to terms.

Elements as NLM documents them: https://www.nlm.nih.gov/mesh/xml_data_elements.html. Read as a stream, since a
file of supplementary records has hundreds of megabytes. Nothing outside the file is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from lxml import etree

from medconcept.terminologies import term_fields
from medconcept.terminologies.term import SCOPES, DictionarySourceError, Term

# Prefixes of MeSH tree numbers, longer ones first.
KIND_BY_TREE = (
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
_KIND_BY_SCR_CLASS = {"1": "chemical", "2": "procedure", "3": "disease", "4": "organism", "6": "anatomy"}
_RECORDS = {"DescriptorRecord": "Descriptor", "SupplementalRecord": "SupplementalRecord"}
_SCOPE_OF_RELATION = {"NRW": "narrow", "BRD": "broad", "REL": "related"}
_INVERSE = {"narrow": "broad", "broad": "narrow", "related": "related"}


def tree_kind(tree: str) -> str:
    """Return the kind of a term by its MeSH tree number; "other" if no prefix matches.

    >>> tree_kind("C04.557"), tree_kind("Z01")
    ('disease', 'other')
    """
    return next((kind for prefix, kind in KIND_BY_TREE if tree.startswith(prefix)), "other")


def read_mesh_xml(stream: IO[bytes], source: str) -> Iterator[Term]:
    """Yield a term for each descriptor and each supplementary record, without permuted entry terms.

    Terms of the preferred concept have scope exact; those of other concepts narrow, broad or related, by
    their relation to it. Raises DictionarySourceError if there is no record, or one without id or name.
    """
    has_records = False
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
        has_records = True
        yield _term(record, source)
        record.clear()
        parent = record.getparent()
        while parent is not None and record.getprevious() is not None:
            del parent[0]  # lxml keeps what it has read; a stream must not
    if not has_records:
        raise DictionarySourceError(source, "not mesh-xml: it has no DescriptorRecord or SupplementalRecord")


def _term(record: Any, source: str) -> Term:
    prefix = _RECORDS[record.tag]
    identifier = _text(record, f"{prefix}UI")
    name = _text(record, f"{prefix}Name/String")
    if not identifier or not name:
        raise DictionarySourceError(source, f"not mesh-xml: a record without id or name (name {name!r})")
    concepts = record.findall("ConceptList/Concept")
    preferred = next((c for c in concepts if c.get("PreferredConceptYN") == "Y"), None)
    scope_and_kind: dict[str, tuple[str, str]] = {}
    for concept in concepts:
        scope = "exact" if concept is preferred else _scope(concept, preferred)
        for term in concept.findall("TermList/Term"):
            text = _text(term, "String")
            if not text or text == name or term.get("IsPermutedTermYN") == "Y":
                continue
            kind = "PEP" if term.get("ConceptPreferredTermYN") == "Y" else "ET"
            if text not in scope_and_kind or SCOPES.index(scope) < SCOPES.index(scope_and_kind[text][0]):
                scope_and_kind[text] = (scope, kind)
    note = _text(preferred, "ScopeNote") if preferred is not None else ""
    mapped = record.findall("HeadingMappedToList/HeadingMappedTo/DescriptorReferredTo/DescriptorUI")
    return Term(
        source,
        f"MESH:{identifier}",
        name,
        tuple(scope_and_kind),
        _kinds(record),
        definition=note or None,
        scopes=tuple(scope for scope, _ in scope_and_kind.values()),
        term_type="MH" if prefix == "Descriptor" else "NM",
        term_types=tuple(kind for _, kind in scope_and_kind.values()),
        # A heading mapped to a supplementary record is broader than it, so it has no cross-reference.
        xrefs=() if mapped else _numbers(concepts),
    )


def _kinds(record: Any) -> tuple[str, ...]:
    if record.tag == "SupplementalRecord":
        return (_KIND_BY_SCR_CLASS.get(record.get("SCRClass", ""), "other"),)
    trees = [_clean(tree.text) for tree in record.findall("TreeNumberList/TreeNumber")]
    return tuple(sorted({tree_kind(tree) for tree in trees})) or ("other",)


def _scope(concept: Any, preferred: Any) -> str:
    """Return the scope of another concept's terms: RelationName states what Concept2 is to Concept1."""
    own = _text(concept, "ConceptUI")
    of = _text(preferred, "ConceptUI") if preferred is not None else ""
    for holder in (preferred, concept):
        for relation in holder.findall("ConceptRelationList/ConceptRelation") if holder is not None else ():
            ends = _text(relation, "Concept1UI"), _text(relation, "Concept2UI")
            scope = _SCOPE_OF_RELATION.get(relation.get("RelationName", ""), "related")
            if ends == (of, own):
                return scope
            if ends == (own, of):
                return _INVERSE[scope]
    return "related"


def _numbers(concepts: list[Any]) -> tuple[str, ...]:
    """Return Chemical Abstracts and enzyme numbers of the concepts as CURIEs."""
    out = set()
    for concept in concepts:
        for registry_number in concept.iter("RegistryNumber"):
            number = _clean(registry_number.text)
            if number.startswith("EC "):
                out.add(f"EC:{number[3:]}")
            elif number.count("-") == 2 and number.replace("-", "").isdigit():
                out.add(f"CAS:{number}")
    return tuple(sorted(out))


def _text(element: Any, path: str) -> str:
    return _clean(element.findtext(path))


def _clean(value: str | None) -> str:
    return term_fields.clean_text(value or "")
