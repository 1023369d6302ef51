"""Images of a lake of 2,000 articles, 1% changed at the source: resolve_images compared with its first run.

    python benchmarks/bench_image_increment.py --articles 20000 --images ../shared/data/jats_images

Articles with two figures each, from a real S3 server; the pictures are real ones, scaled to a longer side of
512 pixels, with a number in a comment that makes each unique. Of the 1%, half have another picture for one of
their figures, half another caption only: pictures fetched and decoded are counted, by what `runs` says and
by what the bucket holds. A third run with nothing changed must fetch nothing and write nothing. Spark's start
and the other jobs are not included. Writes build/bench/image_increment.json. Needs Go.
"""

from __future__ import annotations

import argparse
import struct
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from bench_images import DEFAULT, scaled_images
from source_bench import bucket_server, report, session

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/sync"))
from pmc_bucket import Article, PmcBucket

FIGURES, SIDE = 2, 512
_jpegs: list[bytes] = []


@dataclass(frozen=True)
class Illustrated(Article):
    """An article whose pictures are made when they are asked for; `turn` changes that of its first figure."""

    captions: tuple[str | None, ...] = ("A heart.", "A liver.")
    turn: int = 0

    def picture(self, n: int) -> bytes:
        """One of the pictures, with a comment that no other has."""
        number = self.pmc * FIGURES + n
        turn = self.turn if n == 1 else 0
        comment = struct.pack(">2sHQI", b"\xff\xfe", 14, number, turn)
        data = _jpegs[number % len(_jpegs)]
        return data[:2] + comment + data[2:]


def run(spark: Any, config: Any) -> tuple[float, dict[str, int]]:
    """Run the jobs up to the images; the seconds and counts of resolve_images."""
    from medconcept.lake.lake import Lake
    from medconcept.pipeline.registry import stage
    from medconcept.pipeline.runner import run_stage

    lake = Lake(spark, config.lake)
    for name in ("sync_articles", "parse_articles", "resolve_images"):
        done = run_stage(stage(name), lake, config, lambda line: None)
        print(f"{name:20} {done.status:12} {done.seconds:8.1f} s", flush=True)
    return done.seconds, done.counts


def main() -> None:
    """Measure, print a table, write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=2_000)
    parser.add_argument("--images", type=Path, nargs="+", default=DEFAULT)
    parser.add_argument("--work", type=Path, default=Path("build/bench/image_increment"))
    options = parser.parse_args()
    _jpegs[:] = scaled_images(options.images, SIDE)
    if not _jpegs:
        print("no images; name folders of them (--images)", file=sys.stderr)
        raise SystemExit(2)
    from sync_lakes import settings

    made = PmcBucket(options.work / "s3")
    made.root.mkdir(parents=True, exist_ok=True)
    spark = session()
    with bucket_server(options.work / "s3") as url:
        config = settings(options.work / "work", url, batch=options.articles)
        made.put(*(Illustrated(n) for n in range(1, options.articles + 1)))
        made.publish("2026-11-01")
        first, all_counts = run(spark, config)
        changed = options.articles // 100
        for n in range(1, changed + 1):
            article = cast(Illustrated, made.articles[n, 1])
            captions = ("A heart attack.", "A liver.") if n % 2 else article.captions
            made.put(replace(article, turn=1 - n % 2, captions=captions, changed="2026-11-02T00:00:00.000Z"))
        made.publish("2026-11-02")
        second, counts = run(spark, config)
        third, nothing = run(spark, config)
    pictures = [cast(Illustrated, made.articles[n, 1]).picture(1) for n in range(2, changed + 1, 2)]
    assert counts["files.examined"] == len(pictures), "other pictures than the changed ones were decoded"
    assert counts["bytes.fetched"] == sum(map(len, pictures)), "other pictures were fetched"
    assert not nothing, "a run with nothing new wrote something"
    names = ("files.examined", "bytes.fetched", "images.in")
    report(
        "image_increment",
        {
            "articles": float(options.articles),
            **{"first s": first, "1% changed s": second, "nothing s": third},
            **{f"first {name}": float(all_counts[name]) for name in names},
            **{f"1% changed {name}": float(counts[name]) for name in names},
        },
        {
            "1% changed/first seconds": second / first,
            "1% changed/first files": counts["files.examined"] / all_counts["files.examined"],
            "1% changed/first bytes": counts["bytes.fetched"] / all_counts["bytes.fetched"],
        },
    )


if __name__ == "__main__":
    main()
