"""The demo on PubMed Central's public bucket: some articles with their images, through every job.

It first asks the bucket for its newest inventory, so that a machine that does not reach it learns so at once.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence

from medconcept.cli import main as medconcept
from medconcept.config import Config, load_config
from medconcept.errors import as_medconcept_error
from medconcept.sources.bucket import parse_bucket
from medconcept.sources.inventory_manifest import newest_manifest
from medconcept.sources.options import BucketOptions

BUCKET = "s3://pmc-oa-opendata"
ARTICLES = 50
# Of 8 million articles 240, of which more than 50 are of publishers, under licences for any use.
FRACTION = 0.00003
IMAGES = (
    "SELECT status, count(*) AS graphics, count(DISTINCT sha256) AS images, sum(size) AS bytes "
    "FROM images GROUP BY status ORDER BY graphics DESC, status"
)


def commands(options: argparse.Namespace, lake: str) -> list[list[str]]:
    """The command lines, without the word `medconcept`."""
    run = ["run", "--config", options.config, "--lake", lake, "--input", options.input]
    run += ["--endpoint", options.endpoint] if options.endpoint else []
    chosen = ["--licence", "commercial", "--no-manuscripts", "--no-historical-ocr"]
    size = ["--limit", str(options.articles), "--fraction", str(options.fraction)]
    return [[*run, *chosen, *size], ["sql", IMAGES, "--lake", lake]]


def require_bucket(options: argparse.Namespace) -> str:
    """The day of the bucket's newest inventory. Raises MedconceptError where it cannot be reached."""
    quick = BucketOptions(
        endpoint=options.endpoint, attempts=2, connect_seconds=10, request_seconds=30, backoff_seconds=0.2
    )
    return newest_manifest(parse_bucket(options.input, quick), options.input).day


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo; returns the exit code of the first command that fails, after one line of the reason."""
    parser = argparse.ArgumentParser(prog="python -m medconcept.cli.demo_pmc", description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES, help=f"how many (default: {ARTICLES})")
    parser.add_argument(
        "--fraction", type=float, default=FRACTION, help=f"share of PMC to take them from ({FRACTION:f})"
    )
    parser.add_argument("--input", default=BUCKET, metavar="BUCKET", help=f"default: {BUCKET}")
    parser.add_argument("--endpoint", metavar="URL", help="address of another S3 server")
    parser.add_argument("--config", default="demo", help="configuration with the dictionary (default: demo)")
    parser.add_argument("--lake", help="folder of the lake (default: `pmc` next to the configuration's)")
    options = parser.parse_args(argv)
    try:
        config = load_config(options.config)
        print(f"{options.input}: inventory of {require_bucket(options)}", flush=True)
    except Exception as error:
        problem = as_medconcept_error(error, "demo-pmc")
        print(f"demo-pmc: {options.input} cannot be read: {problem}", file=sys.stderr)
        return problem.exit_code
    for command in commands(options, options.lake or _lake(config)):
        print(f"\n$ medconcept {shlex.join(command)}", flush=True)
        if code := medconcept(command):
            return code
    return 0


def _lake(config: Config) -> str:
    return os.path.relpath(os.path.join(os.path.dirname(config.lake), "pmc"))


if __name__ == "__main__":
    sys.exit(main())
