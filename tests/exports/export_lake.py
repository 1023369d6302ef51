"""A lake with a release of the rows of export_rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from articles import open_lake
from export_rows import RELEASE, rows, source_rows

from medconcept.config import Config
from medconcept.lake import transaction
from medconcept.lake.changes import change_set
from medconcept.lake.lake import Lake
from medconcept.lake.lease import lease
from medconcept.tables import TABLES


def put(lake: Lake, **tables: list[dict[str, Any]]) -> None:
    """Commit rows of tables as a run of a stage does."""
    head = lake.head()
    run_id = f"run-{head.seq + 1}"
    for name, content in tables.items():
        spec = TABLES[name]
        values = [tuple(row.get(column) for column in spec.content.names) for row in content]
        frame = lake.spark.createDataFrame(values, spec.content)
        batch = change_set(spec.conform(frame, run_id, "2026-01-01 00:00:00"), None, spec)
        transaction.stage(lake, run_id, name, batch)
    manifest = transaction.Manifest(
        seq=head.seq + 1, run_id=run_id, job="test", tables=tuple(tables),
        base_versions=head.base_versions, input_versions={}, settings_digest="",
        code_version="", inserts_only=tuple(tables),
    )  # fmt: skip
    with lease(lake.files, run_id) as owner:
        transaction.commit(lake, manifest, owner)


def build(spark: Any, folder: Path) -> Config:
    """Make the lake and its release; returns its configuration."""
    settings = Config(lake=str(folder / "lake"))
    lake = open_lake(spark, settings.lake)
    triplets, images = rows()
    put(lake, triplets=triplets, image_bytes=images, **source_rows(triplets))
    head = lake.head()
    release = {
        "name": RELEASE, "commit_seq": head.seq, "versions": head.versions,
        "rows": {"triplets": len(triplets)}, "digests": {"triplets": "ab"},
        "code_version": "0.1.0", "withheld": {"licence_unknown.rows": 1},
    }  # fmt: skip
    put(lake, releases=[release])
    return settings
