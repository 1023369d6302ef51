"""The demo: what a user would type, printed and run one after the other in one Spark session.

Two releases are made, first of PLOS Biology and PLOS Medicine, then of all articles, so that there is
something to travel between.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence

from medconcept.cli import main as medconcept
from medconcept.config import load_config

FIRST, ALL = "biology-and-medicine", "all-articles"
COUNT = "SELECT count(DISTINCT article_key) AS articles, count(*) AS figures FROM figures"
FREQUENT = (
    "SELECT c.preferred_name, m.concept_id, count(DISTINCT m.figure_key) AS figures "
    "FROM mentions m JOIN concepts c USING (concept_id) WHERE NOT array_contains(m.flags, 'general') "
    "GROUP BY ALL ORDER BY figures DESC, concept_id LIMIT 5"
)


def commands(lake: str) -> list[list[str]]:
    """The command lines of the demo, without the word `medconcept`.

    >>> commands("my/lake")[0][:2]
    ['run', '--config']
    """
    run = ["run", "--config", "demo", "--lake", lake]
    some = ["--include", "journal.pbio.*.xml", "--include", "journal.pmed.*.xml"]
    return [
        [*run, *some, "--release-name", FIRST],
        [*run, "--release-name", ALL],
        ["sql", FREQUENT, "--lake", lake],
        ["sql", COUNT, "--lake", lake, "--release", FIRST],
        ["sql", COUNT, "--lake", lake, "--release", ALL],
        ["diff", FIRST, ALL, "--lake", lake],
    ]


def releases(lake: str) -> set[str]:
    """Names of the releases that the demo's lake has by now; none where there is no lake."""
    from medconcept.lake.lake import Lake
    from medconcept.spark.session import get_session

    there = Lake(get_session(load_config("demo").spark), lake)
    return {row["name"] for row in there.read("releases").collect()} if there.exists else set()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo; stops at the first command that fails, with its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m medconcept.cli.demo",
        description=__doc__,
        epilog="example: python -m medconcept.cli.demo --lake build/demo/lake",
    )
    parser.add_argument("--lake", default="build/demo/lake", help="folder of the lake")
    lake = parser.parse_args(argv).lake
    made = releases(lake)
    # A release stays what it was: what an earlier demo has published is not published again.
    for command in commands(lake)[1 if FIRST in made else 0 :]:
        print(f"\n$ medconcept {shlex.join(command)}", flush=True)
        code = medconcept(command)
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
