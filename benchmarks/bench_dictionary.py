"""build_dictionary over a synthetic UMLS release: seconds, peak memory of all processes, file size.

    python benchmarks/bench_dictionary.py --names 10000000

tests/dictionary/synthetic_umls.py generates the release. Memory is the proportional set size of the driver,
its JVM and all Python workers together, sampled once per second. Writes build/bench/dictionary.json.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from results import show, write

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "dictionary"))


class Memory:
    """The peak memory of this process and its descendants together, in MB, until it is stopped."""

    def __init__(self) -> None:
        """Begin to watch."""
        self.peak, self._stop = 0.0, threading.Event()
        self.parts: dict[int, float] = {}
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """End and return the peak."""
        self._stop.set()
        self._thread.join()
        return self.peak

    def _watch(self) -> None:
        while not self._stop.wait(1.0):
            parts = {pid: _pss(pid) for pid in _family(os.getpid())}
            if sum(parts.values()) > self.peak:
                self.peak, self.parts = sum(parts.values()), parts


def main(argv: list[str] | None = None) -> int:
    """Generate the release, build, print, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=1_000_000)
    parser.add_argument("--driver-memory", default="4g")
    parser.add_argument(
        "--folder", type=Path, help="where release and lake are made (default: a temporary one)"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "build/bench/dictionary.json")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        figures = measure(Path(folder), options.names, options.driver_memory)
    show(figures)
    write("dictionary", figures, {}, ["pyspark", "pyarrow"], options.output)
    return 0


def measure(folder: Path, names: int, driver_memory: str) -> dict[str, float]:
    """Build a dictionary of a synthetic release in a new lake."""
    from synthetic_umls import write_release

    from medconcept.config import Config, DictionaryConfig, DictionarySource, SparkConfig
    from medconcept.lake.lake import Lake
    from medconcept.pipeline.registry import stage
    from medconcept.pipeline.runner import run_stage
    from medconcept.spark.session import get_session

    expected = write_release(folder / "META", names)
    size = sum(path.stat().st_size for path in (folder / "META").iterdir())
    source = DictionarySource("UMLS", "umls", str(folder / "META"), "synthetic")
    settings = Config(lake=str(folder / "lake"), dictionary=DictionaryConfig((source,)))
    spark = get_session(SparkConfig(driver_memory=driver_memory, jars=str(ROOT / "build/jars")))
    lake = Lake(spark, settings.lake)
    lake.create()
    memory, start = Memory(), time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - start:7.1f} s  {line}", file=sys.stderr, flush=True)

    report = run_stage(stage("build_dictionary"), lake, settings, say)
    seconds = time.monotonic() - start
    peak = memory.stop()
    say(f"at the peak: {sorted((round(v) for v in memory.parts.values()), reverse=True)} MB")
    assert report.counts["umls.names"] == expected.names
    return {
        "names": expected.names,
        "concepts": expected.concepts,
        "release_mb": round(size / 1e6),
        "build_s": round(seconds, 1),
        "peak_mb": round(peak),
        "file_mb": round(report.counts["dictionary.bytes"] / 1e6, 1),
        "similar_mb": round(report.counts["dictionary.similar_bytes"] / 1e6, 1),
    }


def _family(pid: int) -> list[int]:
    """A process and all its descendants."""
    out = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            out += [p for child in task.read_text().split() for p in _family(int(child))]
        except OSError:
            continue  # it has just ended
    return out


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    sys.exit(main())
