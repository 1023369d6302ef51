"""Bring a lake of an older format to the current one: new and renamed columns, under the lease of a run.

Readers need none of this: `fitted` maps the columns of every older version of a table. A migration adds
columns in place and rewrites a table whose columns were renamed, both as new Delta versions, and names
these versions in one row of `commits` (job `migrate`). Killed before that row, readers keep the old
versions; every step can be repeated. The row's entry in the change log names no rows, so no stage works on
anything again.
"""

from __future__ import annotations

from datetime import datetime, timezone

from delta.tables import DeltaTable
from pyspark.sql import functions as F

from medconcept import __version__
from medconcept.config import settings_digest
from medconcept.errors import LakeError
from medconcept.lake import transaction
from medconcept.lake.lake import FORMAT_VERSION, MIGRATE, Lake
from medconcept.lake.lease import Lease
from medconcept.lake.table_log import MIGRATION, STAMP_SETTING
from medconcept.spark.hadoop_files import reason
from medconcept.spark.session import new_session
from medconcept.tables import DATA_TABLES, TABLES, Table
from medconcept.tables.fit import fitted, has_former_names, missing_columns


def open_for_writing(lake: Lake, owner: Lease) -> list[str]:
    """Create the lake, or migrate it, and finish an interrupted commit; returns one line for each thing done.

    `owner` is the caller's lease. Raises LakeError where the lake cannot be written.
    """
    lake.create()
    if not lake.is_older:
        return transaction.recover(lake, owner)
    version, started_at = lake.format_version, datetime.now(timezone.utc).replace(tzinfo=None)
    # Before recovery: an interrupted commit is applied to tables with current columns. It may have
    # reached some of them already, so that the latest version is what counts here, not the committed one.
    for table in TABLES.values():
        _update_columns(lake, table)
    done = transaction.recover(lake, owner)
    _commit_versions(lake, transaction.new_run_id(started_at), owner)
    lake.mark_current()
    return [*done, f"the lake was migrated from format {version} to {FORMAT_VERSION}"]


def _update_columns(lake: Lake, table: Table) -> None:
    """Give the latest version of a table its current columns; does nothing where it has them."""
    path, spark = lake.path(table.name), new_session(lake.spark)
    spark.conf.set(STAMP_SETTING, MIGRATION)
    try:
        rows = DeltaTable.forPath(spark, path).toDF()
        lacking = missing_columns(rows.schema, table.schema)
        if has_former_names(rows.schema, table.former_names):
            rows = fitted(rows, table.schema, table.former_names)
            # Not a rename in place: that takes Delta's column mapping, which other readers do not support.
            columns = [F.col(c.name).alias(c.name, metadata=c.metadata) for c in table.schema.fields]
            writer = rows.select(*columns).write.format("delta").mode("overwrite")
            writer.option("overwriteSchema", "true").save(path)
        elif lacking:
            quoted_path = path.replace("`", "``")
            spark.sql(f"ALTER TABLE delta.`{quoted_path}` ADD COLUMNS ({', '.join(lacking)})")
    except Exception as error:
        raise LakeError(f"{lake.root}: the lake cannot be written ({reason(error)})") from error


def _commit_versions(lake: Lake, run_id: str, owner: Lease) -> None:
    """Name the migrated versions in `commits`, for tables that the head names with older columns."""
    head = lake.head()
    older = {
        name: seen
        for name in DATA_TABLES
        if (seen := head.versions.get(name, 0)) and _is_older(lake, name, seen)
    }
    if not older:
        return
    migrated = {name: lake.latest_version(name) for name in older}
    manifest = transaction.Manifest(
        seq=head.seq + 1,
        run_id=run_id,
        job=MIGRATE,
        tables=(),  # nothing is staged
        base_versions={**head.versions, **migrated},
        input_versions=older,
        settings_digest=settings_digest(MIGRATE, FORMAT_VERSION),
        code_version=__version__,
        dictionary_sha256=head.dictionary_sha256,
        counts={"tables.migrated": len(older)},
    )
    transaction.commit(lake, manifest, owner)


def _is_older(lake: Lake, table: str, version: int) -> bool:
    stored = lake.spark.read.format("delta").option("versionAsOf", version).load(lake.path(table))
    return bool(missing_columns(stored.schema, TABLES[table].schema))
