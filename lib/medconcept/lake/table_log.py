"""What Delta's log says of the versions of a table: which commit of a lake wrote one, if any did."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from medconcept.errors import LakeDamaged, LakeError
from medconcept.lake.lake import Lake

# The setting of a session that puts a text of one's own into the log of a version, as `userMetadata`.
STAMP_SETTING = "spark.databricks.delta.commitInfo.userMetadata"
MIGRATION = "medconcept migration"  # the stamp of versions that differ in their columns alone


@dataclass(frozen=True)
class TableVersion:
    """One version of a table: its operation, time, stamp and metrics, and whether rows came or went."""

    number: int
    operation: str
    at: str
    stamp: str | None
    metrics: dict[str, int]
    changes_rows: bool


def read_version(lake: Lake, table: str, number: int) -> TableVersion:
    """Read the log of one version. Raises LakeDamaged where it is missing or cannot be read."""
    name = f"{table}/_delta_log/{number:020d}.json"
    try:
        return parse_version(number, lake.files.read(name).decode())
    except (LakeError, ValueError, AttributeError) as error:
        raise LakeDamaged(
            f"{lake.files.uri(name)}: this version of the log of the table {table} is missing or cannot be "
            "read; put it back from a copy of the lake"
        ) from error


def parse_version(number: int, text: str) -> TableVersion:
    """Parse the actions of a version, one JSON object a line, as Delta's protocol states them.

    >>> add = '{"add": {"path": "a.parquet", "dataChange": false}}'
    >>> info = '{"commitInfo": {"operation": "OPTIMIZE", "timestamp": 0, "operationMetrics": {"n": "1"}}}'
    >>> parse_version(3, f"{info}\\n{add}")
    TableVersion(number=3, operation='OPTIMIZE', at='1970-01-01 00:00:00', stamp=None, metrics={'n': 1}, \
changes_rows=False)
    """
    info: dict[str, Any] = {}
    changes_rows = False
    for line in filter(None, text.split("\n")):  # a string in JSON may hold other ends of lines
        action = json.loads(line)
        info = action.get("commitInfo", info)
        of_file = action.get("add") or action.get("remove") or {}
        changes_rows = changes_rows or bool(of_file.get("dataChange", False))
    at = datetime.fromtimestamp(int(info.get("timestamp", 0)) / 1000, timezone.utc)
    metrics = {
        name: int(value) for name, value in (info.get("operationMetrics") or {}).items() if _is_count(value)
    }
    return TableVersion(
        number,
        str(info.get("operation")),
        f"{at:%Y-%m-%d %H:%M:%S}",
        info.get("userMetadata"),
        metrics,
        changes_rows,
    )


def versions_after(lake: Lake, table: str, base: int) -> list[TableVersion]:
    """The versions of a table after `base`, oldest first. Raises LakeDamaged as `read_version` does."""
    return [read_version(lake, table, number) for number in range(base + 1, lake.latest_version(table) + 1)]


def is_foreign(version: TableVersion) -> bool:
    """Whether a version changed rows, and no migration did it: OPTIMIZE, VACUUM and new columns do not."""
    return version.changes_rows and version.stamp != MIGRATION


def version_stamped(lake: Lake, table: str, base: int, stamp: str) -> TableVersion | None:
    """The version after `base` with this stamp, None if there is none and the table has the rows of `base`.

    Raises LakeDamaged where anything else changed rows after `base`: it came past every gate.
    """
    for version in versions_after(lake, table, base):
        if version.stamp == stamp:
            return version
        if is_foreign(version):
            raise LakeDamaged(
                f"{lake.path(table)}: version {version.number} ({version.operation}, {version.at} UTC) was "
                "written by no job; `medconcept restore` puts the tables back to the last commit"
            )
    return None


def _is_count(value: Any) -> bool:
    return str(value).isdigit()
