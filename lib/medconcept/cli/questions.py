"""Questions to a lake: answered without Spark where that gives the same answer, else with it."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from medconcept.cli.output import as_json_text, print_rows, print_text
from medconcept.config import Config
from medconcept.errors import InputError, MedconceptError, as_medconcept_error
from medconcept.reader.needs_spark import NeedsSpark
from medconcept.runtime.control_characters import visible

if TYPE_CHECKING:
    from medconcept.lake.lake import Lake

DATAFUSION, SPARK = "datafusion", "spark"  # values of --engine, besides `auto`


def answered_without_spark(arguments: argparse.Namespace, config: Config) -> bool:
    """Answer a question without Spark and print the answer; False where Spark is to answer it.

    With the engine `auto` one line on standard error then says why. Raises MedconceptError.
    """
    if arguments.engine == SPARK:
        return False
    try:
        answer = _answer(arguments, config)
    except MedconceptError:
        raise
    except Exception as error:
        # Spark answers, too, where a library of the reader fails on something that nobody foresaw.
        why = str(error) if isinstance(error, NeedsSpark) else f"{type(error).__name__}: {error}"
        if arguments.engine == DATAFUSION:
            raise InputError(f"{arguments.command}: without Spark there is no answer: {why}") from error
        print(visible(f"{arguments.command} goes through Spark: {why[:120]}"), file=sys.stderr)
        return False
    _print(arguments, answer)
    return True


def _answer(arguments: argparse.Namespace, config: Config) -> Any:
    """The answer as plain values. Raises NeedsSpark."""
    if arguments.command == "status" and config.sync.input:
        raise NeedsSpark("the lake is compared with its source")
    try:
        from medconcept.reader import questions
        from medconcept.reader.committed import CommittedLake
        from medconcept.reader.storage import Storage
    except ImportError as error:  # on a cluster there may be the package alone
        raise NeedsSpark(f"the package {error.name} is not installed") from error
    if arguments.command == "sql":
        from medconcept.reader.sql import translate

        parsed = translate.parse(arguments.query)
    lake = CommittedLake(Storage(config.lake, config.spark.options))
    if arguments.command == "tables":
        return questions.list_tables(lake)
    if arguments.command == "diff":
        return questions.diff(lake, arguments.old, arguments.new)
    if arguments.command == "status":
        from medconcept.reader.status import lake_status

        return lake_status(lake)
    from medconcept.reader.json_values import json_rows
    from medconcept.reader.sql.ask import run_sql

    at = lake.at(release=arguments.release, as_of=arguments.as_of)
    return json_rows(*run_sql(lake, parsed, at))


def answer_with_spark(lake: Lake, config: Config, arguments: argparse.Namespace) -> None:
    """Answer a question with Spark and print the answer. Raises MedconceptError."""
    from medconcept.lake import queries

    answer: Any
    if arguments.command == "status":
        from medconcept.pipeline.status import status

        answer = status(lake, config)
    elif arguments.command == "tables":
        answer = queries.list_tables(lake)
    elif arguments.command == "diff":
        answer = queries.diff(lake, arguments.old, arguments.new)
    else:
        at = queries.resolve_commit(lake, release=arguments.release, as_of=arguments.as_of)
        frame = queries.run_sql(lake, arguments.query, at)
        try:
            answer = queries.rows_as_json(frame)
        except Exception as error:
            problem = as_medconcept_error(error, "sql")
            # What is neither the lake's nor Spark's fault is that of the query.
            raise InputError(str(problem)) if type(problem) is MedconceptError else problem from error
    _print(arguments, answer)


def _print(arguments: argparse.Namespace, answer: Any) -> None:
    if arguments.command == "status":
        from medconcept.reader.status_lines import status_lines

        print_text(as_json_text(answer) if arguments.json else "\n".join(status_lines(answer)))
    elif arguments.command == "diff" and arguments.json:
        print(json.dumps(answer))
    elif arguments.command == "diff":
        print_rows([{"table": name, **counts} for name, counts in answer.items()], False)
    else:
        print_rows(answer, arguments.json)
