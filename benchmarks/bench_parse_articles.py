"""parse_articles as a Spark job compared with a process pool of the same parser; memory of its workers.

    python benchmarks/bench_parse_articles.py --articles 20000

Copies of the given articles with other ids are written as `raw_articles` rows to a Delta table, as
sync_articles does. Then, on the same cores:
- the pool: as many processes as cores; each reads files with that table's bytes from disk and calls
  `parse_article`; the result is discarded;
- the job: the stage's `parse` over the Delta table, its rows written as the stage writes them (Parquet with
  every column of `articles` and `figures`).
Both start warm: the workers have imported the parser. In addition to wall-clock time, the processor time of
all processes is reported, which is reliable also on a busy machine. The job is measured at --articles and at
--small. The peak memory of the Python processes (the workers and their children) must not grow with the
number of articles. Writes build/bench/parse_articles.json.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from results import write

from medconcept.config import SparkConfig
from medconcept.jats import PARSER_VERSION, ArticleRejected, parse_article
from medconcept.spark.arrow_batches import small_batches
from medconcept.spark.session import get_session
from medconcept.stages.parse_articles import parse
from medconcept.workers.parse.parse_files import BATCH_ROWS

_IDS = (
    re.compile(rb'(pub-id-type="(?:pmc|pmcid|pmid|doi|publisher-id)"[^>]*>[^<]*)(<)'),
    re.compile(rb"(pub-id-type='(?:pmc|pmcid|pmid|doi|publisher-id)'[^>]*>[^<]*)(<)"),
)
_FILE_ROWS = 250


def copies(sources: Sequence[bytes], count: int) -> Iterator[bytes]:
    """Yield `count` articles; from the second round over the sources on, a number is appended to each id."""
    for number in range(count):
        data = sources[number % len(sources)]
        turn = number // len(sources)
        front = data.find(b"</front>")
        if turn and front > 0:
            head = data[:front]
            for pattern in _IDS:
                head = pattern.sub(rb"\g<1>%d\g<2>" % turn, head)
            data = head + data[front:]
        yield data


def land(sources: Sequence[bytes], count: int, folder: Path) -> int:
    """Write the rows of `raw_articles` as Parquet files; returns their bytes of XML."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows: list[dict[str, object]] = []
    total = 0
    for number, data in enumerate(copies(sources, count)):
        total += len(data)
        key = f"{number:06d}.xml"
        rows.append(
            {"source": "bench", "source_key": key, "size": len(data), "source_sha256": f"{number:064x}",
             "duplicate_of": None, "content": data, "etag": key}
        )  # fmt: skip
        if len(rows) == _FILE_ROWS or number + 1 == count:
            schema = pa.schema(
                [("source", pa.string()), ("source_key", pa.string()), ("size", pa.int64()),
                 ("source_sha256", pa.string()), ("duplicate_of", pa.string()), ("content", pa.binary()),
                 ("etag", pa.string())]
            )  # fmt: skip
            pq.write_table(pa.Table.from_pylist(rows, schema), folder / f"{number:06d}.parquet")
            rows = []
    return total


def parse_file(path: Path) -> int:
    """Parse every article of one landed file, in a process of the pool."""
    figures = 0
    for batch in pq.ParquetFile(path).iter_batches(16, columns=["content"]):
        for content in batch.column("content"):
            try:
                figures += len(parse_article(content.as_py()).figures)
            except ArticleRejected:
                continue
    return figures


@dataclass(frozen=True)
class Measured:
    """Wall-clock seconds, processor seconds, number of figures, MB of the largest Python process."""

    seconds: float
    processor: float
    figures: int
    peak_mb: float


def pool(folder: Path, cores: int) -> Measured:
    """Measure a pool of processes over all landed files."""
    with multiprocessing.get_context("fork").Pool(cores) as processes:
        processes.map(int, range(cores))  # all processes are started before the measurement
        used, start = _processor_seconds(), time.perf_counter()
        with Watch() as watch:
            figures = sum(processes.imap_unordered(parse_file, sorted(folder.glob("*.parquet"))))
        seconds = time.perf_counter() - start
        return Measured(seconds, _processor_seconds() - used, figures, watch.peak_mb)


def job(spark: SparkSession, folder: Path, out: Path) -> Measured:
    """Measure the Spark job over all landed files."""
    raw = spark.read.parquet(str(folder))
    with Watch() as watch, small_batches(spark, BATCH_ROWS):
        used, start = _processor_seconds(), time.perf_counter()
        parse(raw.where(F.col("duplicate_of").isNull())).write.mode("overwrite").parquet(str(out))
        seconds, used = time.perf_counter() - start, _processor_seconds() - used
    figures = spark.read.parquet(str(out)).select(F.sum(F.size("figures"))).head()
    assert figures is not None
    return Measured(seconds, used, int(figures[0]), watch.peak_mb)


class Watch(threading.Thread):
    """Samples all descendants of this process and keeps the peak memory of the largest Python worker."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak_mb = 0.0
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(0.1):
            self.peak_mb = max([self.peak_mb, *(_memory_mb(pid) for pid in _below(os.getpid()))])

    def __enter__(self) -> Watch:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()


def _below(top: int) -> list[int]:
    parents: dict[int, int] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = Path(f"/proc/{entry}/stat").read_text()
            except OSError:
                continue  # it has ended
            parents[int(entry)] = int(stat.rpartition(")")[2].split()[1])
    descendants: list[int] = []
    for pid in parents:
        above = pid
        while above in parents and above != top:
            above = parents[above]
        if above == top and pid != top:
            descendants.append(pid)
    return descendants


def _processor_seconds() -> float:
    """Return the processor time so far of all descendants, and of children that they have waited for."""
    ticks = 0
    for pid in _below(os.getpid()):
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            continue  # it has ended
        ticks += sum(map(int, stat.rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _memory_mb(pid: int) -> float:
    """Return the memory that only this process uses, in MB; 0 for a process that is not Python."""
    try:
        if "python" not in os.readlink(f"/proc/{pid}/exe"):
            return 0.0
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    anonymous = re.search(r"RssAnon:\s*(\d+) kB", status)
    return int(anonymous.group(1)) / 1024 if anonymous else 0.0


def main() -> None:
    """Land, measure, print a table, write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", type=Path, default=[Path("build/demo/articles")])
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--small", type=int, default=500, help="the size whose memory is compared with")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--jars", default="build/jars")
    parser.add_argument("--work", type=Path, default=Path("build/bench/work"))
    parser.add_argument("--output", type=Path, default=Path("build/bench/parse_articles.json"))
    options = parser.parse_args()
    paths = sorted(p for f in options.folders for p in f.rglob("*") if p.suffix in (".xml", ".nxml"))
    if not paths:
        parser.error(f"no articles in {', '.join(map(str, options.folders))}")
    sources = [path.read_bytes() for path in paths]
    work = options.work.resolve()
    sizes = {"small": min(options.small, options.articles), "all": options.articles}
    bytes_of = {name: land(sources, count, work / name) for name, count in sizes.items()}
    alone = pool(work / "all", options.cores)
    spark = get_session(
        SparkConfig(jars=options.jars, master=f"local[{options.cores}]", shuffle_partitions=options.cores)
    )
    job(spark, work / "small", work / "out")  # warm up: the JVM's compiler, the workers' imports
    small = job(spark, work / "small", work / "out")
    all_ = job(spark, work / "all", work / "out")
    spark.stop()
    shutil.rmtree(work)
    if all_.figures != alone.figures:
        raise SystemExit(f"the job saw {all_.figures} figures, the pool {alone.figures}")
    megabytes = bytes_of["all"] / 1e6
    print(f"{options.articles} articles, {megabytes:.0f} MB, {options.cores} cores")
    for name, measured in (("pool", alone), ("job", all_)):
        speed = (
            f"{megabytes / measured.seconds:8.1f} MB/s {options.articles / measured.seconds:8.0f} articles/s"
        )
        print(f"{name:5} {speed} {megabytes / measured.processor:8.1f} MB per second of processor time")
    by_clock, by_processor = alone.seconds / all_.seconds, alone.processor / all_.processor
    print(f"job/pool {by_clock:.2f} by the clock, {by_processor:.2f} by processor time")
    peaks = f"{small.peak_mb:.0f} MB at {sizes['small']} articles, {all_.peak_mb:.0f} MB at {sizes['all']}"
    print(f"largest worker {peaks}")
    figures = {
        "articles": options.articles,
        "megabytes": round(megabytes, 1),
        "pool MB/s": round(megabytes / alone.seconds, 2),
        "job MB/s": round(megabytes / all_.seconds, 2),
        "pool processor seconds": round(alone.processor, 1),
        "job processor seconds": round(all_.processor, 1),
        f"largest worker MB at {sizes['small']}": round(small.peak_mb, 1),
        f"largest worker MB at {sizes['all']}": round(all_.peak_mb, 1),
    }
    ratios = {
        "job/pool": round(by_clock, 3),
        "job/pool by processor time": round(by_processor, 3),
        f"worker MB at {sizes['all']}/{sizes['small']}": round(all_.peak_mb / small.peak_mb, 3),
    }
    packages = ["lxml", "pyarrow", "pyspark"]
    write("parse_articles", figures, ratios, packages, options.output, jats_parser=PARSER_VERSION)


if __name__ == "__main__":
    main()
