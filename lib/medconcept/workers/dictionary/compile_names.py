"""Names to the compiled dictionary: their words, then their forms, then the files on one worker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark import SparkFiles
from pyspark.accumulators import Accumulator
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import BinaryType, LongType, StringType, StructField, StructType

from medconcept.dictionary import kernel
from medconcept.dictionary.compile_names import MAIN, Compilation
from medconcept.dictionary.ellipsis import ellipses
from medconcept.dictionary.file_layout import Array, pack_parts, unpack
from medconcept.dictionary.linking_dictionary import map_file
from medconcept.dictionary.name_index import (
    INDEXED,
    NAMES,
    RETIRED,
    empty_table,
    implied_names,
    index_names,
    lexicon,
    word_table,
    words_of,
)
from medconcept.dictionary.word_table import WordTable
from medconcept.runtime.gc_pause import PausedGC

WORDS = StructType([StructField("word", LongType())])
COMPOUNDS = ("name", "source_id", "semantic_types")  # of names that may imply short forms
# Names packed into one row between two jobs: a Spark row per name would cost more than the work itself.
PACKED_NAMES = 1000
PACKED = StructType([StructField("packed", BinaryType())])
PIECES = StructType(
    [StructField("file", StringType()), StructField("number", LongType()), StructField("piece", BinaryType())]
)


def word_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows of (name) to the hashes of their words, each once per partition."""
    kernel.add_folder(SparkFiles.getRootDirectory())
    schema, table = to_arrow_schema(WORDS), empty_table()
    for batch in batches:
        hashes = words_of(batch.column("name"), table).view(np.int64)
        yield pa.RecordBatch.from_arrays([pa.array(hashes)], schema=schema)


def lexicon_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """All rows of WORDS and COMPOUNDS, in one partition, to the pieces of the lexicon file.

    A row has either a word, or a name of a kind that may imply short names.
    """
    kernel.add_folder(SparkFiles.getRootDirectory())
    words, compounds = [np.empty(0, np.uint64)], list[tuple[str, str, str]]()
    for batch in batches:
        rows = pa.Table.from_batches([batch])
        is_word = pc.is_valid(rows["word"])
        words.append(rows.filter(is_word)["word"].to_numpy().view(np.uint64))
        named = rows.filter(pc.invert(is_word)).select(list(COMPOUNDS))
        compounds += zip(*(column.to_pylist() for column in named.columns), strict=True)
    arrays = lexicon(np.unique(np.concatenate(words)), ellipses(compounds))
    yield from _pieces((MAIN, part) for part in pack_parts(arrays))


def index_batches(
    batches: Iterable[pa.RecordBatch], name: str, counter: Accumulator[dict[str, int]] | None = None
) -> Iterator[pa.RecordBatch]:
    """Rows of NAMES to rows of PACKED, which hold rows of INDEXED.

    `name` is that of the lexicon file; `counter` counts `names`.
    """
    table, implied = _words(name)
    schema = to_arrow_schema(PACKED)
    for batch in batches:
        rows = pa.Table.from_batches([batch]).select(NAMES.names).cast(NAMES)
        with PausedGC():
            indexed = index_names(rows, table, implied).combine_chunks().to_batches(PACKED_NAMES)
        packed = pa.array([each.serialize().to_pybytes() for each in indexed], pa.binary())
        if counter is not None:
            counter.add({"names": batch.num_rows})
        yield pa.RecordBatch.from_arrays([packed], schema=schema)


def compile_batches(
    batches: Iterable[pa.RecordBatch], name: str, sources: tuple[str, ...], similar: bool
) -> Iterator[pa.RecordBatch]:
    """All rows of PACKED and of RETIRED, in one partition, to the pieces of the compiled files, in order.

    A row has either names or a retired id.
    """
    kernel.add_folder(SparkFiles.getRootDirectory())
    compilation = Compilation(_lexicon(name), sources)
    for batch in batches:
        packed = batch.column("packed").drop_null()
        names = [pa.ipc.read_record_batch(each.as_buffer(), INDEXED) for each in packed]
        compilation.add(pa.Table.from_batches(names, INDEXED))
        retired = pa.Table.from_batches([batch]).select(RETIRED.names)
        compilation.retire(retired.filter(pc.is_valid(retired["old"])))
    yield from _pieces(compilation.finish(similar=similar))


@lru_cache(maxsize=1)
def _words(name: str) -> tuple[WordTable, dict[str, str]]:
    kernel.add_folder(SparkFiles.getRootDirectory())
    arrays = _lexicon(name)
    return word_table(arrays), implied_names(arrays)


@lru_cache(maxsize=1)
def _lexicon(name: str) -> dict[str, Array]:
    return unpack(map_file(SparkFiles.get(name)), name)


def _pieces(parts: Iterable[tuple[str, bytes]]) -> Iterator[pa.RecordBatch]:
    schema = to_arrow_schema(PIECES)
    for number, (file, part) in enumerate(parts):
        yield pa.RecordBatch.from_pydict({"file": [file], "number": [number], "piece": [part]}, schema)
