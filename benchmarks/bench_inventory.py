"""An inventory of 8,000,000 rows against a lake with the same 8,000,000 articles: nothing is new.

    python benchmarks/bench_inventory.py --rows 8000000

The first run generates both, which takes minutes (--prepare does only that). Two cores, 4 GB for Spark. It
measures `sync_articles` as a user runs it: the manifest, the parts with their checksums, the comparison; and
checks that no commit is made. Needs Go.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import time
from pathlib import Path
from typing import Any, cast

from source_bench import bucket_server, report, session

PARTS = 16


def etag_of(number: int) -> str:
    """Return the ETag of an article's metadata, equal to the column of `write_articles`."""
    return hashlib.md5(str(number).encode()).hexdigest()


def write_inventory(root: Path, rows: int) -> None:
    """The inventory's parts and manifest."""
    from pmc_bucket import COLUMNS, PREFIX

    data = root / PREFIX / "data"
    data.mkdir(parents=True, exist_ok=True)
    files = []
    for n in range(PARTS):
        path = data / f"part-{n}.csv.gz"
        with gzip.open(path, "wb", compresslevel=1) as out:
            lines: list[str] = []
            for number in range(n, rows, PARTS):
                key = f'"metadata/PMC{number}.1.json"'
                lines.append(f'"pmc-oa-opendata",{key},"2026-11-01T00:00:00.000Z","{etag_of(number)}"\n')
                if len(lines) == 10000:
                    out.write("".join(lines).encode())
                    lines.clear()
            out.write("".join(lines).encode())
        md5 = hashlib.md5(path.read_bytes()).hexdigest()
        files.append({"key": f"{PREFIX}/data/{path.name}", "size": path.stat().st_size, "MD5checksum": md5})
    folder = root / PREFIX / "2026-11-01T01-00Z"
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {"fileFormat": "CSV", "fileSchema": COLUMNS, "files": files}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def write_articles(spark: Any, lake: Any, rows: int) -> None:
    """Write and commit raw_articles with a row for each article of the inventory, without the bytes."""
    from pyspark.sql import functions as F
    from pyspark.sql.types import StructType
    from sync_lakes import BUCKET

    from medconcept.lake.transaction import Manifest, name_commit
    from medconcept.tables import TABLES

    lake.create()
    table = TABLES["raw_articles"]
    number = F.col("id").cast("string")
    types = {c.name: c.dataType for c in table.columns}
    pmcid = F.concat(F.lit("PMC"), number)
    metadata = [
        {"pmcid": pmcid, "version": F.lit(1)}.get(f.name, F.lit(None)).cast(f.dataType).alias(f.name)
        for f in cast(StructType, types["metadata"]).fields
    ]
    key = F.concat(pmcid, F.lit(".1/"), pmcid, F.lit(".1.xml"))
    values = {
        "source": F.lit(BUCKET),
        "source_key": key,
        "size": F.lit(100_000).cast("long"),
        "source_sha256": F.sha2(number, 256),
        "metadata": F.struct(*metadata),
        "metadata_etag": F.md5(number.cast("binary")),
        "md5": F.md5(key.cast("binary")),
    }
    columns = [values.get(n, F.lit(None)).cast(t).alias(n) for n, t in types.items()]
    frame = spark.range(0, rows, 1, 16).select(*columns)
    digest, nothing = F.sha2("source_key", 256), F.lit(None)
    frame = frame.select(
        "*",
        digest.alias("row_digest"),
        nothing.cast("string").alias("run_id"),
        nothing.cast("timestamp").alias("written_at"),
    )
    frame.write.format("delta").mode("append").save(lake.path("raw_articles"))
    manifest = Manifest(1, "bench", "sync_articles", ("raw_articles",), {}, {}, "bench", "bench")
    names = [n for n in TABLES if n != "commits"]
    name_commit(lake, manifest, {n: lake.latest_version(n) for n in names})


def main() -> None:
    """Prepare, or measure, print a table, write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--work", type=Path, default=Path("build/bench"))
    parser.add_argument("--prepare", action="store_true")
    options = parser.parse_args()
    options.work = options.work / f"inventory-{options.rows}"
    from sync_lakes import BUCKET, settings

    from medconcept.lake.lake import Lake
    from medconcept.pipeline.registry import stage
    from medconcept.pipeline.runner import run_stage

    spark = session("4g")
    lake_at = str(options.work / "work/lake")
    if options.prepare or not Lake(spark, lake_at).exists:
        (options.work / "s3" / BUCKET).mkdir(parents=True, exist_ok=True)
        write_inventory(options.work / "s3" / BUCKET, options.rows)
        write_articles(spark, Lake(spark, lake_at), options.rows)
    if options.prepare:
        return
    with bucket_server(options.work / "s3") as url:
        config = settings(options.work / "work", url)
        lake = Lake(spark, lake_at)
        before = lake.head().seq
        begun = time.perf_counter()
        done = run_stage(stage("sync_articles"), lake, config, print)
        seconds = time.perf_counter() - begun
    assert (done.status, lake.head().seq) == ("nothing new", before), done
    sizes = [p.stat().st_size for p in (options.work / "s3").rglob("*.csv.gz")]
    figures = {"rows": float(options.rows), "seconds": seconds, "inventory MB": sum(sizes) / 1e6}
    report("inventory", figures, {"seconds/120": seconds / 120})


if __name__ == "__main__":
    main()
