"""JATS bytes to rows of `PARSED`: each file ends as an article or as a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass

import pyarrow as pa
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import ArrayType, StringType, StructField, StructType

from medconcept.jats import ArticleRejected, Limits, parse_article
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


def parse_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Parse rows of (FILE columns, size, content): one row in, one row of PARSED out."""
    schema = to_arrow_schema(PARSED)
    for batch in batches:
        # Row by row: the bytes of a whole batch as Python objects would fill a small worker.
        rows = [_parse(batch.slice(n, 1).to_pylist()[0]) for n in range(len(batch))]
        yield pa.RecordBatch.from_pylist(rows, schema)


def _parse(row: dict[str, object]) -> dict[str, object]:
    out: dict[str, object] = {name: row[name] for name in FILE}
    content = row["content"]
    if not isinstance(content, bytes):
        return {**out, "reason": "too_large", "detail": f"{row['size']} bytes, over sync.max_bytes"}
    try:
        article = parse_article(content, Limits())
    except ArticleRejected as refusal:
        return {**out, "reason": str(refusal.reason), "place": refusal.place, "detail": refusal.detail}
    except Exception as error:  # a defect of the parser costs this document only, and shows as a reason
        return {**out, "reason": "parser_error", "detail": f"{type(error).__name__}: {error}"[:300]}
    out.update({f.name: _plain(getattr(article, f.name)) for f in ARTICLE})
    out["figures"] = [{f.name: _plain(getattr(figure, f.name)) for f in FIGURE} for figure in article.figures]
    return out


def _plain(value: object) -> object:
    """Records as Arrow takes them: tuples as lists, dataclasses as dictionaries."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return value
