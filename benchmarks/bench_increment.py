"""A lake of 20,000 articles, 1% changed at the source: the whole pipeline compared with its first run.

    python benchmarks/bench_increment.py --articles 20000 --work build/bench/increment

All stages from the bucket to the triplets, on a real S3 server, with the demo's terminologies; Spark's start
is not included. The articles are copies of the demo's with unique ids. Of the 1%, four in five have changed
captions; the others have a new version or another licence, or are withdrawn. A third run with nothing changed
must not create any table version. --first does only the first run, --second only the others. Needs Go.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

from source_bench import bucket_server, report, session

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/sync"))
from pmc_bucket import Article, PmcBucket

STAGES = ("sync_articles", "parse_articles", "build_dictionary", "annotate_captions", "assemble_triplets")
DEMO = Path("build/demo")
_DOI = re.compile(rb'(<article-id pub-id-type="doi">)[^<]*')


@cache
def sources() -> list[bytes]:
    """Return the bytes of the demo's articles."""
    return [path.read_bytes() for path in sorted((DEMO / "articles").rglob("*.xml"))]


@dataclass(frozen=True)
class Copy(Article):
    """A copy of one of the demo's articles under a unique id; copies of later rounds have longer captions."""

    turn: int = 0

    def jats(self) -> bytes:
        text = sources()[self.pmc % len(sources())]
        article_id = b'<article-meta><article-id pub-id-type="pmc">PMC%d</article-id>' % self.pmc
        head, end, rest = text.partition(b"</front>")
        head = _DOI.sub(rb"\g<1>10.1234/%d" % self.pmc, head.replace(b"<article-meta>", article_id, 1))
        if self.turn:
            rest = rest.replace(b"</caption>", b"<p>Heart attack %d.</p></caption>" % self.turn)
        return head + end + rest


def run(spark: Any, config: Any) -> dict[str, float]:
    """Run all stages; returns the seconds of each."""
    from medconcept.lake.lake import Lake
    from medconcept.pipeline.registry import stage
    from medconcept.pipeline.runner import run_stage

    lake = Lake(spark, config.lake)
    spent = {}
    for name in STAGES:
        done = run_stage(stage(name), lake, config, lambda line: None)
        spent[name] = done.seconds
        print(f"{name:20} {done.status:12} {done.seconds:8.1f} s", flush=True)
    return spent


def change(bucket: PmcBucket, articles: int) -> None:
    """Change 1% of the articles: of 20, 16 get other captions, 2 a version, 1 a licence, 1 is withdrawn."""
    for n in range(1, articles // 100 + 1):
        kind = n % 10
        if kind < 8:
            bucket.change(n, turn=1)
        elif kind == 8:
            bucket.put(replace(cast(Copy, bucket.articles[n, 1]), version=2, turn=1))
        elif n % 20 == 9:
            bucket.withdraw(n)
        else:
            bucket.change(n, licence="CC BY-NC")


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
    if not (DEMO / "articles").is_dir():
        print("needs the demo's articles: make demo-data", file=sys.stderr)
        raise SystemExit(2)
    from sync_lakes import settings

    from medconcept.config import load_config
    from medconcept.lake.lake import Lake
    from medconcept.tables import TABLES

    both = not (options.first or options.second)
    made = PmcBucket(options.work / "s3")
    made.root.mkdir(parents=True, exist_ok=True)
    articles = [Copy(n, captions=(), media=False) for n in range(1, options.articles + 1)]
    spark = session()
    noted = options.work / "first.json"
    with bucket_server(options.work / "s3") as url:
        config = replace(settings(options.work / "work", url), dictionary=load_config("demo").dictionary)
        config = replace(config, sync=replace(config.sync, batch_articles=options.articles))
        if options.first or both:
            made.put(*articles)
            made.publish("2026-11-01")
            noted.write_text(json.dumps(run(spark, config)))
        if options.first:
            return
        first = json.loads(noted.read_text())
        made.articles = {(a.pmc, a.version): a for a in articles}
        change(made, options.articles)
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
