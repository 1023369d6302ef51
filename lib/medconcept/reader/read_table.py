"""medconcept.read_table and medconcept.tables: a lake's tables for Python, without Spark."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any, Literal

import pyarrow as pa

from medconcept.config import Config
from medconcept.errors import LakeError
from medconcept.reader.committed import CommittedLake, arrow_schema
from medconcept.reader.needs_spark import NeedsSpark
from medconcept.reader.questions import list_tables
from medconcept.reader.storage import Storage

LakePlace = str | os.PathLike[str] | Config


def read_table(
    lake: LakePlace,
    name: str,
    release: str | None = None,
    as_of: str | int | datetime | None = None,
    columns: Sequence[str] | None = None,
    *,
    form: Literal["pyarrow", "polars"] = "pyarrow",
) -> Any:
    """Return a table of a lake as its last commit names it, or as of a release or a moment; starts no Java.

    `lake` is a path, a URI of S3 or a Config; `as_of` the number of a commit or a UTC time. `columns` selects
    columns, in their order; only these are read. The result is a pyarrow.Table, or a polars.DataFrame with
    form="polars"; its rows have no particular order. Raises LakeError in one line.
    """
    with _without_spark(lake, name):
        opened = open_lake(lake)
        if release is not None and as_of is not None:
            raise LakeError("read_table: release and as_of are two moments; one can be read")
        table = opened.open(name, opened.at(release=release, as_of=_as_text(as_of)))
        known = arrow_schema(table).names
        selected = known if columns is None else list(columns)
        if unknown := [column for column in selected if column not in known]:
            raise LakeError(f"{name} has no column {unknown[0]!r} (columns: {', '.join(known)})")
        if not selected:
            raise LakeError("read_table: columns is empty; None reads all")
        sql = ", ".join(f'"{column}"' for column in selected)
        rows: pa.Table = opened.query(f"SELECT {sql} FROM {name}", {name: table}, most_bytes=None)
    if form == "polars":
        import polars

        return polars.from_arrow(rows)
    return rows


def tables(lake: LakePlace) -> list[dict[str, Any]]:
    """What is in a lake: one dictionary for each table, with table, version, rows, bytes and last_run.

    Raises LakeError in one line.
    """
    with _without_spark(lake, "the lake"):
        return list_tables(open_lake(lake))


def open_lake(lake: LakePlace) -> CommittedLake:
    """Open a lake without Spark. Raises LakeError, or NeedsSpark where only Spark can read it."""
    if isinstance(lake, Config):
        return CommittedLake(Storage(lake.lake, lake.spark.options))
    return CommittedLake(Storage(os.fspath(lake)))


@contextmanager
def _without_spark(lake: LakePlace, what: str) -> Iterator[None]:
    try:
        yield
    except NeedsSpark as why:
        place = lake.lake if isinstance(lake, Config) else lake
        raise LakeError(f"{place}: {what} cannot be read without Spark: {why}") from why


def _as_text(as_of: str | int | datetime | None) -> str | None:
    if isinstance(as_of, datetime):
        moment = as_of if as_of.tzinfo else as_of.replace(tzinfo=timezone.utc)
        return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return None if as_of is None else str(as_of)
