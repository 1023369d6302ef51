"""Entry points of the command line: parse, run the command, report an error as one line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace

from medconcept.cli.arguments import COMMANDS
from medconcept.cli.parser import OVERVIEW, build_parser
from medconcept.config import load_config
from medconcept.errors import MedconceptError, as_medconcept_error


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code. Errors that a user can act on are one line on standard error."""
    given = sys.argv[1:] if argv is None else list(argv)
    if not given:
        print(OVERVIEW)
        return 1  # as git does
    arguments = build_parser().parse_args(given)
    try:
        return _run(arguments)
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
    """Entry point of `jobs/<name>.py` under spark-submit: the command of the same name."""
    return main([name, *(sys.argv[1:] if argv is None else argv)])


def _run(arguments: argparse.Namespace) -> int:
    needs_no_lake = arguments.command in COMMANDS
    config = load_config(arguments.config or ("demo" if needs_no_lake else None))
    if arguments.verbose:
        config = replace(config, spark=replace(config.spark, verbose=True))
    if needs_no_lake:
        from medconcept.cli.linking_commands import run as run_linking_command

        return run_linking_command(arguments, config)
    from medconcept.cli.lake_commands import run as run_lake_command

    return run_lake_command(arguments, config)


if __name__ == "__main__":
    sys.exit(main())
