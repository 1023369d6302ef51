"""Learn confidence from readings, and measure how well it holds on articles that it was not learned from.

    python benchmarks/train_confidence.py --articles FOLDER [FOLDER ...] [--config FILE] [--write]

The readings (benchmarks/readings/confidence.tsv) are verdicts on mentions, by figure, place and concept; the
captions come from the JATS files of the folders, which are linked again, so that readings of mentions that
the linker no longer makes are left out and counted. What gold says of a term is in gold_terms.tsv, in the
same folder, which `--tuned FILE [FILE ...]` makes again of files of `medconcept tune`. The weights of what
the shipped recogniser finds are learned after all others, from captions that it reads here as a whole.
Prints calibration and precision for the articles kept aside (`part` is test; learned from the others), and by
ten folds over all articles, without and with the recogniser. `--write` then learns from all readings, and
writes model.json and the plots of docs/confidence.md.
Writes build/bench/confidence.json.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from results import write

from medconcept.confidence import training
from medconcept.confidence.model import as_json
from medconcept.config import RecogniserConfig, SparkConfig, load_config
from medconcept.jats import Article, ArticleRejected, parse_articles
from medconcept.library.compiled_sources import prepared
from medconcept.library.linker_settings import LinkerSources, make_linker
from medconcept.linking.entities import merge_entities
from medconcept.linking.learned import read_learned
from medconcept.linking.types import ArticleContext, Caption, Entity
from medconcept.spark.hadoop_files import HadoopFiles
from medconcept.spark.session import get_session
from medconcept.spark_nlp.entity_recognition import find_entities
from medconcept.spark_nlp.recognisers import load_recognisers
from medconcept.spark_nlp.shipped_recogniser import unpacked
from medconcept.terminologies.entity_kinds import kinds_of
from medconcept.workers.annotate.sentences_in_doubt import LEAST, MOST

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


class Source:
    """The captions of the figures that were read, and a linker that collects their features."""

    def __init__(self, readings: Sequence[training.Reading], folders: Iterable[Path], config: str) -> None:
        """Read the articles once."""
        settings = load_config(config)
        self.excluded = set(settings.triplets.exclude_flags)
        self.wanted = {reading.key: reading for reading in readings}
        self.collector = training.FeatureCollector()
        # Of its sources: the dictionary of a lake is that of the code which built it.
        self.linker = make_linker(settings, LinkerSources(prepared(settings)), confidence=self.collector)
        read = {reading.figure_key for reading in readings}
        self.articles: list[dict[str, Caption]] = []
        for article in articles_of(folders):
            context = ArticleContext(tuple(dict.fromkeys((a.short, a.long) for a in article.abbreviations)))
            figures = [figure for figure in article.figures if figure.caption]
            if not read.isdisjoint(figure.figure_key for figure in figures):
                self.articles.append(
                    {
                        f.figure_key: Caption(
                            f.caption or "",
                            context,
                            language=f.language and f.language.replace("_", "-"),
                            panels=f.panels,
                        )
                        for f in figures
                    }
                )

    def examples(
        self, entities: Mapping[str, Sequence[Entity]] | None = None
    ) -> tuple[training.Examples, list[training.Reading], list[bool]]:
        """The features of each reading whose mention is made; and whether triplets leave it out by flag.

        With `entities`, by figure, they are those of captions that the recogniser has read as a whole.
        """
        values, of_entities, texts, own, left_out = [], [], [], [], []
        for captions in self.articles:
            if entities is not None:
                captions = {
                    key: replace(caption, entities=entities[key], read=((0, len(caption.text)),))
                    for key, caption in captions.items()
                }
            row = 0
            for key, linked in zip(
                captions, list(self.linker.link_batch(list(captions.values()))), strict=True
            ):
                for link in linked.links:
                    reading = self.wanted.get((key, training.written(link.spans), link.concept_id or ""))
                    if reading is not None:
                        values.append(self.collector.values[row])
                        of_entities.append(self.collector.entities[row])
                        texts.append(self.collector.texts[row])
                        own.append(reading)
                        left_out.append(not self.excluded.isdisjoint(link.flags))
                    row += 1
        examples = training.Examples(
            np.array(values), np.array(of_entities), [r.source_id for r in own], texts,
            [r.article_key for r in own], 1 - training.share(own, training.WRONG),
            np.array([r.weight for r in own]),
        )  # fmt: skip
        return examples, own, left_out

    def entities(self) -> dict[str, Sequence[Entity]]:
        """What the shipped recogniser finds in the captions, by figure."""
        spark = get_session(SparkConfig(master="local[2]"))
        texts = {key: caption.text for captions in self.articles for key, caption in captions.items()}
        with tempfile.TemporaryDirectory() as folder:
            path = unpacked(HadoopFiles(spark, folder))
            (recogniser,) = load_recognisers(spark, [RecogniserConfig(path=path)])
            found = find_entities(spark, [recogniser], list(texts.values()))
        return {
            key: merge_entities([Entity(a, b, kind, kinds_of(kind)) for a, b, kind in own])
            for key, own in zip(texts, found, strict=True)
        }


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
    source = Source(readings, options.articles, options.config)
    examples, own, left_out = source.examples()
    print(f"{len(readings) - len(own)} readings of mentions that are no longer made, or of other articles")
    if not own:
        sys.exit("train_confidence: no article of the readings is in these folders")
    read, own_read, _ = source.examples(source.entities())
    test = np.array([reading.part == "test" for reading in own])
    model = training.fit(examples.take(~test), gold)
    figures = {
        "kept_aside": report(
            "articles kept aside", training.probabilities(model, examples.take(test)), examples.take(test),
            [r for r in own if r.part == "test"], np.array(left_out)[test],
        )
    }  # fmt: skip
    unseen, (before, after) = training.unseen_probabilities(examples, gold, read)
    figures["folds"] = report("ten folds over all articles", unseen, examples, own, left_out)
    figures["in_doubt"] = report_read(read, before, after)
    at = {reading.key: n for n, reading in enumerate(own_read)}
    final = np.array([_final(p, before, after, at.get(r.key)) for p, r in zip(unseen, own, strict=True)])
    figures["with_recogniser"] = report("ten folds, with the recogniser", final, examples, own, left_out)
    if options.write:
        model = training.with_entities(training.fit(examples, gold), read, before)
        MODEL.write_text(as_json(replace(model, sources=SOURCES)), encoding="utf-8")
        plot(PLOT, examples, final, figures["with_recogniser"]["curve"])
    write("confidence", figures, {}, ["numpy", "scikit-learn"])


def _final(unread: float, before: Any, after: Any, row: int | None) -> float:
    """The confidence where the recogniser reads sentences in doubt alone."""
    return float(after[row]) if row is not None and LEAST <= before[row] < MOST else unread


def report_read(read: Any, before: Any, after: Any) -> dict[str, float]:
    """Print and return how well the mentions in doubt are told apart before and after they are read."""
    rows = read.recognised & (before >= LEAST) & (before < MOST)
    right, weight = read.right[rows], np.sqrt(read.weight[rows])
    loss = {
        name: float(-np.average(right * np.log(p) + (1 - right) * np.log(1 - p), weights=weight))
        for name, p in (("before", before[rows]), ("after", after[rows]))
    }
    print(
        f"{rows.sum()} mentions in doubt: log loss {loss['before']:.4f}, "
        f"read by the recogniser {loss['after']:.4f}"
    )
    return {"mentions": int(rows.sum()), **loss}


if __name__ == "__main__":
    main()
