"""Which of several mentions that overlap are kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medconcept.dictionary import kernel
from medconcept.linking.caption_batch import IntArray
from medconcept.linking.mention_table import MentionColumns


def without_overlaps(
    mentions: MentionColumns,
    scores: NDArray[np.float64],
    sources: NDArray[np.int32],
    lengths: Sequence[int],
    *,
    nested: bool = False,
    by_source: bool = False,
) -> IntArray:
    """Return the rows of the mentions to keep, in order of preference within each text.

    The longest mention wins, then the one with the higher score, then the first. A mention in several pieces
    ("left … ventricle") competes with its first piece only, since its head belongs to another mention too.
    `scores` and `sources` are those of each mention's best candidate, `lengths` the characters of each text.

    With `nested` mentions inside longer ones are kept, those that cross one are not. With `by_source` only
    mentions of one source compete, as in a corpus where each ontology was annotated separately.
    """
    group = mentions.text
    if by_source:
        group = group * (1 + int(sources.max(initial=0))) + sources
    order = np.lexsort((mentions.second, mentions.end, mentions.start, -scores, -mentions.length, group))
    ordered, (groups, place) = mentions.take(order), np.unique(group[order], return_inverse=True)
    if nested:
        return order[_inside_or_free(ordered, place)]
    # All groups on one line: each has room for its text.
    room = np.zeros(len(groups) + 1, np.int64)
    room[1 + place] = np.array(lengths, np.int64)[ordered.text]
    begin = np.cumsum(room)[place]
    return order[free(begin + ordered.start, begin + ordered.end)]


def free(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark, of stretches in order of preference, those that share no character with a marked one before.

    >>> free(np.array([2, 0, 5]), np.array([5, 3, 6])).tolist()
    [True, False, True]
    """
    taken, kept = np.zeros(int(ends.max(initial=0)), np.uint8), np.empty(len(starts), np.bool_)
    kernel.library().mc_apart(
        starts.ctypes.data, ends.ctypes.data, len(starts), taken.ctypes.data, kept.ctypes.data
    )
    return kept


def _inside_or_free(mentions: MentionColumns, groups: IntArray) -> NDArray[np.bool_]:
    """Mark mentions that cross no marked one before them and do not have the same spans."""
    starts, ends = mentions.start.tolist(), mentions.end.tolist()
    kept = np.zeros(len(starts), np.bool_)
    earlier: dict[int, list[int]] = {}
    for row, (group, start, end) in enumerate(zip(groups.tolist(), starts, ends, strict=True)):
        rows = earlier.setdefault(group, [])
        overlapping = [other for other in rows if start < ends[other] and starts[other] < end]
        if all(
            starts[other] <= start and end <= ends[other] and mentions.spans(other) != mentions.spans(row)
            for other in overlapping
        ):
            kept[row] = True
            rows.append(row)
    return kept
