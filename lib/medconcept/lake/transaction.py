"""One commit of several tables: staged, gated, written ahead, applied idempotently, then named in `commits`.

Delta commits one table at a time. So a batch is staged whole and gated. Then a manifest is written: from here
on the commit will happen, even if the run is killed. Then each table is merged under an application id and
the commit's number, which Delta applies once. Last, one row of `commits` names the versions that belong
together. A run that finds a manifest with the next number finishes that commit before it does anything else.

Delta's id alone does not tell whose rows a version has. So each version is stamped with the manifest's
digest: a table is written only from the version that the manifest was made on, and a version is named only if
it has this manifest's stamp and as many rows as passed the gate. Anything else that changed rows stops the
job; `lake.restore` puts the tables back.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any

from delta.tables import DeltaTable
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.errors import LakeDamaged
from medconcept.lake.change_log import note_commit, note_scopes
from medconcept.lake.changes import DELETE, KEEP, UPSERT
from medconcept.lake.lake import Lake
from medconcept.lake.lease import Lease
from medconcept.lake.table_log import STAMP_SETTING, TableVersion, version_stamped
from medconcept.spark.hadoop_files import NO_PATTERNS
from medconcept.tables import TABLES, Table
from medconcept.tables.fit import fitted, quoted

STAGING, MANIFEST = "_staging", "manifest.json"
# A staged batch is read once or twice and deleted: it is written fast, not small.
STAGING_OPTIONS = {"compression": "snappy", "parquet.enable.dictionary": "false"}
TXN_APP, TXN_VERSION = "spark.databricks.delta.write.txnAppId", "spark.databricks.delta.write.txnVersion"


@dataclass(frozen=True)
class Manifest:
    """The content of a commit, written when the last gate has passed and before any table is."""

    seq: int
    run_id: str
    job: str
    tables: tuple[str, ...]
    base_versions: dict[str, int]
    input_versions: dict[str, int]
    settings_digest: str
    code_version: str
    dictionary_sha256: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    operations: dict[str, dict[str, int]] = field(default_factory=dict)  # rows of a table's batch, by `_op`
    inserts_only: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()  # tables whose batch has all rows of each scope in it
    event: str = "end"  # in `runs`; "batch" if more commits of the run follow

    @property
    def stamp(self) -> str:
        """The text by which the versions that this manifest wrote are known."""
        digest = hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()
        return f"medconcept commit {self.seq} of run {self.run_id}, {digest[:32]}"


def new_run_id(at: datetime) -> str:
    """An id for a run that begins at this time, which is UTC; ids sort by time.

    >>> new_run_id(datetime(2026, 11, 29, 19, 52, 8))[:16]
    '20261129T195208-'
    """
    return f"{at:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"


def stage(lake: Lake, run_id: str, table: str, rows: DataFrame) -> DataFrame:
    """Write a batch to its staging folder and return it as read back from there."""
    path = lake.files.uri(f"{STAGING}/{run_id}/{table}")
    rows.write.mode("overwrite").options(**STAGING_OPTIONS).parquet(path)
    # With the schema given, Spark does not read it from the files.
    return lake.spark.read.option(*NO_PATTERNS).schema(rows.schema).parquet(path)


def staged(lake: Lake, run_id: str, table: str) -> DataFrame:
    """Read a staged batch back from its files."""
    reader = lake.spark.read.option(*NO_PATTERNS)
    return reader.parquet(lake.files.uri(f"{STAGING}/{run_id}/{table}"))


def commit(lake: Lake, manifest: Manifest, owner: Lease) -> None:
    """Make the staged batches of a run the new state of the lake. Raises what its two steps raise."""
    begin(lake, manifest, owner)
    apply_manifest(lake, manifest, owner)


def begin(lake: Lake, manifest: Manifest, owner: Lease) -> None:
    """Write the manifest: from here on the commit will happen.

    Raises LeaseHeld if the run has lost its lease, LakeDamaged if a table has rows that no commit wrote; then
    nothing is written.
    """
    owner.require()
    for table in manifest.tables:
        _version_written(lake, manifest, table)
    content = {**asdict(manifest), "stamp": manifest.stamp}
    lake.files.write(f"{STAGING}/{manifest.run_id}/{MANIFEST}", json.dumps(content).encode())


def recover(lake: Lake, owner: Lease) -> list[str]:
    """Finish the commit of a killed run and delete its leftovers; returns one line for each action.

    Raises what `apply_manifest` raises.
    """
    left = lake.files.list(STAGING)
    done: list[str] = []
    head = lake.head() if left else None
    for run_id in left:
        name = f"{STAGING}/{run_id}/{MANIFEST}"
        manifest = _read_manifest(lake, name) if lake.files.exists(name) else None
        if manifest is not None and head is not None and manifest.seq == head.seq + 1:
            apply_manifest(lake, manifest, owner)
            head = lake.head()
            done.append(f"commit {manifest.seq} of {manifest.job} (run {run_id}) was carried through")
        else:
            lake.files.delete(f"{STAGING}/{run_id}")
            # The commit of a left-over manifest was finished; only its files had not been deleted.
            what = "unfinished" if manifest is None else "left-over"
            done.append(f"{what} batches of run {run_id} were discarded")
    return done


def apply_manifest(lake: Lake, manifest: Manifest, owner: Lease) -> None:
    """Apply a manifest; every step is safe to repeat.

    Raises LeaseHeld if the run has lost its lease, LakeDamaged if a table has not the rows that it should.
    The tables are written in parallel: most of a small batch's time goes into planning. Readers see them once
    the row in `commits` names them, which comes last.
    """
    filled = tuple(table for table in manifest.tables if _was_empty(manifest, table))
    scoped = [table for table in manifest.tables if TABLES[table].scope and table not in filled]
    with ThreadPoolExecutor(max_workers=2 * len(manifest.tables) + 1) as pool:
        written = {table: pool.submit(apply_batch, lake, manifest, table) for table in manifest.tables}
        written["runs"] = pool.submit(_note_end, lake, manifest)
        batches = {table: staged(lake, manifest.run_id, table) for table in scoped}
        noted = [pool.submit(note_scopes, lake, manifest.seq, *each) for each in batches.items()]
    for done in noted:
        done.result()
    note_commit(lake, manifest.seq, manifest.run_id, filled)
    versions = {table: done.result() for table, done in written.items()}
    owner.require()
    name_commit(lake, manifest, {**manifest.base_versions, **versions})
    lake.files.delete(f"{STAGING}/{manifest.run_id}")


def apply_batch(lake: Lake, manifest: Manifest, table: str) -> int:
    """Write one staged batch into its table; safe to repeat. Returns the table's version.

    Raises LakeDamaged if the table has other rows than those that the manifest was made on, or, once it is
    written, not as many rows as the batch.
    """
    if (done := _version_written(lake, manifest, table)) is not None:
        return done.number
    # MERGE takes its application id from the session only, so each table has a separate session.
    spec, lake = TABLES[table], lake.with_new_session()
    lake.spark.conf.set(TXN_APP, f"medconcept/{table}")
    lake.spark.conf.set(TXN_VERSION, str(manifest.seq))
    lake.spark.conf.set(STAMP_SETTING, manifest.stamp)
    # The run that staged it may have had an older format and been killed before its commit.
    batch = fitted(staged(lake, manifest.run_id, table), spec.schema, spec.former_names)
    # Nothing can match in a table that was empty, and an append is cheaper than a MERGE.
    if spec.is_ledger or table in manifest.inserts_only or _was_empty(manifest, table):
        rows = _laid_out(batch.select(*spec.schema.names), spec)
        rows.write.format("delta").mode("append").save(lake.path(table))
    elif table in manifest.replaced:
        _replace(lake, table, batch)
    else:
        _merge(lake, table, batch.where(F.col("_op") != KEEP))
    done = _version_written(lake, manifest, table)
    if done is None:
        raise LakeDamaged(
            f"{lake.path(table)}: Delta knows the batch of commit {manifest.seq} already and skipped it; "
            "`medconcept restore` puts the tables back to the last commit"
        )
    _require_rows(lake, manifest, table, done)
    return done.number


def _version_written(lake: Lake, manifest: Manifest, table: str) -> TableVersion | None:
    return version_stamped(lake, table, manifest.base_versions.get(table, 0), manifest.stamp)


def _require_rows(lake: Lake, manifest: Manifest, table: str, version: TableVersion) -> None:
    """Raise LakeDamaged unless a version has as many rows of the batch as passed the gate."""
    rows = manifest.operations.get(table)
    if rows is None:
        return
    upserts, deletes, keeps = (rows.get(operation, 0) for operation in (UPSERT, DELETE, KEEP))
    metrics = version.metrics
    if version.operation == "MERGE":
        counted = [
            (_sum(metrics, "numTargetRowsInserted", "numTargetRowsUpdated"), upserts),
            (metrics.get("numTargetRowsDeleted"), deletes),
        ]
    else:
        # To Delta the other rows of a file in which some were replaced are output too.
        output = metrics.get("numOutputRows")
        counted = [(None if output is None else output - metrics.get("numCopiedRows", 0), upserts + keeps)]
    for written, count in counted:
        if written is not None and written != count:
            raise LakeDamaged(
                f"{lake.path(table)}: version {version.number} has {written} of {count} rows that passed the "
                "gate; `medconcept restore` puts the tables back to the last commit"
            )


def _sum(metrics: dict[str, int], *names: str) -> int | None:
    """The sum of these metrics; None if one is missing, as where a session has switched them off."""
    return sum(metrics[name] for name in names) if all(name in metrics for name in names) else None


def _merge(lake: Lake, table: str, batch: DataFrame) -> None:
    spec = TABLES[table]
    columns = {c: f"s.`{c}`" for c in spec.schema.names}
    condition = " AND ".join(f"t.`{k}` = s.`{k}`" for k in spec.key)
    target = DeltaTable.forPath(lake.spark, lake.path(table)).alias("t")
    merge: Any = target.merge(batch.alias("s"), condition)
    merge = merge.whenMatchedDelete(f"s._op = '{DELETE}'").whenMatchedUpdate(set=columns)
    merge.whenNotMatchedInsert(f"s._op <> '{DELETE}'", values=columns).execute()


def _replace(lake: Lake, table: str, batch: DataFrame) -> None:
    """Replace all rows of at most FEW scopes.

    To find the current rows Delta reads only the columns of the scope and marks the rows as deleted; a MERGE
    would read every column of every file with one of them.
    """
    spec = TABLES[table]
    # Keys, not data, and few: see `replaced` in the runner.
    scopes = batch.select(*spec.scope).distinct().collect()
    # The rows were selected by these values already; Delta would look each row up in the list again.
    lake.spark.conf.set("spark.databricks.delta.replaceWhere.constraintCheck.enabled", "false")
    rows = _laid_out(batch.where(F.col("_op") != DELETE).select(*spec.schema.names), spec)
    writer = (
        rows.write.format("delta").mode("overwrite").option("replaceWhere", is_one_of(spec.scope, scopes))
    )
    writer.save(lake.path(table))


def _laid_out(rows: DataFrame, table: Table) -> DataFrame:
    """Return the rows sorted as the table is laid out, each file with a range of its own."""
    by = table.sorted_by
    return rows.repartitionByRange(*by).sortWithinPartitions(*by) if by else rows


def is_one_of(columns: Sequence[str], values: Iterable[Sequence[str]]) -> str:
    """Return the SQL condition that these columns have one of these tuples of values.

    >>> is_one_of(("a",), [("x",), ("y's",)])
    "(`a` IN ('x', 'y\\\\'s'))"
    >>> is_one_of(("a", "b"), [("x", "1"), ("x", "2"), ("y", "1")])
    "(`a` = 'x' AND `b` IN ('1', '2')) OR (`a` = 'y' AND `b` IN ('1'))"
    """
    *outer, inner = columns
    lists: dict[tuple[str, ...], list[str]] = {}
    for *first, last in sorted(map(tuple, values)):
        lists.setdefault(tuple(first), []).append(quoted(last))
    return " OR ".join(
        "("
        + " AND ".join(
            [f"`{c}` = {quoted(v)}" for c, v in zip(outer, first, strict=True)]
            + [f"`{inner}` IN ({', '.join(last)})"]
        )
        + ")"
        for first, last in lists.items()
    )


def name_commit(lake: Lake, manifest: Manifest, versions: dict[str, int]) -> None:
    """Append the row of `commits` that makes the new versions visible to readers."""
    row = {
        "seq": manifest.seq,
        "run_id": manifest.run_id,
        "job": manifest.job,
        "committed_at": datetime.now(timezone.utc).replace(tzinfo=None),
        "versions": versions,
        "input_versions": manifest.input_versions,
        "settings_digest": manifest.settings_digest,
        "code_version": manifest.code_version,
        "dictionary_sha256": manifest.dictionary_sha256,
    }
    last_commits, before = lake.last_commits(), lake.latest_version("commits")
    append_row(lake, "commits", row, manifest.seq)
    if lake.latest_version("commits") == before:
        raise LakeDamaged(
            f"{lake.path('commits')}: it had a row of commit {manifest.seq} before and has none now; put the "
            "table back from a copy of the lake"
        )
    lake.note_last_commit(manifest.seq)
    lake.cache_last_commits({**last_commits, manifest.job: row})


def _note_end(lake: Lake, manifest: Manifest) -> int:
    """Append the end of the run to `runs`, once; returns the version of `runs`."""
    row = {
        "run_id": manifest.run_id,
        "job": manifest.job,
        "event": manifest.event,
        "at": datetime.now(timezone.utc).replace(tzinfo=None),
        "counts": manifest.counts,
        "code_version": manifest.code_version,
        "settings_digest": manifest.settings_digest,
    }
    append_row(lake, "runs", row, manifest.seq)
    return lake.latest_version("runs")


def _was_empty(manifest: Manifest, table: str) -> bool:
    # By the manifest, not by the table's current state, so that the answer is the same after a kill.
    return manifest.base_versions.get(table, 0) == 0


def append_row(lake: Lake, table: str, row: dict[str, object], txn_version: int | None = None) -> None:
    """Append one row to a ledger; with a transaction version, once."""
    schema = TABLES[table].schema
    frame = lake.spark.createDataFrame([tuple(row.get(name) for name in schema.names)], schema)
    writer = frame.coalesce(1).write.format("delta").mode("append")
    if txn_version is not None:
        writer = writer.option("txnAppId", f"medconcept/{table}").option("txnVersion", txn_version)
    writer.save(lake.path(table))


def _read_manifest(lake: Lake, name: str) -> Manifest | None:
    """A manifest; None for one that is not whole.

    Its run was killed while writing it, before the commit had begun. If it was damaged later, nothing names
    what the run wrote to tables, and the next commit of these tables stops.
    """
    try:
        data = json.loads(lake.files.read(name))
        stamp = data.pop("stamp", None)  # older program versions wrote none
        lists = {name: tuple(data.get(name, ())) for name in ("tables", "inserts_only", "replaced")}
        manifest = Manifest(**{**data, **lists})
    except (LakeDamaged, ValueError, TypeError, AttributeError):
        return None
    return manifest if stamp in (None, manifest.stamp) else None
