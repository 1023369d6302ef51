"""The whole pipeline with source and lake on one S3 server, through S3A, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import yaml
from pmc_bucket import Article, PmcBucket
from s3_server import KEY, SECRET
from sync_lakes import CONTENT, digests, settings, sync

from medconcept.config import SparkConfig

ROOT = Path(__file__).resolve().parents[2]
JARS = Path(os.environ.get("MEDCONCEPT_JARS", ROOT / "build/jars"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.skipif(
        not list(JARS.glob("hadoop-aws-*.jar")), reason="make setup has not fetched hadoop-aws (needs Maven)"
    ),
]
# What S3A needs with versitygw: paths, not hosts; markers kept and objects deleted one by one.
S3A = {
    "fs.s3a.path.style.access": "true",
    "fs.s3a.directory.marker.retention": "keep",
    "fs.s3a.multiobjectdelete.enable": "false",
    "fs.s3a.access.key": KEY,
    "fs.s3a.secret.key": SECRET,
}


def test_source_and_lake_on_s3(spark, bucket: PmcBucket, server, tmp_path: Path) -> None:
    bucket.put(*[Article(n) for n in range(1, 7)])
    bucket.publish("2026-11-01")
    server.client().create_bucket(Bucket="lake")
    config = settings(tmp_path / "work", server.url)
    session = SparkConfig(jars=str(JARS), shuffle_partitions=2, driver_memory="2g")
    there = replace(config, lake="s3a://lake/one", spark=session)
    (tmp_path / "conf.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(asdict(there)))))
    (tmp_path / "hadoop").mkdir()
    values = {**S3A, "fs.s3a.endpoint": server.url}
    text = "".join(f"<property><name>{n}</name><value>{v}</value></property>" for n, v in values.items())
    (tmp_path / "hadoop/core-site.xml").write_text(f"<configuration>{text}</configuration>")
    environ = {**os.environ, "HADOOP_CONF_DIR": str(tmp_path / "hadoop"), "PYTHONPATH": str(ROOT / "lib")}

    def medconcept(*command: str) -> object:
        full = [
            sys.executable,
            "-m",
            "medconcept",
            *command,
            "--config",
            str(tmp_path / "conf.yaml"),
            "--json",
        ]
        done = subprocess.run(full, env=environ, capture_output=True, text=True, timeout=500, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)

    reports = medconcept("run")
    assert {r["status"] for r in reports} == {"done"}
    query = " UNION ALL ".join(
        f"SELECT '{t}' AS t, count(*) AS n, sum(CAST(xxhash64(row_digest) AS DECIMAL(38,0))) AS h FROM {t}"
        for t in CONTENT
    )
    found = {row["t"]: (row["n"], str(row["h"])) for row in medconcept("sql", query)}
    local, _ = sync(spark, config, "sync_articles", "parse_articles", "build_dictionary")
    local, _ = sync(spark, config, "annotate_captions", "assemble_triplets")
    from pyspark.sql import functions as F

    for table in CONTENT:
        hashed = F.sum(F.xxhash64("row_digest").cast("decimal(38,0)"))
        row = local.read(table).agg(F.count(F.lit(1)).alias("n"), hashed.alias("h")).collect()[0]
        assert found[table] == (row.n, str(row.h)), table
    assert digests(local)["articles"][0] == 6
