"""What the specification of Croissant 1.1 requires; mlcroissant passes over most of it where it is absent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

CONFORMS = "http://mlcommons.org/croissant/1.1"
# https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html: "Required" of a data set, and what each
# resource, set of records and field needs to be found and read. Names in one tuple stand for each other.
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "sc:Dataset": (
        ("@context",), ("@type",), ("conformsTo", "dct:conformsTo"), ("description",), ("license",),
        ("name",), ("url",), ("creator",), ("datePublished",), ("distribution",),
    ),
    "cr:FileObject": (
        ("@id",), ("name",), ("contentUrl", "containedIn"), ("encodingFormat",), ("sha256", "md5"),
    ),
    "cr:FileSet": (("@id",), ("name",), ("containedIn",), ("includes",), ("encodingFormat",)),
    "cr:RecordSet": (("@id",), ("name",), ("field",)),
    "cr:Field": (("@id",), ("name",), ("dataType",), ("source", "value")),
}  # fmt: skip


def missing_fields(content: dict[str, Any]) -> list[str]:
    """What a data set lacks, each as the @id of its part and the name of the field; empty if it is whole.

    >>> missing_fields({"@type": "sc:Dataset", "name": ""})[:3]
    ['@context', 'conformsTo', 'description']
    """
    found = list(_lacking(content))
    stated = content.get("conformsTo", content.get("dct:conformsTo")) or []
    if found == [] and CONFORMS not in ([stated] if isinstance(stated, str) else stated):
        found.append(f"conformsTo is not {CONFORMS}")
    parts = list(content.get("distribution") or [])
    records = content.get("recordSet") or []
    parts += [*records, *(field for each in records for field in each.get("field") or [])]
    for part in parts:
        found += [f"{part.get('@id')}: {name}" for name in _lacking(part)]
    ids = [part.get("@id") for part in parts]
    return found + [f"{name}: @id is there twice" for name in sorted({i for i in ids if ids.count(i) > 1})]


def _lacking(part: dict[str, Any]) -> Iterator[str]:
    if part.get("@type") not in REQUIRED:
        yield "@type"
        return
    for names in REQUIRED[part["@type"]]:
        if not any(part.get(name) for name in names):
            yield names[0]
