"""Captions with Spark NLP's sentences and tokens to rows of `LINKED`: the mentions that the linker finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.accumulators import Accumulator
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructType

from medconcept.confidence.mention_confidence import MentionConfidence
from medconcept.confidence.model import shipped_model
from medconcept.dictionary.linking_dictionary import open_linking
from medconcept.dictionary.stop_concepts import FIGURE_WORDS, GENERAL
from medconcept.linking.caption_batch import AbbreviationPairs, Captions, SpanColumns
from medconcept.linking.entities import merge_entities
from medconcept.linking.learned import read_learned
from medconcept.linking.linker import Linker
from medconcept.linking.types import Entity, LinkSettings
from medconcept.runtime.gc_pause import PausedGC
from medconcept.spark.shared_files import SharedFile
from medconcept.tables.mentions import CENTRALITY, MENTIONS
from medconcept.terminologies.entity_kinds import kinds_of
from medconcept.workers.annotate.mention_rows import linked_rows
from medconcept.workers.annotate.utf16_offsets import code_points, is_plain

# Captions linked at once: enough for one call of the kernel to pay, few enough for little memory.
BATCH = 256

PLACES = ("sentence_begin", "sentence_end", "token_begin", "token_end")
ENTITIES = ("entity_begin", "entity_end", "entity_label")
# The columns of `mentions` that come from here, in their order.
LATER = (*MENTIONS.not_compared, *CENTRALITY)
LINKED = StructType([column for column in MENTIONS.content if column.name not in LATER])


@dataclass(frozen=True)
class LinkJob:
    """The task of a worker: names of files and scalars, nothing large."""

    dictionary: SharedFile
    settings: LinkSettings = field(default_factory=LinkSettings)
    general: frozenset[str] = GENERAL | FIGURE_WORDS
    learned: SharedFile | None = None
    kinds: tuple[
        tuple[str, frozenset[str]], ...
    ] = ()  # of recognisers' labels, in addition to the built-in ones


@lru_cache(maxsize=2)
def linker_of(job: LinkJob) -> Linker:
    """The linker of this process for a job, opened at its first batch: Spark reuses its workers.

    The dictionary is checked against its checksum then, and mapped read-only, so that all workers of a host
    share its pages. Raises DictionaryDamaged with one line.
    """
    learned = read_learned(job.learned.path) if job.learned is not None else None
    dictionary = open_linking(job.dictionary.path, job.dictionary.sha256)
    confidence = MentionConfidence(shipped_model())
    return Linker(dictionary, job.settings, general=job.general, learned=learned, confidence=confidence)


def link_batches(
    batches: Iterable[pa.RecordBatch], job: LinkJob, counter: Accumulator[dict[str, int]] | None = None
) -> Iterator[pa.RecordBatch]:
    """Link rows of CAPTION; one row of LINKED for each mention, in order of caption and place.

    CAPTION is figure_key, article_key, caption, language, panels, abbreviations (structs of short and long),
    and sentence_begin, sentence_end, token_begin, token_end as Spark NLP counts: UTF-16 code units, end
    inclusive. Where entities were recognised, entity_begin, entity_end and entity_label as well; where the
    shipped recogniser did so, read_begin and read_end of the sentences that it read.
    """
    schema = to_arrow_schema(LINKED)
    linker, kinds = linker_of(job), dict(job.kinds)
    for batch in batches:
        for at in range(0, batch.num_rows, BATCH):
            with PausedGC():
                rows = batch.slice(at, BATCH)
                captions = captions_of(rows, kinds)
                mentions = linker.find(captions)
                tokens = _span_columns(rows, "token", captions.texts)
                linked = linked_rows(rows, captions, tokens, mentions, linker.lookup, schema)
            yield linked
        if counter is not None:
            counter.add({"captions": batch.num_rows})


def captions_of(batch: pa.RecordBatch, kinds: Mapping[str, frozenset[str]]) -> Captions:
    """Convert the columns of a batch to the linker's input."""
    texts = batch.column("caption").to_pylist()
    panels = _Lists(batch.column("panels"))
    begins, ends = (panels.values.field(name).to_numpy() for name in ("start", "end"))
    return Captions(
        texts,
        [language and language.replace("_", "-") for language in batch.column("language").to_pylist()],
        _pairs(_Lists(batch.column("abbreviations"))),
        _span_columns(batch, "sentence", texts),
        SpanColumns(panels.edges, begins.astype(np.int64), ends.astype(np.int64)),
        (),
        _entities(batch, texts, kinds),
        _span_columns(batch, "read", texts) if "read_begin" in batch.schema.names else None,
    )


class _Lists:
    """A column of lists as flat values; those of row i are edges[i] to edges[i + 1]; null is empty."""

    def __init__(self, column: pa.ListArray) -> None:
        lengths = pc.fill_null(column.value_lengths(), 0).to_numpy()
        self.values, self.edges = column.flatten(), np.cumsum([0, *lengths.tolist()])


def _span_columns(batch: pa.RecordBatch, what: str, texts: Sequence[str]) -> SpanColumns:
    """Sentences or tokens in code points, end exclusive."""
    begins, ends = (_Lists(batch.column(f"{what}_{edge}")) for edge in ("begin", "end"))
    starts = begins.values.to_numpy().astype(np.int64)
    stops = ends.values.to_numpy().astype(np.int64) + 1
    for number in _beyond_the_basic_plane(batch.column("caption"), texts):
        own = slice(begins.edges[number], begins.edges[number + 1])
        spans = code_points(texts[number], zip(starts[own].tolist(), (stops[own] - 1).tolist(), strict=True))
        starts[own], stops[own] = [a for a, _ in spans], [b for _, b in spans]
    return SpanColumns(begins.edges, starts, stops)


def _beyond_the_basic_plane(column: pa.StringArray, texts: Sequence[str]) -> list[int]:
    """The texts that have a character of two code units: in UTF-8 its first byte is 0xF0 or more."""
    _, offsets, data = column.buffers()
    edges = np.frombuffer(offsets, np.int32, len(column) + 1, column.offset * 4)
    octets = np.frombuffer(data, np.uint8)[edges[0] : edges[-1]] if data else np.empty(0, np.uint8)
    if not len(octets) or octets.max() < 0xF0:
        return []
    return [number for number, text in enumerate(texts) if not is_plain(text)]


def _pairs(lists: _Lists) -> list[AbbreviationPairs]:
    shorts, longs = (lists.values.field(name).to_pylist() for name in ("short", "long"))
    edges = lists.edges.tolist()
    return [tuple(zip(shorts[a:b], longs[a:b], strict=True)) for a, b in pairwise(edges)]


def _entities(
    batch: pa.RecordBatch, texts: Sequence[str], kinds: Mapping[str, frozenset[str]]
) -> Sequence[Sequence[Entity]]:
    """The entities of each caption, with distinct spans."""
    if "entity_label" not in batch.schema.names:
        return [()] * len(texts)
    out: list[Sequence[Entity]] = []
    columns = (batch.column(name).to_pylist() for name in ENTITIES)
    for text, begins, ends, labels in zip(texts, *columns, strict=True):
        spans = code_points(text, zip(begins, ends, strict=True)) if labels else ()
        entities = [
            Entity(*s, label, kinds_of(label, kinds)) for s, label in zip(spans, labels or (), strict=True)
        ]
        out.append(merge_entities(entities))
    return out
