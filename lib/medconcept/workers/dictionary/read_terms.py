"""Terminology files to rows of `TERMS`; names to their normalised form, match key and flags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    IntegerType,
    MapType,
    StringType,
    StructField,
    StructType,
)

from medconcept.dictionary.compile_terms import names_of
from medconcept.dictionary.name_descriptions import described_names
from medconcept.terminologies.left_out import LeftOut
from medconcept.terminologies.readers import iter_terms
from medconcept.terminologies.semantic_network import groups_of
from medconcept.terminologies.term import Term

BATCH = 5000
NAME = StructType([StructField(n, StringType()) for n in ("name", "scope", "term_type", "language")])
TERMS = StructType(
    [
        StructField("source", StringType()),
        StructField("source_rank", IntegerType()),
        StructField("licence", StringType()),
        StructField("restriction_level", IntegerType()),
        StructField("source_version", StringType()),
        StructField("source_id", StringType()),
        StructField("names", ArrayType(NAME)),
        StructField("semantic_types", ArrayType(StringType())),
        StructField("semantic_groups", ArrayType(StringType())),
        StructField("cuis", ArrayType(StringType())),
        StructField("xrefs", ArrayType(StringType())),
        StructField("definition", StringType()),
        StructField("obsolete", BooleanType()),
        StructField("replaced_by", StringType()),
        StructField("alt_ids", ArrayType(StringType())),
    ]
)
# A row of a file is a term, or says what was left out: only `source` and `left_out` are then set.
READ = StructType([*TERMS.fields, StructField("left_out", MapType(StringType(), IntegerType()))])
DESCRIBED = (
    StructField("normalised", StringType()),
    StructField("match_key", StringType()),
    StructField("flags", ArrayType(StringType())),
)


@dataclass(frozen=True)
class Source:
    """What is needed to read a terminology file and to describe its terms."""

    name: str
    format: str
    version: str
    licence: str
    restriction_level: int = 0


def read_terms(batches: Iterable[pa.RecordBatch], sources: Mapping[int, Source]) -> Iterator[pa.RecordBatch]:
    """Rows of (_rank, content) to rows of READ, one per term, obsolete ones included, and one per file."""
    schema = to_arrow_schema(READ)
    for batch in batches:
        for row in batch.to_pylist():
            yield from _term_batches(sources[row["_rank"]], row["_rank"], row["content"], schema)


def describe_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Clean the `name` of rows that also have `obsolete`, and add DESCRIBED; empty names are left out."""
    flag_type = to_arrow_schema(StructType(list(DESCRIBED))).field("flags").type
    for batch in batches:
        names, normalised, keys, flags = described_names(batch.column("name"))
        obsolete = pc.fill_null(batch.column("obsolete"), False)
        columns = dict(zip(batch.schema.names, batch.columns, strict=True))
        columns["name"], columns["normalised"] = names, normalised
        columns["match_key"] = pc.if_else(obsolete, pa.scalar(None, pa.string()), keys)
        columns["flags"] = pc.if_else(obsolete, pa.scalar(["obsolete"], flags.type), flags).cast(flag_type)
        out = pa.RecordBatch.from_arrays(list(columns.values()), list(columns))
        yield out.filter(pc.greater(pc.binary_length(names), 0))


def _term_batches(source: Source, rank: int, content: bytes, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    rows: list[dict[str, object]] = []
    left_out = LeftOut()
    for term in iter_terms(content, source.format, source.name, left_out):
        rows.append(term_row(term, source, rank))
        if len(rows) == BATCH:
            yield pa.RecordBatch.from_pylist(rows, schema)
            rows = []
    rows.append({"source": source.name, "left_out": sorted(left_out.items())})
    yield pa.RecordBatch.from_pylist(rows, schema)


def term_row(term: Term, source: Source, rank: int) -> dict[str, object]:
    """Return the row of TERMS of a term."""
    return {
        "source": source.name,
        "source_rank": rank,
        "licence": source.licence,
        "restriction_level": source.restriction_level,
        "source_version": source.version,
        "source_id": term.source_id,
        "names": names_of(term),
        "semantic_types": sorted(term.semantic_types),
        "semantic_groups": list(term.semantic_groups or groups_of(term.semantic_types)),
        "cuis": list(term.cuis),
        "xrefs": list(term.xrefs),
        "definition": term.definition,
        "obsolete": term.obsolete,
        "replaced_by": term.replaced_by,
        "alt_ids": list(term.alt_ids),
    }
