"""What the documents of an export need to know of the lake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, StructField, StructType

from medconcept.config import Config
from medconcept.exports.facts import ExportFacts, Field, Release, Source
from medconcept.exports.options import ExportOptions
from medconcept.exports.shards import ShardEntry
from medconcept.lake.lake import Commit, Lake
from medconcept.stages.exports.concepts import concept_frequency
from medconcept.stages.exports.retrieval_pairs import SELECTION
from medconcept.stages.exports.rows import ADDED
from medconcept.stages.exports.selection import REASONS
from medconcept.tables import TABLES
from medconcept.tables.column import COMMENT, column
from medconcept.tables.docs import type_name

_OWN = {
    "sample_key": ("string", "Name of the sample in files: unique, the same in every format and release"),
    "image": ("image", "The image: its bytes, as published or as a training copy, and its file name"),
}


def export_facts(
    lake: Lake,
    config: Config,
    options: ExportOptions,
    release: Any,
    at: Commit,
    counts: Mapping[str, int],
    shards: Sequence[ShardEntry],
    schemas: Mapping[str, pa.Schema],
    digest: str,
    chosen: DataFrame,
) -> ExportFacts:
    """The facts of an export: `schemas` by folder, `chosen` the keys of the rows that are in its main one."""
    day = F.date_format(
        "committed_at", "yyyy-MM-dd"
    )  # in the session's time zone, UTC; collected it would be local
    published = lake.read("commits").where(F.col("seq") == at.seq).select(day).collect()[0][0]
    names = lake.read("concept_names", at)
    terminologies = names.select("source", "source_version", "licence").distinct().collect()
    return ExportFacts(
        options=options,
        digest=digest,
        release=Release(
            release["name"], published, release["code_version"], dict(release["digests"]),
            dict(release["withheld"] or {}),
        ),
        counts=counts,
        reasons=REASONS,
        shards=shards,
        schemas=schemas,
        fields={folder: list(documented_fields(schema)) for folder, schema in schemas.items()},
        terminologies=sorted(
            (Source(row["source"], row["source_version"] or "unknown", row["licence"] or "unknown")
             for row in terminologies),
            key=lambda source: (source.name, source.version, source.licence),
        ),
        acknowledgements=config.sync.acknowledgements,
        frequency=concept_frequency(lake.read("triplets", at), chosen),
    )  # fmt: skip


def documented_fields(schema: pa.Schema) -> Iterator[Field]:
    """The fields of files with their meaning, nested ones too, in the order of the schema."""
    columns = {each.name: each for each in TABLES["triplets"].columns}
    columns["selection"] = column("selection", SELECTION, "How the pair was chosen")
    for name in schema.names:
        if name in columns:
            yield from _documented(columns[name], "")
        elif name in _OWN:
            yield Field(name, *_OWN[name])
        else:
            yield Field(name, "string", ADDED[name])


def _documented(field: StructField, within: str) -> Iterator[Field]:
    path = f"{within}{field.name}"
    yield Field(path, type_name(field.dataType), field.metadata[COMMENT])
    inner = field.dataType
    while isinstance(inner, ArrayType):
        inner = inner.elementType
    if isinstance(inner, StructType):
        for each in inner.fields:
            yield from _documented(each, f"{path}.")
