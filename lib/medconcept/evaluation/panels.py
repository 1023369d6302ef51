"""Panels of captions compared with captions that people split: labels, and the words of each panel.

Gold is one JSON object a line, `{"figure": …, "caption": …, "panels": [{"label": "A", "text": …}, …]}`, with
what all panels share repeated in the text of each.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from medconcept.errors import InputError
from medconcept.evaluation.bootstrap import SAMPLES, SEED, f1_interval
from medconcept.evaluation.gold import read_gold_text
from medconcept.evaluation.score import Counts, total
from medconcept.jats.panels.caption_panels import find_panels

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class SplitCaption:
    """A caption and the text of each of its panels, by label."""

    figure: str
    caption: str
    panels: dict[str, str]


def read_split_captions(path: str) -> tuple[SplitCaption, ...]:
    """Read a gold file. Raises InputError with one line that names the file, the line and the reason."""
    captions: list[SplitCaption] = []
    for number, line in enumerate(read_gold_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            panels = {str(panel["label"]): str(panel["text"]) for panel in row["panels"]}
            captions.append(SplitCaption(str(row["figure"]), str(row["caption"]), panels))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path}: line {number}: not panels: {type(error).__name__} {error}") from error
    if not captions:
        raise InputError(f"{path}: it has no caption in the format panels")
    return tuple(captions)


def panel_texts(caption: str) -> dict[str, str]:
    """The text that the parser gives each panel, without its label, after what all panels share.

    >>> panel_texts("Liver. (A) Mice. (B) Rats.")
    {'A': 'Liver. Mice.', 'B': 'Liver. Rats.'}
    """
    panels = find_panels(caption)
    shared = [caption[panel.start : panel.end] for panel in panels if not panel.labels]
    own: dict[str, list[str]] = {}
    for panel in panels:
        start, end = panel.label_start or panel.start, panel.label_end or panel.start
        for label in panel.labels:
            own.setdefault(label, []).extend((caption[panel.start : start], caption[end : panel.end]))
    return {
        label: " ".join(text for part in (*shared, *parts) if (text := part.strip()))
        for label, parts in own.items()
    }


def panel_report(gold: Sequence[SplitCaption], *, samples: int = SAMPLES, seed: int = SEED) -> dict[str, Any]:
    """All figures: captions whose label sets are equal, labels, and words of the panels that both have.

    >>> gold = [SplitCaption("1", "(A) Lung. (B) Liver.", {"A": "Lung.", "C": "Liver."})]
    >>> out = panel_report(gold)
    >>> out["label_sets_equal"], out["labels"]["precision"], out["words"]["f1"]
    (0.0, 0.5, 1.0)
    """
    labels: dict[str, Counts] = {}
    words = Counts()
    equal = 0
    for number, row in enumerate(gold):
        texts = panel_texts(row.caption)
        equal += texts.keys() == row.panels.keys()
        labels[f"{number} {row.figure}"] = _compared(row.panels, texts)
        words += total(
            _compared_words(text, texts[label]) for label, text in row.panels.items() if label in texts
        )
    low, high = f1_interval(labels, samples=samples, seed=seed)
    return {
        "captions": len(gold),
        "label_sets_equal": round(equal / len(gold), 4),
        "labels": {**total(labels.values()).figures(), "f1_interval": [low, high]},
        "words": words.figures(),
        "bootstrap": {"samples": samples, "seed": seed},
    }


def panel_lines(out: dict[str, Any]) -> list[str]:
    """The report as lines of text."""
    lines = [f"{out['captions']} captions", f"label sets equal: {out['label_sets_equal']:.4f}", ""]
    lines.append(f"{'':10}{'precision':>10}{'recall':>10}{'F1':>10}   95% interval")
    for name in ("labels", "words"):
        cells = "".join(f"{out[name][key]:10.4f}" for key in ("precision", "recall", "f1"))
        interval = out[name].get("f1_interval")
        lines.append(f"{name:10}{cells}" + (f"   {interval[0]:.4f} to {interval[1]:.4f}" if interval else ""))
    drawn = out["bootstrap"]
    lines.append(f"bootstrap over captions: {drawn['samples']} samples, seed {drawn['seed']}")
    return lines


def _compared(expected: Iterable[str], found: Iterable[str]) -> Counts:
    wanted, given = set(expected), set(found)
    return Counts(len(wanted & given), len(given - wanted), len(wanted - given))


def _compared_words(expected: str, found: str) -> Counts:
    wanted, given = Counter(_WORD.findall(expected)), Counter(_WORD.findall(found))
    common = (wanted & given).total()
    return Counts(common, given.total() - common, wanted.total() - common)
