"""Which part of a UMLS release is used; the defaults are the recommended set."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from medconcept.errors import ConfigError
from medconcept.terminologies.semantic_network import GROUP_OF, GROUPS
from medconcept.terminologies.umls_rrf import LANGUAGES

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
RESTRICTION_LEVELS = (0, 1, 2, 3, 4, 9)
RECOMMENDED_GROUPS = ("ANAT", "CHEM", "DEVI", "DISO", "GENE", "LIVB", "PHEN", "PHYS", "PROC")


@dataclass(frozen=True)
class UmlsOptions:
    """Conditions that an atom of MRCONSO must meet, all of them, for its string to become a name.

    `languages` are values of LAT; `sources` of SAB ("*": all). By default `sources` are the recommended ones,
    and those of each language chosen other than English, whose atoms are translations; stated ones are taken
    to the letter. `restriction_levels` are values of MRSAB.SRL; `suppress` of SUPPRESS (N: none, O: obsolete,
    Y and E: suppressible); `term_types` of TTY (empty: all but `without_term_types`). A concept is used if
    one of its types is in `semantic_groups` or is one of `semantic_types` (TUIs).

    >>> UmlsOptions().languages
    ('ENG',)
    >>> UmlsOptions(semantic_groups=("DISEASES",))
    Traceback (most recent call last):
    medconcept.errors.ConfigError: umls.semantic_groups: no 'DISEASES' (known: ACTI, ANAT, CHEM, CONC, DEVI, \
DISO, GENE, GEOG, LIVB, OBJC, OCCU, ORGA, PHEN, PHYS, PROC)
    """

    languages: tuple[str, ...] = ("ENG",)
    sources: tuple[str, ...] = RECOMMENDED_SOURCES
    restriction_levels: tuple[int, ...] = RESTRICTION_LEVELS
    suppress: tuple[str, ...] = ("N",)
    term_types: tuple[str, ...] = ()
    without_term_types: tuple[str, ...] = CATALOGUE_TYPES
    semantic_groups: tuple[str, ...] = RECOMMENDED_GROUPS
    semantic_types: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a value that no release has, before any file is read."""
        _refuse_unknown("languages", self.languages, tuple(LANGUAGES))
        _refuse_unknown("restriction_levels", self.restriction_levels, RESTRICTION_LEVELS)
        _refuse_unknown("suppress", self.suppress, ("N", "O", "Y", "E"))
        _refuse_unknown("semantic_groups", self.semantic_groups, tuple(GROUPS))
        for name in ("languages", "sources", "restriction_levels", "suppress"):
            if not getattr(self, name):
                raise ConfigError(f"umls.{name}: it must have a value")
        for type_ in self.semantic_types:
            if not (len(type_) == 4 and type_[0] == "T" and type_[1:].isdigit()):
                raise ConfigError(f"umls.semantic_types: {type_!r} is no TUI, such as {min(GROUP_OF)}")

    @property
    def takes_translations(self) -> bool:
        """Whether the sources of the chosen languages are taken in: those of `sources` were not stated."""
        return self.sources == RECOMMENDED_SOURCES


def _refuse_unknown(name: str, given: Collection[object], known: Collection[object]) -> None:
    for value in given:
        if value not in known:
            raise ConfigError(f"umls.{name}: no {value!r} (known: {', '.join(map(str, known))})")
