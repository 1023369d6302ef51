"""What is in a lake, and what differs between two of its commits: as lake.queries answers, without Spark."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from medconcept.reader.committed import CommittedLake, needing_spark
from medconcept.reader.layout import DATA_TABLES, KEYS, Commit

_KINDS = ("added", "removed", "changed")


def list_tables(lake: CommittedLake) -> list[dict[str, Any]]:
    """Return one entry for each table, at the last commit: table, version, rows, bytes, last_run."""
    head, last_run = lake.head(), _last_runs(lake)
    with ThreadPoolExecutor(max_workers=8) as pool:  # on S3 each table is some round trips
        return list(pool.map(lambda name: _entry(lake, name, head, last_run.get(name)), KEYS))


def _entry(lake: CommittedLake, name: str, head: Commit, last_run: str | None) -> dict[str, Any]:
    table = lake.open(name, head if KEYS[name] else None)
    version = table.version()
    rows = lake.query(f"SELECT count(*) AS n FROM {name}", {name: table}).column("n")[0].as_py()
    with needing_spark():
        latest, _ = lake.open_as_stored(name, None)
        latest.update_incremental()
        sizes = latest.get_add_actions(flatten=True)
        size = sum(sizes.column("size_bytes").to_pylist()) if sizes.num_rows else 0
    return {"table": name, "version": version, "rows": rows, "bytes": size, "last_run": last_run}


def _last_runs(lake: CommittedLake) -> dict[str, str]:
    """For each table the run that first committed the version of the last commit."""
    versions, runs = lake.commits.column("versions").to_pylist(), lake.commits.column("run_id").to_pylist()
    last_run: dict[str, str] = {}
    for table, version in lake.head().versions.items():
        for of_commit, run in zip(versions, runs, strict=True):
            if (table, version) in of_commit:
                last_run[table] = run
                break
    return last_run


def diff(lake: CommittedLake, old: str, new: str) -> dict[str, dict[str, int]]:
    """Count the rows added, removed and changed between two releases or commit numbers, by table."""
    before, after = (lake.commit(int(name)) if name.isdigit() else lake.release(name) for name in (old, new))
    return {name: _changes(lake, name, before, after) for name in DATA_TABLES}


def _changes(lake: CommittedLake, name: str, before: Commit, after: Commit) -> dict[str, int]:
    if before.versions.get(name, 0) == after.versions.get(name, 0):
        return dict.fromkeys(_KINDS, 0)
    # Keys and digests are the same columns in every format.
    tables = {"old": lake.open_as_stored(name, before)[0], "new": lake.open_as_stored(name, after)[0]}
    same_key = " AND ".join(f"old.{column} = new.{column}" for column in KEYS[name])
    rows = lake.query(
        "SELECT count(*) FILTER (WHERE old.row_digest IS NULL) AS added, "
        "count(*) FILTER (WHERE new.row_digest IS NULL) AS removed, "
        "count(*) FILTER (WHERE old.row_digest <> new.row_digest) AS changed "
        f"FROM old FULL JOIN new ON {same_key}",
        tables,
    )
    (counts,) = rows.to_pylist()
    return {kind: counts[kind] for kind in _KINDS}
