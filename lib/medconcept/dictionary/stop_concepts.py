"""Stop concepts: too general to be informative; mentions of them are flagged, never dropped.

Words for the most general concepts: the roots of the Semantic Network (NLM, UMLS Reference Manual,
chapter 5: entity, event, organism, anatomical structure, substance, finding, process, …), the classes that
UBERON marks upper_level or non_informative, the children of the three roots of the Gene Ontology, and words
of nearly every caption (figure, patient, group, result).
"""

from __future__ import annotations

import re
from importlib.resources import files

from medconcept.dictionary.name_rules import FUNCTION_WORDS


def _listed() -> frozenset[str]:
    """The names of `general_names.tsv`, which is read once, when the module is imported."""
    lines = files(__package__).joinpath("general_names.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return frozenset(line.partition("\t")[0] for line in lines)


GENERAL = _listed() | frozenset({
    "entity", "event", "organism", "animal", "human", "person", "patient", "patients", "man", "woman",
    "group",
    "population", "figure", "result", "method", "analysis", "data", "structure", "anatomical structure",
    "anatomical entity", "body", "body part", "organ", "organ part", "tissue", "tissues", "cell", "cells",
    "cell part",
    "molecule", "substance", "chemical", "chemical entity", "protein", "gene", "compound", "solution",
    "process",
    "biological process", "cellular process", "activity", "behavior", "function", "region", "part", "side",
    "surface",
    "space", "material", "material entity", "sample", "finding", "phenomenon", "disease", "diseases",
    "disorder",
    "syndrome", "condition", "symptom", "role", "female", "male", "anatomical system", "system",
    "localization", "growth", "signaling", "development", "developmental process", "reproduction",
    "locomotion",
    "binding", "catalytic activity", "rhythmic process", "pigmentation", "metabolism", "metabolic process",
    "biological regulation", "regulation", "response to stimulus", "immune system process", "detoxification",
    "multicellular organismal process", "homeostasis", "transporter activity", "protein-containing complex",
    "cellular component", "cellular_component", "biological_process", "molecular_function",
    "multicellular organism",
})  # fmt: skip

# Words by which captions refer to the figure itself, as in journals' guides to figures.
FIGURE_WORDS = frozenset({
    "scale", "scale bar", "bar", "bars", "error bar", "arrow", "arrows", "arrowhead", "arrowheads",
    "asterisk", "panel",
    "panels", "lane", "lanes", "column", "columns", "row", "rows", "inset", "legend", "table", "axis",
    "axes", "marker",
    "markers", "control", "line", "lines", "plot", "graph", "chart", "box", "circle", "symbol", "label",
    "color",
    "image", "photograph", "micrograph", "schematic", "diagram", "section", "sections",
})  # fmt: skip

# MONDO's branch "disease characteristic", MONDO:0021125 and its is_a descendants in the release of
# 2024-07-23: modifiers such as "rare" and "congenital", which MONDO lists among the diseases.
NOT_CONCEPTS = frozenset(
    f"MONDO:{number}"
    for number in (
        "0021125", "0021126", "0021127", "0021128", "0021135", "0021136", "0021137", "0021139",
        "0021140", "0021141", "0021149", "0021151", "0021152", "0022202", "0024488", "0024489",
        "0024490", "0024491", "0024492", "0024493", "0024494", "0024495", "0024496", "0024497",
        "0045034", "0045035", "0045036", "0045040", "0045042", "0100355", "0100356", "0100357",
        "0100369", "0100426", "0100427", "0700004", "0700005", "0700006", "0700061", "0700062",
        "0700063",
    )
)  # fmt: skip

# Ranges of UBERON ids that were merged from the anatomies of fish (TAO, 2000000) and amphibians (AAO,
# 3000000): a single word in a medical text is unlikely to mean one of them.
_FAR = re.compile(r"UBERON:[23]\d{6}")


def is_far(source_id: str, name: str) -> bool:
    """True for a term of the anatomy of fish or amphibians whose name is a single word.

    >>> is_far("UBERON:2002284", "marking"), is_far("UBERON:2000002", "dorsal arrector")
    (True, False)
    >>> is_far("UBERON:0000955", "brain")
    False
    """
    return " " not in name and _FAR.fullmatch(source_id) is not None


# The notation for two alleles after a gene's symbol (MGI, Guidelines for Nomenclature of Genes: wild type
# "+", a mutant "-"): "MCAD−/−" is a mouse without the gene MCAD, not the deficiency of that name.
_ALLELES = re.compile(r"[ (]?(?:\+|[-−–])/(?:\+|[-−–])")


def names_genotype(text: str, end: int) -> bool:
    """True if the name that ends there is followed by the notation of a genotype.

    >>> names_genotype("CF+/− mice", 2), names_genotype("CF mice", 2)
    (True, False)
    """
    return _ALLELES.match(text, end) is not None


# Kinds of term whose adjectives do not mention them: "molecular" is not a mention of a molecule.
NO_ADJECTIVE = frozenset({"chemical", "gene", "protein", "cell line", "organism", "sequence"})


def is_general(name: str, text: str, more: frozenset[str] = GENERAL | FIGURE_WORDS) -> bool:
    """True if the name, or the text that mentions it, is a stop concept.

    >>> is_general("tissue", "tissues"), is_general("nervous tissue", "nervous tissue")
    (True, False)
    >>> is_general("Left", "left"), is_general("left ventricle", "left ventricle")
    (True, False)
    """
    plain = text.casefold()
    words = plain.split()
    while len(words) > 1 and (words[0] in FUNCTION_WORDS or words[0] == "other"):
        words = words[1:]  # "the syndrome", "her disease", "other disorders"
    core = " ".join(words)
    return not more.isdisjoint((name.casefold(), plain, core, core.removesuffix("s")))
