"""Parquet as Hugging Face's Hub wants it: features, page index, content-defined chunks, small row groups."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.parquet as pq

from medconcept.exports.features import IMAGE, with_features

ROW_GROUP_BYTES = 100_000_000
ROWS_WITH_IMAGE, ROWS_WITHOUT = 100, 10_000  # of a row group
# As `datasets` writes them: equal stretches of two versions of a file are equal chunks.
CHUNKING = {"min_chunk_size": 256 * 1024, "max_chunk_size": 1024 * 1024, "norm_level": 0}


class ParquetShard:
    """A writer of rows to one Parquet file; the bytes depend on the rows alone, not on how they come in.

    A row group has about 100 rows (10,000 without images) and at most ROW_GROUP_BYTES before compression.
    """

    def __init__(self, path: str, schema: pa.Schema) -> None:
        self.schema = with_features(schema)
        has_image = IMAGE in schema.names
        self._rows = ROWS_WITH_IMAGE if has_image else ROWS_WITHOUT
        leaves = leaf_columns(self.schema)
        plain = [leaf for leaf in leaves if leaf == f"{IMAGE}.bytes"]
        self._writer = pq.ParquetWriter(
            path,
            self.schema,
            compression={leaf: "none" if leaf in plain else "snappy" for leaf in leaves},
            use_dictionary=[leaf for leaf in leaves if leaf not in plain],
            write_page_index=True,
            use_content_defined_chunking=CHUNKING,
            store_schema=True,
        )
        self._writer.add_key_value_metadata({"content_defined_chunking": json.dumps(CHUNKING)})
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = self._waiting_bytes = 0

    def write(self, batch: pa.RecordBatch, sizes: Iterable[int]) -> None:
        """Append rows, each of about so many bytes; their columns are those of the schema, in its order."""
        begin = 0
        for n, size in enumerate(sizes):
            if self._waiting_rows and (
                self._waiting_rows >= self._rows or self._waiting_bytes + size > ROW_GROUP_BYTES
            ):
                self._waiting.append(batch.slice(begin, n - begin))
                self._flush()
                begin = n
            self._waiting_rows += 1
            self._waiting_bytes += size
        if begin < len(batch):
            self._waiting.append(batch.slice(begin))

    def close(self) -> None:
        """Write what is waiting, and the footer."""
        if self._waiting_rows:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        table = pa.Table.from_batches(self._waiting, self.schema).combine_chunks()
        self._writer.write_table(table, row_group_size=max(1, self._waiting_rows))
        self._waiting, self._waiting_rows, self._waiting_bytes = [], 0, 0


def leaf_columns(schema: pa.Schema) -> list[str]:
    """The paths of the columns that Parquet stores for a schema."""
    sink = pa.BufferOutputStream()
    pq.write_table(schema.empty_table(), sink)
    stored = pq.ParquetFile(pa.BufferReader(sink.getvalue())).schema
    return [stored.column(n).path for n in range(len(stored))]
