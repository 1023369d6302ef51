"""Linked mentions of a batch of captions as rows of `mentions`, column by column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from medconcept.linking.addresses import is_address
from medconcept.linking.caption_batch import Captions, IntArray, SpanColumns
from medconcept.linking.interpretation import Interpretation
from medconcept.linking.linked_mentions import FLAG_BITS, LinkedMentions, flag_sets
from medconcept.linking.lookup import NameLookup
from medconcept.linking.mention_table import MentionColumns

# Columns that `Interpretation` has under the same names.
_OF_INTERPRETATION = (
    "text", "concept_id", "name", "source", "source_id", "similarity", "method", "restriction_level",
)  # fmt: skip
ADDRESS = 1 << len(FLAG_BITS)
_FLAGS = pa.array([list(flags) for flags in flag_sets("address")], pa.list_(pa.string()))


def linked_rows(
    batch: pa.RecordBatch,
    captions: Captions,
    tokens: SpanColumns,
    linked: LinkedMentions,
    lookup: NameLookup,
    schema: pa.Schema,
) -> pa.RecordBatch:
    """One row for each mention, with the columns of a schema; `batch` has the captions' keys and panels."""
    mentions = linked.mentions
    text, numbers = pa.array(mentions.text), np.unique(mentions.interpretation, return_inverse=True)
    distinct, of_row = [lookup[number] for number in numbers[0].tolist()], pa.array(numbers[1])
    figure = batch.column("figure_key").take(text)
    begin, last_end = mentions.start, mentions.end.copy()
    for row, spans in mentions.multi_span.items():
        last_end[row] = spans[-1][1]
    first = tokens.count_before(tokens.ends, mentions.text, begin + 1)
    last = tokens.count_before(tokens.starts, mentions.text, last_end) - 1
    flags = linked.flags | ADDRESS * _in_addresses(captions.texts, tokens, mentions.text, first, last)
    confidence, evidence = _confidence(linked)
    columns = {
        "mention_key": _keys(figure, mentions),
        "figure_key": figure,
        "article_key": batch.column("article_key").take(text),
        "sentence": pa.array(linked.sentence),
        "first_token": pa.array(first),
        "last_token": pa.array(last),
        "spans": _spans(mentions, schema.field("spans").type),
        "entity": _labels(captions, mentions),
        "panels": _panels(batch.column("panels"), linked.panel),
        "flags": _FLAGS.take(pa.array(flags)),
        "confidence": confidence,
        "confidence_evidence": evidence,
        **{name: pa.array([getattr(k, name) for k in distinct]).take(of_row) for name in _OF_INTERPRETATION},
        "semantic_types": _lists([k.semantic_types for k in distinct], pa.string()).take(of_row),
        "alternatives": _alternatives(distinct, schema.field("alternatives").type).take(of_row),
    }  # fmt: skip
    arrays = [
        array if array.type == field.type else array.cast(field.type)
        for field in schema
        for array in (columns[field.name],)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _in_addresses(
    texts: Sequence[str], tokens: SpanColumns, text: IntArray, first: IntArray, last: IntArray
) -> NDArray[np.uint8]:
    """1 for a mention with a token, from its first to its last, that is an address."""
    out = np.zeros(len(text), np.uint8)
    some = np.flatnonzero(first <= last)
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    dots, begins = np.flatnonzero(points == ord(".")), np.cumsum([0, *map(len, texts)])
    row, base = text[some], tokens.edges[text[some]]
    start = begins[row] + tokens.starts[base + first[some]]
    end = begins[row] + tokens.ends[base + last[some]]
    for at in np.flatnonzero(np.searchsorted(dots, start) < np.searchsorted(dots, end)).tolist():
        mention = some[at]
        for token in range(int(base[at] + first[mention]), int(base[at] + last[mention]) + 1):
            if is_address(texts[text[mention]][tokens.starts[token] : tokens.ends[token]]):
                out[mention] = 1
    return out


def _keys(figure: pa.StringArray, mentions: MentionColumns) -> pa.StringArray:
    """<figure_key>@<start>-<end>, +<start>-<end> for each further span."""
    start, end = (pa.array(column).cast(pa.string()) for column in (mentions.start, mentions.end))
    keys = pc.binary_join_element_wise(pc.binary_join_element_wise(figure, start, "@"), end, "-")
    if not mentions.multi_span:
        return keys
    further = [""] * len(mentions.text)
    for row, spans in mentions.multi_span.items():
        further[row] = "".join(f"+{a}-{b}" for a, b in spans[1:])
    return pc.binary_join_element_wise(keys, pa.array(further), "")


def _spans(mentions: MentionColumns, wanted: pa.ListType) -> pa.ListArray:
    lengths = np.ones(len(mentions.text), np.int64)
    for row, spans in mentions.multi_span.items():
        lengths[row] = len(spans)
    offsets = np.cumsum([0, *lengths.tolist()])
    edges = []
    for n, column in enumerate((mentions.start, mentions.end)):
        edge = np.repeat(column, lengths)
        for row, spans in mentions.multi_span.items():
            edge[offsets[row] : offsets[row + 1]] = [span[n] for span in spans]
        edges.append(pa.array(edge, pa.int32()))
    structs = pa.StructArray.from_arrays(edges, fields=list(wanted.value_type))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), structs)


def _labels(captions: Captions, mentions: MentionColumns) -> pa.StringArray:
    """The recogniser's label of the same span, or null."""
    by_place = {
        (number, entity.start, entity.end): entity.label
        for number, entities in enumerate(captions.entities)
        for entity in entities
    }
    if not by_place:
        return pa.nulls(len(mentions.text), pa.string())
    places = zip(mentions.text.tolist(), mentions.start.tolist(), mentions.end.tolist(), strict=True)
    labels = [None if n in mentions.multi_span else by_place.get(place) for n, place in enumerate(places)]
    return pa.array(labels, pa.string())


def _confidence(linked: LinkedMentions) -> tuple[pa.Array, pa.Array]:
    """Confidence and its evidence, null where there is none."""
    count = len(linked.mentions.text)
    if linked.confidence is None:
        return pa.nulls(count, pa.float64()), pa.nulls(count, pa.string())
    confidence = pa.array(linked.confidence, pa.float64(), from_pandas=True)  # NaN becomes null
    evidence = pa.array(linked.confidence_evidence or [None] * count, pa.string())
    return confidence, pc.if_else(confidence.is_valid(), evidence, None)


def _panels(panels: pa.ListArray, panel: IntArray) -> pa.ListArray:
    """The labels of the panel that each mention is in."""
    labels = panels.flatten().field("labels")
    with_none = pa.concat_arrays([labels, pa.array([[]], labels.type)])
    return with_none.take(pa.array(np.where(panel < 0, len(labels), panel)))


def _alternatives(interpretations: Iterable[Interpretation], wanted: pa.ListType) -> pa.ListArray:
    each = [k.alternatives for k in interpretations]
    others = [other for alternatives in each for other in alternatives]
    parts = [
        pa.array([getattr(other, field.name) for other in others], field.type) for field in wanted.value_type
    ]
    structs = pa.StructArray.from_arrays(parts, fields=list(wanted.value_type))
    return pa.ListArray.from_arrays(_offsets(each), structs)


def _lists(each: Sequence[Sequence[Any]], kind: pa.DataType) -> pa.ListArray:
    return pa.ListArray.from_arrays(_offsets(each), pa.array([one for own in each for one in own], kind))


def _offsets(each: Iterable[Sequence[Any]]) -> pa.Int32Array:
    return pa.array(np.cumsum([0, *map(len, each)]), pa.int32())
