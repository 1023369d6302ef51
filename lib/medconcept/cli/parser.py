"""The parser of the command line: commands, their options, and their help with examples."""

from __future__ import annotations

import argparse
import difflib
import re
from typing import Any, NoReturn

from medconcept import __version__
from medconcept.cli.arguments import COMMANDS, EXAMPLES, add_arguments
from medconcept.cli.export_options import add_export_arguments, add_reconstruct_arguments
from medconcept.cli.source_options import add_source_arguments

JOBS = {
    "sync_articles": "bring articles from a bucket, a folder or archives into the lake",
    "parse_articles": "parse JATS into articles and figures",
    "build_dictionary": "merge terminologies and compile their names",
    "annotate_captions": "link captions to the concepts that they name",
    "resolve_images": "find, verify and measure the image of each graphic",
    "assemble_triplets": "join graphic, caption and concepts",
    "publish_release": "give the current state of the lake a name",
    "count_concepts": "count how many captions name each concept, and pin the counts",
    "group_images": "group images with the same pixels or looks, and pin the groups",
}
EXPORTS = {
    "export_dataset": "write files for trainers from a release",
    "reconstruct": "rebuild full rows from an export's metadata and a lake of your own",
}
ON_REQUEST = ("count_concepts", "group_images")  # jobs that `run` leaves out
QUESTIONS = {
    "status": "what is in the lake, and what its source has in addition",
    "tables": "each table with version, rows, bytes, last run",
    "sql": "query all tables under their names, now or at a release or commit",
    "diff": "rows added, removed and changed between two releases or commits",
}
REPAIRS = {
    "restore": "put tables that something else wrote to back to the last commit, as new versions",
    "clear": "delete the batches that a gate refused and that are held under _rejected",
}
COMMAND_NAMES = ("run", *JOBS, *EXPORTS, *QUESTIONS, *REPAIRS, *COMMANDS)
OVERVIEW = f"""\
medconcept {__version__}: image-text-concept data from the figures of PubMed Central articles

Start here
  medconcept run --config demo                the demo's articles through every job (after `make demo-data`)
  medconcept run --config local --input DIR   a folder of JATS files of your own
  medconcept link "TEXT" --config demo        the concepts of a text, without Spark or a lake

Ask a lake: {", ".join(QUESTIONS)}
Single jobs, in order: {", ".join(JOBS)}
Hand data on: {", ".join(EXPORTS)}
Repair a lake: {", ".join(REPAIRS)}
Link and score: {", ".join(COMMANDS)}

`medconcept COMMAND --help` explains a command; README.md and docs/ explain the rest."""
# Command: examples, and the page that says more.
_HELP: dict[str, tuple[tuple[str, ...], str]] = {
    "sync_articles": (
        (
            "medconcept sync_articles --config local --input DIR",
            "medconcept sync_articles --input s3://pmc-oa-opendata --fraction 0.0001 --lake build/lake",
        ),
        "docs/sync.md",
    ),
    "parse_articles": (("medconcept parse_articles --lake build/lake",), "docs/jats.md"),
    "build_dictionary": (
        ("medconcept build_dictionary --config local --lake build/lake",),
        "docs/dictionary.md",
    ),
    "annotate_captions": (
        ("medconcept annotate_captions --config local --lake build/lake",),
        "docs/annotation.md",
    ),
    "resolve_images": (
        (
            "medconcept resolve_images --config local --input DIR",
            "medconcept resolve_images --input s3://pmc-oa-opendata --lake build/lake",
        ),
        "docs/images.md",
    ),
    "assemble_triplets": (("medconcept assemble_triplets --lake build/lake",), "README.md"),
    "publish_release": (
        ("medconcept publish_release --release-name first --lake build/lake",),
        "README.md",
    ),
    "count_concepts": (("medconcept count_concepts --lake build/lake",), "docs/annotation.md"),
    "group_images": (("medconcept group_images --lake build/lake",), "docs/images.md"),
    "export_dataset": (
        (
            "medconcept export_dataset --release r1 --format huggingface --out build/r1 --lake build/lake",
            "medconcept export_dataset --release r1 --format webdataset --out build/ct --only-licence "
            "commercial "
            "--where \"exists(modality, m -> m.modality = 'ct')\" --lake build/lake",
        ),
        "docs/exports.md",
    ),
    "reconstruct": (
        ("medconcept reconstruct --metadata medconcept-r1 --lake build/lake --out build/rebuilt",),
        "docs/exports.md",
    ),
    "run": (
        (
            "medconcept run --config demo",
            "medconcept run --config local --input DIR --lake build/lake",
        ),
        "README.md",
    ),
    "status": (
        ("medconcept status --input s3://pmc-oa-opendata --lake build/lake",),
        "docs/sync.md",
    ),
    "tables": (("medconcept tables --lake build/lake --json",), "README.md"),
    "sql": (
        (
            'medconcept sql "SELECT count(*) FROM figures" --lake build/lake',
            'medconcept sql "SELECT count(*) FROM figures" --release r1 --lake build/lake',
        ),
        "README.md",
    ),
    "restore": (("medconcept restore --lake build/lake",), "docs/command-line.md"),
    "clear": (("medconcept clear --lake build/lake",), "docs/command-line.md"),
    "diff": (("medconcept diff r1 r2 --lake build/lake --json",), "README.md"),
    "evaluate": ((EXAMPLES["evaluate"],), "docs/evaluation.md"),
    "link": ((EXAMPLES["link"],), "docs/annotation.md"),
    "tune": ((EXAMPLES["tune"],), "docs/evaluation.md"),
    "train_ner": ((EXAMPLES["train_ner"],), "docs/recognition.md"),
    "score_retrieval": ((EXAMPLES["score_retrieval"],), "docs/retrieval.md"),
    "upload": ((EXAMPLES["upload"],), "docs/exports.md"),
}


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Print one line that names the command, and end the program with exit code 2."""
        if unknown := re.fullmatch(r"argument COMMAND: invalid choice: '(.+?)' \(.*\)", message):
            near = difflib.get_close_matches(unknown[1], COMMAND_NAMES, n=1)
            message = f"no command '{unknown[1]}'" + (f"; did you mean {near[0]}?" if near else "")
        self.exit(2, f"{self.prog}: {message} (see `{self.prog} --help`)\n")


def build_parser() -> Parser:
    """The parser of all commands."""
    parser = Parser(
        prog="medconcept",
        description="Image-text-concept data from the figures of PubMed Central articles.",
        epilog="`medconcept COMMAND --help` explains a command and shows examples.",
    )
    parser.add_argument("--version", action="version", version=f"medconcept {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    run = _add(commands, "run", f"every job in order but {', '.join(ON_REQUEST)}; only new work is done")
    _add_job_arguments(run)
    run.add_argument(
        "--report", metavar="FILE", help="write the HTML report here (default: _docs/report.html of the lake)"
    )
    for name, what in JOBS.items():
        _add_job_arguments(_add(commands, name, what))
    exports = {name: _add(commands, name, what) for name, what in EXPORTS.items()}
    add_export_arguments(exports["export_dataset"])
    add_reconstruct_arguments(exports["reconstruct"])
    questions = {name: _add(commands, name, what) for name, what in QUESTIONS.items()}
    for question in questions.values():
        question.add_argument(
            "--engine",
            choices=("auto", "datafusion", "spark"),
            default="auto",
            help="what answers: DataFusion, without Java, or Spark (default: auto, which takes DataFusion "
            "where its answer is that of Spark)",
        )
    add_source_arguments(questions["status"])
    sql, diff = questions["sql"], questions["diff"]
    sql.add_argument("query", metavar="QUERY", help="a SELECT of Spark SQL; `medconcept tables` lists tables")
    moment = sql.add_mutually_exclusive_group()
    moment.add_argument("--release", metavar="NAME", help="as of that release")
    moment.add_argument(
        "--as-of", metavar="N|TIME", help="as of a row of commits, by number or UTC time (default: the last)"
    )
    diff.add_argument("old", metavar="OLD", help="a release by name, or a commit by number or UTC time")
    diff.add_argument("new", metavar="NEW", help="the same")
    for name, what in REPAIRS.items():
        _add(commands, name, what)
    for name, what in COMMANDS.items():
        add_arguments(name, _add(commands, name, what))
    return parser


def _add(commands: Any, name: str, what: str) -> argparse.ArgumentParser:
    examples, page = _HELP[name]
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=what,
        description=f"{what[0].upper()}{what[1:]}.",
        epilog="\n".join(["examples:", *(f"  {e}" for e in examples), f"more: {page}"]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    default = "demo" if name in COMMANDS else "built-in defaults"
    parser.add_argument(
        "--config",
        metavar="FILE",
        help=f"YAML file, or demo or local for those in conf/ (default: {default})",
    )
    lake = (
        "use the dictionary of this lake"
        if name in COMMANDS
        else "folder of the lake, on any Hadoop file system (default: `lake` of the configuration)"
    )
    parser.add_argument("--lake", metavar="PATH", help=lake)
    parser.add_argument("--json", action="store_true", help="print only JSON on standard output")
    parser.add_argument("--verbose", action="store_true", help="show Spark's own log too")
    return parser


def _add_job_arguments(parser: argparse.ArgumentParser) -> None:
    add_source_arguments(parser)
    parser.add_argument(
        "--release-name", metavar="NAME", help="name of the release, for publish_release (default: r1, r2, …)"
    )
