"""The command line: every job, `run` for all of them, and questions to a lake."""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from medconcept import __version__
from medconcept.cli.arguments import COMMANDS, EXAMPLES, add_arguments
from medconcept.cli.source_options import add_source_arguments, with_source_arguments
from medconcept.config import Config, load_config
from medconcept.errors import MedconceptError, as_medconcept_error
from medconcept.runtime.stdout import StdoutToStderr

if TYPE_CHECKING:
    from medconcept.lake.lake import Lake
    from medconcept.stages.stage import StageResult

JOBS = {
    "sync_articles": "bring articles from a bucket, a folder or archives into the lake",
    "parse_articles": "parse JATS into articles and figures",
    "build_dictionary": "merge terminologies and compile their names",
    "annotate_captions": "find the concepts that captions name",
    "assemble_triplets": "put image, text and concepts together",
    "publish_release": "give the current state of the lake a name",
    "count_concepts": "count how many captions name each concept, and pin that",
}
APART = ("count_concepts",)  # jobs that `run` leaves out


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code. Errors that a user can act on are one line on standard error."""
    arguments = _parser().parse_args(argv)
    try:
        return int(_dispatch(arguments) or 0)
    except BrokenPipeError:
        return 0
    except Exception as error:
        problem = as_medconcept_error(error, arguments.command)
        if os.environ.get("MEDCONCEPT_DEBUG"):
            raise
        print(f"medconcept: {problem}", file=sys.stderr)
        if type(problem) is MedconceptError:
            print("medconcept: MEDCONCEPT_DEBUG=1 shows where that came from", file=sys.stderr)
        return problem.exit_code


def job_main(name: str, argv: Sequence[str] | None = None) -> int:
    """Entry point of `jobs/<name>.py` under spark-submit: the subcommand of the same name."""
    return main([name, *(sys.argv[1:] if argv is None else argv)])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="medconcept", description=__doc__)
    parser.add_argument("--version", action="version", version=f"medconcept {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, what in JOBS.items():
        _add(commands, name, what, f"medconcept {name} --config demo --lake build/lake", job=True)
    run = _add(
        commands,
        "run",
        f"every job in order but {', '.join(APART)}, only what is new",
        "medconcept run --config conf/local.yaml --input DIR",
        job=True,
    )
    run.add_argument("--report", metavar="FILE", help="write the HTML report here, not into the lake")
    _add(
        commands,
        "tables",
        "each table with version, rows, bytes, last run",
        "medconcept tables --lake build/lake --json",
    )
    add_source_arguments(
        _add(
            commands,
            "status",
            "what is in the lake, what its source has more",
            "medconcept status --input s3://pmc-oa-opendata --lake build/lake",
        )
    )
    sql = _add(
        commands,
        "sql",
        "query all tables under their names",
        'medconcept sql "SELECT count(*) FROM figures" --release r1',
    )
    sql.add_argument("query")
    sql.add_argument("--release", metavar="NAME", help="as that release names them")
    sql.add_argument("--as-of", metavar="N|TIME", help="as of a row of commits, by number or UTC time")
    for name, what in COMMANDS.items():
        add_arguments(name, _add(commands, name, what, EXAMPLES[name]))
    diff = _add(
        commands, "diff", "what changed between two releases or commits", "medconcept diff r1 r2 --json"
    )
    diff.add_argument("old")
    diff.add_argument("new")
    return parser


def _add(commands: Any, name: str, what: str, example: str, *, job: bool = False) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=what, description=what, epilog=f"example: {example}"
    )
    parser.add_argument("--config", metavar="FILE", help="YAML file, or the name of one in conf/")
    parser.add_argument("--lake", metavar="PATH", help="folder of the lake on any Hadoop file system")
    parser.add_argument("--json", action="store_true", help="print JSON alone on standard output")
    if job:
        add_source_arguments(parser)
        parser.add_argument("--release-name", metavar="NAME", help="name of the release, default r1, r2, …")
    return parser


def _dispatch(arguments: argparse.Namespace) -> int | None:
    if arguments.command in COMMANDS:
        from medconcept.cli.linking_commands import run

        return run(arguments)
    config = _configure(arguments)
    # What follows starts a JVM: arguments and configuration have been checked by now.
    with StdoutToStderr():
        from medconcept.lake.lake import Lake
        from medconcept.spark.session import get_session

        if arguments.command == "run" or arguments.command in JOBS:
            _import_ahead("great_expectations")
        lake = Lake(get_session(config.spark), config.lake)
    if arguments.command == "run" or arguments.command in JOBS:
        names = [j for j in JOBS if j not in APART] if arguments.command == "run" else [arguments.command]
        return _run(lake, config, names, arguments)
    if arguments.command == "status":
        from medconcept.pipeline.status import lines, status

        found = status(lake, config)
        print(json.dumps(found, ensure_ascii=False) if arguments.json else "\n".join(lines(found)))
        return 0
    from medconcept.lake import queries

    if arguments.command == "tables":
        _print(queries.list_tables(lake), arguments.json)
    elif arguments.command == "diff":
        changes = queries.diff(lake, arguments.old, arguments.new)
        if arguments.json:
            print(json.dumps(changes))
        else:
            _print([{"table": name, **counts} for name, counts in changes.items()], False)
    else:
        at = queries.resolve_commit(lake, release=arguments.release, as_of=arguments.as_of)
        _print(queries.rows_as_json(queries.run_sql(lake, arguments.query, at)), arguments.json)
    return 0


def _configure(arguments: argparse.Namespace) -> Config:
    config = load_config(arguments.config)
    if arguments.lake:
        config = replace(config, lake=arguments.lake)
    if "input" in arguments:
        config = replace(config, sync=with_source_arguments(config.sync, arguments))
    if getattr(arguments, "release_name", None):
        config = replace(config, release=replace(config.release, name=arguments.release_name))
    return config


def _run(lake: Lake, config: Config, names: list[str], arguments: argparse.Namespace) -> int:
    from medconcept.pipeline.registry import stage
    from medconcept.pipeline.runner import run_stage

    if "annotate_captions" in names and config.annotate.recogniser:
        from medconcept.spark_nlp.recognisers import load_recognisers

        # A model that cannot be used is told now, not when all that comes before has been done.
        load_recognisers(lake.spark, config.annotate.recogniser)
    say = _say_through_jvm(lake) if arguments.json and "PYSPARK_GATEWAY_PORT" in os.environ else _progress
    reports: list[StageResult] = []
    for number, name in enumerate(names, 1):
        say(f"[{number}/{len(names)}] {name} …")
        report = run_stage(stage(name), lake, config, say)
        say(f"[{number}/{len(names)}] {name}: {report.status} in {report.seconds:.1f} s")
        reports.append(report)
    if arguments.json:
        print(json.dumps([{**vars(report), "seconds": round(report.seconds, 3)} for report in reports]))
        return 0
    if arguments.command != "run":
        return 0
    from medconcept.pipeline.summary import print_nothing_new, print_summary

    if all(report.status == "nothing new" for report in reports) and not arguments.report:
        print_nothing_new(lake, reports)
        return 0
    from medconcept.report import write_report

    print_summary(lake, config, reports)
    print(f"\nReport:    {write_report(lake, config, reports, arguments.report)}")
    print(f"Data Docs: {lake.files.uri('_docs/index.html')}")
    return 0


def _import_ahead(name: str) -> None:
    # Takes seconds, and the JVM that is waited for meanwhile takes more.
    threading.Thread(target=import_module, args=(name,), daemon=True).start()


def _print(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    if not rows:
        print("(no rows)")
        return
    columns = list(rows[0])
    cells = [[_cell(row.get(c)) for c in columns] for row in rows]
    widths = [max(len(c), *(len(r[n]) for r in cells)) for n, c in enumerate(columns)]
    for line in [columns, ["-" * w for w in widths], *cells]:
        print("  ".join(value.ljust(width) for value, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:79] + "…"


def _progress(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


def _say_through_jvm(lake: Lake) -> Callable[[str], None]:
    # spark-submit sends a Python driver's standard error to its own standard output; the JVM's stays apart.
    err = cast(Any, lake.spark._jvm).java.lang.System.err
    return lambda line: err.println(f"{time.strftime('%H:%M:%S')} {line}")


if __name__ == "__main__":
    sys.exit(main())
