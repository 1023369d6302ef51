"""Captions as a reader sees them are what is linked; spans of mentions are those of the stored captions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from medconcept.jats.text.visible_text import VisibleText, visible_form
from medconcept.linking.caption_batch import Captions, SpanColumns
from medconcept.linking.mention_table import MentionColumns

Changed = Mapping[
    int, VisibleText
]  # by number of the caption; those that have nothing invisible are left out


def visible_captions(captions: Captions) -> tuple[Captions, Changed]:
    """The captions in their visible form, and those that it changes."""
    changed = {
        n: VisibleText(text) for n, text in enumerate(captions.texts) if visible_form(text) is not text
    }
    if not changed:
        return captions, changed
    texts, entities = list(captions.texts), list(captions.entities)
    for number, text in changed.items():
        texts[number] = text.visible
        entities[number] = [
            entity._replace(start=start, end=end)
            for entity in entities[number]
            if (start := text.inner(entity.start)) < (end := text.inner(entity.end))
        ]
    return (
        replace(
            captions,
            texts=texts,
            entities=entities,
            sentences=_inner(captions.sentences, changed),
            panels=_inner(captions.panels, changed),
            read=None if captions.read is None else _inner(captions.read, changed),
        ),
        changed,
    )


def _inner(spans: SpanColumns, changed: Changed) -> SpanColumns:
    starts, ends = spans.starts.copy(), spans.ends.copy()
    for number, text in changed.items():
        for row in range(spans.edges[number], spans.edges[number + 1]):
            starts[row], ends[row] = text.inner(int(starts[row])), text.inner(int(ends[row]))
    return SpanColumns(spans.edges, starts, ends)


def stored_spans(mentions: MentionColumns, changed: Changed) -> MentionColumns:
    """The mentions with the spans of the captions as they are stored."""
    if not changed:
        return mentions
    start, end, length, second = (column.copy() for column in mentions[1:5])
    several = dict(mentions.multi_span)
    for row in np.flatnonzero(np.isin(mentions.text, list(changed))).tolist():
        text = changed[int(mentions.text[row])]
        spans = tuple(text.outer(*span) for span in mentions.spans(row))
        (start[row], end[row]), *more = spans
        length[row] = sum(b - a for a, b in spans)
        if more:
            second[row], several[row] = more[0][0] + 1, spans
    return MentionColumns(mentions.text, start, end, length, second, mentions.interpretation, several)
