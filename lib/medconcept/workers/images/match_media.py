"""Names of media and hrefs of graphics to keys that Spark joins; graphics to files, article by article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from medconcept.images.matching import Media
from medconcept.images.media_names import MediaName, parse_media_name, readings
from medconcept.images.statuses import Status
from medconcept.jats.records.figure import Evidence, Rights
from medconcept.rights import (
    FigureStatement,
    LicenceStatement,
    effective_terms,
    with_source_statement,
    withheld,
)

KEYED = "name string, is_image boolean, paths array<string>, folders array<string>, keys array<string>"
SOUGHT = "image_key string, article_key string, folder string, keys array<string>, paths array<string>"
MATCHED = (
    "image_key string, article_key string, status string, detail string, file string, how string, "
    "is_thumbnail boolean, others array<string>, unreferenced long"
)
DERIVABLE = "image_key string, may_derive boolean"
_STRINGS = pa.list_(pa.string())
_KEYED = pa.schema(
    [
        ("name", pa.string()),
        ("is_image", pa.bool_()),
        ("paths", _STRINGS),
        ("folders", _STRINGS),
        ("keys", _STRINGS),
    ]
)
_SOUGHT = pa.schema(
    [
        ("image_key", pa.string()),
        ("article_key", pa.string()),
        ("folder", pa.string()),
        ("keys", _STRINGS),
        ("paths", _STRINGS),
    ]
)
_MATCHED = pa.schema(
    [
        ("image_key", pa.string()),
        ("article_key", pa.string()),
        ("status", pa.string()),
        ("detail", pa.string()),
        ("file", pa.string()),
        ("how", pa.string()),
        ("is_thumbnail", pa.bool_()),
        ("others", _STRINGS),
        ("unreferenced", pa.int64()),
    ]
)
_DERIVABLE = pa.schema([("image_key", pa.string()), ("may_derive", pa.bool_())])


def keyed_media(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows of `name` to rows of KEYED: the folders that a file lies in, and the keys under which it is found.

    A name that names no file gives no row.
    """
    for batch in batches:
        rows = []
        for name in batch.column("name").to_pylist():
            if (file := parse_media_name(name)) is not None:
                rows.append(
                    {
                        "name": name,
                        "is_image": file.format is not None,
                        "paths": _paths(file),
                        "folders": ["/".join(file.folders[:n]) for n in range(len(file.folders) + 1)],
                        "keys": _keys(file.base, file.stem, file.small_of),
                    }
                )
        yield pa.RecordBatch.from_pylist(rows, _KEYED)


def sought_media(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows of (image_key, article_key, source_key, hrefs) to rows of SOUGHT: the keys a graphic looks up."""
    for batch in batches:
        rows = []
        for row in batch.to_pylist():
            folder = _folder(row["source_key"])
            names = [
                name for href in row["hrefs"] for start in (folder, ()) for name in readings(href, start)
            ]
            keys = [key for n in names for key in _keys(n.base, n.stem, n.small_of if n.is_marked else None)]
            rows.append(
                {
                    "image_key": row["image_key"],
                    "article_key": row["article_key"],
                    "folder": "/".join(folder),
                    "keys": list(dict.fromkeys(keys)),
                    "paths": list(dict.fromkeys(path for name in names for path in _paths(name))),
                }
            )
        yield pa.RecordBatch.from_pylist(rows, _SOUGHT)


def matched_graphics(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows of (article_key, source_key, has_images, names, graphics) to MATCHED, one row for each graphic.

    `names` are all names of the article's media, or those that its graphics may mean; then `has_images` says
    whether the article has any image file at all. `unreferenced` stands in the first row of an article: how
    many of the names are image files that no graphic refers to.
    """
    for batch in batches:
        rows: list[dict[str, Any]] = []
        for article in batch.to_pylist():
            media = Media(article["names"] or (), "/".join(_folder(article["source_key"])))
            matches = []
            first = len(rows)
            for graphic in article["graphics"]:
                match = media.match(graphic["hrefs"], graphic["previews"] or ())
                matches.append(match)
                status, detail = match.status, None
                if status in (Status.NO_MEDIA, Status.NO_MATCH) and article["has_images"] is not None:
                    status = Status.NO_MATCH if article["has_images"] else Status.NO_MEDIA
                if status is Status.AMBIGUOUS:
                    detail = ", ".join(match.others)[:300]
                rows.append(
                    {
                        "image_key": graphic["image_key"],
                        "article_key": article["article_key"],
                        "status": status.value,
                        "detail": detail,
                        "file": match.file,
                        "how": match.how if match.file else None,
                        "is_thumbnail": match.is_thumbnail if match.file else None,
                        "others": list(match.others),
                        "unreferenced": 0,
                    }
                )
            if len(rows) > first:
                rows[first]["unreferenced"] = len(media.unreferenced(matches))
        yield pa.RecordBatch.from_pylist(rows, _MATCHED)


def derivable(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows of image_key and what article, source and figure state of their rights, to DERIVABLE.

    `may_derive` is true where no rule withholds changed copies, by the terms that triplets have, too.
    """
    for batch in batches:
        rows = []
        for row in batch.to_pylist():
            article = LicenceStatement(
                row["licence_code"], row["licence_url"], row["licence_text"], row["copyright_statement"]
            )
            terms = effective_terms(article, FigureStatement.of(_rights(row["rights"])))
            terms = with_source_statement(terms, article, row["pmc_licence_code"])
            rows.append({"image_key": row["image_key"], "may_derive": withheld(terms) is None})
        yield pa.RecordBatch.from_pylist(rows, _DERIVABLE)


def _rights(stored: dict[str, Any] | None) -> Rights | None:
    if stored is None:
        return None
    evidence = tuple(Evidence(**item) for item in stored["evidence"] or ())
    return Rights(**{**stored, "evidence": evidence, "by_permission": bool(stored["by_permission"])})


def _folder(source_key: str) -> tuple[str, ...]:
    """The folder of an article's file, in the parts that media are compared by."""
    name = parse_media_name(source_key)
    return () if name is None else name.folders


def _paths(name: MediaName) -> list[str]:
    """The path of a file, and without its image extension."""
    return list(dict.fromkeys("/".join((*name.folders, last)) for last in (name.base, name.stem)))


def _keys(base: str, stem: str, small_of: str | None) -> list[str]:
    return list(dict.fromkeys(key.casefold() for key in (base, stem, small_of or stem)))
