"""Options of the command line: where articles come from, and which of them are selected."""

from __future__ import annotations

import argparse
from dataclasses import fields, replace
from typing import Any

from medconcept.config import SyncConfig
from medconcept.sources.options import LICENCE_GROUPS, BucketOptions, Selection

REQUESTS, BATCH = BucketOptions().requests_per_second, SyncConfig().batch_articles


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options; they are named as their settings."""
    parser.add_argument(
        "--input", metavar="SOURCE", help="folder, archive (*.tar.gz, *.zip) or bucket (s3://…, https://…)"
    )
    parser.add_argument(
        "--include",
        metavar="GLOB",
        action="append",
        help="only files with such names; may be repeated (default: *.xml, *.nxml, also gzipped)",
    )
    parser.add_argument(
        "--prune",
        action="store_true",
        default=None,
        help="take out of the lake what is gone from the folder",
    )
    bucket = parser.add_argument_group("a bucket as source")
    bucket.add_argument("--endpoint", metavar="URL", help="address of an S3-compatible server")
    bucket.add_argument(
        "--signed", action="store_true", help="sign requests with the AWS_… variables (default: anonymous)"
    )
    bucket.add_argument(
        "--inventory",
        metavar="KEY",
        help="folder of the inventories, or one manifest.json (default: where S3 puts it)",
    )
    bucket.add_argument("--user-agent", metavar="TEXT", help="name of the client for the server's operators")
    bucket.add_argument(
        "--rate",
        metavar="N",
        type=int,
        help=f"requests a second for each machine, 0 for no limit (default: {REQUESTS})",
    )
    bucket.add_argument(
        "--batch-articles",
        metavar="N",
        type=int,
        help=f"articles in a commit (default: {BATCH})",
    )
    wanted = parser.add_argument_group("selection of a bucket's articles (default: all)")
    wanted.add_argument("--pmcids", metavar="FILE", help="only those in a file with one PMC id a line")
    wanted.add_argument(
        "--licence",
        dest="licences",
        choices=LICENCE_GROUPS,
        action="append",
        help="only this licence group; may be repeated",
    )
    wanted.add_argument("--since", metavar="DAY", help="changed at PMC on that day or later")
    wanted.add_argument("--until", metavar="DAY", help="changed at PMC on that day or earlier")
    wanted.add_argument(
        "--no-manuscripts",
        dest="manuscripts",
        action="store_false",
        default=None,
        help="leave author manuscripts out",
    )
    wanted.add_argument(
        "--no-historical-ocr",
        dest="historical_ocr",
        action="store_false",
        default=None,
        help="leave scanned articles out",
    )
    wanted.add_argument("--limit", metavar="N", type=int, help="stop when so many articles are in the lake")
    wanted.add_argument("--fraction", metavar="F", type=float, help="a share from 0 to 1, the same every day")
    wanted.add_argument(
        "--all-versions", action="store_true", default=None, help="older versions of articles too"
    )


def with_source_arguments(config: SyncConfig, arguments: argparse.Namespace) -> SyncConfig:
    """Return the configuration with the options of the command line, which override it.

    The name of the source and its acknowledgements belong to the configured input: another input drops them.
    """
    given = vars(arguments)
    if given.get("input") not in (None, config.input):
        config = replace(config, source=None, acknowledgements=())
    bucket: dict[str, Any] = {name: given.get(name) for name in ("endpoint", "inventory", "user_agent")}
    bucket["requests_per_second"] = given.get("rate")
    bucket["anonymous"] = False if given.get("signed") else None
    own = {name: given.get(name) for name in ("input", "include", "batch_articles", "prune")}
    select = {f.name: given.get(f.name) for f in fields(Selection)}
    return replace(
        config,
        **_given(own),
        bucket=replace(config.bucket, **_given(bucket)),
        select=replace(config.select, **_given(select)),
    )


def _given(given: dict[str, Any]) -> dict[str, Any]:
    """The options that were given; lists as tuples, as in the configuration."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in given.items() if v is not None}
