"""Whether a piece of text may mean a name, and how similar the two are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from medconcept.dictionary import gene_symbols
from medconcept.dictionary.gene_symbols import is_spelling
from medconcept.dictionary.name_rules import FUNCTION_WORDS, is_case_sensitive
from medconcept.dictionary.name_table import Name
from medconcept.dictionary.name_variants import Variant
from medconcept.dictionary.stop_concepts import NO_ADJECTIVE, is_far
from medconcept.dictionary.words import plain_words
from medconcept.linking.chemical_formulae import is_formula
from medconcept.linking.types import LinkSettings
from medconcept.techniques.technique_list import abbreviation, is_technique
from medconcept.terminologies.common_names import is_known_name

SIMILARITY = {
    "exact": 1.0, "case_folded": 1.0, "form": 0.98, "inflected": 0.96, "reordered": 0.94,
    "shorter": 0.9, "derived": 0.86, "elliptic": 0.85,
    "synonym": 0.88,
}  # fmt: skip
# The cost of each method in the score: a plural is hardly less certain than its singular.
_SCORE_PENALTY = {
    **{method: 1 - similarity for method, similarity in SIMILARITY.items()},
    "form": 0.002,
    "inflected": 0.005,
}
_PREFERRED = 0.01
_SYMBOL = 0.06  # for the approved symbol of a gene, which other sources have as a synonym of what it makes
_KNOWN = 0.2  # for a name that all know, whatever else it names in some source
_SUBSTANCE = frozenset({"chemical"})
_AS_WRITTEN = ("exact", "case_folded", "form")
_METHOD = {
    Variant.ORDER: "reordered",
    Variant.SHORTER: "shorter",
    Variant.NOUN: "derived",
    Variant.ELLIPTIC: "elliptic",
    Variant.SYNONYM: "synonym",
}
_DISEASE = frozenset({"disease", "phenotype"})
_ORGAN = frozenset({"anatomy", "cell"})
# Terms of direction (Terminologia Anatomica, general terms): a position, not a part of the body.
_DIRECTIONS = frozenset({
    "dorsal", "ventral", "lateral", "medial", "median", "anterior", "posterior", "superior", "inferior",
    "cranial",
    "caudal", "rostral", "proximal", "distal", "sagittal", "coronal", "transverse", "frontal",
    "horizontal", "basal",
    "apical", "central", "peripheral", "axial", "longitudinal", "internal", "external", "marginal",
})  # fmt: skip
# What a verb may name.
_EVENT = frozenset({"process", "function", "procedure"})
_INFLECTED = re.compile(r"(?:ed|ing|s)$", re.IGNORECASE)
# Adjectives of a sign: hypertensive, thrombotic, ischemic, inflammatory.
_OF_SIGN = re.compile(r"(?:sive|tic|mic|xic|atory)$", re.IGNORECASE)
_VERB = re.compile(r"(?:ed|ing|es|e|ss)$")
_ACT = re.compile(r"[a-z]{3}ings?(?![a-z])")
_LOWER_ACRONYM = 4
_SHORT_WORD = 5  # letters; a longer word in capitals is a heading, a shorter one an acronym


class Candidate(NamedTuple):
    """A name that a piece of text may mean; a greater `score` is more likely."""

    name: Name
    method: str
    similarity: float
    score: float

    @property
    def is_acronym(self) -> bool:
        """True for a short synonym that alone is not evidence: in capitals, or any of a disease.

        Disease sources write acronyms in lower case as well ("fed" for fish-eye disease).
        """
        if self.name.preferred or " " in self.name.name or is_formula(self.name.name) or self.is_known:
            return False
        short = len(self.name.name) <= _LOWER_ACRONYM and not _DISEASE.isdisjoint(self.name.kinds)
        return self.name.case_sensitive or short

    @property
    def is_known(self) -> bool:
        """True for a name that is believed without more evidence."""
        return is_known_name(self.name.source_id, self.name.name)


def is_gene_symbol(name: Name) -> bool:
    """True for a name of a gene or protein that is written as a symbol."""
    return not gene_symbols.KINDS.isdisjoint(name.kinds) and gene_symbols.is_symbol(name.name)


def is_cell_line(name: Name) -> bool:
    """True for a name of the Cellosaurus, which has a cell line for nearly every short symbol."""
    return name.source_id.startswith("CVCL:")


def _is_approved_symbol(name: Name, method: str) -> bool:
    return name.preferred and method == "exact" and not name.name.islower() and is_gene_symbol(name)


def needs_evidence(text: str, candidate: Candidate, acronym_length: int) -> bool:
    """True if a text alone does not show that the candidate is meant: short acronyms, doubtful symbols."""
    name = candidate.name
    if candidate.is_known:
        return False
    if is_cell_line(name):
        return True
    if is_gene_symbol(name) and (name.case_sensitive or "gene" in name.kinds):
        if not name.case_sensitive and not name.preferred and len(name.name) > acronym_length:
            return gene_symbols.is_word(text)
        # "ren" or "REN" for the mouse's Ren
        is_own = name.preferred and (name.case_sensitive or text == name.name or not text.isalpha())
        return gene_symbols.is_doubtful(text, name.name, approved=is_own, longest=acronym_length)
    return candidate.is_acronym and len(name.name) <= acronym_length


class SpanCandidates(NamedTuple):
    """A place of a text, in code points, and the names that it may mean, best first.

    `method` is how the place was selected, "" for the method of the best candidate.
    """

    spans: tuple[tuple[int, int], ...]
    candidates: tuple[Candidate, ...]
    method: str = ""


def judge(
    surface: str, names: Sequence[tuple[Name, Variant]], derived: bool, settings: LinkSettings
) -> tuple[Candidate, ...]:
    """The candidates of a piece of text, best first, one a term; `names` are the names that share its form.

    The score is 1 less what the method costs (a plural 0.005, another form 0.002, else what its
    similarity lacks), minus the scope penalty for a synonym that is not exact, plus 0.01 for the preferred
    name, plus 0.06 for the symbol of a gene, plus 0.2 for a name that all know, minus 0.008 for each
    source preferred to its own, minus 0.0001 for each name of its term, as one of many names is a less likely
    name. Equal scores: the smaller id.
    """
    best: dict[str, Candidate] = {}
    text = Surface(surface)
    for name, variant in names:
        if (
            not _passes_settings(name, settings)
            or not text.agrees(name)
            or (derived and not text.may_derive(name))
        ):
            continue
        if variant is Variant.ELLIPTIC and derived and not _INFLECTED.search(surface):
            continue  # "severe" is not a form of severing
        is_known = is_known_name(name.source_id, name.name)
        if derived and is_known:
            continue  # to differentiate is to tell apart as well
        method = "derived" if derived else text.method(name.name, variant)
        similarity = SIMILARITY[method]
        if similarity < settings.threshold:
            continue
        score = 1 - _SCORE_PENALTY[method] - settings.scope_penalty * (name.scope != "exact")
        score += _SYMBOL * _is_approved_symbol(name, method)
        score += _KNOWN * is_known
        score += _PREFERRED * name.preferred - 0.008 * name.source_rank - 0.0001 * min(name.among, 20)
        old = best.get(name.source_id)
        if old is None or score > old.score:
            best[name.source_id] = Candidate(name, method, similarity, score)
    if any(c.name.kinds == _SUBSTANCE for c in best.values()):
        best = _proteins_first(best)
    if len(best) > 1 and any(not _DISEASE.isdisjoint(c.name.kinds) for c in best.values()):
        best = _organs_first(best)
    return tuple(sorted(best.values(), key=lambda c: (-c.score, c.name.source_id)))


def _proteins_first(best: dict[str, Candidate]) -> dict[str, Candidate]:
    """The candidates with substances behind a protein of the same name: one source calls insulin either."""
    proteins = [c.score for c in best.values() if "protein" in c.name.kinds and c.method in _AS_WRITTEN]
    if not proteins:
        return best
    most = max(proteins) - 0.001
    return {
        term: c._replace(score=min(c.score, most)) if c.name.kinds == _SUBSTANCE else c
        for term, c in best.items()
    }


def _organs_first(best: dict[str, Candidate]) -> dict[str, Candidate]:
    """The candidates with an organ or cell of that name before signs and diseases that have it as a synonym.

    MONDO has "pituitary gland" among the names of hypophysitis.
    """
    organs = [
        c.score
        for c in best.values()
        if c.name.preferred and not _ORGAN.isdisjoint(c.name.kinds) and c.method in _AS_WRITTEN
    ]
    if not organs:
        return best
    most = min(organs) - 0.001
    return {
        term: c._replace(score=min(c.score, most))
        if not _DISEASE.isdisjoint(c.name.kinds) and not (c.name.preferred and c.method in _AS_WRITTEN)
        else c
        for term, c in best.items()
    }


def _passes_settings(name: Name, settings: LinkSettings) -> bool:
    """True for a name that the settings allow, and of two letters for none but a technique's."""
    if len(name.name) == 2 and name.name.isalpha() and abbreviation(name.source_id, name.name) is None:
        return False
    if settings.exact_only and not is_exact_synonym(name):
        return False
    if settings.mesh_or_omim_only and not name.has_mesh_or_omim:
        return False
    if settings.sources is not None and not is_of_source(name, settings.sources):
        return False
    wanted = settings.semantic_types
    return wanted is None or not wanted.isdisjoint(name.kinds)


def is_exact_synonym(name: Name) -> bool:
    """False for a narrow, broad or related synonym, which names something else as well.

    MeSH files narrower terms under a heading so that the heading is used for them (NLM, MeSH entry terms), so
    its synonyms all count; so do the stains of a technique.
    """
    return name.scope == "exact" or name.source_id.startswith(("MESH:", "TECH:"))


def is_of_source(name: Name, sources: frozenset[str]) -> bool:
    """True if the name's source, or the prefix of its id, is in `sources`: a user's list may mix prefixes."""
    return name.source in sources or name.source_id.partition(":")[0].upper() in sources


class Surface:
    """A piece of text with what the rules need of it, computed once."""

    def __init__(self, text: str) -> None:
        """Take the text."""
        self._text = text
        self._spaced = " " in text
        self._folded = text.casefold()
        self._letters = _letters(text)
        self._symbol = len(text) <= _SHORT_WORD and is_case_sensitive(text)
        self._no_adjective = self._folded in _DIRECTIONS
        self._of_sign = _OF_SIGN.search(text) is not None
        self._verb = _VERB.search(text) is not None
        self._words: list[str] | None = None

    def method(self, name: str, variant: Variant) -> str:
        """The method by which the text is derived from a name whose form it shares.

        >>> [Surface(s).method("T-cell", Variant.NORMAL) for s in ("T-cell", "t-Cell", "T cell", "T cells")]
        ['exact', 'case_folded', 'form', 'inflected']
        """
        if self._text == name:
            return "exact"
        if self._folded == name.casefold():
            return "case_folded"
        if variant is not Variant.NORMAL:
            return _METHOD[variant]
        if self._words is None:
            self._words = plain_words(self._text)
        words = plain_words(name)
        return "form" if self._words == words or "".join(self._words) == "".join(words) else "inflected"

    def may_derive(self, name: Name) -> bool:
        """True if an adjective or verb may mean it: verbs mean events, substances have no adjectives."""
        kinds = name.kinds
        if self._no_adjective or not NO_ADJECTIVE.isdisjoint(kinds):
            return False
        if not self._spaced and not _DISEASE.isdisjoint(kinds):
            # "Hypertensive" says that there is hypertension, a sign; "hemolytic" does not name an anemia.
            return self._of_sign and "phenotype" in kinds and " " not in name.name
        return not self._verb or not _EVENT.isdisjoint(kinds)

    def _is_no_word(self, name: str) -> bool:
        """True for a symbol where the name is an ordinary word: CAT is not cat, GABA no plural of Gabon."""
        if name.islower():
            return True
        both_words = self._text.isalpha() and self._text.isascii() and name.isalpha() and not name.isupper()
        return both_words and self._text.isupper() and self._folded != name.casefold()

    def _spells_word(self, name: str) -> bool:
        """True for a longer name of a gene in lower case, as the names of proteins are: insulin, renin."""
        folded = name.casefold()
        return len(name) > 4 and name.isalpha() and self._folded in (folded, folded + "s")

    def agrees(self, name: Name) -> bool:
        """False where the name is of another field, or differs from the text in case: "all" is not ALL.

        A name that looks like an acronym must be written in its own case, except a plural s; a short word in
        capitals is an acronym and not an ordinary word: CAT is not cat.
        """
        if is_gene_symbol(name) and (name.case_sensitive or "gene" in name.kinds):
            return is_spelling(self._text, name.name) or (
                not name.case_sensitive and self._spells_word(name.name)
            )
        if is_technique(name.source_id) and not self._is_same_act(name.name):
            return False
        if name.case_sensitive:
            own = _letters(name.name)
            if own != self._letters and own + "s" != self._letters:
                return False
        elif self._spaced:
            # "the syndrome" is not THE syndrome: in lower case, a word of the name is a function word.
            return name.name.islower() or all(
                word in self._text or word.lower() not in FUNCTION_WORDS
                for word in name.name.split()
                if len(word) > 1 and word.isupper() and not name.name.isupper()
            )
        elif self._symbol and name.name != self._text and self._is_no_word(name.name):
            return False
        return not is_far(name.source_id, self._text)

    def _is_same_act(self, name: str) -> bool:
        """False for what an act is done to or gives: a gene's sequence is not its sequencing."""
        return (_ACT.search(name) is None) == (_ACT.search(self._text) is None)


def _letters(text: str) -> str:
    return text if text.isalnum() else "".join([c for c in text if c.isalnum()])
