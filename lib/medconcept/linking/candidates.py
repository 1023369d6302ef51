"""Whether a name may stand for a piece of text, and how near the two are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from medconcept.dictionary.names import FUNCTION_WORDS, is_case_sensitive
from medconcept.linking.formulae import is_formula
from medconcept.linking.general import NO_ADJECTIVE, is_far
from medconcept.linking.names import Name
from medconcept.linking.records import LinkSettings
from medconcept.linking.variants import Variant
from medconcept.linking.words import plain_words

SIMILARITY = {
    "exact": 1.0, "case_folded": 1.0, "form": 0.98, "inflected": 0.96, "reordered": 0.94,
    "shorter": 0.9, "part": 0.84, "derived": 0.86, "elliptic": 0.85,
    "synonym": 0.88,
}  # fmt: skip
# What a form takes from the score: a plural says hardly less than its singular.
_LESS = {
    **{method: 1 - similarity for method, similarity in SIMILARITY.items()},
    "form": 0.002,
    "inflected": 0.005,
}
_PREFERRED = 0.01
_METHOD = {
    Variant.ORDER: "reordered",
    Variant.SHORTER: "shorter",
    Variant.NOUN: "derived",
    Variant.PART: "part",
    Variant.ELLIPTIC: "elliptic",
    Variant.SYNONYM: "synonym",
}
_DISEASE = frozenset({"disease", "phenotype"})
# What a verb may name.
# Terms of direction (Terminologia Anatomica, general terms): where a thing lies, not a part of the body.
_DIRECTIONS = frozenset({
    "dorsal", "ventral", "lateral", "medial", "median", "anterior", "posterior", "superior", "inferior",
    "cranial",
    "caudal", "rostral", "proximal", "distal", "sagittal", "coronal", "transverse", "frontal",
    "horizontal", "basal",
    "apical", "central", "peripheral", "axial", "longitudinal", "internal", "external", "marginal",
})  # fmt: skip
_EVENT = frozenset({"process", "function", "procedure"})
_INFLECTED = re.compile(r"(?:ed|ing|s)$", re.IGNORECASE)
_VERB = re.compile(r"(?:ed|ing|es|e|ss)$")
_LOWER_ACRONYM = 4
_SHORT_WORD = 5  # letters; a longer word in capitals is a heading, a shorter one an acronym


@dataclass(frozen=True)
class Candidate:
    """A name that may be meant; the greater `score` the likelier."""

    name: Name
    method: str
    similarity: float
    score: float

    @cached_property
    def is_acronym(self) -> bool:
        """True for a short synonym, which alone is no evidence: one in capitals, of a disease any.

        Disease sources write acronyms in lower case as well ("fed" for fish-eye disease).
        """
        if self.name.preferred or " " in self.name.name or is_formula(self.name.name):
            return False
        short = len(self.name.name) <= _LOWER_ACRONYM and not _DISEASE.isdisjoint(self.name.semantic_types)
        return self.name.case_sensitive or short


def judge(
    surface: str, names: tuple[tuple[Name, Variant], ...], derived: bool, settings: LinkSettings
) -> tuple[Candidate, ...]:
    """The names that may be meant by a piece of text, best first, one a term.

    The written score: 1 less what the method costs (a plural 0.005, another form 0.002, else what its
    similarity lacks), minus the scope penalty for a synonym that is not exact, plus 0.01 for the preferred
    name, minus 0.008 for each source preferred to its own, minus 0.0001 for each name of its term, as any one
    of many names is the less likely to be what it is called. Equal scores: the smaller id.
    """
    best: dict[str, Candidate] = {}
    parts = {name.source_id for name, variant in names if variant is Variant.PART}
    only = next(iter(parts)) if len(parts) == 1 else ""
    for name, variant in names:
        if settings.sources is not None and not _is_of(name, settings.sources):
            continue
        if settings.exact_only and not denotes(name):
            continue
        if settings.joined_only and not name.joined:
            continue
        if settings.semantic_types is not None and not settings.semantic_types & set(name.semantic_types):
            continue
        if (
            is_far(name.source_id, surface)
            or not case_agrees(surface, name)
            or (derived and not derivable(surface, name))
        ):
            continue
        if variant is Variant.ELLIPTIC and derived and not _INFLECTED.search(surface):
            continue  # "severe" is no form of severing
        if variant is Variant.PART and (
            derived or only != name.source_id or _DISEASE & set(name.semantic_types)
        ):
            continue
        method = "derived" if derived else method_of(surface, name.name, variant)
        similarity = SIMILARITY[method]
        if similarity < settings.threshold:
            continue
        score = 1 - _LESS[method] - settings.scope_penalty * (name.scope != "exact")
        score += _PREFERRED * name.preferred - 0.008 * name.source_rank - 0.0001 * min(name.among, 20)
        old = best.get(name.source_id)
        if old is None or score > old.score:
            best[name.source_id] = Candidate(name, method, similarity, score)
    return tuple(sorted(best.values(), key=lambda c: (-c.score, c.name.source_id)))


def denotes(name: Name) -> bool:
    """False for a synonym that its source calls narrow, broad or related: it names something else as well.

    MeSH files narrower terms under a heading in order that the heading is used for them (NLM, MeSH entry
    terms), so there they count.
    """
    return name.scope == "exact" or name.source_id.startswith("MESH:")


def _is_of(name: Name, sources: frozenset[str]) -> bool:
    """By its source, or by the prefix of its id, as a user's own list may hold ids of several sources."""
    return name.source in sources or name.source_id.partition(":")[0].upper() in sources


def method_of(surface: str, name: str, variant: Variant) -> str:
    """How a piece of text comes from a name whose form it shares.

    >>> [method_of(s, "T-cell", Variant.NORMAL) for s in ("T-cell", "t-Cell", "T cell", "T cells")]
    ['exact', 'case_folded', 'form', 'inflected']
    """
    if surface == name:
        return "exact"
    if surface.casefold() == name.casefold():
        return "case_folded"
    if variant is not Variant.NORMAL:
        return _METHOD[variant]
    return "form" if plain_words(surface) == plain_words(name) else "inflected"


def derivable(surface: str, name: Name) -> bool:
    """True if an adjective or verb may mean the name: verbs mean events, and substances have no adjective."""
    kinds = set(name.semantic_types)
    if kinds & NO_ADJECTIVE or surface.casefold() in _DIRECTIONS:
        return False
    if kinds & _DISEASE and " " not in surface:
        return False  # "hemolytic" says what an anemia is like, not that there is hemolysis
    return bool(kinds & _EVENT) or not _VERB.search(surface)


def case_agrees(surface: str, name: Name) -> bool:
    """False where case tells two things apart: "all" is no ALL, and CAT is no cat.

    A name that looks like an acronym must stand in its own case, a plural s aside; a short word in capitals
    is an acronym of its own and no ordinary word.
    """
    if name.case_sensitive:
        own, other = _letters(name.name), _letters(surface)
        return other == own or other == own + "s"
    if " " in surface:
        # "the syndrome" is no THE syndrome: a word of the name that is an English one in lower case.
        return all(
            word in surface or word.lower() not in FUNCTION_WORDS
            for word in name.name.split()
            if len(word) > 1 and word.isupper() and not name.name.isupper()
        )
    if len(surface) > _SHORT_WORD:
        return True
    return not is_case_sensitive(surface) or surface == name.name or not name.name.islower()


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())
