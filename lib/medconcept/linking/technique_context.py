"""Abbreviations of techniques count where a word of their context stands in the caption, and only there.

"CT" is computed tomography next to "axial" and dinucleotides next to "repeats". Where it is believed it comes
before all other meanings, which become alternatives.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from medconcept.linking.candidates import Candidate
from medconcept.linking.interpretation import NONE
from medconcept.linking.lookup import NameLookup
from medconcept.linking.mention_table import MentionTable
from medconcept.techniques.technique_list import abbreviation, is_in_context, words_of

_METHOD = "technique"


def judge_techniques(texts: Sequence[str], table: MentionTable, lookup: NameLookup) -> None:
    """Give each name that abbreviates a technique the meaning that it has in its text, or drop it."""
    cache, words = lookup.cache, lru_cache(maxsize=1)(words_of)
    for row in np.flatnonzero(cache.has_technique[table.interpretation]).tolist():
        text, start, end = texts[table.text[row]], int(table.start[row]), int(table.end[row])
        number = int(table.interpretation[row])
        around = words(text)
        believed = []
        for candidate in cache[number].candidates:
            name = abbreviation(candidate.name.source_id, candidate.name.name)
            if name is not None and is_in_context(name, text, start, end, around):
                believed.append(candidate.name.source_id)
        key = (_METHOD, number, *believed)
        other = cache.by_key.get(key)
        if other is None:
            other = cache.add(text[start:end], _in_context(cache[number].candidates, frozenset(believed)))
            cache.by_key[key] = other
        if other == NONE:
            table.kept[row] = False
        else:
            table.interpretation[row] = other


def _in_context(candidates: Sequence[Candidate], believed: frozenset[str]) -> tuple[Candidate, ...]:
    """The candidates with believed abbreviations first and without the others; all scores fall in order."""
    first = [c for c in candidates if c.name.source_id in believed]
    rest = [
        c
        for c in candidates
        if c.name.source_id not in believed and abbreviation(c.name.source_id, c.name.name) is None
    ]
    if first and rest and first[0].score < rest[0].score:
        first = [first[0]._replace(score=rest[0].score), *first[1:]]
    return (*first, *rest)
