"""The rows of `concept_names` to the compiled file, in three Spark jobs: words, forms, file."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema

from medconcept.dictionary import kernel
from medconcept.linking.general import NOT_CONCEPTS
from medconcept.linking.index import INDEXED, NAMES, RETIRED
from medconcept.on_workers.compiling import (
    PIECES,
    WORDS,
    compile_batches,
    index_batches,
    lexicon_batches,
    word_batches,
)
from medconcept.stages.dictionary_rows import retired_steps
from medconcept.stages.runner import Context

DICTIONARIES = "_dictionaries"


def send_kernel(spark: SparkSession) -> None:
    """Have Spark bring the compiled matcher to its workers, which may have no C compiler."""
    spark.sparkContext.addFile(str(kernel.library_path()))


def compile_names(context: Context, names: DataFrame, terms: DataFrame | None) -> tuple[str, int]:
    """Compile names that are matched, and ids that are no more; returns the file's checksum and size.

    Forms are worked out on all workers. The file is laid out on one, column by column; it, never the names,
    comes to the driver, piece by piece.
    """
    spark = context.lake.spark
    send_kernel(spark)
    rows = names.where(F.col("match_key").isNotNull()).select(*NAMES.names)
    linked = rows.where(~F.col("source_id").isin(*NOT_CONCEPTS)).select("name")
    words = linked.mapInArrow(word_batches, WORDS).distinct()
    with gathered(words.repartition(1).mapInArrow(lexicon_batches, PIECES)) as (lexicon, sha256, _):
        spark.sparkContext.addFile(str(lexicon.rename(lexicon.with_name(sha256))))
        indexed = rows.mapInArrow(partial(index_batches, name=sha256), from_arrow_schema(INDEXED))
        if terms is None:
            indexed = indexed.withColumns({c: F.lit(None).cast("string") for c in RETIRED.names})
        else:
            indexed = indexed.unionByName(retired_steps(terms), allowMissingColumns=True)
        sources = tuple(source.name for source in context.config.dictionary.sources)
        compiled = partial(compile_batches, name=sha256, sources=sources)
        with gathered(indexed.repartition(1).mapInArrow(compiled, PIECES)) as (file, made, size):
            context.lake.files.put(str(file), f"{DICTIONARIES}/{made}")
    return made, size


@contextmanager
def gathered(pieces: DataFrame) -> Iterator[tuple[Path, str, int]]:
    """The pieces of a file in a temporary place: its path, checksum and size."""
    digest, size = hashlib.sha256(), 0
    with tempfile.TemporaryDirectory(prefix="medconcept-dictionary-") as folder:
        path = Path(folder) / "file"
        with path.open("wb") as file:
            for row in pieces.toLocalIterator():
                file.write(row["piece"])
                digest.update(row["piece"])
                size += len(row["piece"])
        yield path, digest.hexdigest(), size
