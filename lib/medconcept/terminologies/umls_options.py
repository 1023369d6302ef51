"""Which part of a UMLS release is used; the defaults are the recommended set."""

from __future__ import annotations

from dataclasses import dataclass

# Vocabularies with names that authors use. Left out: billing and device catalogues, assessment forms, drug
# packages, nursing and veterinary lists, and translations, which `languages` would leave out anyway.
RECOMMENDED_SOURCES = (
    "MTH", "MSH", "SNOMEDCT_US", "NCI", "HPO", "OMIM", "ORPHANET", "GO", "HGNC", "NCBI", "FMA", "UWDA", "NEU",
    "RXNORM", "DRUGBANK", "ATC", "CHV", "MEDLINEPLUS", "CSP", "LCH_NW", "AOD", "PDQ", "ICD10CM", "ICD9CM",
    "MTHICD9", "MDR", "DSM-5",
)  # fmt: skip
# Term types for catalogues rather than for text: fully specified and long names, dose forms, packs.
CATALOGUE_TYPES = (
    "FN", "MTH_FN", "LN", "LO", "OSN", "LC", "SCD", "SBD", "SCDF", "SBDF", "SCDC", "SBDC", "SCDG", "SBDG",
    "BPCK", "GPCK", "PSN", "DP", "MTH_RXN_DP", "XD", "CDD", "CDC", "CDO", "CDA",
)  # fmt: skip
# Semantic groups of things that a figure can show; left out: activities, concepts and ideas, geography,
# objects, occupations, organisations.
RECOMMENDED_GROUPS = ("ANAT", "CHEM", "DEVI", "DISO", "GENE", "LIVB", "PHEN", "PHYS", "PROC")


@dataclass(frozen=True)
class UmlsOptions:
    """Conditions that an atom of MRCONSO must meet, all of them, for its string to become a name.

    `languages` are values of LAT; `sources` of SAB ("*": all); `restriction_levels` of MRSAB.SRL; `suppress`
    of SUPPRESS (N: none, O: obsolete, Y and E: suppressible); `term_types` of TTY (empty: all but
    `without_term_types`). A concept is used if one of its types is in `semantic_groups` or is one of
    `semantic_types` (TUIs).

    >>> UmlsOptions().languages
    ('ENG',)
    """

    languages: tuple[str, ...] = ("ENG",)
    sources: tuple[str, ...] = RECOMMENDED_SOURCES
    restriction_levels: tuple[int, ...] = (0, 1, 2, 3, 4, 9)
    suppress: tuple[str, ...] = ("N",)
    term_types: tuple[str, ...] = ()
    without_term_types: tuple[str, ...] = CATALOGUE_TYPES
    semantic_groups: tuple[str, ...] = RECOMMENDED_GROUPS
    semantic_types: tuple[str, ...] = ()
