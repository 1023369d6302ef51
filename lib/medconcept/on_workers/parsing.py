"""JATS bytes to rows of `PARSED`: each file ends as an article or as a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import ArrayType, StringType, StructField, StructType

from medconcept.jats import Article, ArticleRejected, Figure, Limits, Reason, parse_articles
from medconcept.on_workers.isolation import Apart, Bounds, Death
from medconcept.on_workers.plain import as_dict
from medconcept.tables import TABLES

FILE = ("source", "source_key", "source_sha256")
# What is said of a version only beside the other versions of the work, or of the file it came from.
_OF_SOURCE = {"pmc_licence_code", "is_manuscript", "has_concern", "media"}
_NOT_PARSED = {"article_version", "is_current", "aliases", "figure_count", *_OF_SOURCE, *FILE}
_NOT_OF_FIGURE = {"article_key", "article_version", "source_sha256"}
ARTICLE = tuple(f for f in TABLES["articles"].columns if f.name not in _NOT_PARSED)
FIGURE = tuple(f for f in TABLES["figures"].columns if f.name not in _NOT_OF_FIGURE)
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
_article_row = as_dict(Article, [f.name for f in ARTICLE])
_figure_row = as_dict(Figure, [f.name for f in FIGURE])

BATCH_ROWS = 16
"""Rows to ask Spark for at a time: so many of the largest files that a sync lands fit into Arrow's 2 GB."""
_CHUNK_FILES = 128
_CHUNK_BYTES = 32 * 1024 * 1024
_DEATHS = {"crashed": Reason.PARSER_CRASHED, "timeout": Reason.PARSER_TIMEOUT}
_BOUNDS = Bounds()
_LIMITS = Limits()
_NO_ROW = (pa.ArrowException, OverflowError, UnicodeError)


def parse_batches(batches: Iterable[pa.RecordBatch], bounds: Bounds = _BOUNDS) -> Iterator[pa.RecordBatch]:
    """Parse rows of (FILE columns, size, content): out come rows of PARSED.

    One row a file, or one for each article of a wrapper that holds several. Files are parsed by a child
    process; one that crashes or hangs it gets a row that says so, and costs no other file anything.
    """
    source = iter(batches)
    with Apart(_parse_all, bounds) as parse:
        while True:
            chunk = _Chunk(source)
            told = list(_told(parse, chunk.files, chunk.read()))
            if not chunk.batches:
                return
            files = pa.Table.from_batches(chunk.batches)
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
            _refusal(place, Reason.TOO_LARGE, None, f"{size} bytes, over sync.max_bytes")
            for place, (content, size) in sizes
            if not content.is_valid
        ]
    )


def _told(
    parse: Apart, files: list[tuple[int, pa.Buffer]], contents: Iterable[memoryview]
) -> Iterator[pa.Table]:
    """What is told of some files; where the child dies, each side of that file is told apart."""
    told = parse(contents)
    if isinstance(told, Death):
        for content in contents:  # what of the chunk has not been sent is noted now
            del content
        before, after = files[: told.item], files[told.item + 1 :]
        if before:
            yield from _told(parse, before, [memoryview(content) for _, content in before])
        yield _table([_refusal(files[told.item][0], _DEATHS[told.cause], None, told.detail)])
        if after:
            yield from _told(parse, after, [memoryview(content) for _, content in after])
        return
    with pa.ipc.open_stream(told) as stream:
        table = stream.read_all()
    places = pa.array([place for place, _ in files], pa.int32())
    yield table.set_column(0, _TOLD.field(0), places.take(table.column(0)))


def _parse_all(files: Iterator[bytes]) -> bytes:
    """In the child: each file to its rows, all of them as an Arrow stream of one batch."""
    rows = [row for number, file in enumerate(files) for row in _parse(number, file)]
    try:
        table = _table(rows)
    except _NO_ROW:
        table = pa.concat_tables(map(_table_of_one, rows))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, _TOLD) as stream:
        stream.write_table(table)
    told: bytes = sink.getvalue().to_pybytes()
    return told


def _parse(number: int, file: bytes) -> list[dict[str, Any]]:
    try:
        return list(_rows(number, file))
    except Exception as error:  # such as no memory for the rows; the parser's own failures have a reason
        reason = Reason.PARSER_MEMORY if isinstance(error, MemoryError) else Reason.PARSER_ERROR
        return [_refusal(number, reason, None, f"{type(error).__name__}: {error}"[:300])]


def _rows(number: int, file: bytes) -> Iterator[dict[str, Any]]:
    for told in parse_articles(file, _LIMITS):
        if isinstance(told, ArticleRejected):
            yield _refusal(number, told.reason, told.place, told.detail)
            continue
        row = _article_row(told)
        row[_NUMBER] = number
        row["figures"] = [_figure_row(figure) for figure in told.figures]
        yield row


def _refusal(number: int, reason: Reason, place: str | None, detail: str) -> dict[str, Any]:
    return {_NUMBER: number, "reason": str(reason), "place": place, "detail": detail}


def _table_of_one(row: dict[str, Any]) -> pa.Table:
    """The row, or the refusal of one that the columns cannot hold: a defect of the parser."""
    try:
        return _table([row])
    except _NO_ROW as error:
        detail = f"{type(error).__name__}: {error}"[:300]
        return _table([_refusal(row[_NUMBER], Reason.PARSER_ERROR, None, detail)])


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, _TOLD)
