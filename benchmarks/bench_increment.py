"""A lake of 20,000 articles, 1% changed at the source: the whole pipeline beside its first run.

    python benchmarks/bench_increment.py --articles 20000 --work build/bench/increment

All stages from the bucket to the triplets, on a real S3 server, Spark's start apart. Of the 1%, four in five
have other captions, the rest a new version, another licence, or are withdrawn. Then once more with nothing
changed, when no table may get a version. With --first the first run alone is made, with --second the rest.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

from source_bench import bucket_server, report, session

STAGES = ("sync_articles", "parse_articles", "build_dictionary", "annotate_captions", "assemble_triplets")
TEXT = "of the left right ventricle cells patients after therapy heart attack tissue scale bar"
WORDS = TEXT.split(" ")


def captions(number: int, turn: int) -> tuple[str, ...]:
    """Four captions of about 400 characters, the same for the same numbers."""
    drawn = random.Random(number * 10 + turn)
    return tuple(" ".join(drawn.choices(WORDS, k=70)) + "." for _ in range(4))


def run(spark: Any, config: Any) -> dict[str, float]:
    """Seconds of each stage."""
    from medconcept.delta.lake import Lake
    from medconcept.stages import run_stage, stage

    lake = Lake(spark, config.lake)
    spent = {}
    for name in STAGES:
        done = run_stage(stage(name), lake, config, lambda line: None)
        spent[name] = done.seconds
        print(f"{name:20} {done.status:12} {done.seconds:8.1f} s", flush=True)
    return spent


def main() -> None:
    """Measure, print a table, write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=2_000)
    parser.add_argument("--work", type=Path, default=Path("build/bench/increment"))
    parser.add_argument("--first", action="store_true")
    parser.add_argument("--second", action="store_true")
    options = parser.parse_args()
    from pmc_bucket import Article, PmcBucket
    from sync_lakes import settings

    from medconcept.delta.lake import Lake
    from medconcept.tables import TABLES

    both = not (options.first or options.second)
    made = PmcBucket(options.work / "s3")
    made.root.mkdir(parents=True, exist_ok=True)
    articles = [Article(n, captions=captions(n, 0), media=False) for n in range(1, options.articles + 1)]
    spark = session()
    noted = options.work / "first.json"
    with bucket_server(options.work / "s3") as url:
        config = settings(options.work / "work", url)
        config = replace(config, sync=replace(config.sync, batch_articles=options.articles))
        if options.first or both:
            made.put(*articles)
            made.publish("2026-11-01")
            noted.write_text(json.dumps(run(spark, config)))
        if options.first:
            return
        first = json.loads(noted.read_text())
        made.articles = {(a.pmc, a.version): a for a in articles}
        some = max(1, options.articles // 1000)
        for n in range(1, 8 * some + 1):
            made.change(n, captions=captions(n, 1))
        made.put(Article(8 * some + 1, 2, captions=captions(1, 2), media=False))
        made.change(8 * some + 2, licence="CC BY-NC")
        for n in range(8 * some + 3, 10 * some + 1):
            made.withdraw(n)
        made.publish("2026-11-02")
        second = run(spark, config)
        lake = Lake(spark, config.lake)
        before = {name: lake.latest_version(name) for name in TABLES}
        third = run(spark, config)
        assert before == {name: lake.latest_version(name) for name in TABLES}, "a version for nothing"
    totals = {
        "first": sum(first.values()),
        "1% changed": sum(second.values()),
        "nothing": sum(third.values()),
    }
    figures = {f"{name} s": seconds for name, seconds in totals.items()}
    figures |= {f"first {name} s": s for name, s in first.items()}
    figures |= {f"1% changed {name} s": s for name, s in second.items()}
    report(
        "increment",
        {"articles": float(options.articles), **figures},
        {"1% changed/first": totals["1% changed"] / totals["first"]},
    )


if __name__ == "__main__":
    main()
