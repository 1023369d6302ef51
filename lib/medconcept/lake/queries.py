"""Read-only queries of a lake: its tables, SQL at any version, the difference between two versions."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from delta.tables import DeltaTable
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from medconcept.errors import InputError, LakeDamaged, LakeError
from medconcept.lake.lake import FORMAT, Commit, Lake
from medconcept.lake.releases import release_commit
from medconcept.reader.json_values import distinct_names
from medconcept.spark.hadoop_files import reason
from medconcept.tables import DATA_TABLES, TABLES


def require_lake(lake: Lake) -> None:
    """Raise LakeError unless the lake is there, LakeDamaged where its tables are, but not its format."""
    if lake.exists:
        return
    if lake.files.exists("commits/_delta_log"):
        raise LakeDamaged(f"{lake.files.uri(FORMAT)} is missing; a run of any job writes it")
    raise LakeError(f"{lake.root}: there is no lake here")


def list_tables(lake: Lake) -> list[dict[str, Any]]:
    """Return one entry for each table, at the last commit: table, version, rows, bytes, last_run."""
    require_lake(lake)
    head = lake.head()
    last_run = (
        {
            r["table"]: r["run_id"]
            for r in lake.read("commits")
            .select("seq", "run_id", F.explode("versions").alias("table", "version"))
            .groupBy("table", "version")
            .agg(F.min_by("run_id", "seq").alias("run_id"))
            .join(
                lake.spark.createDataFrame(list(head.versions.items()), "table string, version bigint"),
                ["table", "version"],
                "left_semi",
            )
            .collect()
        }
        if head.versions
        else {}
    )
    out = []
    for name, table in TABLES.items():
        if lake.lacks(name):
            continue
        version = lake.latest_version(name) if table.is_ledger else head.versions.get(name, 0)
        detail = DeltaTable.forPath(lake.spark, lake.path(name)).detail().select("sizeInBytes").collect()[0]
        out.append(
            {
                "table": name,
                "version": version,
                "rows": lake.read(name, None if table.is_ledger else head).count(),
                "bytes": int(detail["sizeInBytes"]),
                "last_run": last_run.get(name),
            }
        )
    return out


def resolve_commit(lake: Lake, *, release: str | None = None, as_of: str | None = None) -> Commit | None:
    """Return the commit of a release, a commit number or a UTC timestamp; None if neither is given."""
    require_lake(lake)
    if release is not None:
        return release_commit(lake.read("releases"), release)
    if as_of is None:
        return None
    if as_of.isdigit():
        return lake.commit(int(as_of))
    moment = F.try_to_timestamp(F.lit(as_of))
    commits = lake.read("commits")
    if lake.spark.range(1).select(moment.isNull().alias("n")).collect()[0]["n"]:
        raise InputError(
            f"--as-of {as_of}: neither a number of commits nor a timestamp such as 2026-11-24T10:00:00"
        )
    rows = commits.where(F.col("committed_at") <= moment).orderBy(F.desc("seq")).limit(1).collect()
    if not rows:
        raise LakeError(f"{lake.root}: no commit is as old as {as_of}")
    return lake.commit(int(rows[0]["seq"]))


def run_sql(lake: Lake, query: str, at: Commit | None = None) -> DataFrame:
    """Run a query over all tables under their names, now or at a commit. Raises InputError on bad SQL.

    It runs in a separate session: it neither sees nor replaces views of the caller's session.
    """
    require_lake(lake)
    lake, head = lake.with_new_session(), lake.head()
    for name, table in TABLES.items():
        frame = lake.read(name) if at is None and table.is_ledger else lake.read(name, at or head)
        frame.createOrReplaceTempView(name)
    try:
        parser = cast(Any, lake.spark)._jsparkSession.sessionState().sqlParser()
        if _writes(lake.spark, parser.parsePlan(query)):
            raise InputError("sql: reads only; a statement that changes tables or settings is not run")
        return lake.spark.sql(query)
    except InputError:
        raise
    except Exception as error:
        line = reason(error)
        if "TABLE_OR_VIEW_NOT_FOUND" in line:
            line = f"{line.split('.')[0]} (tables: {', '.join(TABLES)})"
        raise InputError(f"sql: {line}") from error


# Statements of SQL that Spark's parser does not mark as commands.
_CHANGES = re.compile(r"Insert|Delete|Update|Merge|Create|Replace|Overwrite|Append|Vacuum|Optimize|Restore")
_TELLS = ("Show", "Describe", "Explain")


def _writes(spark: SparkSession, plan: Any) -> bool:
    """Whether a parsed statement, or a part of it, does more than read: a WITH may hold an INSERT."""
    name = str(plan.getClass().getSimpleName())
    if name.startswith(_TELLS):
        return False
    command = "org.apache.spark.sql.catalyst.plans.logical.Command"
    jvm = cast(Any, spark._jvm)
    if _CHANGES.match(name) or jvm.py4j.reflection.TypeUtil.isInstanceOf(command, plan):
        return True
    children = plan.children()
    return any(_writes(spark, children.apply(n)) for n in range(children.size()))


def rows_as_json(frame: DataFrame, limit: int | None = None) -> list[dict[str, Any]]:
    """Return rows as dictionaries of JSON values, dates as ISO text."""
    rows = frame.limit(limit) if limit is not None else frame
    rows = rows.toDF(*distinct_names(rows.columns))
    # ignoreNullFields: a column that is null is still a column of the answer.
    text = (
        rows.select(F.to_json(F.struct("*"), {"ignoreNullFields": "false"}).alias("j"))
        if rows.columns
        else rows
    )
    return [json.loads(row["j"]) for row in text.toLocalIterator()]


def diff(lake: Lake, old: str, new: str) -> dict[str, dict[str, int]]:
    """Count the rows added, removed and changed between two releases or commit numbers, by table."""
    before, after = _either(lake, old), _either(lake, new)
    out: dict[str, dict[str, int]] = {}
    for name in DATA_TABLES:
        if before.versions.get(name, 0) == after.versions.get(name, 0):
            out[name] = {"added": 0, "removed": 0, "changed": 0}
            continue
        key = list(TABLES[name].key)
        left = lake.read(name, before).select(*key, F.col("row_digest").alias("_old"))
        right = lake.read(name, after).select(*key, F.col("row_digest").alias("_new"))
        kind = (
            F.when(F.col("_old").isNull(), "added")
            .when(F.col("_new").isNull(), "removed")
            .when(F.col("_old") != F.col("_new"), "changed")
        )
        rows = left.join(right, key, "full").groupBy(kind.alias("kind")).count().collect()
        counts = {row["kind"]: row["count"] for row in rows}
        out[name] = {kind: counts.get(kind, 0) for kind in ("added", "removed", "changed")}
    return out


def _either(lake: Lake, name: str) -> Commit:
    require_lake(lake)
    if name.isdigit():
        return lake.commit(int(name))
    return release_commit(lake.read("releases"), name)
