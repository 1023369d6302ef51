"""Names and options of the commands that need no lake, and none but theirs Spark; imports nothing heavy."""

from __future__ import annotations

import argparse

GOLD_FORMATS = ("craft-captions", "pubtator")
NER_FORMATS = (*GOLD_FORMATS, "bioc", "conll")
COMMANDS = {
    "evaluate": "score the annotation against a gold file",
    "link": "show spans and concepts of a text",
    "tune": "learn surfaces from development gold into a file",
    "train_ner": "train a recogniser of entities from gold, by Spark NLP",
}
EXAMPLES = {
    "evaluate": "medconcept evaluate --gold gold.jsonl --format craft-captions --json",
    "link": 'medconcept link "No evidence of hepatocellular carcinoma"',
    "tune": "medconcept tune --gold gold.jsonl --format craft-captions --out learned.json",
    "train_ner": "medconcept train_ner --gold gold.txt --format pubtator --out build/models/disease",
}


def add_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    """The options of one of COMMANDS."""
    if name == "train_ner":
        _add_training(parser)
        return
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
        parser.add_argument(
            "--recogniser",
            metavar="DIR",
            action="append",
            default=[],
            help="a saved recogniser whose entities count; may be repeated",
        )
        parser.add_argument(
            "--train",
            action="store_true",
            help="with --cross-validate: a recogniser trained for each fold too",
        )
        _add_options(parser)
    if name == "tune":
        parser.add_argument("--out", metavar="FILE", required=True)
    else:
        parser.add_argument(
            "--learned", metavar="FILE", help="what `tune` wrote; without it nothing is learned"
        )


def _add_training(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--gold", metavar="FILE", action="append", required=True, help="may be repeated")
    parser.add_argument(
        "--format", choices=NER_FORMATS, action="append", required=True, help="of all, or one for each --gold"
    )
    parser.add_argument(
        "--licence",
        metavar="TEXT",
        action="append",
        default=[],
        help="of the gold, for the card; as --format",
    )
    parser.add_argument("--out", metavar="DIR", required=True, help="folder of the model's versions")
    parser.add_argument("--version", metavar="NAME", help="default: a digest of what it is made of")
    parser.add_argument("--test", metavar="FILE", help="gold to score on, of the last --format")
    parser.add_argument(
        "--held-out", metavar="F", type=float, default=0.1, help="else a share of the articles (default: 0.1)"
    )
    _add_options(parser)


def _add_options(parser: argparse.ArgumentParser) -> None:
    train = parser.add_argument_group("training of a recogniser")
    train.add_argument("--text", metavar="DIR", action="append", default=[], help="articles for embeddings")
    train.add_argument("--embeddings", metavar="DIR", help="saved Spark NLP embeddings instead")
    train.add_argument("--architecture", choices=("ner_dl", "ner_crf"), help="ner_dl where TensorFlow is")
    train.add_argument("--types", metavar="A,B", help="only entities of these types")
    train.add_argument("--epochs", metavar="N", type=int)
    train.add_argument("--dimension", metavar="N", type=int, help="of embeddings: 100, 128, 200, 256, 300, …")
    train.add_argument("--seed", metavar="N", type=int)
