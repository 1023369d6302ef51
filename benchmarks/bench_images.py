"""Images verified, decoded, hashed and measured; near duplicates of ten million hashes grouped.

    python benchmarks/bench_images.py --images ../shared/data/medconcept_sample ../shared/data/jats_images

Real images, scaled to a longer side of 512 and 1,000 pixels as JPEG, are processed by one process for each
core. A number in a comment makes the bytes of every file unique. Rates are images per second of processor
time, so that a busy machine measures the same as an idle one. Rivals: `Image.open(...).load()` with
`imagehash.phash(hash_size=16)`, which neither verifies nor measures; and `examine` in the same process,
without isolation. Writes build/bench/images.json.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # as in Spark's workers; numpy reads it when it is imported

import argparse
import io
import itertools
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import imagehash
import numpy as np
import pyarrow as pa
from PIL import Image
from results import show, write

from medconcept.images.duplicates import group_near_duplicates
from medconcept.images.examine import examine
from medconcept.images.isolation import examine_isolated
from medconcept.images.settings import Settings
from medconcept.images.verify import ImageFile
from medconcept.workers.images.examine_files import Task, examine_given

DEFAULT = [Path("../shared/data/medconcept_sample"), Path("../shared/data/jats_images")]
SIDES = (512, 1000)
WITH_DIGEST = Settings(pixel_digest=True)
_jpegs: list[bytes] = []  # those of one size, inherited by the processes of a pool


def main(argv: list[str] | None = None) -> int:
    """Measure, print a table, write the JSON."""
    options = _arguments(argv)
    if options.part:
        print(json.dumps(_PARTS[options.part](options)))
        return 0
    paths = image_files(options.images)
    if not paths:
        print(
            f"{', '.join(map(str, options.images))}: no images; name folders of them (--images)",
            file=sys.stderr,
        )
        return 2
    figures: dict[str, float] = {"images": len(paths)}
    ratios: dict[str, float] = {}
    for side in SIDES:
        _jpegs[:] = [_scaled(path, side) for path in paths]
        rates = measure_rates(options.count, options.rounds)
        figures[f"kilobytes_{side}"] = round(sum(map(len, _jpegs)) / len(_jpegs) / 1e3, 1)
        figures |= {f"{name}_{side}_images_s_core": round(rate, 1) for name, rate in rates.items()}
        ours = rates["isolated"]
        ratios[f"medconcept/bare_pool_{side}"] = round(ours / rates["bare"], 2)
        ratios[f"medconcept/pillow_imagehash_{side}"] = round(ours / rates["pillow_imagehash"], 2)
    if options.fetch:
        from image_fetch import fetch_rates

        _jpegs[:] = [_scaled(path, SIDES[0]) for path in paths]
        rates = fetch_rates(list(_numbered(options.fetch, 0)), Path("build/bench/images-s3"))
        figures |= {f"{name}_images_s": round(rate, 1) for name, rate in rates.items()}
        for name in ("fetch", "fetch_and_examine"):
            ratios[f"{name}/obstore_alone"] = round(rates[name] / rates["obstore_alone"], 2)
    for count in (1_000, options.memory_count):
        peak = _in_process("memory", options, count)
        figures |= {f"{name}_{count}_mb": round(value, 1) for name, value in peak.items()}
    if options.hashes:
        figures |= _in_process("groups", options, options.hashes)
    show(figures, ratios)
    write("images", figures, ratios, ["pillow", "simplejpeg", "imagehash", "numpy", "scipy"], options.output)
    return 0


def image_files(folders: list[Path]) -> list[Path]:
    """Return the image files in some folders, at any depth, sorted."""
    return sorted(p for folder in folders for p in folder.rglob("*") if p.suffix.lower() in _SUFFIXES)


def scaled_images(folders: list[Path], side: int) -> list[bytes]:
    """Return the images in some folders as JPEG with a longer side of so many pixels."""
    return [_scaled(path, side) for path in image_files(folders)]


def measure_rates(count: int, rounds: int) -> dict[str, float]:
    """Return images per second of processor time for each method, the best of several interleaved rounds."""
    best: dict[str, float] = {}
    cores = os.cpu_count() or 1
    for _ in range(rounds):
        for name in WAYS:
            # A new pool each time: the times of its processes and their children are complete when they end.
            with ProcessPoolExecutor(cores, mp_context=get_context("fork")) as pool:
                seconds = sum(pool.map(_timed, [name] * cores, [count // cores] * cores))
            best[name] = max(best.get(name, 0.0), count // cores * cores / seconds)
    return best


def _timed(name: str, count: int) -> float:
    before = _processor_seconds()
    WAYS[name](_numbered(count, os.getpid()))
    return _processor_seconds() - before


def _processor_seconds() -> float:
    uses = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)


def _pillow_imagehash(jpegs: Iterator[bytes]) -> None:
    for data in jpegs:
        image = Image.open(io.BytesIO(data))
        image.load()
        imagehash.phash(image, hash_size=16)


def _bare(settings: Settings) -> Callable[[Iterator[bytes]], None]:
    def way(jpegs: Iterator[bytes]) -> None:
        for data in jpegs:
            examine(ImageFile("f.jpg", data), settings)

    return way


def _isolated(settings: Settings) -> Callable[[Iterator[bytes]], None]:
    def way(jpegs: Iterator[bytes]) -> None:
        for record in examine_isolated((ImageFile("f.jpg", data) for data in jpegs), settings):
            if record.status != "resolved":
                raise AssertionError(f"a sound image is {record.status}: {record.detail}")

    return way


WAYS: dict[str, Callable[[Iterator[bytes]], None]] = {
    "pillow_imagehash": _pillow_imagehash,
    "bare": _bare(Settings()),
    "isolated": _isolated(Settings()),
    "isolated_digest": _isolated(WITH_DIGEST),
}
_SUFFIXES = {".jpg", ".jpeg", ".png", ".tif", ".tiff"}


def _scaled(path: Path, side: int) -> bytes:
    with Image.open(path) as opened:
        image = opened.convert("L" if opened.mode in ("1", "L") else "RGB")
    scale = side / max(image.size)
    width, height = (max(1, round(length * scale)) for length in image.size)
    out = io.BytesIO()
    image.resize((width, height), Image.Resampling.LANCZOS).save(out, "JPEG", quality=90)
    return out.getvalue()


def _numbered(count: int, process: int) -> Iterator[bytes]:
    """Yield `count` JPEGs, each with a unique comment after its first marker."""
    for number, data in zip(range(count), itertools.cycle(_jpegs), strict=False):
        comment = f"{process} {number}".encode()
        yield data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + data[2:]


def _in_process(part: str, options: argparse.Namespace, count: int) -> dict[str, float]:
    """Run a part of the measurement in a child process, to get its peak memory; returns its result."""
    command = [sys.executable, __file__, "--part", part, "--count", str(count), "--images", *options.images]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    numbers: dict[str, float] = json.loads(answer)
    return numbers


def _memory(options: argparse.Namespace) -> dict[str, float]:
    paths = image_files(options.images)
    _jpegs[:] = [_scaled(path, SIDES[0]) for path in paths]
    columns = {"file": "f.jpg", "is_thumbnail": False, "may_derive": False, "size": None, "md5": None}
    batches = (
        pa.RecordBatch.from_pylist([{**columns, "content": data}]) for data in _numbered(options.count, 0)
    )
    # As a worker of resolve_images does it, bytes kept.
    for rows in examine_given(batches, task=Task(Settings(), True, None)):
        if set(rows.column("status").to_pylist()) - {"resolved"}:
            raise AssertionError("a sound image is not resolved")
    uses = {"worker_peak": resource.RUSAGE_SELF, "decoder_peak": resource.RUSAGE_CHILDREN}
    return {name: resource.getrusage(who).ru_maxrss / 1024 for name, who in uses.items()}


def _groups(options: argparse.Namespace) -> dict[str, float]:
    """Measure the grouping of hashes of which a fifth are copies of others with up to 12 bits changed."""
    rng = np.random.default_rng(20_261)
    hashes = rng.integers(0, 2**64, (options.count, 4), dtype=np.uint64)
    copies = options.count // 5
    hashes[-copies:] = hashes[rng.integers(0, options.count - copies, copies)]
    changes = rng.integers(0, 13, copies)
    for change in range(12):
        word, bit = rng.integers(0, 4, copies), rng.integers(0, 64, copies).astype(np.uint64)
        flips = np.where(changes > change, np.uint64(1) << bit, np.uint64(0))
        hashes[np.arange(options.count - copies, options.count), word] ^= flips
    wall, processor = time.perf_counter(), time.process_time()
    groups = group_near_duplicates(hashes)
    return {
        "grouping_hashes": options.count,
        "grouping_s": round(time.perf_counter() - wall, 1),
        "grouping_processor_s": round(time.process_time() - processor, 1),
        "grouping_peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "grouping_grouped": int((groups.representative >= 0).sum()),
        "grouping_pairs_compared": groups.pairs_compared,
        "grouping_pairs_left_out": groups.pairs_left_out,
        "grouping_chains_divided": groups.chains_divided,
    }


_PARTS = {"memory": _memory, "groups": _groups}


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=Path, nargs="+", default=DEFAULT, help="folders of images")
    parser.add_argument("--count", type=int, default=4_000, help="images of each size and way")
    parser.add_argument("--rounds", type=int, default=3, help="how often each way is measured")
    parser.add_argument("--memory-count", type=int, default=50_000, help="images for the peak of memory")
    parser.add_argument("--hashes", type=int, default=10_000_000, help="hashes to group, 0 for none")
    parser.add_argument("--fetch", type=int, default=0, help="images to fetch from a local S3 server")
    parser.add_argument("--part", choices=("memory", "groups"), help=argparse.SUPPRESS)
    parser.add_argument("--output", type=Path, help="where to write the JSON")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
