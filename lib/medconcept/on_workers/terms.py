"""Terminology files to rows of `TERMS`, and match keys to the compiled dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
)

from medconcept.dictionary.compiled import compile_keys
from medconcept.dictionary.names import match_key
from medconcept.dictionary.sources import iter_terms

CHUNK = 4 * 1024 * 1024
BATCH = 5000
TERMS = StructType(
    [
        StructField("source", StringType()),
        StructField("source_rank", IntegerType()),
        StructField("licence", StringType()),
        StructField("source_version", StringType()),
        StructField("source_id", StringType()),
        StructField("name", StringType()),
        StructField("names", ArrayType(StringType())),
        StructField("match_keys", ArrayType(StringType())),
        StructField("semantic_types", ArrayType(StringType())),
        StructField("cuis", ArrayType(StringType())),
        StructField("xrefs", ArrayType(StringType())),
        StructField("definition", StringType()),
    ]
)
PIECES = StructType([StructField("n", LongType()), StructField("piece", BinaryType())])


@dataclass(frozen=True)
class Source:
    """What a reader is told of a terminology file."""

    name: str
    format: str
    version: str
    licence: str


def read_terms(batches: Iterable[pa.RecordBatch], sources: Mapping[int, Source]) -> Iterator[pa.RecordBatch]:
    """Read rows of (_rank, content): one row of TERMS for each term that is not obsolete."""
    schema = to_arrow_schema(TERMS)
    for batch in batches:
        for row in batch.to_pylist():
            yield from _term_batches(sources[row["_rank"]], row["_rank"], row["content"], schema)


def compile_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Compile all match keys of the partition and give the file in numbered pieces."""
    data = compile_keys(key for batch in batches for key in batch.column(0).to_pylist())
    for n, start in enumerate(range(0, len(data), CHUNK)):
        piece = {"n": [n], "piece": [data[start : start + CHUNK]]}
        yield pa.RecordBatch.from_pydict(piece, to_arrow_schema(PIECES))


def _term_batches(source: Source, rank: int, content: bytes, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    rows: list[dict[str, object]] = []
    for term in iter_terms(content, source.format, source.name):
        if term.obsolete:
            continue
        names = list(dict.fromkeys(n for n in (term.name, *term.synonyms) if n))
        rows.append(
            {
                "source": source.name,
                "source_rank": rank,
                "licence": source.licence,
                "source_version": source.version,
                "source_id": term.source_id,
                "name": term.name,
                "names": names,
                "match_keys": [match_key(name) for name in names],
                "semantic_types": sorted(term.semantic_types),
                "cuis": list(term.cuis),
                "xrefs": list(term.xrefs),
                "definition": term.definition,
            }
        )
        if len(rows) == BATCH:
            yield pa.RecordBatch.from_pylist(rows, schema)
            rows = []
    if rows:
        yield pa.RecordBatch.from_pylist(rows, schema)
