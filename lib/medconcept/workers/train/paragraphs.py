"""Paragraphs of article and text files, on which embeddings are trained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from medconcept.jats.errors import ArticleRejected
from medconcept.jats.records.article import Limits
from medconcept.jats.text.element_text import plain_text
from medconcept.jats.xml.element_queries import local_name
from medconcept.jats.xml.safe_xml import parse_xml

SCHEMA = "text string"
_BLOCKS = frozenset({"p", "title", "article-title"})
_MIN_LENGTH = 20  # characters; shorter texts show nothing of how words are used


def paragraph_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows of (path, content) to rows of (text), one per paragraph; unreadable files have none."""
    for batch in batches:
        for row in batch.to_pylist():
            texts = paragraphs(row["content"], row["path"].lower().endswith((".xml", ".nxml")))
            yield pa.RecordBatch.from_arrays([pa.array(texts, pa.string())], ["text"])


def paragraphs(content: bytes, is_xml: bool) -> list[str]:
    """Return the paragraphs and titles of an article, or the lines of a text, of at least 20 characters.

    >>> paragraphs(b"<article><p>The <italic>retina</italic> of a mouse.</p><p>No</p></article>", True)
    ['The retina of a mouse.']
    >>> paragraphs("The retina\\nof an adult mouse eye".encode(), False)
    ['of an adult mouse eye']
    """
    if not is_xml:
        lines = content.decode("utf-8", "replace").splitlines()
        return [line.strip() for line in lines if len(line) >= _MIN_LENGTH]
    try:
        root = parse_xml(content, Limits())
    except ArticleRejected:
        return []
    blocks = (e for e in root.iter() if isinstance(e.tag, str) and local_name(e) in _BLOCKS)
    return [text for block in blocks if len(text := plain_text(block)) >= _MIN_LENGTH]
