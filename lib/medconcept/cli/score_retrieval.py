"""`score_retrieval`: Recall@K of embeddings of images and texts, and of two models the difference."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from medconcept.cli.output import print_text
from medconcept.errors import ConfigError, InputError
from medconcept.evaluation.retrieval import MEASURES, SEED, Floats, Interval, difference, recalls, summary
from medconcept.triplets.caption_key import caption_key


def run(arguments: argparse.Namespace) -> int:
    """Score and print; returns the exit code. Raises InputError or ConfigError."""
    seed = SEED if arguments.seed is None else arguments.seed
    if seed < 0 or arguments.samples < 1:
        raise ConfigError("--seed must be 0 or more, --samples 1 or more")
    if (arguments.other_image_embeddings is None) != (arguments.other_text_embeddings is None):
        raise ConfigError("--other-image-embeddings and --other-text-embeddings belong together")
    captions = None if arguments.captions is None else _captions(arguments.captions)
    ours = _recalls(arguments.image_embeddings, arguments.text_embeddings, captions)
    figures = {"model": summary(ours, samples=arguments.samples, seed=seed)}
    if arguments.other_image_embeddings is not None:
        theirs = _recalls(arguments.other_image_embeddings, arguments.other_text_embeddings, captions)
        figures["other"] = summary(theirs, samples=arguments.samples, seed=seed)
        figures["difference"] = difference(ours, theirs, samples=arguments.samples, seed=seed)
    bootstrap = {"samples": arguments.samples, "seed": seed}
    if arguments.json:
        plain = {part: {name: vars(each) for name, each in of.items()} for part, of in figures.items()}
        print(json.dumps({"pairs": len(ours), "bootstrap": bootstrap, **plain}))
        return 0
    print_text("\n".join(_lines(figures, len(ours))))
    print_text(f"bootstrap over pairs: {arguments.samples:,} samples, seed {seed}")
    return 0


def _recalls(images: str, texts: str, captions: list[str] | None) -> Floats:
    try:
        return recalls(_matrix(images), _matrix(texts), captions)
    except InputError as error:
        if images in str(error) or texts in str(error):
            raise
        raise InputError(f"{images}, {texts}: {error}") from error


def _matrix(path: str) -> Any:
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or 'not a file of numpy (.npy)'}") from error
    except (ValueError, EOFError) as error:
        raise InputError(f"{path}: not a file of numpy (.npy) with numbers") from error


def _captions(path: str) -> list[str]:
    """The key of each line's caption: copies that differ in spaces or capitals are the same."""
    try:
        files = sorted(Path(path).glob("*.jsonl")) if Path(path).is_dir() else [Path(path)]
        if not files:
            raise InputError(f"{path}: no .jsonl file is in it")
        lines = [
            line for file in files for line in file.read_text(encoding="utf-8").removesuffix("\n").split("\n")
        ]
        texts = [json.loads(line)["caption"] if line.startswith("{") else line for line in lines]
        return [caption_key(text) or text for text in texts]
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or 'cannot be read'}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: a caption a line is expected, or a JSON object with a caption") from error


def _lines(figures: dict[str, dict[str, Interval]], pairs: int) -> list[str]:
    lines = [
        f"{pairs:,} pairs",
        f"{'':24}" + "".join(f"{part:>10}   {'95% interval':18}" for part in figures),
    ]
    for name in MEASURES:
        cells = (figures[part][name] for part in figures)
        text = "".join(f"{each.value:10.4f}   {f'{each.low:.4f} to {each.high:.4f}':18}" for each in cells)
        lines.append(f"{name:24}{text}".rstrip())
    return lines
