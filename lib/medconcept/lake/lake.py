"""A lake: Delta tables under one root, read at the versions that the last row of `commits` names."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from delta.tables import DeltaTable
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from medconcept.errors import LakeDamaged, LakeError, as_medconcept_error
from medconcept.spark.hadoop_files import HadoopFiles, reason
from medconcept.spark.session import new_session
from medconcept.tables import TABLES, Table
from medconcept.tables.fit import fitted

FORMAT = "_medconcept/format.json"
# 2: all that the parser reads; 3: mentions by the linker, concept_statistics; 4: what PMC says;
# 5: centrality of concepts, what was recognised; 6: figures.citing_paragraphs, which was `mentions`;
# 7: images of triplets, and their modality, privacy, rights and splits; 8: raw_articles.sidecar
FORMAT_VERSION = 8
# Formats that lack columns, or have them under former names: `fitted` reads them, and the first run that
# writes migrates them (lake.migration).
OLDER_FORMATS = (4, 5, 6, 7)
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


@dataclass(frozen=True)
class Commit:
    """One row of `commits`; seq 0 stands for the lake before the first."""

    seq: int = 0
    versions: dict[str, int] = field(default_factory=dict)
    dictionary_sha256: str | None = None

    @property
    def base_versions(self) -> dict[str, int]:
        """The versions from which the next commit starts: before the first, those of empty tables."""
        return self.versions or {name: 0 for name in TABLES if name != "commits"}


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
            raise LakeError(f"{self.root}: {FORMAT} is damaged; is this a lake?") from error
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

        Raises LakeDamaged unless the commits are numbered from 1, each number once.
        """
        log = self.files.list("commits/_delta_log")
        if log != self._seen[0]:
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
            self._seen = (log, {each["job"]: each["row"] for each in last})
        return self._seen[1]

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

    def lacks(self, table: str) -> bool:
        """True where a lake of an older format has no such table yet, which reads as an empty one."""
        return self.is_older and table not in self._tables

    def _load(self, table: str, version: int | None) -> DataFrame:
        if self.lacks(table):
            return self.spark.createDataFrame([], TABLES[table].schema)
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


def _commit(row: Any) -> Commit:
    return Commit(int(row["seq"]), dict(row["versions"]), row["dictionary_sha256"])
