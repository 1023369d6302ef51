"""Modalities of figures compared with a reader's labels, and radiology found among captions of known kind.

    python benchmarks/bench_modality.py --labels tests/modality/labels.jsonl --articles FOLDER [FOLDER ...]
    python benchmarks/bench_modality.py --kinds roco_captions.jsonl

Labels are JSON lines: `figure` (key), `shows` (modalities it shows) and `may_show` (those that a reader of
the caption cannot rule out: right if given, not missed if absent); `reading` may number separate draws.
Captions come from the JATS files of the folders; labels of figures that are not there are left out and
counted. `--kinds` are JSON lines with `caption` and `kind` ("radiology" or anything else).
Writes build/bench/modality.json.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from results import write

from medconcept.jats import ArticleRejected, Figure, parse_articles
from medconcept.modality import MODALITY_VERSION, RADIOLOGY, UNKNOWN, figure_modalities

Label = Mapping[str, Any]


def figures_of(folders: Iterable[Path]) -> Iterator[Figure]:
    """Every figure of every JATS file in the folders; files that are rejected are left out."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix not in (".xml", ".nxml"):
                continue
            for item in parse_articles(path.read_bytes()):
                if not isinstance(item, ArticleRejected):
                    yield from item.figures


def compare(labels: Iterable[Label], figures: Mapping[str, Figure]) -> dict[str, Any]:
    """Precision, coverage and counts by modality of the labels whose figures are at hand."""
    given: Counter[str] = Counter()
    right: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    found: Counter[str] = Counter()
    covered = total = absent = 0
    for label in labels:
        figure = figures.get(label["figure"])
        if figure is None or not figure.caption:
            absent += 1
            continue
        answers = {item.modality for item in figure_modalities(figure.caption, figure.panels)} - {UNKNOWN}
        total += 1
        covered += bool(answers)
        given.update(answers)
        right.update(answers & {*label["shows"], *label["may_show"]})
        shown.update(label["shows"])
        found.update(answers & set(label["shows"]))
    return {
        "captions": total,
        "absent": absent,
        "given": given.total(),
        "right": right.total(),
        "precision": round(right.total() / max(1, given.total()), 3),
        "coverage": round(covered / max(1, total), 3),
        "recall": round(found.total() / max(1, shown.total()), 3),
        "by_modality": {
            name: {"given": given[name], "right": right[name], "shown": shown[name], "found": found[name]}
            for name in sorted(given | shown)
        },
    }


def radiology(rows: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """How many captions of each kind are given a radiological modality, and the time that one takes."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    began, number = time.perf_counter(), 0
    for row in rows:
        hit = not RADIOLOGY.isdisjoint(item.modality for item in figure_modalities(row["caption"]))
        counts[row["kind"]][0] += hit
        counts[row["kind"]][1] += 1
        number += 1
    seconds = time.perf_counter() - began
    shares = {kind: {"given": n, "of": of, "share": round(n / of, 3)} for kind, (n, of) in counts.items()}
    return {**shares, "milliseconds_a_caption": round(1000 * seconds / max(1, number), 2)}


def main() -> int:
    """Compare what was given, print, write the JSON."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--articles", type=Path, nargs="*", default=[])
    parser.add_argument("--kinds", type=Path)
    options = parser.parse_args()
    result: dict[str, Any] = {}
    if options.labels:
        figures = {figure.figure_key: figure for figure in figures_of(options.articles)}
        readings: dict[str, list[Label]] = defaultdict(list)
        for line in options.labels.read_text(encoding="utf-8").splitlines():
            label = json.loads(line)
            readings[f"reading_{label.get('reading', 1)}"].append(label)
        result |= {name: compare(labels, figures) for name, labels in readings.items()}
    if options.kinds:
        lines = options.kinds.read_text(encoding="utf-8").splitlines()
        result["radiology"] = radiology(json.loads(line) for line in lines)
    if not result:
        parser.error("give --labels with --articles, or --kinds")
    print(json.dumps(result, indent=2))
    write("modality", result, {}, [], modality_version=MODALITY_VERSION)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
