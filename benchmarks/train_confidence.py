"""Learn confidence from readings, and measure how well it holds on articles that it was not learned from.

    python benchmarks/train_confidence.py --articles FOLDER [FOLDER ...] [--config FILE] [--write]

The readings (benchmarks/readings/confidence.tsv) are verdicts on mentions, by figure, place and concept; the
captions come from the JATS files of the folders, which are linked again, so that readings of mentions that
the linker no longer makes are left out and counted. What gold says of a term is in gold_terms.tsv, in the
same folder, which `--tuned FILE [FILE ...]` makes again of files of `medconcept tune`. Prints calibration and
precision for the articles kept aside (`part` is test; learned from the others), and by ten folds over all
articles. `--write` then learns from all readings, and writes model.json and the plots of docs/confidence.md.
Writes build/bench/confidence.json.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from results import write

from medconcept.confidence import training
from medconcept.confidence.model import as_json
from medconcept.config import load_config
from medconcept.jats import Article, ArticleRejected, parse_articles
from medconcept.library.linker_settings import linker_sources, make_linker
from medconcept.linking.learned import read_learned
from medconcept.linking.types import ArticleContext, Caption

READINGS = Path(__file__).parent / "readings" / "confidence.tsv"
GOLD_TERMS = READINGS.with_name("gold_terms.tsv")
MODEL = Path(__file__).parents[1] / "lib" / "medconcept" / "confidence" / "model.json"
PLOT = Path(__file__).parents[1] / "docs" / "confidence.png"
THRESHOLDS = (0.0, 0.3, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.875, 0.9, 0.925, 0.95)
SOURCES = (
    "Two readings of mentions (benchmarks/readings/confidence.tsv) by a language model, November 2026",
    "Links to terms of gold, train and development: CRAFT (CC BY 3.0), NCBI disease, BC5CDR, BioRED",
    "Words of English by frequency: Google Books Ngrams 2 (CC BY 3.0) and SCOWL, by symspellpy 6.10.1 (MIT)",
    "Domains of senses of English words: WordNet 3.1 (Princeton University, WordNet Licence)",
)


def articles_of(folders: Iterable[Path]) -> Iterator[Article]:
    """Every article of every JATS file in the folders once; those that are rejected are left out."""
    seen = set()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            for item in parse_articles(path.read_bytes()) if path.suffix in (".xml", ".nxml") else ():
                if not isinstance(item, ArticleRejected) and item.article_key not in seen:
                    seen.add(item.article_key)
                    yield item


def examples_of(
    readings: Sequence[training.Reading], folders: Iterable[Path], config: str
) -> tuple[training.Examples, list[training.Reading], list[bool]]:
    """The features of each reading whose mention is still made; and whether triplets leave it out by flag."""
    settings = load_config(config)
    collector = training.FeatureCollector()
    linker = make_linker(settings, linker_sources(settings, lake_required=False), confidence=collector)
    excluded = set(settings.triplets.exclude_flags)
    wanted = {reading.key: reading for reading in readings}
    values, texts, own, left_out = [], [], [], []
    for article in articles_of(folders):
        context = ArticleContext(tuple(dict.fromkeys((a.short, a.long) for a in article.abbreviations)))
        figures = [figure for figure in article.figures if figure.caption]
        if not figures:
            continue
        captions = [
            Caption(
                f.caption or "",
                context,
                language=f.language and f.language.replace("_", "-"),
                panels=f.panels,
            )
            for f in figures
        ]
        row = 0
        for figure, linked in zip(figures, list(linker.link_batch(captions)), strict=True):
            for link in linked.links:
                reading = wanted.get((figure.figure_key, training.written(link.spans), link.concept_id or ""))
                if reading is not None:
                    values.append(collector.values[row])
                    texts.append(collector.texts[row])
                    own.append(reading)
                    left_out.append(not excluded.isdisjoint(link.flags))
                row += 1
    examples = training.Examples(
        np.array(values), [r.source_id for r in own], texts, [r.article_key for r in own],
        1 - training.share(own, training.WRONG), np.array([r.weight for r in own]),
    )  # fmt: skip
    return examples, own, left_out


def add_up(tuned: Iterable[Path]) -> None:
    """Write how often the terms of gold were right, over all files that `medconcept tune` wrote."""
    counts: dict[str, tuple[int, int]] = {}
    for path in tuned:
        for term, (right, predicted) in read_learned(str(path)).terms.items():
            before = counts.get(term, (0, 0))
            counts[term] = before[0] + right, before[1] + predicted
    lines = [f"{term}\t{right}\t{predicted}" for term, (right, predicted) in sorted(counts.items())]
    GOLD_TERMS.write_text("\n".join(["source_id\tright\tpredicted", *lines]) + "\n", encoding="utf-8")


def agreement(readings: Sequence[training.Reading], verdicts: Sequence[str]) -> tuple[float, float]:
    """Observed agreement and Cohen's kappa of both readings, with the verdicts of each group taken as one."""

    def group(verdict: str) -> int:
        return next(n for n, each in enumerate(verdicts) if verdict in each)

    pairs = [(group(r.first), group(r.second)) for r in readings]
    first, second = (Counter(pair[n] for pair in pairs) for n in (0, 1))
    same = sum(a == b for a, b in pairs) / len(pairs)
    chance = sum(first[n] * second[n] for n in first) / len(pairs) ** 2
    return same, (same - chance) / (1 - chance)


def by_chance(probability: Any, weight: Any, samples: int = 400) -> tuple[float, float]:
    """What the calibration error comes to where verdicts are drawn with these very probabilities.

    Mean and 95th percentile: weights differ by a hundredfold, so a bin has fewer mentions than it seems.
    """
    random = np.random.default_rng(1)
    drawn = [
        training.calibration_error(
            probability, (random.random(len(probability)) < probability).astype(float), weight
        )
        for _ in range(samples)
    ]
    return float(np.mean(drawn)), float(np.quantile(drawn, 0.95))


def report(name: str, probability: Any, examples: Any, readings: Any, left_out: Any) -> dict[str, Any]:
    """Print and return calibration, and precision against coverage at the default flags of triplets."""
    error = training.calibration_error(probability, examples.right, examples.weight)
    chance = by_chance(probability, examples.weight)
    print(
        f"{name}: {len(readings)} mentions, expected calibration error {error:.4f}; drawn with "
        f"these very probabilities {chance[0]:.4f}, in 95 of 100 samples at most {chance[1]:.4f}"
    )
    kept = ~np.array(left_out)
    kinds = {
        "wrong": training.share(readings, "w"), "trivial": training.share(readings, "t"),
        "correct or acceptable": training.share(readings, "ca"),
    }  # fmt: skip
    curve = training.precision_by_coverage(
        probability[kept], {k: v[kept] for k, v in kinds.items()}, examples.weight[kept], THRESHOLDS
    )
    useful = (kinds["correct or acceptable"] * examples.weight)[kept]
    for row in curve:
        row["kept of these"] = float(useful[probability[kept] >= row["min_confidence"]].sum() / useful.sum())
        print("  " + "  ".join(f"{key} {value:.3f}" for key, value in row.items()))
    return {
        "mentions": len(readings), "calibration_error": error, "by_chance": chance, "curve": curve,
    }  # fmt: skip


def plot(path: Path, examples: Any, probability: Any, curve: Sequence[dict[str, float]]) -> None:
    """The reliability plot, and precision against coverage."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9.5, 4.2), layout="constrained")
    bins = np.array(training.calibration(probability, examples.right, examples.weight))
    left.plot([0, 1], [0, 1], color="#bbbbbb", linewidth=1)
    left.plot(bins[:, 0], bins[:, 1], "o-", color="#1f5f8b")
    left.set(
        xlabel="confidence, mean of a tenth of the mentions",
        ylabel="share that is right",
        xlim=(0, 1),
        ylim=(0, 1.02),
    )
    kept = [row["kept"] for row in curve]
    for name, colour in (("wrong", "#b3402a"), ("trivial", "#8a8a8a")):
        right.plot(kept, [row[name] for row in curve], "o-", color=colour, label=name)
    for row in curve:
        right.annotate(f"{row['min_confidence']:g}", (row["kept"], row["wrong"]), fontsize=7, xytext=(2, 4),
                       textcoords="offset points")  # fmt: skip
    right.set(
        xlabel="share of mentions kept (numbers: min_confidence)",
        ylabel="share of those kept",
        ylim=(0, None),
    )
    right.legend(frameon=False)
    figure.savefig(path, dpi=110, metadata={"Software": None})


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=Path, nargs="+", required=True)
    parser.add_argument("--config", default="demo")
    parser.add_argument("--readings", type=Path, default=READINGS)
    parser.add_argument("--tuned", type=Path, nargs="+", help="files of medconcept tune")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.tuned:
        add_up(options.tuned)
    gold = training.read_gold_counts(GOLD_TERMS)
    readings = training.read_readings(options.readings)
    for name, groups in (
        ("four verdicts", "catw"),
        ("wrong or not", ("cat", "w")),
        ("trivial or not", ("caw", "t")),
    ):
        same, kappa = agreement(readings, groups)
        print(f"two readings of {len(readings)}, {name}: agreement {same:.3f}, kappa {kappa:.3f}")
    examples, own, left_out = examples_of(readings, options.articles, options.config)
    print(f"{len(readings) - len(own)} readings of mentions that are no longer made, or of other articles")
    if not own:
        sys.exit("train_confidence: no article of the readings is in these folders")
    test = np.array([reading.part == "test" for reading in own])
    model = training.fit(examples.take(~test), gold)
    figures = {
        "kept_aside": report(
            "articles kept aside", training.probabilities(model, examples.take(test)), examples.take(test),
            [r for r in own if r.part == "test"], np.array(left_out)[test],
        )
    }  # fmt: skip
    unseen = training.unseen_probabilities(examples, gold)
    figures["folds"] = report("ten folds over all articles", unseen, examples, own, left_out)
    if options.write:
        model = replace(training.fit(examples, gold), sources=SOURCES)
        MODEL.write_text(as_json(model), encoding="utf-8")
        plot(PLOT, examples, unseen, figures["folds"]["curve"])
    write("confidence", figures, {}, ["numpy", "scikit-learn"])


if __name__ == "__main__":
    main()
