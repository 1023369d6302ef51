"""Symbols of genes in captions: spellings of species, aliases with and without evidence, cell lines."""

import pytest
from linking_examples import linker

from medconcept.linking.types import ArticleContext
from medconcept.terminologies.term import Term

TERMS = (
    Term("HGNC", "HGNC:pten", "PTEN", ("phosphatase and tensin homolog",), ("gene",)),
    Term("HGNC", "HGNC:il6", "IL6", ("interleukin 6",), ("gene",)),
    Term("HGNC", "HGNC:cxcl8", "CXCL8", ("IL-8", "GCP1"), ("gene",)),
    Term("HGNC", "HGNC:gadd", "GADD45A", (), ("gene",)),
    Term("HGNC", "HGNC:mtor", "MTOR", (), ("gene",)),
    Term("HGNC", "HGNC:rest", "REST", ("NRSF",), ("gene",)),
    Term("HGNC", "HGNC:tbata", "TBATA", ("spatial",), ("gene",)),
    Term("HGNC", "HGNC:akt1", "AKT1", ("PKB", "RAC"), ("gene",)),
    Term("HGNC", "HGNC:stk11", "STK11", ("LKB1",), ("gene",)),
    Term("HGNC", "HGNC:fgf2", "FGF2", ("BFGF",), ("gene",)),
    Term("HGNC", "HGNC:bcr", "BCR", (), ("gene",)),
    Term("HGNC", "HGNC:ca2", "CA2", (), ("gene",)),
    Term("HGNC", "HGNC:casp8", "CASP8", (), ("gene",)),
    Term("MESH", "MESH:tgf", "TGF-beta1", (), ("protein",)),
    Term("CVCL", "CVCL:1", "HEL", (), ("cell line",)),
    Term("CVCL", "CVCL:2", "U937", (), ("cell line",)),
    Term("CHEBI", "CHEBI:ins", "insulin", (), ("chemical",)),
    Term("MESH", "MESH:ins", "Insulin", (), ("chemical", "protein")),
    Term("MESH", "MESH:gabon", "Gabon", (), ("other",)),
)


@pytest.fixture(scope="module")
def linked():
    one = linker(TERMS)

    def links(text, *pairs):
        return [(link.text, link.source_id) for link in one.link(text, article=ArticleContext(pairs)).links]

    return links


@pytest.mark.parametrize(
    ("text", "surface", "gene"),
    [
        ("Loss of Pten in mice", "Pten", "pten"),
        ("PTEN and more", "PTEN", "pten"),
        ("Staining for IL-6", "IL-6", "il6"),
        ("Il6 of mice", "Il6", "il6"),
        ("IL-8 was measured", "IL-8", "cxcl8"),
        ("gadd45a in embryos", "gadd45a", "gadd"),
        ("Gadd45a", "Gadd45a", "gadd"),
        ("the mTOR complex", "mTOR", "mtor"),
        ("LKB1 in liver", "LKB1", "stk11"),
        ("medium with bFGF", "bFGF", "fgf2"),
    ],
)
def test_spellings_of_species_and_names_that_no_word_looks_like(linked, text, surface, gene):
    assert (surface, f"HGNC:{gene}") in linked(text)


@pytest.mark.parametrize(
    "text",
    [
        "pten",
        "Rest for a day",
        "spatial map",
        "the REST",
        "Ca2 of",
        "case 8",
        "CASP 8",
        "IL 6",
        "GABA release",
    ],
)
def test_words_and_other_notation_are_no_genes(linked, text):
    assert linked(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "PKB phosphorylation", "expression of PKB", "anti-PKB", "phosphorylation of LKB1 and PKB",
        "PKB-deficient mice", "cells with PKB/LKB1 knockdown. PKB is shown",
    ],
)  # fmt: skip
def test_an_alias_of_letters_is_believed_next_to_what_genes_do(linked, text):
    assert "HGNC:akt1" in {source_id for _, source_id in linked(text)}


def test_an_alias_of_letters_alone_is_not_believed(linked):
    assert linked("RAC ceiling, PKB seminar") == []


def test_an_english_word_is_believed_with_evidence(linked):
    assert linked("REST expression")[0] == ("REST", "HGNC:rest")


def test_a_symbol_whose_long_form_has_no_name_is_believed_if_that_speaks_of_a_gene(linked):
    pair = ("GADD45A", "growth arrest and DNA damage-inducible 45 alpha")
    assert linked("Levels of GADD45A", pair) == [("GADD45A", "HGNC:gadd")]
    assert linked("BCR here", ("BCR", "breakpoint cluster region")) == [("BCR", "HGNC:bcr")]
    assert linked("BCR here", ("BCR", "body composition ratio")) == []


def test_greek_letters_written_as_latin_ones(linked):
    assert linked("TGF-b1") == [("TGF-b1", "MESH:tgf")]


def test_a_cell_line_needs_cells(linked):
    assert linked("HEL and U937 cells") == [("HEL", "CVCL:1"), ("U937", "CVCL:2")]
    assert linked("HEL, U937") == []


def test_a_substance_that_another_source_calls_a_protein_is_one(linked):
    assert linked("insulin") == [("insulin", "MESH:ins")]


def test_the_signs_of_a_genotype_do_not_deny_the_gene(linked):
    assert linked("Pten-/- mice and PTEN+/-") == [("Pten", "HGNC:pten"), ("PTEN", "HGNC:pten")]
