"""image_bytes is laid out so that a reader of some images reads little more than them."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from articles import open_lake

from medconcept.lake import transaction
from medconcept.lake.changes import change_set
from medconcept.lake.image_bytes import read_image_bytes
from medconcept.lake.lake import Lake
from medconcept.lake.lease import lease
from medconcept.tables import TABLES

IMAGES, SIZE = 1500, 20_000
SPEC = TABLES["image_bytes"]


def put(lake: Lake, contents: list[bytes]) -> None:
    """Commit these bytes as a run of a stage does."""
    head = lake.head()
    run_id = f"run-{head.seq + 1}"
    rows = [
        ("original", hashlib.sha256(data).hexdigest(), len(data), "png", bytearray(data)) for data in contents
    ]
    frame = lake.spark.createDataFrame(rows, SPEC.content)
    batch = change_set(SPEC.conform(frame, run_id, "2026-01-01 00:00:00"), None, SPEC)
    transaction.stage(lake, run_id, "image_bytes", batch)
    manifest = transaction.Manifest(
        seq=head.seq + 1, run_id=run_id, job="test", tables=("image_bytes",),
        base_versions=head.versions or {"image_bytes": 0}, input_versions={}, settings_digest="",
        code_version="", inserts_only=("image_bytes",),
    )  # fmt: skip
    with lease(lake.files, run_id) as owner:
        transaction.commit(lake, manifest, owner)


def bytes_read(spark: Any) -> int:
    statistics = spark._jvm.org.apache.hadoop.fs.FileSystem.getAllStatistics()
    return sum(each.getBytesRead() for each in statistics)


@pytest.fixture(scope="module")
def filled(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, list[bytes]]:
    rng = random.Random(5)
    contents = [rng.randbytes(SIZE) for _ in range(IMAGES)]
    lake = open_lake(spark, str(tmp_path_factory.mktemp("bytes") / "lake"))
    put(lake, contents[: IMAGES // 2])
    put(lake, contents[IMAGES // 2 :])
    return lake, contents


def test_a_hundred_images_cost_less_than_the_table(spark: Any, filled: Any) -> None:
    lake, contents = filled
    wanted = {hashlib.sha256(data).hexdigest(): data for data in random.Random(6).sample(contents, 100)}
    read_image_bytes(lake, list(wanted)).select("sha256").collect()  # the log of the table is read once
    before = bytes_read(spark)
    found = {row.sha256: bytes(row.content) for row in read_image_bytes(lake, list(wanted)).collect()}
    read = bytes_read(spark) - before
    assert found == wanted
    # Each of the 100 seeks reads ahead up to 64 kB, the buffer of a local file.
    assert read < 100 * (SIZE + 64 * 1024), f"{read:,} bytes read for {100 * SIZE:,}"


def test_files_have_ranges_and_small_row_groups(filled: Any) -> None:
    lake, _ = filled
    groups = []
    for path in Path(lake.path("image_bytes").removeprefix("file:")).glob("*.parquet"):
        metadata = pq.read_metadata(path)
        each = [metadata.row_group(n) for n in range(metadata.num_row_groups)]
        groups += [group.total_byte_size for group in each]
        shas = pq.read_table(path, columns=["sha256"])["sha256"].to_pylist()
        assert shas == sorted(shas)
    assert max(groups) < 5 * 1024 * 1024
    assert sum(groups) > IMAGES * SIZE
