"""The demo: commands as a user would type them, printed and run one after the other in one Spark session.

Two releases are published, first of PLOS Biology and PLOS Medicine, then of all articles, to travel between.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence

from medconcept.cli import main as medconcept
from medconcept.config import load_config
from medconcept.errors import MedconceptError

FIRST, ALL = "biology-and-medicine", "all-articles"
COUNT = "SELECT count(DISTINCT article_key) AS articles, count(*) AS figures FROM figures"
# Diseases, anatomy, chemicals and genes that captions are surely about, not those mentioned in passing.
CENTRAL = (
    "SELECT c.preferred_name AS concept, array_join(c.semantic_groups, ',') AS kind, "
    "count(DISTINCT m.figure_key) AS figures, round(avg(m.centrality), 2) AS centrality "
    "FROM mentions m JOIN concepts c USING (concept_id) WHERE m.centrality >= 0.5 AND m.confidence >= 0.9 "
    "AND NOT arrays_overlap(m.flags, array('general', 'negated', 'peripheral')) "
    "AND arrays_overlap(c.semantic_groups, array('DISO', 'ANAT', 'CHEM', 'GENE')) "
    "GROUP BY ALL ORDER BY figures DESC, centrality DESC, concept LIMIT 10"
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
        ["sql", CENTRAL, "--lake", lake],
        ["sql", COUNT, "--lake", lake, "--release", FIRST],
        ["sql", COUNT, "--lake", lake, "--release", ALL],
        ["diff", FIRST, ALL, "--lake", lake],
    ]


def releases(lake: str) -> set[str]:
    """Names of the releases in the demo's lake; empty where there is no lake."""
    from medconcept.lake.lake import Lake
    from medconcept.spark.session import get_session

    opened = Lake(get_session(load_config("demo").spark), lake)
    return {row["name"] for row in opened.read("releases").collect()} if opened.exists else set()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo; stops at the first command that fails and returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m medconcept.cli.demo",
        description=__doc__,
        epilog="example: python -m medconcept.cli.demo --lake build/demo/lake",
    )
    parser.add_argument("--lake", help="folder of the lake (default: that of the configuration `demo`)")
    lake = parser.parse_args(argv).lake or os.path.relpath(load_config("demo").lake)
    try:
        published = releases(lake)
    except MedconceptError as error:
        print(f"medconcept: {error}", file=sys.stderr)
        return error.exit_code
    # A release never changes: what an earlier demo has published is not published again.
    for command in commands(lake)[1 if FIRST in published else 0 :]:
        print(f"\n$ medconcept {shlex.join(command)}", flush=True)
        code = medconcept(command)
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
