"""Names and options of the commands that need no lake; imports nothing heavy."""

from __future__ import annotations

import argparse

GOLD_FORMATS = ("craft-captions", "pubtator")
READING_FORMATS = ("panels", "short-forms", "negation")
"""Gold for what is read from text without a dictionary; only `evaluate` has these."""
TYPED_FORMATS = ("entities",)
"""Gold of several kinds of entity, of which only recall is scored; only `evaluate` has these."""
NER_FORMATS = (*GOLD_FORMATS, "bioc", "conll")
COMMANDS = {
    "evaluate": "score the annotation against a gold file",
    "link": "show the concepts of a text, with their places in it",
    "tune": "learn from development gold which concept a text means, into a file",
    "train_ner": "train a recogniser of entities from gold, with Spark NLP",
    "score_retrieval": "score embeddings of images and texts: Recall@1, 5 and 10 both ways",
    "upload": "send an export into a private, gated repository of a Hub",
}
EXAMPLES = {
    "evaluate": "medconcept evaluate --gold gold.jsonl --format craft-captions --json",
    "link": 'medconcept link "No evidence of hepatocellular carcinoma" --config demo',
    "tune": "medconcept tune --gold gold.jsonl --format craft-captions --out learned.json",
    "train_ner": "medconcept train_ner --gold gold.txt --format pubtator --out build/models/disease",
    "score_retrieval": "medconcept score_retrieval --image-embeddings A.npy --text-embeddings B.npy",
    "upload": "medconcept upload build/r1 --repo OWNER/medconcept",
}


def add_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    """The options of one of COMMANDS."""
    if name == "train_ner":
        _add_training(parser)
        return
    if name == "score_retrieval":
        _add_retrieval(parser)
        return
    if name == "upload":
        _add_upload(parser)
        return
    parser.add_argument(
        "--dictionary",
        metavar="FILE|TABLE",
        help="a compiled dictionary; or TSV, OBO or OBO-graph files (may be zipped) and names of the "
        "configuration's sources, separated by commas; or `concept_names` for that of the lake "
        "(default: that of --lake if stated, else the sources of the configuration)",
    )
    if name == "link":
        parser.add_argument("text", metavar="TEXT", help="such as a caption, in quotes")
        parser.add_argument("--nested", action="store_true", help="link names inside longer names too")
        parser.add_argument("--language", default="en", help="language of the text (default: en)")
    else:
        parser.add_argument("--gold", metavar="FILE", required=True, help="texts with their true concepts")
        formats = (*GOLD_FORMATS, *TYPED_FORMATS, *READING_FORMATS) if name == "evaluate" else GOLD_FORMATS
        parser.add_argument("--format", choices=formats, required=True, help="format of the gold")
        parser.add_argument(
            "--sources", metavar="A,B", help="ontologies that are linked and scored (default: by the format)"
        )
        parser.add_argument(
            "--articles",
            metavar="DIR",
            help="folder of the JATS files that the gold refers to (default: `jats` next to the gold)",
        )
    if name == "evaluate":
        parser.add_argument("--development", metavar="FILE", help="gold whose ids count as seen in training")
        parser.add_argument(
            "--unrestricted", action="store_true", help="link disease terms without MeSH or OMIM id too"
        )
        parser.add_argument(
            "--cross-validate", action="store_true", help="score a tuned linker by folds over the articles"
        )
        parser.add_argument(
            "--recogniser",
            metavar="DIR",
            action="append",
            default=[],
            help="a saved recogniser whose entities are linked; may be repeated",
        )
        parser.add_argument(
            "--train",
            action="store_true",
            help="with --cross-validate: train a recogniser for each fold too",
        )
        _add_options(parser)
    if name == "tune":
        parser.add_argument("--out", metavar="FILE", required=True, help="the file to write")
    else:
        parser.add_argument("--learned", metavar="FILE", help="a file that `tune` wrote (default: none)")


def _add_retrieval(parser: argparse.ArgumentParser) -> None:
    what = "of a row for each pair, in the same order"
    parser.add_argument("--image-embeddings", metavar="FILE", required=True, help=f"a .npy file {what}")
    parser.add_argument("--text-embeddings", metavar="FILE", required=True, help=f"a .npy file {what}")
    parser.add_argument(
        "--captions",
        metavar="FILE|DIR",
        help="a caption a line, as text or as JSON objects, in a file or in the .jsonl files of a folder "
        "such as `pairs` of an export: copies count as right answers (default: texts "
        "with the same embedding are copies)",
    )
    parser.add_argument("--other-image-embeddings", metavar="FILE", help="of a second model, to compare with")
    parser.add_argument("--other-text-embeddings", metavar="FILE", help="the same")
    parser.add_argument("--samples", metavar="N", type=int, default=10_000, help="of the bootstrap")
    parser.add_argument("--seed", metavar="N", type=int, help="of the bootstrap (printed with the result)")


def _add_upload(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", help="an export that is finished")
    parser.add_argument("--repo", metavar="OWNER/NAME", required=True, help="the repository of a data set")
    parser.add_argument(
        "--tag", metavar="NAME", help="of the commit that has all files (default: name of the release)"
    )
    parser.add_argument(
        "--endpoint", metavar="URL", help="of the Hub (default: HF_ENDPOINT, else the public one)"
    )
    parser.add_argument(
        "--token-file",
        metavar="FILE",
        help="a file with the token (default: HF_TOKEN, else that of `hf auth login`)",
    )


def _add_training(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--gold", metavar="FILE", action="append", required=True, help="training gold; may be repeated"
    )
    parser.add_argument(
        "--format",
        choices=NER_FORMATS,
        action="append",
        required=True,
        help="once for all, or once for each --gold",
    )
    parser.add_argument(
        "--licence",
        metavar="TEXT",
        action="append",
        default=[],
        help="licence of the gold, for the card; repeated as --format",
    )
    parser.add_argument("--out", metavar="DIR", required=True, help="folder for the versions of the model")
    parser.add_argument(
        "--version", metavar="NAME", help="name of this version (default: a digest of data and options)"
    )
    parser.add_argument("--test", metavar="FILE", help="gold to score on, in the last --format")
    parser.add_argument(
        "--held-out",
        metavar="F",
        type=float,
        default=0.1,
        help="without --test: share of the articles to score on (default: 0.1)",
    )
    _add_options(parser)


def _add_options(parser: argparse.ArgumentParser) -> None:
    train = parser.add_argument_group("training a recogniser")
    train.add_argument(
        "--text", metavar="DIR", action="append", default=[], help="articles to train embeddings on"
    )
    train.add_argument("--embeddings", metavar="DIR", help="saved Spark NLP embeddings to use instead")
    train.add_argument(
        "--architecture",
        choices=("ner_dl", "ner_crf"),
        help="default: ner_dl where TensorFlow is available, else ner_crf",
    )
    train.add_argument("--types", metavar="A,B", help="only entities of these types (default: all)")
    train.add_argument("--epochs", metavar="N", type=int, help="passes over the training data")
    train.add_argument("--dimension", metavar="N", type=int, help="of embeddings: 100, 128, 200, 256, 300, …")
    train.add_argument(
        "--least", metavar="N", type=int, dest="vector_least", help="occurrences of a word with an embedding"
    )
    train.add_argument("--seed", metavar="N", type=int, help="of every random choice")
    train.add_argument(
        "--complete",
        action="store_true",
        help="give types common names, and label by the dictionary what a corpus does not annotate",
    )
    train.add_argument("--archive", metavar="FILE", help="write model and card as one zip file, too")
