"""The comparison of the newest inventory with the lake: one row for each article, with the action to take.

Both sides are reduced to one number for each article (its newest version and a hash of that version's ETag)
and grouped, so that eight million articles are compared by a hash aggregate over longs, without a join.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from pyspark.sql import Column, DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from medconcept.errors import InputError
from medconcept.rights import OptOutList
from medconcept.sources.bucket import Bucket
from medconcept.sources.inventory_manifest import Manifest
from medconcept.sources.options import Selection
from medconcept.spark.hadoop_files import NO_PATTERNS, HadoopFiles
from medconcept.stages.opt_out import is_named
from medconcept.workers.sync.fetch_articles import OPTED_OUT
from medconcept.workers.sync.inventory_parts import SCHEMA, read_parts

NOBODY = OptOutList()
HASH_BITS = 44  # the rest of a long is for the version, which is below 2^19
UP_TO_DATE, NEW, UPDATE, WITHDRAWN, NOT_SELECTED, UNSURE = (
    "up to date",
    "new",
    "update",
    "withdrawn",
    "not selected",
    "unsure",
)
TO_DO = (NEW, UPDATE, WITHDRAWN)
CLASSES = (UP_TO_DATE, *TO_DO, NOT_SELECTED, UNSURE)


def read_inventory(spark: SparkSession, bucket: Bucket, manifest: Manifest) -> DataFrame:
    """Read an inventory, its parts in parallel on the executors; returns rows in the reader's SCHEMA."""
    parts = [(part.key, part.md5) for part in manifest.parts]
    rows = spark.createDataFrame(parts, "part string, md5 string")
    spread = rows.repartition(min(len(parts), 4 * spark.sparkContext.defaultParallelism))
    return spread.mapInArrow(
        partial(read_parts, bucket=bucket, columns=manifest.columns, share=tasks_per_machine(spark)), SCHEMA
    )


def inventory_counts(inventory: DataFrame) -> dict[str, int]:
    """Count the rows of an inventory, and its flaws and refused rows by reason."""
    by_reason = inventory.groupBy("reason").agg(
        F.count("pmc").alias("rows"), F.sum(F.coalesce("count", F.lit(0))).alias("flaws")
    )
    counts = {"inventory.rows": 0}
    for row in by_reason.collect():
        if row["reason"] is None:
            counts["inventory.rows"] = row["rows"]
        else:
            counts[f"inventory.{row['reason']}"] = row["flaws"]
    return counts


def is_complete(counts: dict[str, int]) -> bool:
    """False if articles that an inventory does not list may still exist: a part or a row was unusable.

    >>> is_complete({"inventory.rows": 5, "inventory.keys_refused": 2})
    True
    """
    return not any(n.startswith(("inventory.part_", "inventory.rows_malformed")) for n in counts)


def tasks_per_machine(spark: SparkSession) -> int:
    """Return how many tasks of this job one machine runs at a time: they share its request limits."""
    context = spark.sparkContext
    conf = context.getConf()
    if str(context.master).startswith("local"):
        return max(1, context.defaultParallelism)
    cores, per_task = conf.get("spark.executor.cores"), conf.get("spark.task.cpus", "1")
    if cores is None:  # a standalone cluster's executors take all cores of their machines
        scala: Any = context._jsc.sc()
        machines = max(1, scala.getExecutorMemoryStatus().size() - 1)  # the driver is counted too
        cores = str(-(-context.defaultParallelism // machines))
    return max(1, int(cores) // int(per_task or 1))


def state(etag: str = "etag", modified: str = "modified") -> Column:
    """Return a value that changes with an object: its ETag, or the time of its last change if it has none."""
    return F.coalesce(F.col(etag), F.concat(F.lit("time:"), F.unix_micros(modified).cast("string")))


def packed(version: Column, object_state: Column) -> Column:
    """Pack version and state into one long, so that the greatest is that of the newest version."""
    mask = F.lit((1 << HASH_BITS) - 1)
    return F.shiftleft(version.cast("long"), HASH_BITS).bitwiseOR(F.xxhash64(object_state).bitwiseAND(mask))


def lake_versions(
    raw: DataFrame,
    source: str,
    selection: Selection,
    max_bytes: int,
    opt_out: OptOutList = NOBODY,
) -> DataFrame:
    """Return the article versions of a bucket in the lake: pmc, version, state, md5, packed.

    `packed` is -1 for versions left out by a selection, size limit or opt-out list that no longer applies,
    and for those that the opt-out list names by now.
    """
    selected_now = {
        "licence": F.col("metadata.licence_group").isin(*selection.licences),
        "manuscript": F.lit(selection.manuscripts),
        "historical_ocr": F.lit(selection.historical_ocr),
    }
    is_stale = F.lit(False)
    for reason, fits in selected_now.items():
        is_stale = is_stale | ((F.col("left_out") == reason) & fits)
    has_opted_out = F.coalesce(F.col("left_out") == OPTED_OUT, F.lit(False))
    is_stale = is_stale | (has_opted_out != is_named(opt_out, "metadata.doi", "metadata.pmcid"))
    is_unread = F.col("source_sha256").isNull() & F.col("left_out").isNull()
    is_stale = F.coalesce(is_stale, F.lit(False)) | (is_unread & (F.col("size") <= max_bytes))
    version = F.col("metadata.version")
    return raw.where(F.col("source") == source).select(
        F.substring("metadata.pmcid", 4, 12).cast("long").alias("pmc"),
        version.alias("version"),
        F.col("metadata_etag").alias("state"),
        F.when(F.col("source_sha256").isNotNull(), F.col("md5")).alias("md5"),
        F.when(is_stale, F.lit(-1).cast("long"))
        .otherwise(packed(version, F.col("metadata_etag")))
        .alias("packed"),
    )


def compare(
    inventory: DataFrame, in_lake: DataFrame, selection: Selection, *, complete: bool, spark: SparkSession
) -> DataFrame:
    """Return one row for each article (each version, if all are selected), with its class.

    Columns: pmc, at, inv, lake, n_lake, class. `inv` and `lake` are the packed versions in the inventory and
    in the lake. `class` is one of up to date, new, update, withdrawn, not selected, and unsure: for articles
    that an incomplete inventory does not list.
    """
    grain = ["pmc", "version"] if selection.all_versions else ["pmc"]
    null = F.lit(None).cast("long")
    there = inventory.where(F.col("pmc").isNotNull()).select(
        *grain,
        packed(F.col("version"), state()).alias("inv"),
        null.alias("lake"),
        F.unix_micros("modified").alias("at"),
        F.lit(0).alias("is_in_lake"),
    )
    here = in_lake.select(
        *grain,
        null.alias("inv"),
        F.col("packed").alias("lake"),
        null.alias("at"),
        F.lit(1).alias("is_in_lake"),
    )
    each = (
        there.unionByName(here)
        .groupBy(*grain)
        .agg(
            F.max("inv").alias("inv"),
            F.max("lake").alias("lake"),
            F.max("at").alias("at"),
            F.sum("is_in_lake").alias("n_lake"),
        )
    )
    each, is_selected = _selected(each, selection, spark)
    older = F.shiftright("inv", HASH_BITS) < F.shiftright("lake", HASH_BITS)
    unsure = F.lit(not complete) & (F.col("n_lake") > 0) & (F.col("inv").isNull() | older)
    kind = (
        F.when((F.col("inv") == F.col("lake")) & (F.col("n_lake") == 1), UP_TO_DATE)
        .when(unsure, UNSURE)
        .when(F.col("inv").isNull(), WITHDRAWN)
        .when(F.col("n_lake") > 0, UPDATE)
        .when(is_selected, NEW)
        .otherwise(NOT_SELECTED)
    )
    return each.withColumn("class", kind)


def count_classes(each: DataFrame) -> tuple[DataFrame, Callable[[], dict[str, int]]]:
    """Return the rows, and a function that returns their number by class once they have been computed."""
    observation = Observation()
    observed = each.observe(
        observation, *[F.count_if(F.col("class") == name).alias(f"articles.{name}") for name in CLASSES]
    )
    return observed, lambda: {name: int(count) for name, count in observation.get.items() if count}


def place() -> Column:
    """Return an article's place in [0, 1), by hash: the first 32 bits of the MD5 of its id (`PMC13900`)."""
    digits = F.substring(F.md5(F.concat(F.lit("PMC"), F.col("pmc").cast("string"))), 1, 8)
    return F.conv(digits, 16, 10).cast("double") / F.lit(float(1 << 32))


def _selected(each: DataFrame, selection: Selection, spark: SparkSession) -> tuple[DataFrame, Column]:
    """Return the rows, and whether each is selected by the options that need only the inventory."""
    selected = F.lit(True)
    if selection.fraction < 1:
        selected = selected & (place() < selection.fraction)
    day = F.date_format(F.timestamp_micros("at"), "yyyy-MM-dd")
    if selection.since:
        selected = selected & (day >= selection.since)
    if selection.until:
        selected = selected & (day <= selection.until)
    if selection.pmcids:
        listed = pmcid_list(spark, selection.pmcids).withColumn("_listed", F.lit(True))
        each = each.join(F.broadcast(listed), "pmc", "left")
        selected = selected & F.col("_listed").isNotNull()
    return each, F.coalesce(selected, F.lit(False))


def pmcid_list(spark: SparkSession, path: str) -> DataFrame:
    """Read the distinct ids of a file with one PMC id per line: pmc. Raises InputError on any other line."""
    files = HadoopFiles(spark, path)
    if not files.exists("") or files.is_endless():
        raise InputError(f"{path}: no such file of PMC ids")
    text = spark.read.option(*NO_PATTERNS).text(files.root)
    lines = text.select(F.upper(F.trim("value")).alias("line")).where("line <> ''")
    wrong = lines.where(~F.col("line").rlike("^(PMC)?[0-9]{1,12}$")).limit(1).collect()
    if wrong:
        raise InputError(f"{path}: {wrong[0]['line'][:40]!r} is no PMC id such as PMC13900")
    return lines.select(F.regexp_replace("line", "^PMC", "").cast("long").alias("pmc")).distinct()
