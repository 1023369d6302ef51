"""The sentences of captions in which an entity may change a mention: the shipped recogniser reads only these.

A recogniser takes ten times as long for a caption as the linker. So captions are linked without it first: a
sentence is in doubt if a mention in it is neither likely nor unlikely to be right, or if it has an acronym
that is a name while nothing there or in its article shows that this name is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

from medconcept.confidence.entity_features import RECOGNISED_KINDS
from medconcept.confidence.name_features import kind_of
from medconcept.linking.caption_batch import Captions, IntArray
from medconcept.linking.linked_mentions import LinkedMentions
from medconcept.linking.lookup import NameLookup
from medconcept.linking.mention_table import MentionColumns
from medconcept.runtime.gc_pause import PausedGC
from medconcept.workers.annotate.link_captions import BATCH, LinkJob, captions_of, linker_of

# Confidences between which an entity may well carry a mention over the default of triplets, 0.9, or below it.
LEAST, MOST = 0.8, 0.93
SHORTEST = 3  # letters of an acronym; of these, two or more are capitals
LONGEST = 2000  # characters of a sentence that is read; what is longer is a table or a list
# Begin and end in Spark NLP's units (UTF-16 code units, end inclusive), and text, of each sentence in doubt.
IN_DOUBT = ("read_begin", "read_end", "read_text")


def with_sentences_in_doubt(batches: Iterable[pa.RecordBatch], job: LinkJob) -> Iterator[pa.RecordBatch]:
    """Add the columns IN_DOUBT to rows of CAPTION, which are described in link_captions."""
    linker = linker_of(job)
    for batch in batches:
        for at in range(0, batch.num_rows, BATCH):
            with PausedGC():
                rows = batch.slice(at, BATCH)
                captions = captions_of(rows, {})
                numbers = in_doubt(captions, linker.find(captions), linker.lookup)
                columns = _columns(rows, captions, numbers)
            yield pa.RecordBatch.from_arrays([*rows.columns, *columns], names=[*rows.schema.names, *IN_DOUBT])


def in_doubt(captions: Captions, linked: LinkedMentions, lookup: NameLookup) -> IntArray:
    """The rows of the sentences in doubt among `captions.sentences`, in order."""
    mentions, confidence, acronyms = linked.mentions, linked.confidence, linked.unsupported
    assert confidence is not None and acronyms is not None
    possible = _of_recognised_kinds(
        mentions, np.flatnonzero((confidence >= LEAST) & (confidence < MOST)), lookup
    )
    capitals = [
        row
        for row, (text, start, end) in enumerate(zip(*(c.tolist() for c in acronyms[:3]), strict=True))
        if end - start >= SHORTEST and sum(map(str.isupper, captions.texts[text][start:end])) > 1
    ]
    named = _of_recognised_kinds(acronyms, np.array(capitals, np.int64), lookup)
    text = np.concatenate([mentions.text[possible], acronyms.text[named]])
    start = np.concatenate([mentions.start[possible], acronyms.start[named]])
    numbers = np.unique(captions.sentences.covering(text, start))
    numbers = numbers[numbers >= 0]
    lengths = captions.sentences.ends[numbers] - captions.sentences.starts[numbers]
    return numbers[lengths <= LONGEST]


def _of_recognised_kinds(mentions: MentionColumns, rows: IntArray, lookup: NameLookup) -> IntArray:
    """The rows with a candidate of a kind that the recogniser has a type for."""
    own = [
        any(kind_of(each.name.kinds) in RECOGNISED_KINDS for each in lookup[number].candidates)
        for number in mentions.interpretation[rows].tolist()
    ]
    return rows[np.array(own, np.bool_)]


def _columns(rows: pa.RecordBatch, captions: Captions, numbers: IntArray) -> list[pa.Array]:
    sentences = captions.sentences
    edges = pa.array(np.searchsorted(numbers, sentences.edges), pa.int32())
    of = np.searchsorted(sentences.edges, numbers, side="right") - 1
    texts = [
        captions.texts[text][start:end]
        for text, start, end in zip(
            of.tolist(), sentences.starts[numbers].tolist(), sentences.ends[numbers].tolist(), strict=True
        )
    ]
    taken = pa.array(numbers)
    begins, ends = (rows.column(f"sentence_{edge}").flatten().take(taken) for edge in ("begin", "end"))
    return [pa.ListArray.from_arrays(edges, each) for each in (begins, ends, pa.array(texts, pa.string()))]
