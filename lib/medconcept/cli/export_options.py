"""Options of the command line of export_dataset."""

from __future__ import annotations

import argparse

from medconcept.errors import ConfigError
from medconcept.exports.options import BALANCED, FORMATS, IMAGE_KINDS, LICENCE_GROUPS, PAIRS, ExportOptions
from medconcept.exports.token_spans import PUBLISHED, read_tokenizer
from medconcept.triplets.options import SPLITS_OF_DATA


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--release", metavar="NAME", required=True, help="the release to export")
    parser.add_argument("--format", choices=FORMATS, required=True, help="format of the files")
    parser.add_argument(
        "--out", metavar="DIR", required=True, help="new folder, on a disk that all workers see"
    )
    parser.add_argument("--where", metavar="SQL", help="condition over the columns of triplets")
    parser.add_argument(
        "--only-licence",
        metavar="GROUP|CODE",
        action="append",
        default=[],
        help=f"only figures under it: {', '.join(LICENCE_GROUPS)}, or a code such as CC-BY-4.0 or CC-BY; "
        "may be "
        "repeated",
    )
    parser.add_argument(
        "--split",
        choices=SPLITS_OF_DATA,
        action="append",
        default=[],
        help="only it; may be repeated (default: all; of --format retrieval test)",
    )
    parser.add_argument(
        "--images",
        choices=IMAGE_KINDS,
        default="original",
        help="image files as published, or the training copies of images.derive (default: original)",
    )
    parser.add_argument(
        "--seed", metavar="N", type=int, default=0, help="decides the order of rows (default: 0)"
    )
    parser.add_argument(
        "--shard-bytes",
        metavar="N",
        type=int,
        default=0,
        help="bytes of a file at most (default: by the format)",
    )
    parser.add_argument("--url", metavar="URL", help="home page that the documents of the export name")
    parser.add_argument(
        "--tokenizer",
        metavar="NAME=FILE",
        help="with --format conceptclip: spans in tokens too; a tokenizer.json, or vocab.txt of an uncased "
        f"BERT (ConceptCLIP's: {PUBLISHED})",
    )
    parser.add_argument(
        "--pairs",
        metavar="N",
        type=int,
        help=f"with --format retrieval: pairs at most (default: {PAIRS})",
    )
    parser.add_argument(
        "--balance",
        metavar="A,B",
        default=",".join(BALANCED),
        help="with --format retrieval: what pairs are balanced over, the most important first; empty for "
        f"nothing (default: {','.join(BALANCED)})",
    )


def add_reconstruct_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `reconstruct`."""
    parser.add_argument(
        "--metadata",
        metavar="DIR",
        required=True,
        help="an export of --format metadata or huggingface, on a disk that all workers see",
    )
    parser.add_argument(
        "--out", metavar="DIR", required=True, help="new folder, on a disk that all workers see"
    )


def export_options(arguments: argparse.Namespace) -> ExportOptions:
    """The options as given. Raises ConfigError."""
    if arguments.pairs is not None and arguments.pairs < 1:
        raise ConfigError(f"--pairs {arguments.pairs}: it must be 1 or more")
    return ExportOptions(
        release=arguments.release,
        format=arguments.format,
        where=arguments.where,
        licences=tuple(sorted(set(arguments.only_licence))),
        splits=tuple(sorted(set(arguments.split))),
        images=arguments.images,
        seed=arguments.seed,
        shard_bytes=arguments.shard_bytes,
        url=arguments.url,
        pairs=arguments.pairs or 0,
        tokenizer=read_tokenizer(arguments.tokenizer) if arguments.tokenizer else None,
        balance=tuple(name.strip() for name in arguments.balance.split(",") if name.strip()),
    )
