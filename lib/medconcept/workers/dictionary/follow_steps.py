"""Retired identifiers, each with its replacement, to the last replacement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StringType, StructField, StructType

STEPS = StructType([StructField("old", StringType()), StructField("new", StringType())])


def last_of(steps: dict[str, str | None]) -> dict[str, str | None]:
    """The identifier in use that each retired one leads to; None if it leads to none, or in a circle.

    >>> last_of({"a": "b", "b": "c", "x": "y", "y": None, "p": "q", "q": "p"})
    {'a': 'c', 'b': 'c', 'x': None, 'y': None, 'p': None, 'q': None}
    """
    out: dict[str, str | None] = {}
    for start in steps:
        at: str | None = start
        seen: set[str] = set()
        while at in steps and at not in seen:
            seen.add(at)
            at = steps[at]
        out[start] = None if at in seen else at
    return out


def follow_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """All rows of STEPS, in one partition, to rows of STEPS whose `new` is in use, or null."""
    steps: dict[str, str | None] = {}
    for batch in batches:
        steps.update(zip(batch.column("old").to_pylist(), batch.column("new").to_pylist(), strict=True))
    last = last_of(steps)
    yield pa.RecordBatch.from_pydict({"old": [*last], "new": [*last.values()]}, to_arrow_schema(STEPS))
