"""Entry points of the command line: parse, run the command, report an error as one line."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace

from medconcept.cli.arguments import COMMANDS
from medconcept.cli.parser import OVERVIEW, build_parser
from medconcept.cli.signals import EXIT_CODES, Signals
from medconcept.config import load_config
from medconcept.errors import MedconceptError, as_medconcept_error
from medconcept.runtime.control_characters import visible

_STATE = "a lake keeps its last good state, and the next run goes on from there"


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code. Errors that a user can act on are one line on standard error."""
    given = sys.argv[1:] if argv is None else list(argv)
    if not given:
        print(OVERVIEW)
        return 1  # as git does
    arguments = build_parser().parse_args(given)
    with Signals() as signals:
        try:
            return _run(arguments)
        except BaseException as error:
            if signals.received is not None:  # whatever it raised on its way here
                _say(f"{arguments.command} was interrupted ({signals.received.name}); {_STATE}")
                return EXIT_CODES[signals.received]
            if isinstance(error, BrokenPipeError):
                return 0
            if not isinstance(error, Exception):
                raise
            problem = as_medconcept_error(error, arguments.command)
            if arguments.verbose:
                traceback.print_exception(error)
            _say(str(problem))
            if type(problem) is MedconceptError and not arguments.verbose:
                _say("--verbose shows where that came from")
            return problem.exit_code


def _say(line: str) -> None:
    """Print a line for the user; names and texts in it come from outside."""
    print(f"medconcept: {visible(line)}", file=sys.stderr)


def job_main(name: str, argv: Sequence[str] | None = None) -> int:
    """Entry point of `jobs/<name>.py` under spark-submit: the command of the same name."""
    return main([name, *(sys.argv[1:] if argv is None else argv)])


def task_main() -> None:
    """Entry point for platforms that call a function and ignore what it returns: a code but 0 is raised.

    Databricks' wheel tasks are such: with `main` a job that failed would count as done.
    """
    if code := main():
        raise SystemExit(code)


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
