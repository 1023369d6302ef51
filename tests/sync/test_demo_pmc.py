"""`make demo-pmc` on the stand-in of PMC's bucket, and where no bucket can be reached."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from image_examples import picture, saved
from pmc_bucket import Article, PmcBucket
from sync_lakes import BUCKET, TERMS

from medconcept.cli.demo_pmc import main

CONFIG = """
dictionary:
  sources: [{name: T, format: tsv, path: terms.tsv, version: "1", licence: CC0-1.0}]
annotate: {partitions: 2}
triplets: {min_confidence: null}
lake: lake
"""


def test_a_bucket_that_cannot_be_reached_is_one_line(tmp_path: Path, capsys: Any) -> None:
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        code = main(["--endpoint", address, "--lake", str(tmp_path / "lake")])
    out, err = capsys.readouterr()
    assert code != 0
    assert err.startswith("demo-pmc: s3://pmc-oa-opendata cannot be read: ") and err.count("\n") == 1
    assert out == "" and not (tmp_path / "lake").exists()


@pytest.mark.slow  # every job
def test_articles_come_with_their_images(spark: Any, moto: Any, tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "terms.tsv").write_text(TERMS)
    (tmp_path / "demo.yaml").write_text(CONFIG)
    client = moto.client()
    client.create_bucket(Bucket=BUCKET)
    moto.open_to_all(BUCKET)
    made = PmcBucket(tmp_path / "s3")
    made.put(*(Article(n, pictures=(saved(picture(seed=n), "JPEG"),)) for n in range(1, 7)))
    made.put(Article(7, licence="CC BY-NC"), Article(8, manuscript=True, media=False))
    made.publish("2026-11-01")
    made.upload(client)
    lake = str(tmp_path / "lake")
    options = ["--config", str(tmp_path / "demo.yaml"), "--endpoint", moto.url, "--lake", lake]
    assert main([*options, "--articles", "4", "--fraction", "1"]) == 0
    out = capsys.readouterr().out
    assert "s3://pmc-oa-opendata: inventory of 2026-11-01" in out

    from medconcept.lake.lake import Lake

    read = Lake(spark, lake)
    rows = read.read("images").collect()
    assert [row.status for row in rows] == ["resolved"] * 4
    assert read.read("image_bytes").count() == 4
    page = read.files.read("_docs/report.html").decode()
    assert page.count('src="data:image/jpeg;base64,') == 4
