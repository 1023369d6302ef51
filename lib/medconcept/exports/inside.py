"""What is inside an export, counted by those who write it: rows by value of the fields that a card shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

# Fields with few values, or whose most frequent values say something of the data.
COUNTED = (
    "split", "rights_group", "main_modality", "year", "journal", "language", "article_type", "image_format",
    "is_retracted", "has_concern", "licence",
)  # fmt: skip
NONE = "(none)"  # stands for a field without a value

Inside = dict[str, dict[str, int]]


def count_rows(batch: pa.RecordBatch, inside: Inside) -> None:
    """Add the rows of a batch to the counts: of each field of COUNTED that it has, and `totals`.

    >>> inside = {}
    >>> count_rows(pa.RecordBatch.from_pylist([{"year": 2020}, {"year": None}]), inside)
    >>> inside
    {'totals': {'rows': 2}, 'year': {'2020': 1, '(none)': 1}}
    """
    _add(inside, "totals", {"rows": len(batch)})
    for name in COUNTED:
        if (values := _column(batch, name)) is not None:
            counts = pc.value_counts(values)
            _add(inside, name, {_text(each["values"]): each["counts"] for each in counts.to_pylist()})
    if "image" in batch.schema.names:
        paths = pc.struct_field(batch.column("image"), "path").to_pylist()
        for path in filter(None, paths):
            _add(inside, "extension", {path.rpartition(".")[2]: 1})
    if "concepts" in batch.schema.names:
        concepts = batch.column("concepts")
        _add(inside, "totals", {"concepts": pc.sum(pc.list_value_length(concepts)).as_py() or 0})
        withheld = pc.struct_field(concepts.flatten(), "name_withheld")
        _add(inside, "totals", {"names_withheld": len(withheld) - withheld.null_count})
    if "panels" in batch.schema.names:
        panels = pc.sum(pc.list_value_length(batch.column("panels"))).as_py()
        _add(inside, "totals", {"panels": panels or 0})


def merged(parts: Iterable[Mapping[str, Mapping[str, int]]]) -> Inside:
    """The sum of several counts, each field's values sorted.

    >>> merged([{"year": {"2020": 1}}, {"year": {"2019": 2, "2020": 1}}])
    {'year': {'2019': 2, '2020': 2}}
    """
    total: Inside = {}
    for part in parts:
        for name, counts in part.items():
            _add(total, name, counts)
    return {name: dict(sorted(counts.items())) for name, counts in sorted(total.items())}


def most_frequent(counts: Mapping[str, int], limit: int) -> list[tuple[str, int]]:
    """The values with most rows, and `(others)` for the rows of all the rest.

    >>> most_frequent({"a": 1, "b": 3, "c": 2}, 1)
    [('b', 3), ('(others)', 3)]
    """
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rest = sum(count for _, count in ranked[limit:])
    return ranked[:limit] + ([("(others)", rest)] if rest else [])


def _column(batch: pa.RecordBatch, name: str) -> Any:
    if name == "licence":
        if "rights" not in batch.schema.names:
            return None
        return pc.struct_field(batch.column("rights"), "licence_code")
    return batch.column(name) if name in batch.schema.names else None


def _add(inside: Inside, name: str, counts: Mapping[str, int]) -> None:
    own = inside.setdefault(name, {})
    for value, count in counts.items():
        own[value] = own.get(value, 0) + count


def _text(value: object) -> str:
    if value is None:
        return NONE
    return str(value).lower() if isinstance(value, bool) else str(value)
