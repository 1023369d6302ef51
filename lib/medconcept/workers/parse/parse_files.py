"""JATS bytes to rows of `PARSED`: each file ends as an article or as a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
from pyspark.accumulators import Accumulator
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import ArrayType, StringType, StructField, StructType

from medconcept.jats import Article, ArticleRejected, Limits, Reason, parse_articles, read_sidecar
from medconcept.runtime.isolated_worker import Bounds, Death, IsolatedWorker
from medconcept.tables import TABLES
from medconcept.workers.parse.arrow_columns import array_of

FILE = ("source", "source_key", "source_sha256")
# Columns that need the other versions of the work, or the file it came from.
_OF_SOURCE = {"pmc_licence_code", "is_manuscript", "has_concern", "media"}
_NOT_PARSED = {"article_version", "is_current", "aliases", "figure_count", *_OF_SOURCE, *FILE}
_NOT_OF_FIGURE = {"article_key", "article_version", "source_sha256"}
ARTICLE = tuple(f for f in TABLES["articles"].content if f.name not in _NOT_PARSED)
FIGURE = tuple(f for f in TABLES["figures"].content if f.name not in _NOT_OF_FIGURE)
PARSED = StructType(
    [
        *(StructField(name, StringType()) for name in FILE),
        StructField("reason", StringType()),
        StructField("place", StringType()),
        StructField("detail", StringType()),
        *(StructField(f.name, f.dataType) for f in ARTICLE),
        StructField("figures", ArrayType(StructType([StructField(f.name, f.dataType) for f in FIGURE]))),
    ]
)
_SCHEMA = to_arrow_schema(PARSED)
_FILE_SCHEMA = pa.schema([_SCHEMA.field(name) for name in FILE])
# Rows from the child: the number of the file, and the columns of PARSED without those of FILE.
_NUMBER = "number"
_CHILD_SCHEMA = pa.schema([pa.field(_NUMBER, pa.int32()), *(f for f in _SCHEMA if f.name not in FILE)])
_REFUSED = ("reason", "place", "detail")
_articles = array_of(pa.struct([f for f in _CHILD_SCHEMA if f.name not in (_NUMBER, *_REFUSED)]))

BATCH_ROWS = 16
"""Rows per batch from Spark: as many of the largest files that a sync stores as fit Arrow's 2 GB."""
_CHUNK_FILES = 128
_CHUNK_BYTES = 32 * 1024 * 1024
_DEATHS = {"crashed": Reason.PARSER_CRASHED, "timeout": Reason.PARSER_TIMEOUT}
_BOUNDS = Bounds()
_LIMITS = Limits()
File = tuple[int, pa.Buffer, pa.Buffer]  # the row of a file, its content, its sidecar
_NO_SIDECAR = pa.py_buffer(b"")
_ITEMS_OF_FILE = 2
_CONVERSION_ERRORS = (pa.ArrowException, OverflowError, UnicodeError, MemoryError)


def parse_batches(
    batches: Iterable[pa.RecordBatch],
    bounds: Bounds = _BOUNDS,
    counter: Accumulator[dict[str, int]] | None = None,
) -> Iterator[pa.RecordBatch]:
    """Parse rows of (FILE columns, size, content) and, optionally, sidecar into rows of PARSED.

    One row per file, or one per article of a wrapper with several. Files are parsed by a child process; a
    file that crashes or hangs it gets a row with that reason, and affects no other file.
    """
    source = iter(batches)
    with IsolatedWorker(_parse_all, bounds) as parse:
        while True:
            chunk = _Chunk(source)
            results = list(_results(parse, chunk.files, chunk.read()))
            if not chunk.batches:
                return
            files = pa.Table.from_batches(chunk.batches)
            if counter is not None:
                counter.add({"files": len(files)})
            rows = pa.concat_tables([_too_large(files), *results])
            file_columns = files.select(FILE).cast(_FILE_SCHEMA).take(rows.column(_NUMBER))
            columns = [(file_columns if name in FILE else rows).column(name) for name in _SCHEMA.names]
            yield from pa.table(columns, schema=_SCHEMA).combine_chunks().to_batches()


def _items(files: Iterable[File]) -> Iterator[memoryview]:
    """What the child gets of each file: its sidecar, empty if it has none, then its content."""
    for _, content, sidecar in files:
        yield memoryview(sidecar)
        yield memoryview(content)


class _Chunk:
    """Files for one call of the child, passed on while they arrive from Spark."""

    def __init__(self, source: Iterator[pa.RecordBatch]) -> None:
        self._source = source
        self.batches: list[pa.RecordBatch] = []
        self.files: list[File] = []

    def read(self) -> Iterator[memoryview]:
        """Yield files as `_items` does and note each in `files` with its row; skip those without content."""
        rows = size = 0
        while rows < _CHUNK_FILES and size < _CHUNK_BYTES and (batch := next(self._source, None)) is not None:
            self.batches.append(batch)
            sidecars = batch.column("sidecar") if "sidecar" in batch.schema.names else None
            for n, content in enumerate(batch.column("content")):
                if content.is_valid:
                    sidecar = sidecars[n].as_buffer() if sidecars and sidecars[n].is_valid else _NO_SIDECAR
                    self.files.append((rows + n, content.as_buffer(), sidecar))
                    yield from _items(self.files[-1:])
            rows += len(batch)
            size += batch.nbytes


def _too_large(files: pa.Table) -> pa.Table:
    sizes = enumerate(zip(files.column("content"), files.column("size"), strict=True))
    return _table(
        [
            (place, ArticleRejected(Reason.TOO_LARGE, None, f"{size} bytes, over sync.max_bytes"))
            for place, (content, size) in sizes
            if not content.is_valid
        ]
    )


def _results(parse: IsolatedWorker, files: list[File], items: Iterable[memoryview]) -> Iterator[pa.Table]:
    """Parse files into tables; if the child dies of one, parse the files before and after it separately."""
    result = parse(items)
    if isinstance(result, Death):
        for item in items:  # read the rest of the chunk, which the child has not got
            del item
        place = result.item // _ITEMS_OF_FILE
        before, after = files[:place], files[place + 1 :]
        if before:
            yield from _results(parse, before, _items(before))
        yield _table([(files[place][0], ArticleRejected(_DEATHS[result.cause], None, result.detail))])
        if after:
            yield from _results(parse, after, _items(after))
        return
    with pa.ipc.open_stream(result) as stream:
        table = stream.read_all()
    places = pa.array([place for place, *_ in files], pa.int32())
    yield table.set_column(0, _CHILD_SCHEMA.field(0), places.take(table.column(0)))


def _parse_all(items: Iterator[bytes]) -> bytes:
    """In the child: parse each file; return all rows as an Arrow stream of one batch."""
    files = enumerate(zip(items, items, strict=True))  # the sidecar of a file, then its content
    results = [(number, article) for number, file in files for article in _parse(*file)]
    try:
        table = _table(results)
    except _CONVERSION_ERRORS:
        table = pa.concat_tables(_table_of_one(*one) for one in results)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, _CHILD_SCHEMA) as stream:
        stream.write_table(table)
    rows: bytes = sink.getvalue().to_pybytes()
    return rows


def _parse(sidecar: bytes, file: bytes) -> list[Article | ArticleRejected]:
    try:
        stated = (read_sidecar(sidecar),) if sidecar else ()
        return [_detached(result) for result in parse_articles(file, _LIMITS, *stated)]
    except Exception as error:  # such as too little memory for a wrapper; the parser itself reports reasons
        return [_defect(error)]


def _detached(result: Article | ArticleRejected) -> Article | ArticleRejected:
    """Copy a refusal without its traceback, which keeps the file and its tree in memory."""
    return (
        result if isinstance(result, Article) else ArticleRejected(result.reason, result.place, result.detail)
    )


def _defect(error: Exception) -> ArticleRejected:
    reason = Reason.PARSER_MEMORY if isinstance(error, MemoryError) else Reason.PARSER_ERROR
    return ArticleRejected(reason, None, f"{type(error).__name__}: {error}".removesuffix(": "))


def _table_of_one(number: int, result: Article | ArticleRejected) -> pa.Table:
    """Return the row, or a parser_error if the columns cannot hold it: a defect of the parser."""
    try:
        return _table([(number, result)])
    except _CONVERSION_ERRORS as error:
        return _table([(number, _defect(error))])


def _table(results: Sequence[tuple[int, Article | ArticleRejected]]) -> pa.Table:
    """Return rows of _CHILD_SCHEMA: the number of the file, and its article or the reason of its refusal."""
    articles = [None if isinstance(one, ArticleRejected) else one for _, one in results]
    refusals = [one if isinstance(one, ArticleRejected) else None for _, one in results]
    columns = {_NUMBER: pa.array([number for number, _ in results], pa.int32())}
    for name in _REFUSED:
        columns[name] = pa.array([one and getattr(one, name) for one in refusals], pa.string())
    rows = _articles(articles)
    columns |= zip((field.name for field in rows.type), rows.flatten(), strict=True)
    return pa.table([columns[name] for name in _CHILD_SCHEMA.names], schema=_CHILD_SCHEMA)
