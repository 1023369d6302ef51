"""What a piece of text may mean, worked out once: the linker passes numbers of it round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medconcept.dictionary.stop_concepts import is_general
from medconcept.linking.candidates import Candidate
from medconcept.linking.short_form_context import ShortFormContext
from medconcept.linking.types import RECOGNISED, AlternativeConcept

CACHE = 1 << 16
_START = 1 << 10
NONE = -1


class Interpretation(NamedTuple):
    """A piece of text with the names that it may mean, best first, and what a link says of them.

    Without candidates it was recognised and has no concept.
    """

    text: str
    candidates: tuple[Candidate, ...]
    way: str  # by which it was found, "" where the best candidate's method tells
    evident: frozenset[str]  # the concepts that it is evidence for
    wanted: tuple[str | None, ...]  # for each candidate the concept that must be evident; None for none
    concept_id: str | None
    name: str | None
    source: str | None
    source_id: str | None
    similarity: float | None
    method: str
    semantic_types: tuple[str, ...]
    alternatives: tuple[AlternativeConcept, ...]


class InterpretationCache:
    """Known pieces by number, and the numbers of those that were made from others."""

    def __init__(self, general: frozenset[str], acronym_length: int) -> None:
        """Take the names that say too little, and the length from which an acronym needs no evidence."""
        self._general, self._acronym_length = general, acronym_length
        self._known: list[Interpretation] = []
        self._source_codes: dict[str | None, int] = {}
        self.made: dict[object, int] = {}
        self.around: dict[object, ShortFormContext] = {}  # short forms with the words next to them
        self._grow(_START)

    def _grow(self, size: int) -> None:
        count = len(self._known)
        kinds = (("scores", np.float64), ("sources", np.int32), ("doubtful", np.bool_), ("little", np.bool_))
        for name, kind in kinds:
            array: NDArray[np.generic] = np.zeros(size, kind)
            if count:
                array[:count] = getattr(self, name)[:count]
            setattr(self, name, array)

    # By number: score and source (a code) of the best candidate, whether one needs evidence, whether it says
    # too little.
    scores: NDArray[np.float64]
    sources: NDArray[np.int32]
    doubtful: NDArray[np.bool_]
    little: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self._known)

    def __getitem__(self, number: int) -> Interpretation:
        return self._known[number]

    def clear(self) -> None:
        """Forget all."""
        self._known.clear()
        self.made.clear()
        self.around.clear()

    def add(self, text: str, candidates: tuple[Candidate, ...], way: str = "") -> int:
        """Its number, NONE without candidates."""
        if not candidates:
            return NONE
        best, name = candidates[0], candidates[0].name
        acronyms = [c.is_acronym for c in candidates]
        each = list(zip(candidates, acronyms, strict=True))
        # A short acronym counts where its concept is named in full as well.
        wanted = tuple(
            c.name.concept_id if is_one and len(c.name.name) <= self._acronym_length else None
            for c, is_one in each
        )
        known = Interpretation(
            text, candidates, way, frozenset(c.name.concept_id for c, is_one in each if not is_one), wanted,
            name.concept_id, name.name, name.source, name.source_id, best.similarity, way or best.method,
            name.semantic_types, _alternatives(candidates),
        )  # fmt: skip
        doubtful = any(concept is not None for concept in wanted)
        return self._add(known, best.score, doubtful, is_general(name.name, text, self._general))

    def recognised(self, text: str, kinds: Sequence[str]) -> int:
        """The number of a piece that was recognised as of such kinds and has no concept."""
        key = (RECOGNISED, text, *kinds)
        found = self.made.get(key)
        if found is None:
            known = Interpretation(
                text, (), RECOGNISED, frozenset(), (), None, None, None, None, None, RECOGNISED,
                tuple(kinds) or ("other",), (),
            )  # fmt: skip
            found = self._add(known, 0.0, False, is_general(text, text, self._general))
            self.made[key] = found
        return found

    def _add(self, known: Interpretation, score: float, doubtful: bool, little: bool) -> int:
        number = len(self._known)
        if number == len(self.scores):
            self._grow(4 * number)
        self._known.append(known)
        self.scores[number], self.doubtful[number], self.little[number] = score, doubtful, little
        self.sources[number] = self._source_codes.setdefault(known.source, len(self._source_codes))
        return number


def _alternatives(candidates: Sequence[Candidate]) -> tuple[AlternativeConcept, ...]:
    """The concepts other than that of the best, by the best of their names."""
    found: dict[str, AlternativeConcept] = {}
    for candidate in candidates[1:]:
        name = candidate.name
        if name.concept_id != candidates[0].name.concept_id and name.concept_id not in found:
            found[name.concept_id] = AlternativeConcept(
                name.concept_id, name.name, name.source_id, candidate.similarity
            )
    return tuple(found.values())
