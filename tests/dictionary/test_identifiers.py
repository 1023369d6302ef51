"""Identifiers of all sources in one spelling, so that they meet."""

from __future__ import annotations

import json

import pytest

from medconcept.dictionary.compile_terms import concept_ids
from medconcept.terminologies.prefixes import one_id, one_prefix
from medconcept.terminologies.readers import iter_terms
from medconcept.terminologies.term import Term
from medconcept.terminologies.umls_rrf import source_id


@pytest.mark.parametrize(
    ("written", "one"),
    [
        # The same id in files of open terminologies, as references of others, and as addresses.
        ("NCBITaxon:9606", "NCBITaxon:9606"),
        ("NCBITAXON:9606", "NCBITaxon:9606"),
        ("taxonomy:9606", "NCBITaxon:9606"),
        ("http://purl.obolibrary.org/obo/NCBITaxon_9606", "NCBITaxon:9606"),
        ("<http://purl.obolibrary.org/obo/NCBITaxon_9606>", "NCBITaxon:9606"),
        ("ORDO:98", "Orphanet:98"),
        ("ORPHA:98", "Orphanet:98"),
        ("Orphanet_98", "Orphanet:98"),
        ("http://www.orpha.net/ORDO/Orphanet_98", "Orphanet:98"),
        ("MSH:D004194", "MESH:D004194"),
        ("MeSH:D004194", "MESH:D004194"),
        ("https://id.nlm.nih.gov/mesh/D004194", "MESH:D004194"),
        ("http://identifiers.org/mesh/D004194", "MESH:D004194"),
        ("https://identifiers.org/MESH:D004194", "MESH:D004194"),
        ("NCI:C3262", "NCIT:C3262"),
        ("http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl#C3262", "NCIT:C3262"),
        ("SCTID:22298006", "SNOMEDCT:22298006"),
        ("SNOMEDCT_US_2023_03_01:22298006", "SNOMEDCT:22298006"),
        ("SNOMEDCT_US_2031_09_01:22298006", "SNOMEDCT:22298006"),
        ("http://snomed.info/id/22298006", "SNOMEDCT:22298006"),
        ("UMLS_CUI:C0018787", "UMLS:C0018787"),
        ("http://linkedlifedata.com/resource/umls/id/C0018787", "UMLS:C0018787"),
        ("HGNC:HGNC:5", "HGNC:5"),
        ("doid:DOID:4", "DOID:4"),
        ("MIM:100100", "OMIM:100100"),
        ("https://omim.org/entry/100100", "OMIM:100100"),
        ("ICD-10:A00", "ICD10:A00"),
        ("http://www.ebi.ac.uk/efo/EFO_0000408", "EFO:0000408"),
        # At the last underscore, and only before an id.
        ("http://purl.obolibrary.org/obo/APOLLO_SV_00000032", "APOLLO_SV:00000032"),
        ("http://purl.obolibrary.org/obo/NCBITaxon_Union_0000001", "NCBITaxon_Union:0000001"),
        ("http://purl.obolibrary.org/obo/uberon/core#part_of", "http://purl.obolibrary.org/obo/uberon/core#part_of"),
        ("part_of", "part_of"),
        # What the table does not have stays as it is.
        ("Mine:1", "Mine:1"),
        ("http://example.org/heart", "http://example.org/heart"),
        ("http://en.wikipedia.org/wiki/Nucleotide_deletion", "http://en.wikipedia.org/wiki/Nucleotide_deletion"),
        ("http://en.wikipedia.org/wiki/Interleukin_10", "http://en.wikipedia.org/wiki/Interleukin_10"),
        (
            "http://purl.bioontology.org/ontology/provisional/1ddd2e2d",
            "http://purl.bioontology.org/ontology/provisional/1ddd2e2d",
        ),
        ("heart", "heart"),
        ("", ""),
    ],
)  # fmt: skip
def test_an_identifier_has_one_spelling(written: str, one: str) -> None:
    assert one_id(written) == one
    assert one_id(one) == one


def test_prefixes_of_obo_files_keep_their_spelling() -> None:
    for prefix in (
        "MONDO",
        "HP",
        "UBERON",
        "CHEBI",
        "FBbt",
        "WBbt",
        "NCBITaxon",
        "APOLLO_SV",
        "GO_REF",
        "EFO",
    ):
        assert one_prefix(prefix) == one_prefix(prefix.upper()) == prefix


def test_codes_of_the_umls_meet_ids_of_open_terminologies() -> None:
    codes = {
        ("NCBI", "9606"): "NCBITaxon:9606", ("ORPHANET", "98"): "Orphanet:98",
        ("ORPHANET", "ORPHA98"): "Orphanet:98",
        ("MSHSPA", "D004194"): "MESH:D004194", ("SNOMEDCT_US", "22298006"): "SNOMEDCT:22298006",
        ("SCTSPA", "22298006"): "SNOMEDCT:22298006", ("HPO", "HP:0000001"): "HP:0000001",
        ("HGNC", "HGNC:5"): "HGNC:5",
        ("MDRGER", "10000001"): "MEDDRA:10000001", ("XYZ", "1"): "XYZ:1", ("MTH", "NOCODE"): "UMLS:C0000001",
    }  # fmt: skip
    for (sab, code), expected in codes.items():
        assert source_id(sab, code, "C0000001") == expected
        assert one_id(expected) == expected


def test_terms_of_several_formats_meet() -> None:
    ordo = {
        "graphs": [
            {"nodes": [{"id": "http://www.orpha.net/ORDO/Orphanet_98", "lbl": "Behr", "type": "CLASS"}]}
        ]
    }
    mondo = b"[Term]\nid: MONDO:1\nname: Behr syndrome\nxref: Orphanet:98\nxref: UMLS:C0221061\n"
    own = b"concept_id\tname\tcui\txref\nMine:1\thumans\tC0086418\tNCBITAXON:9606\n"
    taxa = b"[Term]\nid: NCBITaxon:9606\nname: Homo sapiens\n"
    files = (
        (json.dumps(ordo).encode(), "obograph-json", "ORDO"), (mondo, "obo", "MONDO"), (own, "tsv", "OWN"),
        (taxa, "obo", "NCBITAXON"),
    )  # fmt: skip
    terms: list[Term] = [term for file in files for term in iter_terms(*file)]
    concepts = dict(zip((term.source_id for term in terms), concept_ids(terms), strict=True))
    assert concepts == {
        "Orphanet:98": "C0221061", "MONDO:1": "C0221061", "Mine:1": "C0086418", "NCBITaxon:9606": "C0086418",
    }  # fmt: skip


def test_a_source_is_named_in_any_spelling_of_its_prefix() -> None:
    data = b"[Term]\nid: Orphanet:98\nname: Behr\n\n[Term]\nid: HP:1\nname: all\n"
    for name in ("ORDO", "Orphanet", "ORPHANET"):
        assert [term.source_id for term in iter_terms(data, "obo", name)] == ["Orphanet:98"]
