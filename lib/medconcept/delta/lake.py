"""A lake: Delta tables under one root, read at the versions that the last row of `commits` names."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from delta.tables import DeltaTable
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from medconcept.delta.hadoop import HadoopFiles, reason
from medconcept.errors import LakeError
from medconcept.tables import TABLES

FORMAT = "_medconcept/format.json"
FORMAT_VERSION = 1
# A release must be readable for as long as it exists: Delta would drop the log after 30 days and files after 7.
PROPERTIES = {
    "delta.enableExpiredLogCleanup": "false",
    "delta.deletedFileRetentionDuration": "interval 3650 days",
}


@dataclass(frozen=True)
class Commit:
    """One row of `commits`; seq 0 stands for the lake before the first."""

    seq: int = 0
    versions: dict[str, int] = field(default_factory=dict)
    dictionary_sha256: str | None = None


class Lake:
    """A lake as readers and jobs see it.

    The state is the last row of `commits`; a table that no commit names yet is empty.
    """

    def __init__(self, spark: SparkSession, root: str) -> None:
        """Open a lake that may not be there yet; nothing is written. Raises LakeError on a foreign format."""
        self.spark = spark
        self.files = HadoopFiles(spark, root)
        self.root = self.files.root
        if self.files.exists(FORMAT):
            found = json.loads(self.files.read(FORMAT)).get("format_version")
            if found != FORMAT_VERSION:
                raise LakeError(f"{self.root}: lake format {found}, this program reads {FORMAT_VERSION}")

    @property
    def exists(self) -> bool:
        """True once the lake has been created."""
        return self.files.exists(FORMAT)

    def create(self) -> None:
        """Create the lake and its empty tables where they are not there yet. Raises LakeError where it cannot."""
        missing = [t for t in TABLES.values() if not self.files.exists(f"{t.name}/_delta_log")]
        for table in missing:
            builder = DeltaTable.createIfNotExists(self.spark).location(self.path(table.name)).comment(table.comment)
            builder = builder.addColumns(table.schema)
            for key, value in PROPERTIES.items():
                builder = builder.property(key, value)
            try:
                builder.execute()
            except Exception as error:
                raise LakeError(f"{self.root}: the lake cannot be written ({reason(error)})") from error
        if not self.exists:
            self.files.write(FORMAT, json.dumps({"format_version": FORMAT_VERSION}).encode())

    def path(self, table: str) -> str:
        """URI of a table. Raises LakeError where no table has that name."""
        if table not in TABLES:
            raise LakeError(f"no table {table!r} (tables: {', '.join(TABLES)})")
        return self.files.uri(table)

    def head(self) -> Commit:
        """The last row of `commits`."""
        if not self.files.exists("commits/_delta_log"):
            return Commit()
        rows = self._load("commits", None).orderBy(F.desc("seq")).limit(1).collect()
        return _commit(rows[0]) if rows else Commit()

    def last_commit_of(self, job: str) -> Any:
        """The last row of `commits` that a job made, or None."""
        rows = self._load("commits", None).where(F.col("job") == job).orderBy(F.desc("seq")).limit(1).collect()
        return rows[0] if rows else None

    def commit(self, seq: int) -> Commit:
        """The row of `commits` with that number. Raises LakeError where there is none."""
        rows = self._load("commits", None).where(F.col("seq") == seq).collect() if self.exists else []
        if not rows:
            raise LakeError(f"{self.root}: no commit {seq}")
        return _commit(rows[0])

    def read(self, table: str, at: Commit | None = None) -> DataFrame:
        """A table as the given commit names it (default: the last); ledgers as they are now unless `at` is given."""
        if TABLES[table].is_ledger and at is None:
            return self._load(table, None)
        commit = at or self.head()
        return self._load(table, commit.versions.get(table, 0))

    def latest_version(self, table: str) -> int:
        """The Delta version that a table is at, committed or not."""
        row = DeltaTable.forPath(self.spark, self.path(table)).history(1).select("version").collect()[0]
        return int(row["version"])

    def _load(self, table: str, version: int | None) -> DataFrame:
        reader = self.spark.read.format("delta")
        if version is not None:
            reader = reader.option("versionAsOf", version)
        try:
            return reader.load(self.path(table))
        except Exception as error:
            raise LakeError(f"{self.root}: table {table} at version {version}: {reason(error)}") from error


def _commit(row: Any) -> Commit:
    return Commit(int(row["seq"]), dict(row["versions"]), row["dictionary_sha256"])
