"""Score the panels of captions against a gold set: boundary F1.

    python tests/jats/panel_score.py GOLD.jsonl FOLDER…

Gold: one JSON object a line, without any text of the article,
`{"figure": "<article_key>#<fig id>", "panels": [{"labels": ["A"], "start": 0, "end": 17}, …]}`; a caption
without panels has an empty list. FOLDER holds the articles.

What is counted. A boundary is where a panel's printed label begins: the code point of the caption at which
its first letter, digit or word stands, opening brackets and white space before it skipped ("(A)" and "A,"
both begin at the A, "Panel B:" at the P). The `start` of a gold panel is that code point, or a bracket
before it, which is skipped too. Text that all panels share has no label and so no boundary. A predicted
boundary is right if the gold set has one at exactly the same code point of the same caption; F1 is over all
captions together. `labelled` counts as right only those whose labels are the same as well. A figure of the
gold set that the articles do not have is an error, not a miss.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from medconcept.jats import ArticleRejected, Figure, parse_article

Boundaries = dict[int, tuple[str, ...]]


@dataclass(frozen=True)
class Score:
    """Precision, recall and F1 of boundaries."""

    right: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float:
        return self.right / self.predicted if self.predicted else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.predicted + self.gold) if self.predicted + self.gold else 1.0


def first_character(caption: str, start: int) -> int:
    """The first letter or digit at or behind a place, over opening brackets and white space.

    >>> first_character("x (A) y", 2), first_character("x (A) y", 3)
    (3, 3)
    """
    while start < len(caption) and (caption[start] in "([{（" or caption[start].isspace()):
        start += 1
    return start


def predicted(figure: Figure) -> Boundaries:
    """The boundaries that the parser finds."""
    caption = figure.caption or ""
    return {
        first_character(caption, panel.label_start): panel.labels
        for panel in figure.panels
        if panel.label_start is not None
    }


def score(
    gold: Iterable[Mapping[str, object]], figures: Mapping[str, Figure], labelled: bool = False
) -> Score:
    """Score the figures that the gold set names; raises KeyError for one that is not there."""
    right = found = wanted = 0
    for row in gold:
        figure = figures[str(row["figure"])]
        panels = row["panels"]
        assert isinstance(panels, list)
        caption = figure.caption or ""
        truth = {first_character(caption, p["start"]): tuple(p["labels"]) for p in panels if p["labels"]}
        predictions = predicted(figure)
        right += sum(
            1 for at, labels in predictions.items() if at in truth and (not labelled or truth[at] == labels)
        )
        found += len(predictions)
        wanted += len(truth)
    return Score(right, found, wanted)


def read_figures(paths: Iterable[Path]) -> dict[str, Figure]:
    """The figures of all articles that can be read, by key."""
    figures: dict[str, Figure] = {}
    for path in paths:
        try:
            article = parse_article(path.read_bytes())
        except ArticleRejected:
            continue
        figures.update({figure.figure_key: figure for figure in article.figures})
    return figures


def main() -> None:
    """Print both scores."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("gold", type=Path)
    parser.add_argument("folders", nargs="+", type=Path)
    options = parser.parse_args()
    gold = [json.loads(line) for line in options.gold.read_text("utf-8").splitlines() if line.strip()]
    paths = sorted(p for f in options.folders for p in f.rglob("*") if p.suffix in (".xml", ".nxml"))
    figures = read_figures(paths)
    missing = [row["figure"] for row in gold if row["figure"] not in figures]
    if missing:
        parser.error(f"{len(missing)} figures of the gold set are in no article, the first {missing[0]}")
    for name, labelled in (("boundaries", False), ("labelled", True)):
        s = score(gold, figures, labelled)
        print(f"{name:10} precision {s.precision:.3f} recall {s.recall:.3f} F1 {s.f1:.3f} ({s.gold} in gold)")


if __name__ == "__main__":
    main()
