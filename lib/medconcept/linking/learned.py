"""Surfaces learned from development gold: an optional file that `tune` writes.

For a surface (the plain singular words of a mention) it has the id that annotators chose most often, and how
often, of all its occurrences. A surface that was annotated at least half of the time is linked to that id,
others are not linked. Nor is a term whose mentions were mostly wrong.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medconcept.dictionary.name_table import Name
from medconcept.errors import InputError
from medconcept.linking.candidates import Candidate, SpanCandidates
from medconcept.linking.types import TUNED

MAGIC = "medconcept learned 1"
MAX_WORDS = 5  # of a learned surface


@dataclass(frozen=True)
class Learned:
    """Surfaces with (most frequent id, its annotations, occurrences); terms with (right, predicted)."""

    surfaces: Mapping[str, tuple[str, int, int]]
    terms: Mapping[str, tuple[int, int]]
    min_share: float = 0.5
    prior: float = 1.0  # pseudo-counts of right and wrong

    def apply(self, text: str, mentions: list[SpanCandidates]) -> list[SpanCandidates]:
        """Apply what was learned to the mentions of a text: re-link some, drop some, add some."""
        learned = dict(self._places(text))
        out = []
        for mention in mentions:
            place = mention.spans[0]
            if len(mention.spans) == 1 and place in learned:
                continue  # handled below
            sure = tuple(c for c in mention.candidates if self._is_likely(c))
            if sure or mention.method == "abbreviation":
                out.append(mention._replace(candidates=sure or mention.candidates))
        at = {m.spans[0]: m for m in mentions if len(m.spans) == 1}
        for place, (identifier, right, seen) in learned.items():
            if right / seen < self.min_share:
                continue
            candidates = at[place].candidates if place in at else ()
            chosen = next((c for c in candidates if c.name.source_id == identifier), None)
            if chosen is None:
                source = identifier.partition(":")[0]
                name = Name(
                    -1,
                    text[place[0] : place[1]],
                    source,
                    identifier,
                    identifier,
                    ("other",),
                    0,
                    False,
                    False,
                    "exact",
                    restriction_level=None,  # whose term it is, the dictionary says
                )
                chosen = Candidate(name, TUNED, right / seen, right / seen)
            out.append(SpanCandidates((place,), (chosen, *(c for c in candidates if c is not chosen))))
        return out

    def _is_likely(self, candidate: Candidate) -> bool:
        right, predicted = self.terms.get(candidate.name.source_id, (0, 0))
        return predicted < 3 or right / predicted >= self.min_share / 2

    def _places(self, text: str) -> list[tuple[tuple[int, int], tuple[str, int, int]]]:
        from medconcept.linking.tokenised_text import TokenisedText

        tokenised = TokenisedText(text)
        places = []
        for first in range(len(tokenised.words)):
            for last in range(first, min(first + MAX_WORDS, len(tokenised.words))):
                hit = self.surfaces.get(surface_key(tokenised.words[first : last + 1]))
                place = tokenised.place(first, last) if hit else None
                if hit and place and hit[2] >= 2:
                    places.append((place, hit))
        return places


def surface_key(words: list[str]) -> str:
    """The key of a surface in the file: its plain words without a plural s.

    >>> surface_key(["hair", "cells"])
    'hair cell'
    """
    return " ".join(w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") else w for w in words)


def read_learned(path: str) -> Learned:
    """Read the file that tuning wrote. Raises InputError with one line."""
    try:
        data: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        if data["format"] != MAGIC:
            raise ValueError(f"format {data['format']!r}")
        surfaces = {key: (str(i), int(r), int(s)) for key, (i, r, s) in data["surfaces"].items()}
        terms = {key: (int(r), int(t)) for key, (r, t) in data["terms"].items()}
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or 'cannot be read'}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: not a file of learned surfaces: {type(error).__name__} {error}") from error
    return Learned(surfaces, terms)


def write_learned(learned: Learned, path: str) -> None:
    """Write learned surfaces as sorted JSON: the same gold gives the same bytes."""
    data = {"format": MAGIC, "surfaces": dict(learned.surfaces), "terms": dict(learned.terms)}
    Path(path).write_text(
        json.dumps(data, indent=0, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
    )
