"""Compile the rows of `concept_names` into the dictionary file, in three Spark jobs: words, forms, file."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.dictionary import kernel
from medconcept.dictionary.compile_names import MAIN, SIMILAR
from medconcept.dictionary.ellipsis import PARTS, PROCESSES
from medconcept.dictionary.linking_dictionary import SIMILAR as SIMILAR_SUFFIX
from medconcept.dictionary.name_index import NAMES, RETIRED
from medconcept.dictionary.stop_concepts import NOT_CONCEPTS
from medconcept.errors import LakeDamaged
from medconcept.reader.layout import DICTIONARIES
from medconcept.spark.progress import Count
from medconcept.stages.context import Context
from medconcept.stages.dictionary.assemble_files import assemble
from medconcept.stages.dictionary.concept_rows import retired_steps
from medconcept.workers.dictionary.compile_names import (
    COMPOUNDS,
    PACKED,
    PIECES,
    WORDS,
    compile_batches,
    index_batches,
    lexicon_batches,
    word_batches,
)


def kernel_file() -> str:
    """Return the URI of the compiled kernel, which Spark ships to workers: they may have no C compiler."""
    return kernel.library_path().absolute().as_uri()


def send_dictionary(context: Context, sha256: str) -> None:
    """Ship a compiled dictionary, its index of similar names and the kernel to each host by Spark.

    Raises LakeDamaged if the dictionary does not exist; workers compare its bytes with its name.
    """
    files, path = context.lake.files, f"{DICTIONARIES}/{sha256}"
    if not files.exists(path):
        raise LakeDamaged(
            f"{files.uri(path)}: the compiled dictionary is missing; put it back from a copy of the lake"
        )
    similar = (files.encoded_uri(path + SIMILAR_SUFFIX),) if files.exists(path + SIMILAR_SUFFIX) else ()
    context.ship_files(kernel_file(), files.encoded_uri(path), *similar)


def compile_names(context: Context, names: DataFrame, terms: DataFrame | None) -> dict[str, str | int]:
    """Compile the matched names and the retired ids; returns sha256, bytes and similar_bytes of the files.

    All workers compute forms. One worker lays out the files, column by column; the files, but never the
    names, pass through the driver, piece by piece.
    """
    context.ship_files(kernel_file())
    rows = names.where(F.col("match_key").isNotNull()).select(*NAMES.names)
    linked = rows.where(~F.col("source_id").isin(*NOT_CONCEPTS)).select("name")
    words = linked.mapInArrow(word_batches, WORDS).distinct()
    is_compound = F.exists(F.split("semantic_types", r"\|"), lambda kind: kind.isin(*PROCESSES, *PARTS))
    compounds = rows.where(is_compound & (F.col("scope") == "exact")).select(*COMPOUNDS)
    words = words.unionByName(compounds, allowMissingColumns=True)
    lexicon_files = assemble(context, "lexicon", words.repartition(1).mapInArrow(lexicon_batches, PIECES))
    lexicon = lexicon_files[MAIN].sha256
    # The file is kept: Spark ships added files also to workers that start later.
    context.lake.files.replace(lexicon_files[MAIN].name, f"{DICTIONARIES}/{lexicon}")
    context.ship_files(context.lake.files.encoded_uri(f"{DICTIONARIES}/{lexicon}"))
    small_batches = context.lake.with_new_session()  # a packed row is a quarter of a megabyte
    small_batches.spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "100")
    small_batches.spark.conf.set("spark.sql.parquet.columnarReaderBatchSize", "16")
    with context.progress.counting(small_batches.spark, Count("names", rows.count)) as counter:
        indexed = rows.mapInArrow(partial(index_batches, name=lexicon, counter=counter), PACKED)
        if terms is None:
            indexed = indexed.withColumns({c: F.lit(None).cast("string") for c in RETIRED.names})
        else:
            indexed = indexed.unionByName(retired_steps(terms), allowMissingColumns=True)
        indexed = replace(context, lake=small_batches).checkpoint("indexed", indexed)
    settings = context.config.dictionary
    compiled = partial(
        compile_batches, name=lexicon, sources=tuple(s.name for s in settings.sources),
        similar=settings.similar,
    )  # fmt: skip
    files = assemble(context, "compiled", indexed.coalesce(1).mapInArrow(compiled, PIECES))
    main = files[MAIN]
    if SIMILAR in files:
        context.lake.files.replace(files[SIMILAR].name, f"{DICTIONARIES}/{main.sha256}{SIMILAR_SUFFIX}")
    context.lake.files.replace(main.name, f"{DICTIONARIES}/{main.sha256}")
    similar = files[SIMILAR].size if SIMILAR in files else 0
    return {"sha256": main.sha256, "bytes": main.size, "similar_bytes": similar}
