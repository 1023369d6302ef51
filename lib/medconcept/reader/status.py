"""The state of a lake: articles by source, refusals of the sync, held batches."""

from __future__ import annotations

from typing import Any

from medconcept.reader.committed import CommittedLake
from medconcept.reader.held import held_batches

_SOURCES = """
    SELECT source, count(*) FILTER (WHERE left_out IS NULL) AS articles,
        count(*) FILTER (WHERE left_out IS NOT NULL) AS left_out,
        coalesce(sum(size) FILTER (WHERE left_out IS NULL), 0) AS bytes
    FROM raw_articles GROUP BY source ORDER BY source"""
# The last event of each file, checksum and reason, where it is `opened`: as lake.quarantine has it.
_REFUSED = """
    SELECT reason, count(*) AS n FROM (
        SELECT reason, event, row_number() OVER (
            PARTITION BY source, source_key, source_sha256, parser_version, reason
            ORDER BY at DESC, event DESC
        ) AS number FROM quarantine WHERE parser_version = 'sync_articles')
    WHERE number = 1 AND event = 'opened' GROUP BY reason ORDER BY reason"""


def lake_status(lake: CommittedLake) -> dict[str, Any]:
    """Counts of the lake at its last commit; what is new at its source takes Spark (pipeline.status)."""
    head = lake.head()
    raw = {"raw_articles": lake.open("raw_articles", head)}
    quarantine = {"quarantine": lake.open("quarantine", None)}
    sources = lake.query(_SOURCES, raw).to_pylist()
    return {
        "commit": head.seq,
        "sources": {row.pop("source"): row for row in sources},
        "refused": {row["reason"]: row["n"] for row in lake.query(_REFUSED, quarantine).to_pylist()},
        "last_sync": _last_sync(lake),
        "held": [vars(each) for each in held_batches(lake.storage)],
    }


def _last_sync(lake: CommittedLake) -> dict[str, Any] | None:
    rows = lake.commits.select(["job", "run_id", "committed_at"]).to_pylist()
    last = next((row for row in reversed(rows) if row["job"] == "sync_articles"), None)
    if last is None:
        return None
    return {"run_id": last["run_id"], "at": f"{last['committed_at']:%Y-%m-%dT%H:%M:%SZ}"}
