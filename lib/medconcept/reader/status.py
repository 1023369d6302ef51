"""The state of a lake: articles by source, refusals of the sync, held batches."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from medconcept.reader.committed import CommittedLake
from medconcept.reader.held import held_batches
from medconcept.reader.layout import KEYS, Commit
from medconcept.reader.needs_spark import NeedsSpark

_SOURCES = """
    SELECT source, count(*) FILTER (WHERE left_out IS NULL) AS articles,
        count(*) FILTER (WHERE left_out IS NOT NULL) AS left_out,
        coalesce(sum(size) FILTER (WHERE left_out IS NULL), 0) AS bytes
    FROM raw_articles GROUP BY source ORDER BY source"""
# The last event of each file, checksum and reason, where it is `opened`: as lake.quarantine has it.
_REFUSED = """
    SELECT {value} AS value, count(*) AS n FROM (
        SELECT reason, parser_version, event, row_number() OVER (
            PARTITION BY source, source_key, source_sha256, parser_version, reason
            ORDER BY at DESC, event DESC
        ) AS number FROM quarantine WHERE {by})
    WHERE number = 1 AND event = 'opened' GROUP BY {value} ORDER BY {value}"""
_BY_SYNC = _REFUSED.format(value="reason", by="parser_version = 'sync_articles'")
_BY_GATES = _REFUSED.format(value="parser_version", by="starts_with(parser_version, 'gate:')")


def lake_status(lake: CommittedLake) -> dict[str, Any]:
    """Counts of the lake at its last commit; what is new at its source takes Spark (pipeline.status).

    Raises NeedsSpark where files are missing, which pipeline.status names.
    """
    head = lake.head()
    _require_files(lake, head)
    raw = {"raw_articles": lake.open("raw_articles", head)}
    quarantine = {"quarantine": lake.open("quarantine", None)}
    sources = lake.query(_SOURCES, raw).to_pylist()
    return {
        "commit": head.seq,
        "sources": {row.pop("source"): row for row in sources},
        "refused": {row["value"]: row["n"] for row in lake.query(_BY_SYNC, quarantine).to_pylist()},
        "last_sync": _last_sync(lake),
        "taken_out": {row["value"]: row["n"] for row in lake.query(_BY_GATES, quarantine).to_pylist()},
        "held": [vars(each) for each in held_batches(lake.storage)],
    }


def _require_files(lake: CommittedLake, head: Commit) -> None:
    """Compare the names in each table's log with the listing of its folder."""
    for table, version in head.versions.items():
        if version and table in KEYS:
            opened, _ = lake.open_as_stored(table, head)
            there = set(lake.storage.list(table))
            if any(unquote(uri.rsplit("/", 1)[-1]) not in there for uri in opened.file_uris()):
                raise NeedsSpark(f"files of {table} are missing")


def _last_sync(lake: CommittedLake) -> dict[str, Any] | None:
    rows = lake.commits.select(["job", "run_id", "committed_at"]).to_pylist()
    last = next((row for row in reversed(rows) if row["job"] == "sync_articles"), None)
    if last is None:
        return None
    return {"run_id": last["run_id"], "at": f"{last['committed_at']:%Y-%m-%dT%H:%M:%SZ}"}
