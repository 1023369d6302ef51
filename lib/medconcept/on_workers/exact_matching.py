"""Captions to rows of `MATCHED`: names of the dictionary alone, as they are written or in another case.

What `annotate_captions` does besides (forms, abbreviations, context, …) is left out, and nothing is done row
by row: a batch of captions goes through the compiled matcher as the flat arrays that Arrow has it in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import IntegerType, StringType, StructField, StructType

from medconcept.linking.compiled import LinkingDictionary, open_linking
from medconcept.on_workers.shared_files import SharedFile

BATCH = 1024  # captions at once: what is worked on stays in the processor's cache
MATCHED = StructType(
    [
        StructField("figure_key", StringType()),
        StructField("start", IntegerType()),
        StructField("end", IntegerType()),
        StructField("concept_id", StringType()),
    ]
)

Numbers = NDArray[np.int64]


def match_batches(batches: Iterable[pa.RecordBatch], dictionary: SharedFile) -> Iterator[pa.RecordBatch]:
    """Match rows of (figure_key, caption, sentence_begin, sentence_end): one row of MATCHED for each name.

    Leftmost, longest, without overlap, within sentences; of the concepts of a name the preferred one. Spans
    are code points of the caption, end exclusive; the sentences are Spark NLP's, in UTF-16 code units, end
    inclusive, in order.
    """
    names = open_linking(dictionary.path, dictionary.sha256)
    for batch in batches:
        for at in range(0, batch.num_rows, BATCH):
            yield _match(batch.slice(at, BATCH), names)


def _match(batch: pa.RecordBatch, names: LinkingDictionary) -> pa.RecordBatch:
    text = Text(batch.column("caption"))
    begins, ends = batch.column("sentence_begin"), batch.column("sentence_end")
    caption = np.repeat(np.arange(batch.num_rows), begins.value_lengths().to_numpy())
    first = text.byte_of_unit(caption, begins.flatten().to_numpy())
    last = text.byte_of_unit(caption, ends.flatten().to_numpy() + 1)
    # Every other text is a sentence; those between are the white space from one to the next.
    edges = np.empty(2 * len(first) + 1, np.int64)
    edges[0:-1:2], edges[1::2] = first, last
    edges[-1] = text.size
    pieces = pa.LargeStringArray.from_buffers(len(edges) - 1, pa.py_buffer(edges), text.buffer)
    hits = names.exact.match_texts(pieces)
    piece = hits.text.astype(np.int64)
    inside = np.flatnonzero(piece & 1 == 0)
    sentence = piece[inside] >> 1
    where = caption[sentence]
    before = text.points_before(caption, first)[sentence]
    concepts = names.concepts_of(names.exact.first_senses(hits)[inside])
    return pa.RecordBatch.from_arrays(
        [
            batch.column("figure_key").take(pa.array(where)),
            pa.array((before + hits.start[inside]).astype(np.int32)),
            pa.array((before + hits.end[inside]).astype(np.int32)),
            concepts.cast(pa.string()),
        ],
        schema=to_arrow_schema(MATCHED),
    )


class Text:
    """The UTF-8 of a column of texts, and where its code points and UTF-16 code units stand in it."""

    def __init__(self, texts: pa.StringArray) -> None:
        """Take a column without nulls."""
        _, offsets, self.buffer = texts.buffers()
        edges = np.frombuffer(offsets, np.int32, len(texts) + 1, texts.offset * 4).astype(np.int64)
        self._starts, self._begin, self.size = edges[:-1], int(edges[0]), int(edges[-1])
        octets = np.frombuffer(self.buffer, np.uint8)[: self.size] if self.buffer else np.empty(0, np.uint8)
        octets = octets[self._begin :]
        self._is_ascii = not len(octets) or int(octets.max()) < 0x80
        if self._is_ascii:
            return
        leads = (octets & 0xC0) != 0x80
        units = leads.astype(np.int8) + (octets >= 0xF0)  # beyond the basic plane: two code units
        self._bytes = np.append(np.repeat(np.arange(len(octets)), units), len(octets))
        self._units = _before(units)
        self._points = _before(leads)

    def byte_of_unit(self, text: Numbers, unit: NDArray[np.integer]) -> Numbers:
        """Byte of the column at which a code unit of a text stands."""
        if self._is_ascii:
            return np.asarray(self._starts[text] + unit, np.int64)
        found = self._bytes[self._units[self._starts[text] - self._begin] + unit]
        return np.asarray(found + self._begin, np.int64)

    def points_before(self, text: Numbers, byte: Numbers) -> Numbers:
        """Code points of a text before a byte of the column."""
        if self._is_ascii:
            return byte - self._starts[text]
        return np.asarray(
            self._points[byte - self._begin] - self._points[self._starts[text] - self._begin], np.int64
        )


def _before(counts: NDArray[np.integer]) -> Numbers:
    out = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=out[1:])
    return out
