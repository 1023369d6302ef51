"""Options of the command line that say where articles come from and which are wanted."""

from __future__ import annotations

import argparse
from dataclasses import fields, replace
from typing import Any

from medconcept.config import SyncConfig
from medconcept.sources.options import LICENCE_GROUPS, Selection


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    """The options, by the names of their settings."""
    parser.add_argument(
        "--input", metavar="SOURCE", help="folder, archive (*.tar.gz, *.zip) or bucket (s3://…, https://…)"
    )
    parser.add_argument(
        "--include", metavar="GLOB", action="append", help="only files of such names; may be repeated"
    )
    bucket = parser.add_argument_group("a bucket as source")
    bucket.add_argument("--endpoint", metavar="URL", help="address of an S3-compatible server")
    bucket.add_argument("--signed", action="store_true", help="sign requests by the AWS_… variables")
    bucket.add_argument("--inventory", metavar="KEY", help="folder of the inventories, or one manifest.json")
    bucket.add_argument("--user-agent", metavar="TEXT", help="who is asking, for the server's operators")
    bucket.add_argument("--rate", metavar="N", type=int, help="requests a second and machine, 0 for no limit")
    bucket.add_argument("--batch-articles", metavar="N", type=int, help="articles a commit")
    wanted = parser.add_argument_group("articles of a bucket that are wanted")
    wanted.add_argument("--pmcids", metavar="FILE", help="those of a file with one PMC id a line")
    wanted.add_argument(
        "--licence", dest="licences", choices=LICENCE_GROUPS, action="append", help="may be repeated"
    )
    wanted.add_argument("--since", metavar="DAY", help="changed at PMC on that day or later")
    wanted.add_argument("--until", metavar="DAY", help="changed at PMC on that day or earlier")
    wanted.add_argument("--no-manuscripts", dest="manuscripts", action="store_false", default=None)
    wanted.add_argument("--no-historical-ocr", dest="historical_ocr", action="store_false", default=None)
    wanted.add_argument("--limit", metavar="N", type=int, help="until so many articles are in the lake")
    wanted.add_argument("--fraction", metavar="F", type=float, help="a share from 0 to 1, the same every day")
    wanted.add_argument("--all-versions", action="store_true", default=None, help="older versions too")


def with_source_arguments(config: SyncConfig, arguments: argparse.Namespace) -> SyncConfig:
    """The configuration with what the command line says otherwise.

    What the configuration says of its own input, the name of the source and the thanks that it is owed, is
    not said of another.
    """
    given = vars(arguments)
    if given.get("input") not in (None, config.input):
        config = replace(config, source=None, acknowledgements=())
    bucket: dict[str, Any] = {name: given.get(name) for name in ("endpoint", "inventory", "user_agent")}
    bucket["requests_per_second"] = given.get("rate")
    bucket["anonymous"] = False if given.get("signed") else None
    own = {name: given.get(name) for name in ("input", "include", "batch_articles")}
    select = {f.name: given.get(f.name) for f in fields(Selection)}
    return replace(
        config,
        **_told(own),
        bucket=replace(config.bucket, **_told(bucket)),
        select=replace(config.select, **_told(select)),
    )


def _told(given: dict[str, Any]) -> dict[str, Any]:
    """What was given, lists as the configuration has them."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in given.items() if v is not None}
