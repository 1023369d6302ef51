"""What workers do with rows: stretches of shards, images that are compared, disks that are full."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from export_rows import ADDED, contents, picture, schema, triplet

from medconcept.errors import ExportError, LakeDamaged
from medconcept.exports.shards import ShardEntry, entry_path
from medconcept.workers.exports.write_shards import ExportTask, check_files, check_shards, write_shards


class Counter:
    """An accumulator of Spark, as far as it is used."""

    def __init__(self) -> None:
        self.counted: list[dict[str, int]] = []

    def add(self, counts: dict[str, int]) -> None:
        self.counted.append(counts)


def batch(shards: list[str], first: int = 1, **changed: Any) -> pa.RecordBatch:
    """Rows as Spark hands them over."""
    rows = []
    for number, shard in enumerate(shards, first):
        data = picture(number)
        own = {"_shard": shard, "_size": len(data), "_format": "png", "_content": data}
        own["_sha256"] = hashlib.sha256(data).hexdigest()
        rows.append({**dict.fromkeys(ADDED, "x"), **triplet(number), **own, **changed})
    given = [field for field in schema() if field.name not in ("sample_key", "image")]
    given += [pa.field(n, pa.string()) for n in ("_shard", "_sha256", "_format")]
    given += [pa.field("_size", pa.int64()), pa.field("_content", pa.binary())]
    return pa.RecordBatch.from_pylist(rows, pa.schema(given))


def run(folder: Path, *batches: pa.RecordBatch, kind: str = "huggingface") -> list[ShardEntry]:
    task = ExportTask(str(folder), kind, schema())
    done = write_shards(batches, task=task, counter=Counter())  # type: ignore[arg-type] — a counter for Spark's
    return [ShardEntry.of_text(text) for out in done for text in out.column("entry").to_pylist()]


def test_shards_may_begin_and_end_within_batches(tmp_path: Path) -> None:
    a, b, c = "data/train-00000-of-00003", "data/train-00001-of-00003", "data/train-00002-of-00003"
    entries = run(tmp_path, batch([a, a, b]), batch([b, b], 4), batch([b, c], 6))
    assert [(entry.name, entry.rows) for entry in entries] == [(a, 2), (b, 4), (c, 1)]
    read = pq.read_table(tmp_path / f"{b}.parquet")
    assert read["pmcid"].to_pylist() == ["PMC3", "PMC4", "PMC5", "PMC6"]
    names = [entry.name for entry in entries]
    assert [name for name, entry in check_shards([*names, "data/x"], folder=str(tmp_path)) if entry] == names
    assert run(tmp_path) == []


@pytest.mark.parametrize("kind", ["huggingface", "webdataset", "conceptclip"])
def test_an_image_that_is_not_the_one_of_its_checksum_ends_the_run(tmp_path: Path, kind: str) -> None:
    with pytest.raises(
        LakeDamaged, match=r"image_bytes: the bytes of [0-9a-f]{64}, the image of PMC2.1#F1.a/0"
    ):
        run(tmp_path, batch(["data/a"]), batch(["data/a"], 2, _content=b"other"), kind=kind)
    assert not [name for name in contents(tmp_path) if not name.startswith("images/")]


def test_a_disk_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(ExportError, match=rf"^{tmp_path}: data/a: File exists$"):
        run(tmp_path, batch(["data/a"]))


def test_a_full_disk_leaves_no_shard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: Any, data: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("medconcept.exports.shard_file.ShardFile.write", full)
    with pytest.raises(ExportError, match="No space left on device"):
        run(tmp_path, batch(["data/a"]), kind="webdataset")
    assert contents(tmp_path) == {}


def test_files_that_changed_are_named(tmp_path: Path) -> None:
    (entry,) = run(tmp_path, batch(["data/a"]))
    sums = {file.path: file.sha256 for file in entry.files}
    assert list(check_files(sums.items(), folder=str(tmp_path))) == []
    (tmp_path / "data/a.parquet").unlink()
    assert list(check_files(sums.items(), folder=str(tmp_path))) == ["data/a.parquet"]
    assert (tmp_path / entry_path("data/a")).exists()
