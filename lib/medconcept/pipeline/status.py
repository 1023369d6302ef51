"""A lake compared with its source: articles in the lake, new and changed ones at the source, the backlog."""

from __future__ import annotations

from typing import Any

from pyspark import StorageLevel
from pyspark.sql import functions as F

from medconcept.config import Config
from medconcept.lake.lake import Lake
from medconcept.lake.missing_files import require_files
from medconcept.lake.quarantine import GATE, open_quarantine
from medconcept.lake.queries import require_lake
from medconcept.reader.held import held_batches
from medconcept.sources.bucket import is_bucket
from medconcept.sources.inventory_manifest import newest_manifest
from medconcept.stages.opt_out import read_opt_out
from medconcept.stages.sync import inventory_plan
from medconcept.stages.sync.archive import is_archive
from medconcept.stages.sync.article_events import REFUSED_BY
from medconcept.stages.sync.bucket_sync import address_of
from medconcept.stages.sync.folder import counts_by_reason, list_folder


def status(lake: Lake, config: Config) -> dict[str, Any]:
    """Counts of the lake and, if a source is configured, what is new or changed there; writes nothing.

    Raises LakeError if there is no lake, LakeDamaged that names each table of which files are gone,
    InputError if the source cannot be read.
    """
    require_lake(lake)
    require_files(lake)
    head = lake.head()
    out: dict[str, Any] = {"commit": head.seq, "sources": _sources(lake), "refused": _refused(lake)}
    out["last_sync"] = _last_sync(lake)
    out["taken_out"] = _taken_out(lake)
    out["held"] = [vars(each) for each in held_batches(lake.files)]
    address = config.sync.input
    if address and is_bucket(address):
        out["inventory"] = _inventory(lake, config)
    elif address and not is_archive(address):
        out["folder"] = _folder(lake, config)
    return out


def _sources(lake: Lake) -> dict[str, dict[str, int]]:
    is_in = F.col("left_out").isNull()
    rows = lake.read("raw_articles", lake.head()).groupBy("source")
    by_source = rows.agg(
        F.count_if(is_in).alias("articles"),
        F.count_if(~is_in).alias("left_out"),
        F.coalesce(F.sum(F.when(is_in, F.col("size"))), F.lit(0)).alias("bytes"),
    )
    names = ("articles", "left_out", "bytes")
    return {r["source"]: {n: int(r[n]) for n in names} for r in by_source.orderBy("source").collect()}


def _refused(lake: Lake) -> dict[str, int]:
    rows = open_quarantine(lake.read("quarantine").where(F.col("parser_version") == REFUSED_BY))
    return {r["reason"]: int(r["count"]) for r in rows.groupBy("reason").count().orderBy("reason").collect()}


def _taken_out(lake: Lake) -> dict[str, int]:
    """Count the entries of `quarantine` by which gates took articles out of their batches, by gate."""
    rows = open_quarantine(lake.read("quarantine").where(F.startswith("parser_version", F.lit(GATE))))
    by_gate = rows.groupBy("parser_version").count().orderBy("parser_version").collect()
    return {row["parser_version"]: int(row["count"]) for row in by_gate}


def _last_sync(lake: Lake) -> dict[str, Any] | None:
    last = lake.last_commit_of("sync_articles")
    return (
        None
        if last is None
        else {"run_id": last["run_id"], "at": f"{last['committed_at']:%Y-%m-%dT%H:%M:%SZ}"}
    )


def _inventory(lake: Lake, config: Config) -> dict[str, Any]:
    bucket, source = address_of(config.sync)
    manifest = newest_manifest(bucket, str(config.sync.input))
    rows = inventory_plan.read_inventory(lake.spark, bucket, manifest).persist(StorageLevel.DISK_ONLY)
    try:
        counts = inventory_plan.inventory_counts(rows)
        raw = lake.read("raw_articles", lake.head())
        in_lake = inventory_plan.lake_versions(
            raw,
            source,
            config.sync.select,
            config.sync.max_bytes,
            read_opt_out(lake.spark, config.opt_out),
        )
        each = inventory_plan.compare(
            rows, in_lake, config.sync.select, complete=inventory_plan.is_complete(counts), spark=lake.spark
        )
        by_class = {r["class"]: int(r["count"]) for r in each.groupBy("class").count().collect()}
    finally:
        rows.unpersist()
    return {
        "day": manifest.day,
        "versions": counts["inventory.rows"],
        "flaws": {k.removeprefix("inventory."): v for k, v in counts.items() if k != "inventory.rows"},
        "articles": {name: by_class[name] for name in inventory_plan.CLASSES if name in by_class},
        "backlog": sum(by_class.get(name, 0) for name in inventory_plan.TO_DO),
    }


def _folder(lake: Lake, config: Config) -> dict[str, Any]:
    listing = list_folder(lake.spark, config.sync).persist()
    try:
        counts = counts_by_reason(listing, config.sync)
        key = ["source", "source_key", "etag"]
        in_lake = lake.read("raw_articles", lake.head()).select(*key)
        backlog = listing.where("reason IS NULL").join(in_lake, key, "left_anti").count()
    finally:
        listing.unpersist()
    articles = counts.pop("", 0)
    return {"files": articles, "backlog": backlog, "left_out": counts}
