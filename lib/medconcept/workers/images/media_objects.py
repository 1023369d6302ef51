"""Media addresses that graphics were matched with, to keys of the bucket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from medconcept.sources.object_download import DownloadRefused
from medconcept.sources.pmc import media_object

OBJECTS = (
    "image_key string, status string, detail string, file string, how string, is_thumbnail boolean, "
    "file_etag string, file_md5 string, uri string, source_size long"
)
_OBJECTS = pa.schema(
    [
        ("image_key", pa.string()),
        ("status", pa.string()),
        ("detail", pa.string()),
        ("file", pa.string()),
        ("how", pa.string()),
        ("is_thumbnail", pa.bool_()),
        ("file_etag", pa.string()),
        ("file_md5", pa.string()),
        ("uri", pa.string()),
        ("source_size", pa.int64()),
    ]
)


def media_objects(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows of MATCHED with the article's source_key to OBJECTS; `file` is the key that is requested.

    An address that lies outside the article's folder has the status `hostile_key` and is not requested.
    """
    for batch in batches:
        rows = []
        for row in batch.to_pylist():
            out = {name: row.get(name) for name in _OBJECTS.names}
            if row["file"] is not None:
                try:
                    folder = row["source_key"].rpartition("/")[0] + "/"
                    out["file"], out["file_md5"] = media_object(row["file"], folder)
                except DownloadRefused as refusal:
                    out |= {"status": refusal.reason, "detail": refusal.detail, "file": None}
            rows.append(out)
        yield pa.RecordBatch.from_pylist(rows, _OBJECTS)
