"""Captions to rows of `MATCHED`: names of the dictionary alone, as they are written or in another case.

What `annotate_captions` does besides (forms, abbreviations, context, …) is left out, and nothing is done row
by row: a batch of captions goes through the compiled matcher as the flat arrays that Arrow has it in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import IntegerType, StringType, StructField, StructType

from medconcept.dictionary.linking_dictionary import LinkingDictionary, open_linking
from medconcept.spark.shared_files import SharedFile

MATCHED = StructType(
    [
        StructField("figure_key", StringType()),
        StructField("start", IntegerType()),
        StructField("end", IntegerType()),
        StructField("concept_id", StringType()),
    ]
)


def match_batches(batches: Iterable[pa.RecordBatch], dictionary: SharedFile) -> Iterator[pa.RecordBatch]:
    """Match rows of (figure_key, caption, sentence_begin, sentence_end): one row of MATCHED for each name.

    Leftmost, longest, without overlap, within sentences; of the concepts of a name the preferred one. Spans
    are code points of the caption, end exclusive; the sentences are Spark NLP's, in UTF-16 code units, end
    inclusive, in order.
    """
    names = open_linking(dictionary.path, dictionary.sha256)
    for batch in batches:
        yield _match(batch, names)


def _match(batch: pa.RecordBatch, names: LinkingDictionary) -> pa.RecordBatch:
    begins, lasts = batch.column("sentence_begin"), batch.column("sentence_end")
    edges = np.zeros(batch.num_rows + 1, np.int32)
    np.cumsum(pc.fill_null(begins.value_lengths(), 0).to_numpy(), out=edges[1:])
    hits = names.exact.match_sentences(
        batch.column("caption"), edges, begins.flatten().to_numpy(), lasts.flatten().to_numpy()
    )
    return pa.RecordBatch.from_arrays(
        [
            batch.column("figure_key").take(pa.array(hits.text)),
            pa.array(hits.start.astype(np.int32)),
            pa.array(hits.end.astype(np.int32)),
            names.concepts_of(names.exact.first_senses(hits)),
        ],
        schema=to_arrow_schema(MATCHED),
    )
