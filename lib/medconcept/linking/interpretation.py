"""What a piece of text may mean, computed once: the linker passes the numbers of interpretations around."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medconcept.dictionary.stop_concepts import is_general
from medconcept.linking.candidates import Candidate, needs_evidence
from medconcept.linking.short_form_context import ShortFormContext
from medconcept.linking.types import RECOGNISED, AlternativeConcept
from medconcept.techniques.technique_list import abbreviation, is_technique

CACHE = 1 << 16
_START = 1 << 10
NONE = -1  # the number of no interpretation
_COLUMNS = {
    "scores": np.float64, "sources": np.int32, "needs_evidence": np.bool_, "is_stop_concept": np.bool_,
    "has_technique": np.bool_,
}  # fmt: skip


class Interpretation(NamedTuple):
    """A piece of text with the names that it may mean, best first, and the columns of a link to the best.

    Without candidates it is an entity of a recogniser that has no concept.
    """

    text: str
    candidates: tuple[Candidate, ...]
    place_method: str  # how the place was selected, "" for the method of the best candidate
    evidence_for: frozenset[str]  # the concepts that the text is evidence for
    evidence_needed: tuple[str | None, ...]  # per candidate: the concept that needs evidence, or None
    concept_id: str | None
    name: str | None
    source: str | None
    source_id: str | None
    similarity: float | None
    method: str
    semantic_types: tuple[str, ...]
    alternatives: tuple[AlternativeConcept, ...]
    restriction_level: int | None = None  # of the source of the name


class InterpretationCache:
    """Interpretations by number; `by_key` has the numbers of those that were derived, by their origin."""

    def __init__(self, general: frozenset[str], acronym_length: int) -> None:
        """Take stop concepts as names in lower case, and the length up to which an acronym needs evidence."""
        self._general, self._acronym_length = general, acronym_length
        self._interpretations: list[Interpretation] = []
        self._source_codes: dict[str | None, int] = {}
        self.by_key: dict[object, int] = {}
        self.generation = 0  # how often it was cleared: numbers are valid within one generation
        self.short_form_contexts: dict[object, ShortFormContext] = {}  # by text, place, long forms
        self._grow(_START)

    def _grow(self, size: int) -> None:
        count = len(self._interpretations)
        for name, kind in _COLUMNS.items():
            array: NDArray[np.generic] = np.zeros(size, kind)
            if count:
                array[:count] = getattr(self, name)[:count]
            setattr(self, name, array)

    # By number: score and source (as a code) of the best candidate, whether any candidate needs evidence,
    # whether the best one is a stop concept, and whether any is an abbreviation of a technique.
    scores: NDArray[np.float64]
    sources: NDArray[np.int32]
    needs_evidence: NDArray[np.bool_]
    is_stop_concept: NDArray[np.bool_]
    has_technique: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self._interpretations)

    def __getitem__(self, number: int) -> Interpretation:
        return self._interpretations[number]

    def clear(self) -> None:
        """Remove everything."""
        self._interpretations.clear()
        self.generation += 1
        self.by_key.clear()
        self.short_form_contexts.clear()

    def add(self, text: str, candidates: tuple[Candidate, ...], place_method: str = "") -> int:
        """Add an interpretation; returns its number, NONE without candidates."""
        if not candidates:
            return NONE
        best, name = candidates[0], candidates[0].name
        # Short names of the reviewed list of techniques count without; its abbreviations have a context.
        in_doubt = [
            not is_technique(c.name.source_id) and needs_evidence(text, c, self._acronym_length)
            for c in candidates
        ]
        each = list(zip(candidates, in_doubt, strict=True))
        # What is in doubt counts only where its concept is named in full as well.
        evidence_needed = tuple(c.name.concept_id if doubtful else None for c, doubtful in each)
        evidence_for = frozenset(
            c.name.concept_id
            for c, doubtful in each
            if not doubtful and (not c.is_acronym or is_technique(c.name.source_id))
        )
        interpretation = Interpretation(
            text, candidates, place_method, evidence_for, evidence_needed,
            name.concept_id, name.name, name.source, name.source_id, best.similarity,
            place_method or best.method, name.semantic_types, _alternatives(candidates),
            name.restriction_level,
        )  # fmt: skip
        is_in_doubt = any(in_doubt)
        number = self._add(
            interpretation, best.score, is_in_doubt, is_general(name.name, text, self._general)
        )
        abbreviations = (abbreviation(c.name.source_id, c.name.name) for c in candidates)
        self.has_technique[number] = any(each is not None for each in abbreviations)
        return number

    def add_recognised(self, text: str, kinds: Sequence[str]) -> int:
        """Add an entity without a concept; returns its number. `kinds` are the semantic types that fit it."""
        key = (RECOGNISED, text, *kinds)
        number = self.by_key.get(key)
        if number is None:
            interpretation = Interpretation(
                text, (), RECOGNISED, frozenset(), (), None, None, None, None, None, RECOGNISED,
                tuple(kinds) or ("other",), (),
            )  # fmt: skip
            number = self._add(interpretation, 0.0, False, is_general(text, text, self._general))
            self.by_key[key] = number
        return number

    def _add(
        self, interpretation: Interpretation, score: float, needs_evidence: bool, is_stop_concept: bool
    ) -> int:
        number = len(self._interpretations)
        if number == len(self.scores):
            self._grow(4 * number)
        self._interpretations.append(interpretation)
        self.scores[number], self.needs_evidence[number] = score, needs_evidence
        self.is_stop_concept[number] = is_stop_concept
        self.has_technique[number] = False
        self.sources[number] = self._source_codes.setdefault(interpretation.source, len(self._source_codes))
        return number


def _alternatives(candidates: Sequence[Candidate]) -> tuple[AlternativeConcept, ...]:
    """Concepts other than the best candidate's, each with its best name."""
    alternatives: dict[str, AlternativeConcept] = {}
    for candidate in candidates[1:]:
        name = candidate.name
        if name.concept_id != candidates[0].name.concept_id and name.concept_id not in alternatives:
            alternatives[name.concept_id] = AlternativeConcept(
                name.concept_id, name.name, name.source_id, candidate.similarity
            )
    return tuple(alternatives.values())
