"""Tokens of captions to rows of `HITS`: where the compiled dictionary's names stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import pyarrow as pa
from pyspark import SparkFiles
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import ArrayType, IntegerType, StringType, StructField, StructType

from medconcept.annotate.offsets import code_points
from medconcept.dictionary.matcher import match_sentence
from medconcept.linking.compiled import open_linking

HITS = StructType(
    [
        StructField("figure_key", StringType()),
        StructField("article_key", StringType()),
        StructField("sentence", IntegerType()),
        StructField("start", IntegerType()),
        StructField("end", IntegerType()),
        StructField("text", StringType()),
        StructField("match_keys", ArrayType(StringType())),
    ]
)


def match_batches(batches: Iterable[pa.RecordBatch], sha256: str) -> Iterator[pa.RecordBatch]:
    """Match rows of (figure_key, article_key, caption, tokens): one row of HITS for each name found.

    The dictionary is the file that Spark brought to this host under the name of its checksum.
    """
    dictionary = open_linking(SparkFiles.get(sha256), sha256).exact
    schema = to_arrow_schema(HITS)
    for batch in batches:
        rows = [hit for row in batch.to_pylist() for hit in _hits(row, dictionary)]
        yield pa.RecordBatch.from_pylist(rows, schema)


def _hits(row: dict[str, Any], dictionary: Any) -> Iterator[dict[str, object]]:
    text, tokens = row["caption"], row["tokens"]
    places = code_points(text, [(t["begin"], t["end"]) for t in tokens])
    numbered = zip((t["sentence"] for t in tokens), places, strict=True)
    for sentence, group in groupby(numbered, key=lambda pair: pair[0]):
        for hit in match_sentence(text, [place for _, place in group], dictionary):
            yield {
                "figure_key": row["figure_key"],
                "article_key": row["article_key"],
                "sentence": sentence,
                "start": hit.start,
                "end": hit.end,
                "text": text[hit.start : hit.end],
                "match_keys": list(hit.keys),
            }
