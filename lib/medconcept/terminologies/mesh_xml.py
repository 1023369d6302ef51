"""MeSH descriptor and supplementary record XML (desc20xx.xml, supp20xx.xml) to terms.

Elements as NLM documents them: https://www.nlm.nih.gov/mesh/xml_data_elements.html. Read as a stream, since a
file of supplementary records has hundreds of megabytes. Nothing outside the file is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any

from lxml import etree

from medconcept.terminologies import term_fields
from medconcept.terminologies.left_out import LeftOut
from medconcept.terminologies.term import SCOPES, DictionarySourceError, Term
from medconcept.terminologies.umls_rrf import LANGUAGES

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
    ("A11.251.210", "cell line"),
    ("A11", "cell"),
    # Proteins, enzymes, and the signalling peptides and cytokines that NLM files under other branches too.
    ("D12.776", "protein"),
    ("D08.811", "protein"),
    ("D12.644.276", "protein"),
    ("D23.529", "protein"),
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
# Registry numbers of the Chemical Abstracts Service, and unique ingredient identifiers of the FDA.
_CAS = re.compile(r"[0-9]{2,7}-[0-9]{2}-[0-9]")
_UNII = re.compile(r"(?=[A-Z0-9]*[0-9])[A-Z0-9]{10}")
# A related number has the name of its substance behind it: "52665-69-7 (Calcimycin)".
_NUMBERS = ("RegistryNumber", "RelatedRegistryNumber")
# The headings of a translation have the English one behind them: "Aborto Legal[Abortion, Legal]".
_TRANSLATED = re.compile(r"(.*?\S)\s*\[((?:[^\[\]]|\[[^\[\]]*\])*)\]")
_INVERSE = {"narrow": "broad", "broad": "narrow", "related": "related"}


def tree_kind(tree: str) -> str:
    """Return the kind of a term by its MeSH tree number; "other" if no prefix matches.

    >>> tree_kind("C04.557"), tree_kind("Z01")
    ('disease', 'other')
    """
    return next((kind for prefix, kind in KIND_BY_TREE if tree.startswith(prefix)), "other")


def read_mesh_xml(stream: IO[bytes], source: str, left_out: LeftOut) -> Iterator[Term]:
    """Yield a term for each descriptor and each supplementary record, without permuted entry terms.

    Terms of the preferred concept have scope exact; those of other concepts narrow, broad or related, by
    their relation to it. The language is that of the file (LanguageCode); in a translation the English name
    in brackets behind a heading is no part of it. Raises DictionarySourceError if there is no record with an
    id and a name.
    """
    has_records = has_terms = False
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
        root = record.getparent()
        code = root.get("LanguageCode", "") if root is not None else ""
        term = _term(
            record, source, LANGUAGES.get(code.strip().upper(), code.strip().lower() or "en"), left_out
        )
        if term is not None:
            has_terms = True
            yield term
        record.clear()
        parent = record.getparent()
        while parent is not None and record.getprevious() is not None:
            del parent[0]  # lxml keeps what it has read; a stream must not
    if not has_records:
        raise DictionarySourceError(source, "not mesh-xml: it has no DescriptorRecord or SupplementalRecord")
    if not has_terms:
        raise DictionarySourceError(source, "not mesh-xml: no record has an id and a name")


def _term(record: Any, source: str, language: str, left_out: LeftOut) -> Term | None:
    prefix = _RECORDS[record.tag]
    identifier = _text(record, f"{prefix}UI")
    name, own_language = _heading(_text(record, f"{prefix}Name/String"), language)
    if not identifier or not name:
        left_out["no_name" if identifier else "no_id"] += 1
        return None
    concepts = record.findall("ConceptList/Concept")
    preferred = next((c for c in concepts if c.get("PreferredConceptYN") == "Y"), None)
    scope_and_kind: dict[str, tuple[str, str]] = {}
    for concept in concepts:
        scope = "exact" if concept is preferred else _scope(concept, preferred)
        for term in concept.findall("TermList/Term"):
            text, _ = _heading(_text(term, "String"), language)
            if not text or text == name or term.get("IsPermutedTermYN") == "Y":
                continue
            kind = "PEP" if term.get("ConceptPreferredTermYN") == "Y" else "ET"
            if text not in scope_and_kind or SCOPES.index(scope) < SCOPES.index(scope_and_kind[text][0]):
                scope_and_kind[text] = (scope, kind)
    note = _text(preferred, "ScopeNote") if preferred is not None else ""
    return Term(
        source,
        f"MESH:{identifier}",
        name,
        tuple(scope_and_kind),
        _kinds(record),
        definition=note or None,
        scopes=tuple(scope for scope, _ in scope_and_kind.values()),
        language=own_language,
        languages=(language,) * len(scope_and_kind),
        term_type="MH" if prefix == "Descriptor" else "NM",
        term_types=tuple(kind for _, kind in scope_and_kind.values()),
        # The heading that a supplementary record is mapped to is broader than it, and no reference.
        xrefs=_numbers(concepts),
    )


def _heading(text: str, language: str) -> tuple[str, str]:
    """A name of a file in some language, without the English name behind it, and the language that it has.

    >>> _heading("Aborto Legal[Abortion, Legal]", "pt"), _heading("[Abortion, Legal]", "pt")
    (('Aborto Legal', 'pt'), ('Abortion, Legal', 'en'))
    >>> _heading("Receptors[1]", "en")
    ('Receptors[1]', 'en')
    """
    if language == "en" or not text.endswith("]"):
        return text, language
    if text.startswith("[") and text.count("[") == 1:
        return text[1:-1].strip(), "en"  # not translated
    translated = _TRANSLATED.fullmatch(text)
    return (translated[1], language) if translated else (text, language)


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
    """Return numbers of the concepts as CURIEs: Chemical Abstracts, enzymes, and ingredients (UNII)."""
    out = set()
    for concept in concepts:
        for element in concept.iter(*_NUMBERS):
            number = _clean(element.text).partition(" (")[0]
            if number.startswith("EC "):
                out.add(f"EC:{number[3:].strip()}")
            elif _CAS.fullmatch(number):
                out.add(f"CAS:{number}")
            elif _UNII.fullmatch(number):
                out.add(f"UNII:{number}")
    return tuple(sorted(out))


def _text(element: Any, path: str) -> str:
    return _clean(element.findtext(path))


def _clean(value: str | None) -> str:
    return term_fields.clean_text(value or "")
