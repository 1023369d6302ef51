"""Parts of an inventory to rows: gzipped CSV in, keys of article metadata out, refusals counted."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv

from medconcept.sources.bucket import Bucket
from medconcept.sources.inventory_manifest import ETAG, KEY, MODIFIED
from medconcept.sources.object_download import DownloadRefused, ObjectDownloader
from medconcept.sources.pmc import METADATA_KEY

PART_BYTES = 2 * 1024**3
BLOCK = 16 * 1024 * 1024
# Rows that report on a part have `part`, `reason` and `count`; their `pmc` is null.
SCHEMA = (
    "pmc long, version int, key string, etag string, modified timestamp, "
    "part string, reason string, count long"
)
ARROW = pa.schema(
    [
        ("pmc", pa.int64()),
        ("version", pa.int32()),
        ("key", pa.string()),
        ("etag", pa.string()),
        ("modified", pa.timestamp("us", tz="UTC")),
        ("part", pa.string()),
        ("reason", pa.string()),
        ("count", pa.int64()),
    ]
)


def read_parts(
    batches: Iterable[pa.RecordBatch], *, bucket: Bucket, columns: tuple[str, ...], share: int
) -> Iterator[pa.RecordBatch]:
    """Rows of (part, md5) to rows of SCHEMA: one per key of an article's metadata, and refusal counts.

    A part that is missing, damaged or differs from its checksum yields no key.
    """
    transfer = ObjectDownloader(bucket, share=share)
    for batch in batches:
        for part in batch.to_pylist():
            try:
                yield from read_part(transfer, part["part"], part["md5"], columns)
            except DownloadRefused as refusal:
                yield _report(part["part"], f"part_{refusal.reason}", 1)


def read_part(
    transfer: ObjectDownloader, part: str, md5: str | None, columns: tuple[str, ...]
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of one part; raise DownloadRefused if it is missing, truncated, damaged or altered."""
    data = asyncio.run(transfer.get(part, PART_BYTES)).data
    if md5 and not _is_md5(hashlib.md5(data, usedforsecurity=False).digest(), md5):
        raise DownloadRefused("md5_mismatch", "the part is not what the manifest says")
    _require_complete(data)
    malformed = 0

    def skip(row: csv.InvalidRow) -> str:
        nonlocal malformed
        malformed += 1
        return "skip"

    if not data or not any(_first_bytes(data)):
        return
    other_keys = 0
    reader = csv.open_csv(
        pa.CompressedInputStream(io.BytesIO(data), "gzip"),
        read_options=csv.ReadOptions(column_names=list(columns), block_size=BLOCK),
        parse_options=csv.ParseOptions(newlines_in_values=False, invalid_row_handler=skip),
        convert_options=csv.ConvertOptions(
            # Keys of articles are ASCII; other keys must not stop the rest.
            check_utf8=False,
            include_columns=[c for c in (KEY, ETAG, MODIFIED) if c in columns],
            column_types={c: pa.string() for c in columns},
        ),
    )
    try:
        for rows in reader:
            article_keys = _article_keys(rows)
            other_keys += rows.num_rows - article_keys.num_rows
            yield article_keys
    except pa.ArrowInvalid as error:
        raise DownloadRefused("broken", str(error).splitlines()[0][:200]) from error
    if malformed:
        yield _report(part, "rows_malformed", malformed)
    if other_keys:
        yield _report(part, "keys_refused", other_keys)


def _article_keys(rows: pa.RecordBatch) -> pa.RecordBatch:
    """Keep the rows whose key is that of an article's metadata; columns of ARROW."""
    names = rows.schema.names
    groups = pc.extract_regex(rows.column(names.index(KEY)), METADATA_KEY)
    mask = pc.is_valid(groups)
    rows, groups = rows.filter(mask), groups.filter(mask)
    digits = [pc.struct_field(groups, name) for name in ("pmc", "version")]
    etag = rows.column(names.index(ETAG)) if ETAG in names else pa.nulls(rows.num_rows, pa.string())
    etag = pc.ascii_trim(pc.if_else(pc.string_is_ascii(etag), etag, None), '"')
    empty = pc.equal(etag, "")
    return pa.RecordBatch.from_arrays(
        [
            digits[0].cast(pa.int64()),
            digits[1].cast(pa.int32()),
            rows.column(names.index(KEY)),
            pc.if_else(empty, None, etag),
            _times(rows.column(names.index(MODIFIED)) if MODIFIED in names else None, rows.num_rows),
            *(pa.nulls(rows.num_rows, ARROW.field(n).type) for n in ("part", "reason", "count")),
        ],
        schema=ARROW,
    )


def _times(text: pa.Array | None, rows: int) -> pa.Array:
    """Parse times as S3 writes them; others become null, since times only help to compare."""
    if text is None:
        return pa.nulls(rows, ARROW.field("modified").type)
    plain = pc.utf8_slice_codeunits(text, 0, 19)
    well_formed = pc.match_substring_regex(plain, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")
    times = pc.strptime(pc.if_else(well_formed, plain, None), "%Y-%m-%dT%H:%M:%S", "us", error_is_null=True)
    return pc.assume_timezone(times, "UTC")


def _report(part: str, reason: str, count: int) -> pa.RecordBatch:
    row = dict.fromkeys(ARROW.names) | {"part": part, "reason": reason, "count": count}
    return pa.RecordBatch.from_pylist([row], ARROW)


def _is_md5(digest: bytes, stated: str) -> bool:
    """True if a digest equals a stated MD5: hexadecimal in inventories, base 64 in a Content-MD5 header."""
    if stated.lower() == digest.hex():
        return True
    try:
        return base64.b64decode(stated, validate=True) == digest
    except binascii.Error:
        return False


def _first_bytes(data: bytes) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(31)
    for start in range(0, len(data), BLOCK):
        yield unpacker.decompress(data[start : start + BLOCK], 1)


def _require_complete(data: bytes) -> None:
    """Raise DownloadRefused if the gzip stream is truncated or invalid, before any row of it is used."""
    rest = data
    while rest:
        unpacker = zlib.decompressobj(31)
        view, start = memoryview(rest), 0
        try:
            while start < len(view) and not unpacker.eof:
                unpacker.decompress(view[start : start + BLOCK])
                start += BLOCK
        except zlib.error as error:
            raise DownloadRefused("broken", "not gzip") from error
        if not unpacker.eof:
            raise DownloadRefused("truncated", "the part breaks off")
        rest = unpacker.unused_data + bytes(view[start:])
