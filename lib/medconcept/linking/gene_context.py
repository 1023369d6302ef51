"""Words next to a symbol by which it is believed: "AKT phosphorylation", "expression of ERK", "HEL cells"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from medconcept.dictionary.gene_symbols import may_have_context

# What genes and their products have and do.
_BEHIND = re.compile(
    r"(?i:(?:(?:/|, and | and | or |, )[A-Za-z0-9-]+)*\s*[-(]?"
    r"(?:(?:m|si|sh|mi|c)?RNAs?|cDNA|genes?|proteins?|expression|promoter|transcripts?|transcription|kinases?"
    r"|receptors?|knock-?(?:out|down|in)s?|deficien\w+|null|mutants?|mutations?|mutated|overexpress\w+"
    r"|express\w+|phosphorylat\w+"
    r"|pathways?|signall?ing|activation|activated|inhibitors?|inhibition|antibod(?:y|ies)|alleles?|isoforms?|locus"
    r"|orthologues?|orthologs?|homologues?|homologs?|transgen\w+|immunoreactiv\w+|levels?|ligands?|subunits?"
    r"|polymorphisms?|genotypes?|exons?|variants?|binding|targets?|secretion|release|stain(?:ing|ed)"
    r"|positive|negative|Cre|floxed|flox|fl/fl|fusion|construct|plasmid|reporter|loss|silenc\w+"
    r"|induced|stimulated|stimulation|mediated|dependent|treated|treatment|tagged)\b)"
    r"|\s*[-−–]/[-−–]|\s*\+/[-−–]|[+⁺](?!\w)|-/y\b"
)
_BEFORE = re.compile(
    r"(?:(?i:\b(?:genes?|proteins?|mRNAs?|kinases?|receptors?|cytokines?|factors?|antibod(?:y|ies)"
    r" (?:to|against)|anti|expression|expressing|levels|phosphorylat\w+|inhibition|activation"
    r"|overexpression|loss|knock-?down|deletion|mutations?|mutated|silencing|encod\w+|express\w*|lack\w*|target\w*|including"
    r"|signall?ing|secretion|release|production|phospho|p|of both|activity|activities|induction"
    r"|(?:immuno)?(?:stain|label|blot)(?:s|l?ed|t?ing|ted)|western blots?|immunofluorescence"
    r"|immunohistochemistry|immunoreactivity|locali[sz]ation)\b"
    r"(?: (?:analys[ie]s|of|in|for|by|with|against|such as|the|both|endogenous|total|human|mouse|rat))*)"
    r"(?:[ (:-]|\s)(?:[A-Za-z0-9/-]+(?:, | and | or |, and ))*[(]?)\Z"
)
# "Cre (green)" in a caption that speaks of stains.
_COLOUR = re.compile(r"\s*\((?:[^()]{0,20}[,;/ ])?(?:red|green|blue|magenta|cyan|brown)\b", re.I)
_STAINED = re.compile(r"stain|immuno|antibod|DAPI|fluorescen|confocal", re.I)
_REACH = 60
_STAIN = 300
_OTHERS = 12
_LIST = r"(?:[A-Za-z0-9/().-]+(?:, | and | or |, and ))*"
_CELLS_BEHIND = re.compile(
    rf"(?:, | and | or |, and )?{_LIST}(?:[A-Za-z0-9/.()-]+)?[ -]?(?:[a-z]+ ){{0,2}}"
    r"(?:cells?|cell lines?|lines?|cultures?|xenografts?|spheroids?|monolayers?|clones?)\b"
)
_CELLS_BEFORE = re.compile(
    rf"\b(?:cells?|lines?|cultures?|xenografts?)(?: of| with|,| such as|:)?[ (]{_LIST}\Z"
)
# Heads of the names of genes and proteins (HGNC, Guidelines for human gene nomenclature).
_PRODUCT = re.compile(
    r"(?:ase|receptor|protein|factor|kinase|gene|channel|transporter|ligand|hormone|antigen|globulin|subunit"
    r"|homolog(?:ue)?|inhibitor|activator|exchanger|carrier|enzyme|peptide|region|locus|domain|member|polypeptide|chain)s?"
    r"(?:[ -](?:[0-9IVX]+[A-Za-z]?|[A-Za-z]|alpha|beta|gamma|delta|type))*\Z",
    re.I,
)


def is_gene_context(text: str, start: int, end: int) -> bool:
    """True if the words at a place, or at the same words elsewhere, speak of a gene, its product or a stain.

    >>> text = "phosphorylation of AKT and ERK; AKT levels; MET criteria; the VIP lounge"
    >>> [is_gene_context(text, at, at + 3) for at in (19, 27, 32, 44, 62)]
    [True, True, True, False, False]
    >>> texts = ("Staining of AKT", "Confocal image, AKT (red)", "Age, AKT (red)")
    >>> [is_gene_context(text, text.index("AKT"), text.index("AKT") + 3) for text in texts]
    [True, True, False]
    """
    if not may_have_context(text[start:end]):
        return False
    return any(
        _BEHIND.match(text, b, b + _REACH)
        or _BEFORE.search(text[max(0, a - _REACH) : a])
        or (_COLOUR.match(text, b, b + _REACH) and _STAINED.search(text, max(0, a - _STAIN), b + _STAIN))
        for a, b in _places(text, start, end, 4)
    )


def is_cell_line_context(text: str, start: int, end: int) -> bool:
    """True if the words at a place, or the same words elsewhere, speak of cells or their culture.

    >>> texts = ("HEL cells", "HEL and U937 cells", "HEL, YAP", "HEL mice")
    >>> [is_cell_line_context(text, 0, 3) for text in texts]
    [True, True, False, False]
    """
    return any(
        _CELLS_BEHIND.match(text, b, b + _REACH) or _CELLS_BEFORE.search(text[max(0, a - _REACH) : a])
        for a, b in _places(text, start, end, 1)
    )


def _places(text: str, start: int, end: int, least: int) -> Iterator[tuple[int, int]]:
    """The place, and others with the same words if they have `least` characters; not all of very many."""
    yield start, end
    if end - start < least:
        return
    surface, at, size = text[start:end], -1, end - start
    for _ in range(_OTHERS):
        at = text.find(surface, at + 1)
        if at < 0:
            return
        is_whole = not text[at - 1 : at].isalnum() and not text[at + size : at + size + 1].isalnum()
        if at != start and is_whole:
            yield at, at + size


def names_product(long: str) -> bool:
    """True if the long form of a symbol speaks of a gene or its product.

    >>> names_product("serum/glucocorticoid kinase 1"), names_product("family history")
    (True, False)
    """
    return _PRODUCT.search(long) is not None
