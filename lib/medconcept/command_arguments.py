"""Names and options of the commands that need no lake, and none but theirs Spark; imports nothing heavy."""

from __future__ import annotations

import argparse

GOLD_FORMATS = ("craft-captions", "pubtator")
COMMANDS = {
    "evaluate": "score the annotation against a gold file",
    "link": "show spans and concepts of a text",
    "tune": "learn surfaces from development gold into a file",
}
EXAMPLES = {
    "evaluate": "medconcept evaluate --gold gold.jsonl --format craft-captions --json",
    "link": 'medconcept link "No evidence of hepatocellular carcinoma"',
    "tune": "medconcept tune --gold gold.jsonl --format craft-captions --out learned.json",
}


def add_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    """The options of one of COMMANDS."""
    parser.add_argument(
        "--dictionary",
        metavar="FILE|TABLE",
        help="compiled dictionary; or TSV, OBO or OBO-graph files (may be zipped) and sources of the "
        "configuration, by commas; or `concept_names`, the dictionary of the lake, as --lake alone says too",
    )
    if name == "link":
        parser.add_argument("text")
        parser.add_argument("--nested", action="store_true", help="names inside longer names too")
        parser.add_argument("--language", default="en", help="language of the text (default: en)")
    else:
        parser.add_argument("--gold", metavar="FILE", required=True)
        parser.add_argument("--format", choices=GOLD_FORMATS, required=True)
        parser.add_argument("--sources", metavar="A,B", help="ontologies that are linked and scored")
        parser.add_argument(
            "--articles",
            metavar="DIR",
            help="folder with the JATS files that the gold names (default: `jats` near the gold)",
        )
    if name == "evaluate":
        parser.add_argument("--development", metavar="FILE", help="gold whose ids count as seen")
        parser.add_argument(
            "--unrestricted", action="store_true", help="disease terms without MeSH or OMIM id too"
        )
        parser.add_argument("--cross-validate", action="store_true", help="tuned, by folds over the articles")
    if name == "tune":
        parser.add_argument("--out", metavar="FILE", required=True)
    else:
        parser.add_argument(
            "--learned", metavar="FILE", help="what `tune` wrote; without it nothing is learned"
        )
