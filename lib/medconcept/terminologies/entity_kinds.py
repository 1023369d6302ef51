"""Semantic types that fit the label which a recogniser gives an entity. Imports no pyspark."""

from __future__ import annotations

from collections.abc import Mapping

# Labels of corpora and pretrained models, in lower case with spaces, and the kinds of the dictionary that fit
# them. The choice is generous: one source separates disease and phenotype, or cell and anatomy, where another
# does not.
_KINDS_BY_LABELS = {
    "disease, diseaseclass, specificdisease, compositemention, modifier, phenotype, problem, symptom, "
    "cancer, pathological formation, diseaseorphenotypicfeature, disorder, disease syndrome disorder, "
    "finding, diso, oncological": "disease, phenotype",
    "chemical, drug, simple chemical, chem, chemicalentity, amino acid, chebi, treatment, drug ingredient, "
    "drugchem": "chemical, protein",
    "gene, protein, gene or gene product, geneorgeneproduct, dna, rna, gene protein, gene or genome, "
    "sequence": "gene, protein, sequence, chemical",
    "anatomy, organ, tissue, multi tissue structure, multi-tissue structure, body part, anatomical system, "
    "developing anatomical structure, organism subdivision, organism substance, anat, "
    "external body part or region": "anatomy, cell, cell component",
    "cell, cell type, cell line, cellline": "cell, cell line, anatomy",
    "cell component, cellular component, immaterial anatomical entity": "cell component, anatomy",
    "process, function, biological process, molecular function, phys": "process, function, phenotype",
    "organism, species, livb, organismtaxon": "organism",
    "procedure, test, proc": "procedure, measurement",
}  # fmt: skip
KINDS: Mapping[str, frozenset[str]] = {
    label: frozenset(kinds.split(", "))
    for labels, kinds in _KINDS_BY_LABELS.items()
    for label in labels.split(", ")
}


def kinds_of(label: str, overrides: Mapping[str, frozenset[str]] | None = None) -> frozenset[str]:
    """Return the semantic types that fit the label of an entity; an empty set means that any may fit.

    `overrides` maps labels to types, from the configuration; it takes precedence.

    >>> sorted(kinds_of("SpecificDisease")), sorted(kinds_of("Multi-tissue_structure"))
    (['disease', 'phenotype'], ['anatomy', 'cell', 'cell component'])
    >>> kinds_of("Disease", {"Disease": frozenset({"finding"})}), kinds_of("PER")
    (frozenset({'finding'}), frozenset())
    """
    plain = label.strip().lower().replace("_", " ")
    for name in (label, plain):
        if overrides and name in overrides:
            return overrides[name]
    return KINDS.get(plain, frozenset())
