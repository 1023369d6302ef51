"""Exports next to the libraries of their formats: the same rows and bytes, one process, in the same run.

    python benchmarks/bench_exports.py --images ../shared/data/medconcept_sample

Real images, repeated with a number of its own in each (so that no two files are equal), with records of the
shape of triplets. Rivals: `pyarrow.parquet.ParquetWriter` with the same row groups and compression, and
`webdataset.TarWriter`. Neither counts what is inside or takes checksums, as the exports do, so the ratios are
taken twice: with the rival as it is, and with the SHA-256 of the file that it wrote. A ratio is the rival's
seconds of processor time divided by ours: 1.0 is as fast, and more is faster. Reading back:
images a second by `datasets` (streaming) and by `webdataset`, next to the same images as loose files.
Writes build/bench/exports.json.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import webdataset
from results import show, write

from medconcept.exports.features import IMAGE, IMAGE_TYPE, with_features
from medconcept.exports.parquet_shard import leaf_columns as _leaves
from medconcept.exports.sample_key import sample_key
from medconcept.exports.shard_file import file_sha256
from medconcept.exports.shards import open_shard

BATCH = 64
SPAN = pa.struct([("start", pa.int32()), ("end", pa.int32())])
CONCEPT = pa.struct(
    [
        ("concept_id", pa.string()), ("preferred_name", pa.string()), ("spans", pa.list_(SPAN)),
        ("similarity", pa.float64()), ("flags", pa.list_(pa.string())), ("name_withheld", pa.string()),
    ]
)  # fmt: skip
RECORD = [
    ("triplet_key", pa.string()), ("caption", pa.string()), ("concepts", pa.list_(CONCEPT)),
    ("concept_ids", pa.list_(pa.string())), ("journal", pa.string()), ("year", pa.int32()),
    ("split", pa.string()), ("attribution", pa.string()), ("source_sha256", pa.string()),
]  # fmt: skip
METADATA = pa.schema([("sample_key", pa.string()), *(pair for pair in RECORD if pair[0] != "caption")])
DATA = pa.schema([("sample_key", pa.string()), (IMAGE, IMAGE_TYPE), *RECORD])
NAME = "data/train-00000-of-00001"


def main(argv: list[str] | None = None) -> int:
    """Measure, print a table, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, default=Path("../shared/data/medconcept_sample"))
    parser.add_argument("--rows", type=int, default=4000, help="rows with images")
    parser.add_argument("--metadata-rows", type=int, default=1_000_000)
    options = parser.parse_args(argv)
    pictures = [path.read_bytes() for path in sorted(options.images.rglob("*.jpg"))]
    if not pictures:
        print(f"{options.images}: no JPEG files; name a folder of them (--images)", file=sys.stderr)
        return 3
    with tempfile.TemporaryDirectory() as folder:
        figures, ratios = _measure(Path(folder), pictures, options)
    show(figures, ratios)
    write("exports", figures, ratios, ["pyarrow", "webdataset", "datasets"])
    return 0


def _measure(
    folder: Path, pictures: list[bytes], options: argparse.Namespace
) -> tuple[dict[str, float], dict[str, float]]:
    batches = list(_batches(pictures, options.rows))
    size = sum(pc.sum(pc.binary_length(b.column(IMAGE).field("bytes"))).as_py() for b in batches)
    figures: dict[str, float] = {"rows": options.rows, "image_megabytes": round(size / 1e6)}
    ratios = {}
    for kind, rival in (("huggingface", _pyarrow), ("webdataset", _webdataset)):
        ours, theirs = [], []
        for _ in range(3):  # alternating, since other processes slow both down
            ours.append(_seconds(partial(_ours, folder / kind, kind, DATA, batches)))
            theirs.append(_seconds(partial(rival, folder / "rival", batches)))
        figures[f"{kind}_rows_per_second"] = round(options.rows / min(ours))
        figures[f"{kind}_rival_rows_per_second"] = round(options.rows / min(theirs))
        checksum = min(_seconds(partial(_checksums, folder / "rival")) for _ in range(3))
        ratios[f"{kind}_to_rival"] = round(min(theirs) / min(ours), 2)
        ratios[f"{kind}_to_rival_with_checksum"] = round((min(theirs) + checksum) / min(ours), 2)
        shutil.rmtree(folder / "rival")
    figures |= _read_back(folder, batches, options.rows)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows = options.metadata_rows
    seconds = _seconds(lambda: _ours(folder / "metadata", "metadata", METADATA, _metadata(batches, rows)))
    figures["metadata_rows"] = rows
    figures["metadata_seconds"] = round(seconds, 1)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    figures["metadata_added_megabytes"] = round((after - before) / 1024)
    return figures, ratios


def _batches(pictures: list[bytes], count: int) -> Iterator[pa.RecordBatch]:
    for first in range(0, count, BATCH):
        numbers = range(first, min(count, first + BATCH))
        rows = [_row(n, pictures[n % len(pictures)] + n.to_bytes(4, "big")) for n in numbers]
        yield pa.RecordBatch.from_pylist(rows, DATA)


def _row(number: int, image: bytes) -> dict[str, Any]:
    triplet_key = f"PMC{number}#F1/0"
    key = sample_key(triplet_key)
    caption = f"Axial CT of the chest, number {number}, showing a nodule of the left upper lobe. " * 4
    concepts = [
        {"concept_id": f"C{(number * 7 + n) % 50_000:07}", "preferred_name": "nodule of lung",
         "spans": [{"start": 9 * n, "end": 9 * n + 6}], "similarity": 1.0, "flags": []}
        for n in range(8)
    ]  # fmt: skip
    return {
        "sample_key": key, IMAGE: {"bytes": image, "path": f"{key}.jpg"}, "triplet_key": triplet_key,
        "caption": caption, "concepts": concepts, "concept_ids": [c["concept_id"] for c in concepts],
        "journal": f"J {number % 900}", "year": 1990 + number % 35, "split": "train",
        "attribution": f"Figure 1 of: A. Alder. On lungs {number}. CC BY 4.0. No changes.",
        "source_sha256": hashlib.sha256(triplet_key.encode()).hexdigest(),
    }  # fmt: skip


def _metadata(batches: list[pa.RecordBatch], count: int) -> Iterator[pa.RecordBatch]:
    done = 0
    while done < count:
        for batch in batches:
            rows = batch.select(METADATA.names).slice(0, count - done)
            done += len(rows)
            yield rows
            if done >= count:
                return


def _ours(folder: Path, kind: str, schema: pa.Schema, batches: Any) -> None:
    with open_shard(folder, NAME, kind, schema) as shard:
        for batch in batches:
            shard.write(batch, [20_000 if IMAGE in schema.names else 2_000] * len(batch))


def _pyarrow(folder: Path, batches: list[pa.RecordBatch]) -> None:
    folder.mkdir(exist_ok=True)
    leaves = _leaves(with_features(DATA))
    with pq.ParquetWriter(
        folder / "rival.parquet", with_features(DATA), write_page_index=True,
        use_content_defined_chunking=True,
        compression={leaf: "none" if leaf == "image.bytes" else "snappy" for leaf in leaves},
        use_dictionary=[leaf for leaf in leaves if leaf != "image.bytes"],
    ) as writer:  # fmt: skip
        table = pa.Table.from_batches(batches, with_features(DATA))
        writer.write_table(table, row_group_size=100)


def _webdataset(folder: Path, batches: list[pa.RecordBatch]) -> None:
    folder.mkdir(exist_ok=True)
    with webdataset.TarWriter(str(folder / "rival.tar"), mtime=0) as writer:
        for batch in batches:
            for row in batch.to_pylist():
                image = row.pop(IMAGE)
                writer.write(
                    {"__key__": row["sample_key"], "jpg": image["bytes"], "txt": row["caption"], "json": row}
                )


def _checksums(folder: Path) -> None:
    for path in folder.iterdir():
        file_sha256(path)


def _read_back(folder: Path, batches: list[pa.RecordBatch], count: int) -> dict[str, float]:
    """Images a second, opened but not decoded by us: each reader hands over what it hands over."""
    from datasets import Image, load_dataset

    loose = folder / "loose"
    loose.mkdir()
    for batch in batches:
        for image in batch.column(IMAGE).to_pylist():
            (loose / image["path"]).write_bytes(image["bytes"])
    paths = sorted(loose.iterdir())
    parquet = load_dataset(
        "parquet", data_files=str(folder / f"huggingface/{NAME}.parquet"), split="train", streaming=True
    ).cast_column(IMAGE, Image(decode=False))
    tar = webdataset.WebDataset(str(folder / f"webdataset/{NAME}.tar"), shardshuffle=False)

    def files() -> int:
        return sum(bool(path.read_bytes()) for path in paths)

    readers: dict[str, Callable[[], int]] = {
        "loose_files": files,
        "datasets_streaming": lambda: sum(1 for _ in parquet),
        "webdataset": lambda: sum(1 for _ in tar),
    }
    figures: dict[str, float] = {}
    for name, read in readers.items():
        begin = time.process_time()
        found = read()
        if found != count:
            raise SystemExit(f"{name} read {found} of {count} rows")
        figures[f"read_{name}_per_second"] = round(count / (time.process_time() - begin))
    shutil.rmtree(loose)
    return figures


def _seconds(work: Callable[[], object]) -> float:
    """Seconds of processor time, of this process and its threads."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


if __name__ == "__main__":
    sys.exit(main())
