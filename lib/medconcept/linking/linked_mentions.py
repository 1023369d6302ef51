"""What the linker found in many captions, as columns, and as links."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medconcept.linking.caption_batch import Captions, Numbers
from medconcept.linking.flags import FLAGS
from medconcept.linking.lookup import NameLookup
from medconcept.linking.mention_table import MentionColumns
from medconcept.linking.negation import context_flags
from medconcept.linking.types import Link

# Flags of a link as a number: a bit each, in their order.
BITS = {flag: 1 << n for n, flag in enumerate(FLAGS)}


def flag_sets(*more: str) -> list[tuple[str, ...]]:
    """The flags that each number stands for, sorted; `more` have the bits behind.

    >>> flag_sets("address")[9]
    ('address', 'general')
    """
    flags = (*FLAGS, *more)
    return [
        tuple(sorted(flag for n, flag in enumerate(flags) if number >> n & 1))
        for number in range(1 << len(flags))
    ]


_SETS = flag_sets()


class LinkedMentions(NamedTuple):
    """Mentions in order of caption and place, with what stands around them; a row each."""

    mentions: MentionColumns
    flags: NDArray[np.uint8]  # BITS
    sentence: Numbers  # of its caption
    panel: Numbers  # of all captions' panels, -1 for none


def described(
    captions: Captions, mentions: MentionColumns, hints: Numbers, readings: NameLookup
) -> LinkedMentions:
    """Mentions in order with what stands around them.

    `hints` are caption and begin of each word that hints at a flag of context.
    """
    text, start, end, *_ = mentions
    flags = np.where(readings.pool.little[mentions.known], BITS["general"], 0).astype(np.uint8)
    edges = np.searchsorted(text, np.arange(len(captions.texts) + 1))
    hinted: dict[int, list[int]] = {}
    for number, begin in hints.tolist():
        hinted.setdefault(number, []).append(begin)
    for number, begins in hinted.items():
        own = slice(edges[number], edges[number + 1])
        places = list(zip(start[own].tolist(), end[own].tolist(), strict=True))
        told = context_flags(captions.texts[number], captions.sentences.of_text(number), places, begins)
        for row, each in enumerate(told, edges[number]):
            for flag in each:
                flags[row] |= BITS[flag]
    sentence = captions.sentences.at(text, start)
    sentence = np.where(sentence < 0, 0, sentence - captions.sentences.edges[text])
    return LinkedMentions(mentions, flags, sentence, captions.panels.at(text, start))


def links_of(found: LinkedMentions, captions: Captions, readings: NameLookup) -> Iterator[list[Link]]:
    """The links of each caption."""
    mentions = found.mentions
    edges = np.searchsorted(mentions.text, np.arange(len(captions.texts) + 1)).tolist()
    for number, entities in enumerate(captions.entities):
        recognised = {(e.start, e.end): e.label for e in entities}
        links = []
        for row in range(edges[number], edges[number + 1]):
            panel = int(found.panel[row])
            spans, known = mentions.spans(row), readings[int(mentions.known[row])]
            labels = captions.labels[panel] if panel >= 0 else ()
            links.append(
                Link(
                    spans, known.text, known.concept_id, known.name, known.source, known.source_id,
                    known.similarity, known.method, known.semantic_types, known.alternatives,
                    _SETS[found.flags[row]], labels, int(found.sentence[row]),
                    recognised.get(spans[0]) if len(spans) == 1 else None,
                )
            )  # fmt: skip
        yield links
