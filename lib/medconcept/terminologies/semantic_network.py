"""The UMLS Semantic Network: semantic types, their groups, and both for the kinds of open terminologies.

Types and groups of NLM's SemGroups.txt of 2018, with the retired types of older releases.
Bodenreider O, McCray AT. Exploring semantic groups through visual approaches. J Biomed Inform 2003.
"""

from __future__ import annotations

from functools import lru_cache

GROUPS: dict[str, tuple[str, ...]] = {
    "ACTI": ("T051", "T052", "T053", "T054", "T055", "T056", "T057", "T064", "T066"),
    "ANAT": (
        "T017", "T018", "T021", "T022", "T023", "T024", "T025", "T026", "T029", "T030", "T031",
    ),
    "CHEM": (
        "T103", "T104", "T109", "T110", "T111", "T114", "T115", "T116", "T118", "T119", "T120", "T121",
        "T122", "T123", "T124", "T125", "T126", "T127", "T129", "T130", "T131", "T192", "T195", "T196",
        "T197", "T200",
    ),
    "CONC": (
        "T077", "T078", "T079", "T080", "T081", "T082", "T089", "T102", "T169", "T170", "T171", "T185",
    ),
    "DEVI": ("T074", "T075", "T203"),
    "DISO": (
        "T019", "T020", "T033", "T037", "T046", "T047", "T048", "T049", "T050", "T184", "T190", "T191",
    ),
    "GENE": ("T028", "T085", "T086", "T087", "T088"),
    "GEOG": ("T083",),
    "LIVB": (
        "T001", "T002", "T004", "T005", "T007", "T008", "T010", "T011", "T012", "T013", "T014", "T015",
        "T016", "T096", "T097", "T098", "T099", "T100", "T101", "T194", "T204",
    ),
    "OBJC": ("T071", "T072", "T073", "T167", "T168"),
    "OCCU": ("T090", "T091"),
    "ORGA": ("T092", "T093", "T094", "T095"),
    "PHEN": ("T034", "T038", "T067", "T068", "T069", "T070"),
    "PHYS": ("T032", "T039", "T040", "T041", "T042", "T043", "T044", "T045", "T201"),
    "PROC": ("T058", "T059", "T060", "T061", "T062", "T063", "T065"),
}  # fmt: skip
GROUP_OF = {tui: group for group, tuis in GROUPS.items() for tui in tuis}
# Kinds of the readers of open terminologies, and the group of their counterpart in the UMLS.
GROUP_OF_KIND = {
    "disease": "DISO", "phenotype": "DISO", "anatomy": "ANAT", "cell": "ANAT", "cell component": "ANAT",
    "cell line": "ANAT", "chemical": "CHEM", "protein": "CHEM", "gene": "GENE", "sequence": "GENE",
    "organism": "LIVB", "process": "PHYS", "function": "PHYS", "developmental stage": "PHYS",
    "procedure": "PROC", "measurement": "PROC",
}  # fmt: skip
# Kinds and their semantic types in the UMLS; the linker's rules refer to kinds.
_TYPES_OF_KIND = {
    "disease": (
        "Acquired Abnormality", "Anatomical Abnormality", "Cell or Molecular Dysfunction",
        "Congenital Abnormality", "Disease or Syndrome", "Experimental Model of Disease",
        "Injury or Poisoning", "Mental or Behavioral Dysfunction", "Neoplastic Process",
        "Pathologic Function",
    ),
    "phenotype": ("Finding", "Sign or Symptom"),
    "anatomy": (
        "Anatomical Structure", "Body Location or Region", "Body Part, Organ, or Organ Component",
        "Body Space or Junction", "Body Substance", "Body System", "Embryonic Structure",
        "Fully Formed Anatomical Structure", "Tissue",
    ),
    "cell": ("Cell",),
    "cell component": ("Cell Component",),
    "chemical": (
        "Antibiotic", "Biologically Active Substance", "Biomedical or Dental Material", "Carbohydrate",
        "Chemical", "Chemical Viewed Functionally", "Chemical Viewed Structurally", "Clinical Drug",
        "Eicosanoid", "Element, Ion, or Isotope", "Hazardous or Poisonous Substance", "Hormone",
        "Immunologic Factor", "Indicator, Reagent, or Diagnostic Aid", "Inorganic Chemical", "Lipid",
        "Neuroreactive Substance or Biogenic Amine", "Nucleic Acid, Nucleoside, or Nucleotide",
        "Organic Chemical", "Organophosphorus Compound", "Pharmacologic Substance", "Steroid", "Vitamin",
    ),
    "protein": ("Amino Acid, Peptide, or Protein", "Enzyme", "Receptor"),
    "gene": ("Gene or Genome",),
    "sequence": (
        "Amino Acid Sequence", "Carbohydrate Sequence", "Molecular Sequence", "Nucleotide Sequence",
    ),
    "organism": (
        "Alga", "Amphibian", "Animal", "Archaeon", "Bacterium", "Bird", "Eukaryote", "Fish", "Fungus",
        "Human", "Invertebrate", "Mammal", "Organism", "Plant", "Reptile", "Rickettsia or Chlamydia",
        "Vertebrate", "Virus",
    ),
    "process": (
        "Biologic Function", "Cell Function", "Genetic Function", "Mental Process",
        "Organ or Tissue Function", "Organism Function", "Physiologic Function",
    ),
    "function": ("Molecular Function",),
    "procedure": (
        "Diagnostic Procedure", "Laboratory Procedure", "Molecular Biology Research Technique",
        "Therapeutic or Preventive Procedure",
    ),
}  # fmt: skip
_KIND_OF_TYPE = {name: kind for kind, names in _TYPES_OF_KIND.items() for name in names}


@lru_cache(maxsize=1 << 12)
def with_kinds(types: tuple[str, ...]) -> frozenset[str]:
    """Add to semantic types the kinds they belong to, so that rules need not depend on the source.

    >>> sorted(with_kinds(("Neoplastic Process",))), sorted(with_kinds(("anatomy", "other")))
    (['Neoplastic Process', 'disease'], ['anatomy', 'other'])
    """
    return frozenset({*types, *(_KIND_OF_TYPE[name] for name in types if name in _KIND_OF_TYPE)})


def groups_of(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return the semantic groups of kinds, sorted; "other" has none.

    >>> groups_of(("disease", "chemical", "other"))
    ('CHEM', 'DISO')
    """
    return tuple(sorted({GROUP_OF_KIND[kind] for kind in kinds if kind in GROUP_OF_KIND}))
