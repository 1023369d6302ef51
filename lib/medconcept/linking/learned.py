"""What tuning learned from development gold: a file of its own, made by `tune`, that can be left out.

For a surface (the plain singular words of a mention) it has what people annotated it with, and how often of
the times that it stood in a text. A surface that was annotated as often as not is linked to what people
said most; one that was not is left alone. A term whose mentions were mostly wrong is left out as well.
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
LONGEST = 5  # words of a learned surface


@dataclass(frozen=True)
class Learned:
    """Surfaces with (id, times annotated so, times seen), the most frequent; and terms with (right, told)."""

    surfaces: Mapping[str, tuple[str, int, int]]
    terms: Mapping[str, tuple[int, int]]
    at_least: float = 0.5
    prior: float = 1.0  # how many times right and wrong each count before anything was seen

    def apply(self, text: str, mentions: list[SpanCandidates]) -> list[SpanCandidates]:
        """Mentions as what was learned would have them: some re-linked, some dropped, some new."""
        told = dict(self._places(text))
        out = []
        for mention in mentions:
            place = mention.spans[0]
            if len(mention.spans) == 1 and place in told:
                continue  # decided below
            sure = tuple(c for c in mention.candidates if self._is_likely(c))
            if sure or mention.method == "abbreviation":
                out.append(mention._replace(candidates=sure or mention.candidates))
        at = {m.spans[0]: m for m in mentions if len(m.spans) == 1}
        for place, (identifier, right, seen) in told.items():
            if right / seen < self.at_least:
                continue
            known = at[place].candidates if place in at else ()
            chosen = next((c for c in known if c.name.source_id == identifier), None)
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
                )
                chosen = Candidate(name, TUNED, right / seen, right / seen)
            out.append(SpanCandidates((place,), (chosen, *(c for c in known if c is not chosen))))
        return out

    def _is_likely(self, candidate: Candidate) -> bool:
        right, told = self.terms.get(candidate.name.source_id, (0, 0))
        return told < 3 or right / told >= self.at_least / 2

    def _places(self, text: str) -> list[tuple[tuple[int, int], tuple[str, int, int]]]:
        from medconcept.linking.tokenised_text import TokenisedText

        cut = TokenisedText(text)
        found = []
        for first in range(len(cut.words)):
            for last in range(first, min(first + LONGEST, len(cut.words))):
                hit = self.surfaces.get(surface_key(cut.words[first : last + 1]))
                place = cut.place(first, last) if hit else None
                if hit and place and hit[2] >= 2:
                    found.append((place, hit))
        return found


def surface_key(words: list[str]) -> str:
    """How a surface is written in the file: its plain words without a plural s.

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
    """Write what was learned as JSON, sorted, so that the same gold gives the same bytes."""
    data = {"format": MAGIC, "surfaces": dict(learned.surfaces), "terms": dict(learned.terms)}
    Path(path).write_text(
        json.dumps(data, indent=0, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
    )
