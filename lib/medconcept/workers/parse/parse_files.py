"""JATS bytes to rows of `PARSED`: each file ends as an article or as a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
from pyspark.accumulators import Accumulator
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import ArrayType, StringType, StructField, StructType

from medconcept.jats import Article, ArticleRejected, Limits, Reason, parse_articles
from medconcept.runtime.isolated_worker import Bounds, Death, IsolatedWorker
from medconcept.tables import TABLES
from medconcept.workers.parse.arrow_columns import array_of

FILE = ("source", "source_key", "source_sha256")
# What is said of a version only beside the other versions of the work, or of the file it came from.
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
# What the child tells: for which file, and all of PARSED but what the worker knows of the file itself.
_NUMBER = "number"
_TOLD = pa.schema([pa.field(_NUMBER, pa.int32()), *(f for f in _SCHEMA if f.name not in FILE)])
_REFUSED = ("reason", "place", "detail")
_articles = array_of(pa.struct([f for f in _TOLD if f.name not in (_NUMBER, *_REFUSED)]))

BATCH_ROWS = 16
"""Rows to ask Spark for at a time: so many of the largest files that a sync lands fit into Arrow's 2 GB."""
_CHUNK_FILES = 128
_CHUNK_BYTES = 32 * 1024 * 1024
_DEATHS = {"crashed": Reason.PARSER_CRASHED, "timeout": Reason.PARSER_TIMEOUT}
_BOUNDS = Bounds()
_LIMITS = Limits()
_NO_ROW = (pa.ArrowException, OverflowError, UnicodeError, MemoryError)


def parse_batches(
    batches: Iterable[pa.RecordBatch],
    bounds: Bounds = _BOUNDS,
    counter: Accumulator[dict[str, int]] | None = None,
) -> Iterator[pa.RecordBatch]:
    """Parse rows of (FILE columns, size, content): out come rows of PARSED.

    One row a file, or one for each article of a wrapper that holds several. Files are parsed by a child
    process; one that crashes or hangs it gets a row that says so, and costs no other file anything.
    """
    source = iter(batches)
    with IsolatedWorker(_parse_all, bounds) as parse:
        while True:
            chunk = _Chunk(source)
            told = list(_told(parse, chunk.files, chunk.read()))
            if not chunk.batches:
                return
            files = pa.Table.from_batches(chunk.batches)
            if counter is not None:
                counter.add({"files": len(files)})
            rows = pa.concat_tables([_not_landed(files), *told])
            known = files.select(FILE).cast(_FILE_SCHEMA).take(rows.column(_NUMBER))
            columns = [(known if name in FILE else rows).column(name) for name in _SCHEMA.names]
            yield from pa.table(columns, schema=_SCHEMA).combine_chunks().to_batches()


class _Chunk:
    """Files for one call of the child, given to it while they come in from Spark."""

    def __init__(self, source: Iterator[pa.RecordBatch]) -> None:
        self._source = source
        self.batches: list[pa.RecordBatch] = []
        self.files: list[tuple[int, pa.Buffer]] = []

    def read(self) -> Iterator[memoryview]:
        """The bytes of the files, each noted in `files` with its place; where there are none, it has none."""
        rows = size = 0
        while rows < _CHUNK_FILES and size < _CHUNK_BYTES and (batch := next(self._source, None)) is not None:
            self.batches.append(batch)
            for place, content in enumerate(batch.column("content"), start=rows):
                if content.is_valid:
                    self.files.append((place, content.as_buffer()))
                    yield memoryview(self.files[-1][1])
            rows += len(batch)
            size += batch.nbytes


def _not_landed(files: pa.Table) -> pa.Table:
    sizes = enumerate(zip(files.column("content"), files.column("size"), strict=True))
    return _table(
        [
            (place, ArticleRejected(Reason.TOO_LARGE, None, f"{size} bytes, over sync.max_bytes"))
            for place, (content, size) in sizes
            if not content.is_valid
        ]
    )


def _told(
    parse: IsolatedWorker, files: list[tuple[int, pa.Buffer]], contents: Iterable[memoryview]
) -> Iterator[pa.Table]:
    """What is told of some files; where the child dies, each side of that file is told apart."""
    told = parse(contents)
    if isinstance(told, Death):
        for content in contents:  # what of the chunk has not been sent is noted now
            del content
        before, after = files[: told.item], files[told.item + 1 :]
        if before:
            yield from _told(parse, before, [memoryview(content) for _, content in before])
        yield _table([(files[told.item][0], ArticleRejected(_DEATHS[told.cause], None, told.detail))])
        if after:
            yield from _told(parse, after, [memoryview(content) for _, content in after])
        return
    with pa.ipc.open_stream(told) as stream:
        table = stream.read_all()
    places = pa.array([place for place, _ in files], pa.int32())
    yield table.set_column(0, _TOLD.field(0), places.take(table.column(0)))


def _parse_all(files: Iterator[bytes]) -> bytes:
    """In the child: each file to its rows, all of them as an Arrow stream of one batch."""
    told = [(number, article) for number, file in enumerate(files) for article in _parse(file)]
    try:
        table = _table(told)
    except _NO_ROW:
        table = pa.concat_tables(_table_of_one(*one) for one in told)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, _TOLD) as stream:
        stream.write_table(table)
    rows: bytes = sink.getvalue().to_pybytes()
    return rows


def _parse(file: bytes) -> list[Article | ArticleRejected]:
    try:
        return [_alone(told) for told in parse_articles(file, _LIMITS)]
    except Exception as error:  # such as no memory for all of a wrapper; what the parser sees has a reason
        return [_defect(error)]


def _alone(told: Article | ArticleRejected) -> Article | ArticleRejected:
    """The same without what a refusal holds on to, as every exception does: the file and its tree."""
    return told if isinstance(told, Article) else ArticleRejected(told.reason, told.place, told.detail)


def _defect(error: Exception) -> ArticleRejected:
    reason = Reason.PARSER_MEMORY if isinstance(error, MemoryError) else Reason.PARSER_ERROR
    return ArticleRejected(reason, None, f"{type(error).__name__}: {error}".removesuffix(": "))


def _table_of_one(number: int, told: Article | ArticleRejected) -> pa.Table:
    """The row, or the refusal of one that the columns cannot hold: a defect of the parser."""
    try:
        return _table([(number, told)])
    except _NO_ROW as error:
        return _table([(number, _defect(error))])


def _table(told: Sequence[tuple[int, Article | ArticleRejected]]) -> pa.Table:
    """Rows of _TOLD: which file, and of an article what it says or why there is none."""
    articles = [None if isinstance(one, ArticleRejected) else one for _, one in told]
    refusals = [one if isinstance(one, ArticleRejected) else None for _, one in told]
    columns = {_NUMBER: pa.array([number for number, _ in told], pa.int32())}
    for name in _REFUSED:
        columns[name] = pa.array([one and getattr(one, name) for one in refusals], pa.string())
    rows = _articles(articles)
    columns |= zip((field.name for field in rows.type), rows.flatten(), strict=True)
    return pa.table([columns[name] for name in _TOLD.names], schema=_TOLD)
