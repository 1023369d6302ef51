"""Features of a mention from what the shipped recogniser made of its sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medconcept.confidence.feature import Feature, places
from medconcept.confidence.name_features import ACRONYM, EVERYDAY_WORD, KINDS, SHORT
from medconcept.linking.caption_batch import Captions, IntArray
from medconcept.linking.mention_table import MentionColumns
from medconcept.linking.types import Entity

# How an entity lies to a mention, and whether its type is the mention's.
_PLACES = ("same place", "wider", "narrower")
STATES = (
    *(f"{place}, {fit}" for place in _PLACES for fit in ("fits", "another type")),
    "nothing",
)
# What the recogniser has types for; of other kinds it has seen no example.
RECOGNISED_KINDS = (
    "gene", "protein", "cell line", "cell component", "cell", "anatomy", "disease", "phenotype", "organism",
    "chemical",
)  # fmt: skip
EVIDENCE = "recogniser"
FEATURES: tuple[Feature, ...] = (
    *(Feature(f"recogniser: {state}", EVIDENCE) for state in STATES),
    *(Feature(f"recogniser: {state}, {kind}", EVIDENCE) for state in STATES for kind in RECOGNISED_KINDS),
    *(Feature(f"recogniser: {state}, everyday", EVIDENCE) for state in STATES),
    *(Feature(f"recogniser: {state}, short", EVIDENCE) for state in STATES),
    *(Feature(f"recogniser: {state}, acronym", EVIDENCE) for state in STATES),
)
_AT = places(FEATURES)
IS_RECOGNISED = np.array([kind in RECOGNISED_KINDS for kind in KINDS])


def entity_features(
    captions: Captions, mentions: MentionColumns, kinds: IntArray, traits: IntArray
) -> tuple[IntArray, NDArray[np.float64]]:
    """The rows of mentions whose sentence was read, in order, and the columns of FEATURES for each of them.

    Mentions are in order of caption; `kinds` and `traits` are those of their names.
    """
    nothing = np.empty(0, np.int64), np.empty((0, len(FEATURES)))
    if captions.read is None or not len(captions.read.starts):
        return nothing
    rows = np.flatnonzero((captions.read.covering(mentions.text, mentions.start) >= 0) & IS_RECOGNISED[kinds])
    values = np.zeros((len(rows), len(FEATURES)))
    columns = (rows, mentions.text[rows], mentions.start[rows], mentions.end[rows], kinds[rows], traits[rows])
    for place, (_, text, start, end, kind, trait) in enumerate(
        zip(*(column.tolist() for column in columns), strict=True)
    ):
        name = KINDS[kind]
        state = state_of(captions.entities[text], start, end, name)
        on = [f"recogniser: {state}", f"recogniser: {state}, {name}"]
        on += [f"recogniser: {state}, everyday"] * bool(trait & EVERYDAY_WORD)
        on += [f"recogniser: {state}, short"] * bool(trait & SHORT)
        on += [f"recogniser: {state}, acronym"] * bool(trait & ACRONYM)
        values[place, [_AT[each] for each in on]] = 1
    return rows, values


def state_of(entities: Sequence[Entity], start: int, end: int, kind: str) -> str:
    """How entities lie to a mention of a kind: the one of the same place, else one that fits, counts.

    >>> gene = Entity(0, 4, "Gene", frozenset({"gene", "protein"}))
    >>> state_of([gene], 0, 4, "gene"), state_of([gene], 0, 9, "disease"), state_of([gene], 5, 9, "gene")
    ('same place, fits', 'narrower, another type', 'nothing')
    """
    over = [e for e in entities if e.start < end and start < e.end]
    if not over:
        return "nothing"
    best = min(over, key=lambda e: ((e.start, e.end) != (start, end), kind not in e.kinds, e.start))
    if (best.start, best.end) == (start, end):
        where = _PLACES[0]
    else:
        where = _PLACES[1 if best.start <= start and end <= best.end else 2]
    return f"{where}, {'fits' if kind in best.kinds else 'another type'}"
