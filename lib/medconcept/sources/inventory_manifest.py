"""The manifest of a bucket's daily S3 inventory: find the newest, read and check it. Imports no pyspark."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from medconcept.errors import InputError
from medconcept.sources.bucket import Bucket, open_store
from medconcept.sources.object_download import DownloadRefused, ObjectDownloader, as_refusal

_DATED = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}-\d{2}Z)/manifest\.json$")
_USUAL_FOLDER, PMC = "inventory-reports/{}/metadata", "pmc-oa-opendata"
_MANIFEST_BYTES = 64 * 1024 * 1024
# Names of S3's columns; other columns are skipped.
KEY, MODIFIED, ETAG = "Key", "LastModifiedDate", "ETag"


@dataclass(frozen=True)
class Part:
    """One gzipped CSV of an inventory."""

    key: str
    md5: str | None


@dataclass(frozen=True)
class Manifest:
    """A manifest: its key, its day (the name of its folder), the columns of its parts, the parts."""

    key: str
    day: str
    columns: tuple[str, ...]
    parts: tuple[Part, ...]


def newest_manifest(bucket: Bucket, address: str) -> Manifest:
    """Return the manifest of a bucket's newest inventory. Raises InputError with one line if there is none.

    The option `inventory` is the folder with the dated folders, or the key of one manifest, for plain web
    servers, which cannot list folders.
    """
    configured = (bucket.options.inventory or "").strip("/")
    folders = (
        [configured]
        if configured
        else list(dict.fromkeys(_USUAL_FOLDER.format(n) for n in (bucket.name, PMC)))
    )
    key = configured if configured.endswith(".json") else _newest_key(bucket, address, folders)
    try:
        data = asyncio.run(ObjectDownloader(bucket).get(key, _MANIFEST_BYTES)).data
    except DownloadRefused as refusal:
        raise InputError(f"{address}/{key}: {refusal.detail}") from refusal
    return read_manifest(data, key, address)


def read_manifest(data: bytes, key: str, address: str) -> Manifest:
    """Parse a manifest from its JSON. Raises InputError with one line if it is not what S3 writes.

    >>> text = b'{"fileFormat": "CSV", "fileSchema": "Key, ETag", "files": [{"key": "a/1.csv.gz"}]}'
    >>> read_manifest(text, "x/2026-11-24T01-00Z/manifest.json", "s3://b").columns
    ('Key', 'ETag')
    """
    where = f"{address}/{key}"
    try:
        manifest = json.loads(data)
        columns = tuple(name.strip() for name in manifest["fileSchema"].split(","))
        parts = tuple(
            Part(_require_safe_key(f["key"], where), f.get("MD5checksum")) for f in manifest["files"]
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{where}: not the manifest of an S3 inventory") from error
    if manifest.get("fileFormat", "CSV") != "CSV":
        raise InputError(f"{where}: the inventory is {manifest['fileFormat']}, only CSV can be read")
    if KEY not in columns or not (ETAG in columns or MODIFIED in columns):
        raise InputError(
            f"{where}: the inventory has no {KEY} with {ETAG} or {MODIFIED}: {', '.join(columns)}"
        )
    if not parts:
        raise InputError(f"{where}: the inventory has no parts")
    dated = _DATED.search(key)
    day = dated[1] if dated else f"manifest {hashlib.sha256(data).hexdigest()[:12]}"
    return Manifest(key, day, columns, parts)


def _newest_key(bucket: Bucket, address: str, folders: Sequence[str]) -> str:
    for folder in folders:
        # A day's folder appears before its manifest.
        for day in sorted(_list(bucket, address, folder, "common_prefixes"), reverse=True):
            key = f"{day.rstrip('/')}/manifest.json"
            if _DATED.search(key) and key in _list(bucket, address, day.rstrip("/"), "objects"):
                return key
    where = " or ".join(folders)
    raise InputError(f"{address}/{where}: no inventory here (folders such as 2026-11-24T01-00Z)")


def _list(bucket: Bucket, address: str, folder: str, kind: str) -> list[str]:
    """List folders or objects directly under a folder; retry while the server is busy."""
    import obstore

    options = bucket.options
    for attempt in range(options.attempts):
        try:
            listing: Any = obstore.list_with_delimiter(open_store(bucket), f"{folder}/")
            return [entry if isinstance(entry, str) else str(entry["path"]) for entry in listing[kind]]
        except Exception as error:
            refusal = as_refusal(error)
        if not refusal.temporary or attempt + 1 == options.attempts:
            break
        time.sleep(
            random.uniform(0.0, min(options.longest_wait_seconds, options.backoff_seconds * 2**attempt))
        )
    raise InputError(f"{address}: the inventories cannot be listed: {refusal.detail}") from refusal


def _require_safe_key(key: str, where: str) -> str:
    if key.startswith("/") or ".." in key.split("/") or not key.isprintable():
        raise InputError(f"{where}: names a part outside the bucket")
    return key
