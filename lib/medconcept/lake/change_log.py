"""The keys that each commit changed: a later job works on these, without comparing two versions of a table.

`_changes/<seq>` contains `commit.json` with the run, and for each table that the commit changed a folder of
Parquet with the distinct scopes (see Table) of the rows that it wrote or deleted. `filled` in `commit.json`
lists the tables that had no rows before: all of their rows are new; `files` lists those folders' files, so
that one that has gone is missed. The log is written from the staged batch before the commit's row, so that
every commit that a reader can see has one; it is safe to write it twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.errors import LakeError
from medconcept.lake.changes import KEEP
from medconcept.lake.lake import MIGRATE, RESTORE, Commit, Lake
from medconcept.spark.hadoop_files import NO_PATTERNS
from medconcept.tables import TABLES

CHANGES, NOTE = "_changes", "commit.json"
FURTHEST = 1000  # commits: a job further behind works on everything


def note_scopes(lake: Lake, seq: int, table: str, batch: DataFrame) -> None:
    """Write down which scopes of a table, which must have some, a staged batch changes."""
    rows = batch.where(F.col("_op") != KEEP).select(*TABLES[table].scope).distinct()
    rows.write.mode("overwrite").parquet(lake.files.uri(f"{CHANGES}/{seq}/{table}"))


def note_commit(lake: Lake, seq: int, run_id: str, filled: tuple[str, ...]) -> None:
    """Write down the run of a commit, the tables that had no rows before it, and the files with scopes."""
    note = {"run_id": run_id, "filled": filled, "files": _files_with_scopes(lake, seq)}
    lake.files.write(f"{CHANGES}/{seq}/{NOTE}", json.dumps({**note, "sha256": _sha256(note)}).encode())


def _files_with_scopes(lake: Lake, seq: int) -> list[str]:
    """The files of the log of a commit that Spark reads, as `table/file`, sorted; one listing."""
    folder = f"{CHANGES}/{seq}/"
    if not lake.files.exists(folder):
        return []
    paths = [path.removeprefix(folder).split("/") for path in lake.files.walk(folder.rstrip("/"))]
    return sorted("/".join(path) for path in paths if path[0] in TABLES and path[-1][0] not in "._")


def _sha256(note: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(note, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Since:
    """The changes between two commits: runs, tables filled, folders of changed scopes by table."""

    lake: Lake
    runs: tuple[str, ...]
    filled: frozenset[str]
    noted: dict[str, list[str]]

    def scopes(self, *tables: str) -> DataFrame | None:
        """The distinct scopes of rows that changed in tables of one scope; None where one was filled."""
        if self.filled.intersection(tables):
            return None
        parts = [part for table in tables for part in self.noted.get(table, ())]
        names = TABLES[tables[0]].scope
        schema = ", ".join(f"{name} string" for name in names)
        reader = self.lake.spark.read.option(*NO_PATTERNS).schema(schema)
        rows = reader.parquet(*parts) if parts else self.lake.spark.createDataFrame([], schema)
        return rows.distinct()

    def touches(self, *tables: str) -> bool:
        """Whether a row of these tables, which have scopes, was written or deleted."""
        return any(table in self.filled or table in self.noted for table in tables)

    def written(self, rows: DataFrame) -> DataFrame:
        """Return the rows of a table that the runs wrote.

        Delta skips files by their statistics of `run_id`, so files without rows of these runs are not opened.
        """
        return rows.where(F.col("run_id").isin(list(self.runs)))


def since(lake: Lake, seq: int, head: Commit) -> Since | None:
    """Return the changes after commit `seq` up to `head`; None if they are too many or a log is damaged.

    A log is damaged if it, or a file that it names, is missing or cannot be read.
    """
    numbers = range(seq + 1, head.seq + 1)
    if len(numbers) > FURTHEST:
        return None
    runs: list[str] = []
    filled: set[str] = set()
    noted: dict[str, list[str]] = {}
    for number in numbers:
        note = _read_note(lake, number)
        if note is None:
            return None
        runs.append(note["run_id"])
        filled.update(note["filled"])
        for table in dict.fromkeys(file.split("/")[0] for file in note["files"]):
            noted.setdefault(table, []).append(lake.files.uri(f"{CHANGES}/{number}/{table}"))
    return Since(lake, tuple(dict.fromkeys(runs)), frozenset(filled), noted)


def _read_note(lake: Lake, seq: int) -> dict[str, Any] | None:
    """The log of a commit; None if there is none, it is damaged, or files that it names have gone.

    Logs of older program versions, without a checksum, do not name their files.
    """
    name = f"{CHANGES}/{seq}/{NOTE}"
    try:
        if not lake.files.exists(name):
            return None
        note = json.loads(lake.files.read(name))
        sha256, has_files = note.pop("sha256", None), "files" in note
        files = _files_with_scopes(lake, seq)
        note = {"files": files, **note}
        is_whole = (
            sha256 == _sha256(note) if has_files else sha256 is None and {"run_id", "filled"} <= set(note)
        )
    except (LakeError, ValueError, AttributeError, TypeError):
        return None
    return note if is_whole and set(note["files"]) <= set(files) else None


def have_same_rows(
    lake: Lake, tables: Iterable[str], seq: int, versions: Mapping[str, int], head: Commit
) -> bool:
    """Whether tables have the same rows at `head` as at `versions`, the inputs of commit `seq`.

    Equal versions mean equal rows. Only a migration and `restore` give a table a new version with the same
    rows; if there was one after `seq`, the log decides.
    """
    other = [name for name in tables if versions.get(name, 0) != head.versions.get(name, 0)]
    same_rows = [row for job in (MIGRATE, RESTORE) if (row := lake.last_commit_of(job)) and row["seq"] > seq]
    if not other or not same_rows:
        return not other
    happened = since(lake, seq, head)
    has_scopes = all(TABLES[name].scope for name in other)
    return happened is not None and has_scopes and not happened.touches(*other)
