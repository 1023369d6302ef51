"""A lake: Delta tables under one root, read at the versions that the last row of `commits` names."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from delta.tables import DeltaTable
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from medconcept.errors import LakeDamaged, LakeError, as_medconcept_error
from medconcept.reader.last_commit import noted_last_commit, require_noted
from medconcept.reader.layout import FORMAT as FORMAT
from medconcept.reader.layout import FORMAT_VERSION as FORMAT_VERSION
from medconcept.reader.layout import LAST_COMMIT as LAST_COMMIT
from medconcept.reader.layout import OLDER_FORMATS as OLDER_FORMATS
from medconcept.reader.layout import Commit as Commit
from medconcept.spark.hadoop_files import HadoopFiles, reason
from medconcept.spark.session import new_session
from medconcept.tables import TABLES, Table
from medconcept.tables.fit import fitted

MIGRATE = "migrate"  # the job that commits the table versions that a migration made
REFUSALS = "refusals"  # commits what a run refused whose batch was held
RESTORE = "restore"  # the command that commits the table versions that it put back
_LOG_FILE = re.compile(r"[0-9]{20}\.json")  # as Delta's protocol names a commit
PROPERTIES = {
    # A release must be readable for as long as it exists; by default Delta drops the log after 30 days,
    # files after 7.
    "delta.enableExpiredLogCleanup": "false",
    "delta.deletedFileRetentionDuration": "interval 3650 days",
}


class Lake:
    """A lake as readers and jobs see it.

    The state is the last row of `commits`; a table that no commit names yet is empty.
    """

    def __init__(self, spark: SparkSession, root: str) -> None:
        """Open a lake that may not be there yet; nothing is written. Raises LakeError on a foreign format."""
        self.spark = spark
        self.files = HadoopFiles(spark, root)
        self.root = self.files.root
        self._tables: set[str] = set()
        self.format_version = FORMAT_VERSION
        self._seen: tuple[list[str], dict[str, Any]] = ([], {})
        if self.files.exists(FORMAT):
            self._read_format()

    def with_new_session(self) -> Lake:
        """Return the same lake in a new Spark session, for concurrent writes and for separate views."""
        return Lake(new_session(self.spark), self.root)

    @property
    def exists(self) -> bool:
        """True once the lake has been created."""
        return self.files.exists(FORMAT)

    def create(self) -> None:
        """Create the lake and its empty tables where they are missing; raises LakeError where it cannot.

        A lake of an older format keeps its format until it has been migrated (lake.migration).
        """
        missing = [table for table in TABLES.values() if table.name not in self._tables]
        if not missing:
            return
        # Each table costs a round trip to the storage and little else, so they are created in parallel.
        with ThreadPoolExecutor(max_workers=4) as pool:
            list(pool.map(self._create_table, missing))
        self._tables = {*self._tables, *(table.name for table in missing)}
        if not self.is_older:
            self.mark_current()

    @property
    def is_older(self) -> bool:
        """True for a lake of an older format, which has to be migrated before anything is written to it."""
        return self.format_version != FORMAT_VERSION

    def mark_current(self) -> None:
        """Record that the lake has the current format, the last step of its creation or migration."""
        content = {"format_version": FORMAT_VERSION, "tables": sorted(TABLES)}
        self.files.write(FORMAT, json.dumps(content).encode())
        self._tables, self.format_version = set(TABLES), FORMAT_VERSION

    def _create_table(self, table: Table) -> None:
        builder = DeltaTable.createIfNotExists(self.spark).location(self.path(table.name))
        builder = builder.comment(table.comment).addColumns(table.schema)
        for key, value in {**PROPERTIES, **table.properties}.items():
            builder = builder.property(key, value)
        if table.scope:
            # Deleted rows are marked, rather than their files rewritten: a day's changes touch most files.
            # Not in tables that seldom change: Delta reads the marks whenever it plans a read of the table.
            builder = builder.property("delta.enableDeletionVectors", "true")
        if not table.is_ledger:
            # Data skipping by run works because the rows that a run wrote are in the same files.
            builder = builder.property("delta.dataSkippingStatsColumns", ",".join((*table.key, "run_id")))
        try:
            builder.execute()
        except Exception as error:
            raise LakeError(f"{self.root}: the lake cannot be written ({reason(error)})") from error

    def _read_format(self) -> None:
        try:
            content = json.loads(self.files.read(FORMAT))
            version, tables = content["format_version"], content["tables"]
        except (ValueError, KeyError, TypeError) as error:
            raise LakeDamaged(
                f"{self.root}: {FORMAT} is damaged; put it back from a copy of the lake"
            ) from error
        if version != FORMAT_VERSION and version not in OLDER_FORMATS:
            raise LakeError(
                f"{self.root}: the lake has format {version}, this program reads and writes "
                f"{FORMAT_VERSION}; use the version of medconcept that made it, or a new lake"
            )
        self._tables, self.format_version = set(tables), version

    def path(self, table: str) -> str:
        """URI of a table. Raises LakeError where no table has that name."""
        if table not in TABLES:
            raise LakeError(f"no table {table!r} (tables: {', '.join(TABLES)})")
        return self.files.uri(table)

    def head(self) -> Commit:
        """The last row of `commits`."""
        last = max(self.last_commits().values(), key=lambda row: int(row["seq"]), default=None)
        return _commit(last) if last is not None else Commit()

    def last_commit_of(self, job: str) -> Any:
        """The last row of `commits` that a job made, or None."""
        return self.last_commits().get(job)

    def last_commits(self) -> dict[str, Any]:
        """Return the last row of `commits` of each job; reads Delta only if its log has grown since.

        Raises LakeDamaged unless the commits are numbered from 1, each number once, and the last is there.
        """
        log = self.files.list("commits/_delta_log")
        if log != self._seen[0]:
            noted = noted_last_commit(self.files.read)
            log = self.files.list("commits/_delta_log")  # after the note: a commit may just have been named
            seq = F.col("seq").cast("decimal(38,0)")
            row = F.max_by(F.struct(*TABLES["commits"].schema.names), "seq").alias("row")
            # Of the numbers 1 to n, and as good as of no others, these are the sums.
            sums = (F.count("*").alias("n"), F.sum(seq).alias("sum"), F.sum(seq * seq).alias("squares"))
            last = self._load("commits", None).groupBy("job").agg(row, *sums).collect() if log else []
            n, total, squares = (int(sum(each[name] for each in last)) for name in ("n", "sum", "squares"))
            if (2 * total, 6 * squares) != (n * (n + 1), n * (n + 1) * (2 * n + 1)):
                raise LakeDamaged(
                    f"{self.path('commits')}: rows are missing or there twice: {n} commits up to number "
                    f"{max(each['row']['seq'] for each in last)}; put the table back from a copy of the lake"
                )
            require_noted(self.path("commits"), n, noted)
            self._seen = (log, {each["job"]: each["row"] for each in last})
        return self._seen[1]

    def note_last_commit(self, seq: int) -> None:
        """Write down the number of the last commit; Delta does not miss the last files of a log."""
        self.files.write(LAST_COMMIT, json.dumps({"seq": seq}).encode())

    def forget_last_commit(self) -> int:
        """Delete that number and return it: `commits` counts as it is. For the holder of the lease alone."""
        noted = noted_last_commit(self.files.read)
        self.files.delete(LAST_COMMIT)
        return noted

    def cache_last_commits(self, last_commits: dict[str, Any]) -> None:
        """Set the cached last row of each job; only for the holder of the lease, who alone appends rows."""
        self._seen = (self.files.list("commits/_delta_log"), last_commits)

    def commit(self, seq: int) -> Commit:
        """The row of `commits` with that number. Raises LakeError where there is none."""
        rows = self._load("commits", None).where(F.col("seq") == seq).collect() if self.exists else []
        if not rows:
            raise LakeError(f"{self.root}: no commit {seq}")
        return _commit(rows[0])

    def read(self, table: str, at: Commit | None = None) -> DataFrame:
        """Return a table at a commit, by default the last one; a ledger by default with its current rows."""
        if TABLES[table].is_ledger and at is None:
            self._require_latest(table)
            return self._load(table, None)
        commit = at or self.head()
        return self._load(table, commit.versions.get(table, 0))

    def latest_version(self, table: str) -> int:
        """Return a table's latest Delta version, committed or not: the number of its last log file.

        Raises LakeError where there is no such table.
        """
        log_files = [name for name in self.files.list(f"{table}/_delta_log") if _LOG_FILE.fullmatch(name)]
        if not log_files:
            raise LakeError(f"{self.root}: there is no table {table}")
        return int(max(log_files).removesuffix(".json"))

    def _require_latest(self, table: str) -> None:
        """Raise LakeDamaged where a ledger's latest version is older than the one the last commit names."""
        if table == "commits" or not self.files.exists(f"{table}/_delta_log"):
            return
        named = self.head().versions.get(table, 0)  # first: a run may be committing
        if (latest := self.latest_version(table)) < named:
            raise LakeDamaged(
                f"{self.path(table)}: the last versions of its log are missing: the latest is {latest}, the "
                f"last commit names {named}; put the table back from a copy of the lake"
            )

    def lacks(self, table: str) -> bool:
        """True where a lake of an older format has no such table yet, which reads as an empty one."""
        return self.is_older and table not in self._tables

    def _load(self, table: str, version: int | None) -> DataFrame:
        if self.lacks(table) or version == 0:
            return self._empty(table)
        reader = self.spark.read.format("delta")
        if version is not None:
            reader = reader.option("versionAsOf", version)
        try:
            rows = reader.load(self.path(table))
        except Exception as error:
            problem = as_medconcept_error(error, f"reading {self.path(table)}")
            if isinstance(problem, LakeDamaged):
                raise problem from error
            raise LakeError(f"{self.root}: table {table} at version {version}: {reason(error)}") from error
        return fitted(rows, TABLES[table].schema, TABLES[table].former_names)

    def _empty(self, table: str) -> DataFrame:
        """A table without rows as Spark sees at once: no file of Delta's log is read for it.

        Version 0 is that of its creation. Spark leaves joins with such a table out of a plan, and all that
        hangs on them; first runs have many.
        """
        fields = TABLES[table].schema.fields
        columns = (F.lit(None).cast(f.dataType).alias(f.name, metadata=f.metadata) for f in fields)
        return self.spark.range(1).where(F.lit(False)).select(*columns)


def _commit(row: Any) -> Commit:
    return Commit(int(row["seq"]), dict(row["versions"]), row["dictionary_sha256"])
