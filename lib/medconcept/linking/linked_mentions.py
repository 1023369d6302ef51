"""The linker's result for many captions, as columns and as links."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medconcept.linking.caption_batch import Captions, IntArray
from medconcept.linking.flags import FLAGS
from medconcept.linking.lookup import NameLookup
from medconcept.linking.mention_table import MentionColumns
from medconcept.linking.negation import context_flags
from medconcept.linking.types import Link

Span = tuple[int, int]
# Flags of a link as a number: a bit each, in their order.
FLAG_BITS = {flag: 1 << n for n, flag in enumerate(FLAGS)}


def flag_sets(*more: str) -> list[tuple[str, ...]]:
    """The sorted flags of each possible number; the flags of `more` have the bits after those of FLAGS.

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
    """Mentions in order of caption and position, one row each, with flags, sentence and panel.

    `confidence` is NaN for a row without one; where it is None, no row has one. What adds it does so in
    `Linker.find`, from which both the links and the rows of `mentions` are made.
    """

    mentions: MentionColumns
    flags: NDArray[np.uint8]  # FLAG_BITS
    sentence: IntArray  # its number in the caption
    panel: IntArray  # its number among the panels of all captions, -1 for none
    confidence: NDArray[np.float64] | None = None
    confidence_evidence: Sequence[str | None] | None = None
    unsupported: MentionColumns | None = None  # names that were left out for lack of evidence

    def confidence_of(self, row: int) -> tuple[float | None, str | None]:
        """The confidence of a row, None where it has none, with its evidence."""
        if self.confidence is None or np.isnan(self.confidence[row]):
            return None, None
        evidence = self.confidence_evidence
        return float(self.confidence[row]), None if evidence is None else evidence[row]


def with_context(
    captions: Captions, mentions: MentionColumns, hints: IntArray, lookup: NameLookup
) -> LinkedMentions:
    """Add flags, sentence and panel to ordered mentions.

    `hints` are caption and start of each word that may belong to a trigger of negation or uncertainty.
    """
    text, start, end, *_ = mentions
    flags = np.where(lookup.cache.is_stop_concept[mentions.interpretation], FLAG_BITS["general"], 0).astype(
        np.uint8
    )
    edges = np.searchsorted(text, np.arange(len(captions.texts) + 1))
    hinted: dict[int, list[int]] = {}
    for number, begin in hints.tolist():
        hinted.setdefault(number, []).append(begin)
    for number, begins in hinted.items():
        own = slice(edges[number], edges[number + 1])
        places = list(zip(start[own].tolist(), end[own].tolist(), strict=True))
        sentences = _cut(captions.sentences.of_text(number), captions.panels.of_text(number))
        context = context_flags(captions.texts[number], sentences, places, begins)
        for row, each in enumerate(context, edges[number]):
            for flag in each:
                flags[row] |= FLAG_BITS[flag]
    sentence = captions.sentences.covering(text, start)
    sentence = np.where(sentence < 0, 0, sentence - captions.sentences.edges[text])
    return LinkedMentions(mentions, flags, sentence, captions.panels.covering(text, start))


def _cut(sentences: list[Span], panels: list[Span]) -> list[Span]:
    """Sentences, cut where a panel begins: what is said of one panel is not said of the next."""
    if not panels:
        return sentences
    cuts = sorted({start for start, _ in panels})
    out: list[Span] = []
    for start, end in sentences:
        inside = cuts[bisect_right(cuts, start) : bisect_left(cuts, end)]
        out += pairwise([start, *inside, end])
    return out


def links_of(linked: LinkedMentions, captions: Captions, lookup: NameLookup) -> Iterator[list[Link]]:
    """Yield the links of each caption."""
    mentions = linked.mentions
    edges = np.searchsorted(mentions.text, np.arange(len(captions.texts) + 1)).tolist()
    for number, entities in enumerate(captions.entities):
        recognised = {(e.start, e.end): e.label for e in entities}
        links = []
        for row in range(edges[number], edges[number + 1]):
            panel = int(linked.panel[row])
            spans, meaning = mentions.spans(row), lookup[int(mentions.interpretation[row])]
            labels = captions.labels[panel] if panel >= 0 else ()
            links.append(
                Link(
                    spans, meaning.text, meaning.concept_id, meaning.name, meaning.source, meaning.source_id,
                    meaning.similarity, meaning.method, meaning.semantic_types, meaning.alternatives,
                    _SETS[linked.flags[row]], labels, int(linked.sentence[row]),
                    recognised.get(spans[0]) if len(spans) == 1 else None, meaning.restriction_level,
                    *linked.confidence_of(row),
                )
            )  # fmt: skip
        yield links
