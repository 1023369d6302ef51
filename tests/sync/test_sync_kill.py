"""kill -9 on the way: the next run goes on from there and ends with the rows of an undisturbed one."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import yaml
from fault_proxy import proxied
from killed_sync import DRIVER, WORKER
from pmc_bucket import Article, PmcBucket
from sync_lakes import digests, settings, sync

from medconcept.config import SparkConfig
from medconcept.errors import MedconceptError

ROOT = Path(__file__).resolve().parents[2]
RAW = ("raw_articles",)

pytestmark = [pytest.mark.slow, pytest.mark.long]


def start(moment: str, config, folder: Path, master: str = "local[2]") -> subprocess.CompletedProcess[str]:
    session = SparkConfig(
        master=master, jars=str(ROOT / "build/jars"), shuffle_partitions=2, driver_memory="2g"
    )
    text = yaml.safe_dump(json.loads(json.dumps(asdict(replace(config, spark=session)))))
    (folder / "conf.yaml").write_text(text)
    command = [
        sys.executable,
        str(Path(__file__).with_name("killed_sync.py")),
        moment,
        str(folder / "conf.yaml"),
    ]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("moment", DRIVER)
def test_the_driver_is_killed(spark, bucket: PmcBucket, server, tmp_path: Path, moment: str) -> None:
    bucket.put(*[Article(n) for n in range(1, 31)])
    bucket.publish("2026-11-01")
    config = settings(tmp_path / "work", server.url, batch=15)
    killed = start(moment, config, tmp_path)
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    before = {
        path: path.stat().st_mtime_ns for path in (tmp_path / "work/lake/raw_articles").glob("*.parquet")
    }
    lake, _ = sync(spark, config)
    undisturbed, _ = sync(spark, settings(tmp_path / "work", server.url, "undisturbed", batch=15))
    assert digests(lake, RAW) == digests(undisturbed, RAW)
    rows = lake.read("raw_articles").select("source_key").collect()
    assert len(rows) == len({r.source_key for r in rows}) == 30
    assert not lake.files.list("_staging")
    # At most the batch in flight was lost: what was committed before is still the same files.
    assert (len(before) > 0) == (moment != DRIVER[0])
    assert all(path.stat().st_mtime_ns == at for path, at in before.items())


def test_a_worker_is_killed(spark, bucket: PmcBucket, server, tmp_path: Path) -> None:
    bucket.put(*[Article(n) for n in range(1, 101)])
    bucket.publish("2026-11-01")
    with proxied(server.url, delay=0.3) as proxy:
        config = settings(tmp_path / "work", proxy.url)
        few = replace(config.sync.bucket, in_flight=8)
        config = replace(config, sync=replace(config.sync, bucket=few))
        done = start(WORKER, config, tmp_path, master="local[2,4]")
    assert "killed a worker" in done.stdout, done.stdout + done.stderr[-2000:]
    assert "done 100" in done.stdout, done.stdout + done.stderr[-2000:]
    undisturbed, _ = sync(spark, settings(tmp_path / "work", server.url, "undisturbed"))
    lake, report = sync(spark, config_at(config, server.url))
    assert report.status == "nothing new"
    assert digests(lake, RAW) == digests(undisturbed, RAW)


def config_at(config, url: str):
    return replace(config, sync=replace(config.sync, bucket=replace(config.sync.bucket, endpoint=url)))


def test_the_disk_is_full(spark, bucket: PmcBucket, server, tmp_path: Path) -> None:
    import random

    noise = random.Random(7)
    words = ["".join(noise.choices("abcdefghijklmnopqrstuvwxyz", k=9)) for _ in range(60000)]
    bucket.put(Article(1))
    bucket.publish("2026-11-01")
    config = settings(tmp_path / "work", server.url)
    lake, _ = sync(spark, config)
    good = digests(lake, RAW)
    bucket.put(Article(2, captions=(" ".join(words),)))
    bucket.publish("2026-11-02")
    # A limit on the size of files is what a full disk is to the JVM: a write that fails half-way.
    pid = spark._jvm.java.lang.ProcessHandle.current().pid()
    unlimited = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (100_000, unlimited[1]))
    try:
        with pytest.raises(MedconceptError) as error:
            sync(spark, config)
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)
    assert "\n" not in str(error.value)
    assert digests(lake, RAW) == good
    lake, _ = sync(spark, config)
    assert {r.source_key[:6] for r in lake.read("raw_articles").collect()} == {"PMC1.1", "PMC2.1"}
