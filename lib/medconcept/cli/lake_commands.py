"""Commands on a lake: every job, `run` for all of them, and questions."""

from __future__ import annotations

import argparse
import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from medconcept.cli.export_options import export_options
from medconcept.cli.output import as_json_text, print_text, progress_printer
from medconcept.cli.parser import JOBS, ON_REQUEST, QUESTIONS, REPAIRS
from medconcept.cli.questions import answer_with_spark, answered_without_spark
from medconcept.cli.source_options import with_source_arguments
from medconcept.config import Config
from medconcept.errors import ConfigError
from medconcept.runtime.stdout import StdoutToStderr

if TYPE_CHECKING:
    from medconcept.exports.options import ExportOptions
    from medconcept.lake.lake import Lake
    from medconcept.stages.stage import StageResult

NOTHING_NEW = "nothing new"  # the status of a job that had nothing to do


def run(arguments: argparse.Namespace, config: Config) -> int:
    """Run a command of JOBS, EXPORTS, QUESTIONS or REPAIRS, or `run`; returns the exit code.

    Raises MedconceptError.
    """
    config = _with_arguments(config, arguments)
    options = export_options(arguments) if arguments.command == "export_dataset" else None
    _require_folder_of_report(getattr(arguments, "report", None))
    is_job = arguments.command == "run" or arguments.command in JOBS
    if arguments.command in QUESTIONS and answered_without_spark(arguments, config):
        return 0
    # Starts a JVM: arguments and configuration have been checked by now.
    with StdoutToStderr():
        from medconcept.lake.lake import Lake
        from medconcept.quality.late_import import import_great_expectations
        from medconcept.spark.session import get_session

        if is_job:  # it takes seconds, while the start of the JVM takes more
            threading.Thread(target=import_great_expectations, daemon=True).start()
        lake = Lake(get_session(config.spark), config.lake)
    if is_job:
        names = (
            [j for j in JOBS if j not in ON_REQUEST] if arguments.command == "run" else [arguments.command]
        )
        return _run_jobs(lake, config, names, arguments)
    if options is not None:
        return _export(lake, config, options, arguments)
    if arguments.command == "reconstruct":
        return _reconstruct(lake, arguments)
    if arguments.command in REPAIRS:
        lines = _repair(lake, arguments.command)
        print_text(as_json_text(lines) if arguments.json else "\n".join(lines or ["Nothing to do"]))
        return 0
    answer_with_spark(lake, config, arguments)
    return 0


def _export(lake: Lake, config: Config, options: ExportOptions, arguments: argparse.Namespace) -> int:
    from medconcept.pipeline.export_dataset import export_dataset

    log = progress_printer(lake, as_json=arguments.json)
    result = export_dataset(lake, config, options, arguments.out, log)
    if arguments.json:
        print(as_json_text({**vars(result), "seconds": round(result.seconds, 3)}))
    else:
        print_text("\n".join(result.lines()))
    return 0


def _reconstruct(lake: Lake, arguments: argparse.Namespace) -> int:
    from medconcept.pipeline.reconstruct import reconstruct

    log = progress_printer(lake, as_json=arguments.json)
    result = reconstruct(lake, arguments.metadata, arguments.out, log)
    if arguments.json:
        print(as_json_text({**vars(result), "seconds": round(result.seconds, 3)}))
    else:
        print_text("\n".join(result.lines()))
    return result.exit_code


def _repair(lake: Lake, command: str) -> list[str]:
    """Run a command of REPAIRS; returns a line for each thing done."""
    if command == "restore":
        from medconcept.lake.restore import restore

        return restore(lake)
    from medconcept.lake.held import clear_held
    from medconcept.lake.queries import require_lake

    require_lake(lake)
    return [f"the batch of run {run_id} was deleted" for run_id in clear_held(lake.files)]


def _with_arguments(config: Config, arguments: argparse.Namespace) -> Config:
    """The configuration with the options of the command line, which override it."""
    if arguments.lake:
        config = replace(config, lake=arguments.lake)
    if "input" in arguments:
        config = replace(config, sync=with_source_arguments(config.sync, arguments))
    if getattr(arguments, "release_name", None):
        config = replace(config, release=replace(config.release, name=arguments.release_name))
    return config


def _run_jobs(lake: Lake, config: Config, names: list[str], arguments: argparse.Namespace) -> int:
    from medconcept.pipeline.registry import stage
    from medconcept.pipeline.runner import run_stage

    if "annotate_captions" in names and config.annotate.recogniser:
        from medconcept.spark_nlp.recognisers import load_recognisers

        # A model that cannot be used is reported now, not after all the jobs before.
        load_recognisers(lake.spark, config.annotate.recogniser)
    log = progress_printer(lake, as_json=arguments.json)
    results: list[StageResult] = []
    for number, name in enumerate(names, 1):
        log(f"[{number}/{len(names)}] {name} …")
        result = run_stage(stage(name), lake, config, log)
        log(f"[{number}/{len(names)}] {name}: {result.status} in {result.seconds:.1f} s")
        results.append(result)
    if arguments.command == "run" or any(result.status == NOTHING_NEW for result in results):
        from medconcept.lake.missing_files import require_files

        require_files(lake)  # of tables that no job had to read
    if arguments.json:
        print(json.dumps([{**vars(result), "seconds": round(result.seconds, 3)} for result in results]))
        return 0
    if arguments.command != "run":
        return 0
    from medconcept.pipeline.summary import print_nothing_new, print_summary

    if all(result.status == NOTHING_NEW for result in results) and not arguments.report:
        print_nothing_new(lake, results)
        return 0
    from medconcept.report import write_report

    print_summary(lake, config, results)
    print(f"\nReport:    {write_report(lake, config, results, arguments.report)}")
    print(f"Data Docs: {lake.files.uri('_docs/index.html')}")
    return 0


def _require_folder_of_report(report: str | None) -> None:
    """Raise ConfigError where the report could not be written, which would be seen after all the work."""
    folder = Path(report or ".").absolute().parent
    if report is not None and (not folder.is_dir() or Path(report).is_dir()):
        raise ConfigError(f"--report {report}: {'it is a folder' if folder.is_dir() else 'no such folder'}")
