"""Objects per second of `sync_articles` and of a bare client of the same library, with 50 ms of latency.

    python benchmarks/bench_sync.py --articles 8000 --work build/bench/sync

A real S3 server (versitygw) runs behind a proxy that delays each response. The bare client downloads the same
objects, metadata and XML, in two processes with half of the requests in flight each, and discards them.
`sync_articles` reads the inventory, then downloads, checks, stages, gates and commits the articles. Measured:
its download (requests to rows on disk), the whole run, and the peak memory of the Python workers, for a
quarter of the articles and for all. With --rival, boto3 on threads is measured too. Needs Go.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from source_bench import bucket_server, delayed, report, session

IN_FLIGHT, PROCESSES, DELAY = 64, 2, 50


def bare(url: str, keys: list[str]) -> None:
    """Download objects with obstore, many at once, and discard them."""
    import obstore
    from sync_lakes import BUCKET

    from medconcept.sources.bucket import open_store, parse_bucket
    from medconcept.sources.options import BucketOptions

    store = open_store(parse_bucket(f"s3://{BUCKET}", BucketOptions(endpoint=url)))

    async def one(todo: Any) -> None:
        for key in todo:
            await (await obstore.get_async(store, key)).bytes_async()

    async def run() -> None:
        todo = iter(keys)
        await asyncio.gather(*[one(todo) for _ in range(IN_FLIGHT // PROCESSES)])

    asyncio.run(run())


def boto(url: str, keys: list[str]) -> None:
    """The same with boto3 on threads."""
    import boto3
    from botocore import UNSIGNED
    from botocore.config import Config
    from sync_lakes import BUCKET

    threads = IN_FLIGHT // PROCESSES
    config = Config(signature_version=UNSIGNED, max_pool_connections=threads)
    client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", config=config)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda key: len(client.get_object(Bucket=BUCKET, Key=key)["Body"].read()), keys))


def seconds_of(client: Any, url: str, keys: list[str]) -> float:
    """Return the seconds of a client in PROCESSES processes, without their start."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(PROCESSES) as pool:
        pool.starmap(client, [(url, keys[:2])] * PROCESSES)  # imports, connections
        begun = time.perf_counter()
        pool.starmap(client, [(url, keys[n::PROCESSES]) for n in range(PROCESSES)], chunksize=1)
        return time.perf_counter() - begun


def peak_of_workers(stop: threading.Event, peak: list[int]) -> None:
    """Record the peak memory of the largest Python worker of Spark, in bytes, in `peak[0]`."""
    while not stop.wait(0.2):
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if b"pyspark.daemon" in (path / "cmdline").read_bytes():
                    pages = int((path / "statm").read_text().split()[1])
                    peak[0] = max(peak[0], pages * 4096)
            except OSError:
                continue


def synced(spark: Any, url: str, folder: Path, **select: Any) -> tuple[float, float, float, dict[str, int]]:
    """Sync into a new lake; returns seconds of download and run, peak memory of a worker, and counts."""
    from sync_lakes import settings

    from medconcept.lake.lake import Lake
    from medconcept.pipeline.registry import stage
    from medconcept.pipeline.runner import run_stage
    from medconcept.spark.progress import Progress

    shutil.rmtree(folder, ignore_errors=True)
    config = settings(folder, url, **select)
    options = replace(config.sync.bucket, in_flight=IN_FLIGHT, requests_per_second=0, request_seconds=60.0)
    config = replace(config, sync=replace(config.sync, bucket=options, batch_articles=100_000))
    spent = [0.0]
    progress: Any = Progress
    counting = progress.counting

    @contextmanager
    def timed(*arguments: Any) -> Any:
        with counting(*arguments) as counter:
            begun = time.perf_counter()
            yield counter
            spent[0] += time.perf_counter() - begun

    progress.counting = timed  # the workers fetch while its block runs
    stop, peak = threading.Event(), [0]
    watcher = threading.Thread(target=peak_of_workers, args=(stop, peak), daemon=True)
    watcher.start()
    begun = time.perf_counter()
    lake = Lake(spark, config.lake)
    done = run_stage(stage("sync_articles"), lake, config, print)
    total = time.perf_counter() - begun
    stop.set()
    progress.counting = counting
    return spent[0], total, float(peak[0]), done.counts


def main() -> None:
    """Measure, print a table, write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=8000)
    parser.add_argument("--work", type=Path, default=Path("build/bench/sync"))
    parser.add_argument("--rival", action="store_true")
    options = parser.parse_args()
    from pmc_bucket import Article, PmcBucket

    made = PmcBucket(options.work / "s3")
    made.root.mkdir(parents=True, exist_ok=True)
    text = ("A heart attack of the left ventricle. " * 60).strip()
    made.put(*[Article(n, captions=(text, text), media=False) for n in range(1, options.articles + 1)])
    made.publish("2026-11-01")
    keys = [f"metadata/PMC{n}.1.json" for n in range(1, options.articles + 1)]
    keys += [f"PMC{n}.1/PMC{n}.1.xml" for n in range(1, options.articles + 1)]
    with bucket_server(options.work / "s3") as url, delayed(url, DELAY) as slow:
        alone = len(keys) / seconds_of(bare, slow, keys)
        figures = {"articles": float(options.articles), "obstore alone objects/s": alone}
        if options.rival:
            figures["boto3 alone objects/s"] = len(keys) / seconds_of(boto, slow, keys[: len(keys) // 4]) / 4
        spark = session()
        _, _, small, _ = synced(spark, slow, options.work / "small", fraction=0.25)
        download, total, large, counts = synced(spark, slow, options.work / "large")
    objects = float(counts["transfer.requests"])
    figures |= {
        "sync download objects/s": objects / download,
        "sync whole run objects/s": objects / total,
        "download seconds": download,
        "whole run seconds": total,
        "worker peak MB, a fourth of the articles": small / 1e6,
        "worker peak MB, all": large / 1e6,
        "bytes received": float(counts["transfer.received"]),
    }
    ratios = {
        "sync download/obstore alone": objects / download / alone,
        "sync whole run/obstore alone": objects / total / alone,
        "worker memory, all/a fourth": large / small,
    }
    report("sync", figures, ratios)


if __name__ == "__main__":
    main()
