"""Captions with Spark NLP's sentences and tokens to rows of `LINKED`: the mentions that the linker finds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pyarrow as pa
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructType

from medconcept.annotate.addresses import is_address
from medconcept.annotate.offsets import code_points, is_plain
from medconcept.jats.figure_records import Panel
from medconcept.linking.compiled import open_linking
from medconcept.linking.entities import each_once
from medconcept.linking.general import FIGURE_WORDS, GENERAL
from medconcept.linking.learned import read_learned
from medconcept.linking.linker import Linker
from medconcept.linking.records import ArticleContext, Caption, Entity, Link, LinkSettings
from medconcept.ner.kinds import kinds_of
from medconcept.on_workers.shared_files import SharedFile
from medconcept.tables.mentions import ALTERNATIVE, CENTRALITY, MENTIONS

# Captions linked at once: enough for one call of the kernel to pay, few enough for little memory.
BATCH = 256

PLACES = ("sentence_begin", "sentence_end", "token_begin", "token_end")
ENTITIES = ("entity_begin", "entity_end", "entity_label")
# The columns of `mentions` that come from here, in their order.
LATER = (*MENTIONS.not_compared, *CENTRALITY)
LINKED = StructType([column for column in MENTIONS.columns if column.name not in LATER])


@dataclass(frozen=True)
class LinkJob:
    """All that a worker is told: names of files and scalars, nothing large."""

    dictionary: SharedFile
    settings: LinkSettings = field(default_factory=LinkSettings)
    general: frozenset[str] = GENERAL | FIGURE_WORDS
    learned: SharedFile | None = None
    kinds: tuple[tuple[str, frozenset[str]], ...] = ()  # of labels that recognisers give, beside those known


@lru_cache(maxsize=2)
def linker_of(job: LinkJob) -> Linker:
    """The linker of this process for a job, opened at its first batch: Spark reuses its workers.

    The dictionary is checked against its checksum then, and mapped read-only, so that all workers of a host
    share its pages. Raises DictionaryDamaged with one line.
    """
    learned = read_learned(job.learned.path) if job.learned is not None else None
    dictionary = open_linking(job.dictionary.path, job.dictionary.sha256)
    return Linker(dictionary, job.settings, general=job.general, learned=learned)


def link_batches(batches: Iterable[pa.RecordBatch], job: LinkJob) -> Iterator[pa.RecordBatch]:
    """Link rows of CAPTION; one row of LINKED for each mention, in order of caption and place.

    CAPTION is figure_key, article_key, caption, language, panels, abbreviations (structs of short and long),
    and sentence_begin, sentence_end, token_begin, token_end as Spark NLP counts: UTF-16 code units, end
    inclusive. Where entities were recognised, entity_begin, entity_end and entity_label as well.
    """
    schema = to_arrow_schema(LINKED)
    linker, kinds = linker_of(job), dict(job.kinds)
    for batch in batches:
        for at in range(0, batch.num_rows, BATCH):
            rows = _rows(batch.slice(at, BATCH))
            captions = [_caption(row, kinds) for row in rows]
            columns: dict[str, list[Any]] = {name: [] for name in schema.names}
            for row, caption, linked in zip(rows, captions, linker.link_batch(captions), strict=True):
                if linked.links:
                    _add(columns, row, caption.text, linked.links)
            yield _batch(columns, schema)


def _rows(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    """The same as `to_pylist`; places, many numbers a caption, many times as fast."""
    flat = [name for name in (*PLACES, *ENTITIES) if name in batch.schema.names]
    rows: list[dict[str, Any]] = batch.drop_columns(flat).to_pylist()
    for name in flat:
        column = batch.column(name)
        edges, values = column.offsets.to_numpy().tolist(), column.values.to_numpy(zero_copy_only=False)
        for row, begin, end in zip(rows, edges[:-1], edges[1:], strict=True):
            row[name] = values[begin:end].tolist()
    return rows


def _caption(row: dict[str, Any], kinds: Mapping[str, frozenset[str]]) -> Caption:
    text = row["caption"]
    panels = [Panel(tuple(p["labels"]), p["start"], p["end"], None, None) for p in row["panels"] or ()]
    pairs = tuple((a["short"], a["long"]) for a in row["abbreviations"] or ())
    sentences = code_points(text, zip(row["sentence_begin"], row["sentence_end"], strict=True))
    language = row["language"] and row["language"].replace("_", "-")
    entities: Sequence[Entity] = ()
    if row.get("entity_label"):
        spans = code_points(text, zip(row["entity_begin"], row["entity_end"], strict=True))
        entities = each_once(
            [
                Entity(*span, label, kinds_of(label, kinds))
                for span, label in zip(spans, row["entity_label"], strict=True)
            ]
        )
    return Caption(text, ArticleContext(pairs), sentences, language, panels, entities)


def _add(columns: dict[str, list[Any]], row: dict[str, Any], text: str, links: Sequence[Link]) -> None:
    starts, ends = row["token_begin"], row["token_end"]
    if not is_plain(text):
        tokens = code_points(text, zip(starts, ends, strict=True))
        starts, ends = [start for start, _ in tokens], [end - 1 for _, end in tokens]
    keys, flags = columns["mention_key"], columns["flags"]
    figure, firsts, lasts = row["figure_key"], columns["first_token"], columns["last_token"]
    for link in links:
        spans = link.spans
        begin, end = spans[0][0], spans[-1][1]
        # The first token that ends behind the begin; the last that begins before the end.
        first, last = bisect_left(ends, begin), bisect_left(starts, end) - 1
        around = text[starts[first] : ends[last] + 1] if first <= last else ""
        if "." in around and any(is_address(text[starts[n] : ends[n] + 1]) for n in range(first, last + 1)):
            flags.append(("address", *link.flags))
        else:
            flags.append(link.flags)
        place = f"{begin}-{end}" if len(spans) == 1 else "+".join(f"{a}-{b}" for a, b in spans)
        keys.append(f"{figure}@{place}")
        firsts.append(first)
        lasts.append(last)
    columns["figure_key"] += [figure] * len(links)
    columns["article_key"] += [row["article_key"]] * len(links)
    for name, values in zip(Link._fields, zip(*links, strict=True), strict=True):
        if name != "flags":
            columns[name] += values


def _batch(columns: dict[str, list[Any]], schema: pa.Schema) -> pa.RecordBatch:
    """Columns of values to Arrow; the nested ones flat, which is ten times as fast as row by row."""
    arrays = []
    for wanted in schema:
        values = columns[wanted.name]
        if wanted.name == "spans":
            spans = [span for row in values for span in row]
            flat = [[start for start, _ in spans], [end for _, end in spans]]
            arrays.append(_lists(values, flat, wanted.type))
        elif wanted.name == "alternatives":
            others = [other for row in values for other in row]
            flat = [[getattr(other, name) for other in others] for name in ALTERNATIVE.names]
            arrays.append(_lists(values, flat, wanted.type))
        elif pa.types.is_list(wanted.type):
            offsets = pa.array(_offsets(values), pa.int32())
            items = pa.array([item for row in values for item in row], wanted.type.value_type)
            arrays.append(pa.ListArray.from_arrays(offsets, items))
        else:
            arrays.append(pa.array(values, wanted.type))
    return pa.RecordBatch.from_arrays(arrays, schema.names)


def _lists(values: Sequence[Sequence[object]], flat: list[list[Any]], wanted: pa.ListType) -> pa.ListArray:
    fields = list(wanted.value_type)
    parts = [pa.array(column, part.type) for column, part in zip(flat, fields, strict=True)]
    structs = pa.StructArray.from_arrays(parts, [part.name for part in fields])
    return pa.ListArray.from_arrays(pa.array(_offsets(values), pa.int32()), structs)


def _offsets(values: Iterable[Sequence[object]]) -> list[int]:
    out = [0]
    for row in values:
        out.append(out[-1] + len(row))
    return out
