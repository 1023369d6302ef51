"""Which concepts a caption is about: our score, document frequency and first place against manual labels.

    python benchmarks/bench_centrality.py [--lake build/demo/lake] [--fit]

The labels (tests/centrality/labels.jsonl, see docs/centrality.md) give figures of the demo's articles and ids
of concepts; the captions come from a lake of these articles, which is built if needed. A concept is
central if both readings of the first reader marked it; the figures are also reported by the labels of a
second reader, and by concepts that both readers marked. Average precision is computed over the concepts of
all captions in one list, and as the mean over captions that have concepts of both kinds; ties share a rank.
Intervals are bootstrapped over articles. The figures are those of the held-out half of the articles; the
weights were fitted to the other half: `--fit` fits them again and prints them. Writes
build/bench/centrality.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from pyspark.sql import functions as F
from results import write

from medconcept.centrality.evidence import evidence
from medconcept.centrality.score import CONSTANT, WEIGHTS, weighted_score
from medconcept.config import load_config
from medconcept.lake.lake import Lake
from medconcept.pipeline.registry import stage
from medconcept.pipeline.runner import run_stage
from medconcept.spark.session import get_session
from medconcept.stages.count_concepts import statistics

LABELS = Path(__file__).parents[1] / "tests/centrality/labels.jsonl"
STAGES = ("sync_articles", "parse_articles", "build_dictionary", "annotate_captions")
SAMPLES, SEED = 1000, 20261126
RIDGE = 10.0  # how strongly the fit holds weights small; chosen by cross-validation over development articles
Rows = dict[str, np.ndarray]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print a table, write the JSON."""
    options = _arguments(argv)
    rows, missing = labelled_rows(options.lake)
    held, development = ({k: v[rows["part"] == p] for k, v in rows.items()} for p in ("held", "development"))
    if options.fit:
        fit(development)
    captions = len(set(rows["figure"]))
    print(f"{len(rows['y'])} concepts of {captions} captions; {missing} labelled are not in the lake")
    agreement = {
        "kappa of one reader's two readings": kappa(rows["first"], rows["second"]),
        "kappa of two readers": kappa(rows["y"], rows["other"]),
        "kappa of two readers, held": kappa(held["y"], held["other"]),
    }
    for name, value in agreement.items():
        print(f"{name}: {value:.3f}")
    figures: dict[str, Any] = {name: round(value, 3) for name, value in agreement.items()}
    figures["labelled and missing"] = missing
    ratios = {}
    by_other, by_both = ({**held, "y": y} for y in (held["other"], np.minimum(held["y"], held["other"])))
    parts = {
        "held": held,
        "held, by the second reader": by_other,
        "held, by both readers": by_both,
        "development": development,
    }
    for part, chosen in parts.items():
        for name, measure in (("pooled", pooled), ("mean per caption", per_caption)):
            scores = {rival: measure(chosen, chosen[rival]) for rival in RIVALS}
            figures[f"{part}, {name}"] = {rival: round(value, 3) for rival, value in scores.items()}
            print(f"\n{part} articles, average precision, {name} ({sum(chosen['y'])} central)")
            for rival, value in scores.items():
                line = f"  {rival:34} {value:.3f}"
                if rival not in OURS:
                    for ours in OURS:
                        low, high = difference(chosen, ours, rival, measure)
                        key = f"{part}, {name}: {ours} - {rival}"
                        figures[key] = [round(scores[ours] - value, 3), round(low, 3), round(high, 3)]
                        line += f"   {ours} is ahead by {scores[ours] - value:.3f} [{low:.3f}, {high:.3f}]"
                        ratios[f"{part}, {name}: {ours}/{rival}"] = round(scores[ours] / value, 3)
                print(line)
    cut = load_config("demo").centrality.cut
    kept = held[OURS[0]] >= cut
    right = float((kept & (held["y"] == 1)).sum())
    precision, recall = right / kept.sum(), right / held["y"].sum()
    figures["held, at the default cut"] = {"precision": round(precision, 3), "recall": round(recall, 3)}
    print(f"\nheld articles, at the cut {cut}: precision {precision:.3f}, recall {recall:.3f}")
    print(f"95% intervals by {SAMPLES} draws of articles, seed {SEED}")
    write("centrality", figures, ratios, ["pyspark", "numpy"])
    return 0


OURS = ("score, concepts counted", "score, concepts not counted")
RIVALS = (*OURS, "fewest captions first", "named first", "named most often")


def labelled_rows(lake_path: str) -> tuple[Rows, int]:
    """Return the labelled concepts that are in the lake: labels, evidence, scores of ours and the rivals."""
    config = replace(load_config("demo"), lake=lake_path)
    spark = get_session(config.spark)
    lake = Lake(spark, lake_path)
    for name in () if lake.exists else STAGES:
        print(run_stage(stage(name), lake, config, lambda line: None).job, "done")
    mentions, figures, articles = (lake.read(name) for name in ("mentions", "figures", "articles"))
    counted = statistics(figures, mentions)
    labels = [json.loads(line) for line in LABELS.read_text().splitlines()[1:]]
    wanted = spark.createDataFrame([(label["figure"],) for label in labels], "figure_key string")
    named = mentions.join(wanted, "figure_key")
    places = named.groupBy("figure_key", "concept_id").agg(
        F.min(F.col("spans")[0]["start"]).alias("begin"), F.count(F.lit(1)).alias("places")
    )
    score = weighted_score(WEIGHTS, CONSTANT)
    known = evidence(named, figures, articles, counted).withColumn("counted", score)
    alone = evidence(named, figures, articles, None).select("figure_key", "concept_id", score.alias("alone"))
    key = ["figure_key", "concept_id"]
    joined = (
        known.join(alone, key)
        .join(places, key)
        .join(counted, "concept_id")
        .join(figures.select("figure_key", "article_key"), "figure_key")
    )
    by_pair = {(row["figure_key"], row["concept_id"]): row for row in joined.collect()}
    columns = ("figure", "article", "part", "first", "second", "y", "other")
    out: dict[str, list[Any]] = {name: [] for name in columns}
    out |= {name: [] for name in (*RIVALS, *WEIGHTS)}
    missing = 0
    for label in labels:
        for concept in label["concepts"]:
            row = by_pair.get((label["figure"], concept))
            if row is None:
                missing += 1
                continue
            first, second = (concept in label[reading] for reading in ("first", "second"))
            values = [
                label["figure"],
                row["article_key"],
                label["part"],
                first,
                second,
                int(first and second),
                int(concept in label["other"]),
            ]
            values += [row["counted"], row["alone"], -row["captions"], -row["begin"], row["places"]]
            values += [row[name] for name in WEIGHTS]
            for name, value in zip(out, values, strict=True):
                out[name].append(value)
    return {name: np.array(values) for name, values in out.items()}, missing


def average_precision(y: np.ndarray, score: np.ndarray) -> float:
    """Return the average precision of a list; equal scores share the last of their ranks.

    >>> average_precision(np.array([1, 0, 1]), np.array([3.0, 2.0, 1.0]))
    0.8333333333333333
    >>> average_precision(np.array([1, 0]), np.array([1.0, 1.0]))
    0.5
    """
    order = np.argsort(-score, kind="stable")
    y, score = y[order], score[order]
    last = np.append(np.nonzero(np.diff(score))[0], len(score) - 1)
    right = np.cumsum(y)[last]
    gained = np.diff(np.append(0, right))
    return float((gained * right / (last + 1)).sum() / y.sum())


def pooled(rows: Rows, score: np.ndarray) -> float:
    """Average precision of all concepts in one list."""
    return average_precision(rows["y"], score)


def per_caption(rows: Rows, score: np.ndarray) -> float:
    """Mean of the average precision of each caption with central and other concepts."""
    at = [np.nonzero(rows["figure"] == figure)[0] for figure in dict.fromkeys(rows["figure"])]
    both = [n for n in at if 0 < rows["y"][n].sum() < len(n)]
    return float(np.mean([average_precision(rows["y"][n], score[n]) for n in both]))


def difference(
    rows: Rows, ours: str, theirs: str, measure: Callable[[Rows, np.ndarray], float]
) -> tuple[float, float]:
    """Return the 95% interval of our lead, by drawing articles with replacement."""
    articles = list(dict.fromkeys(rows["article"]))
    at = {article: np.nonzero(rows["article"] == article)[0] for article in articles}
    random = np.random.default_rng(SEED)
    out = []
    for _ in range(SAMPLES):
        drawn = random.integers(0, len(articles), len(articles))
        index = np.concatenate([at[articles[n]] for n in drawn])
        sample = {name: rows[name][index] for name in ("y", ours, theirs)}
        # An article drawn twice is two articles, with captions of their own.
        again = np.concatenate([np.full(len(at[articles[n]]), turn) for turn, n in enumerate(drawn)])
        sample["figure"] = np.char.add(np.char.add(again.astype(str), " "), rows["figure"][index])
        out.append(measure(sample, sample[ours]) - measure(sample, sample[theirs]))
    low, high = np.percentile(out, [2.5, 97.5])
    return float(low), float(high)


def kappa(one: np.ndarray, other: np.ndarray) -> float:
    """Cohen's kappa of two readings."""
    one, other = one.astype(bool), other.astype(bool)
    same = float((one == other).mean())
    chance = float(one.mean() * other.mean() + (1 - one.mean()) * (1 - other.mean()))
    return (same - chance) / (1 - chance)


def fit(rows: Rows) -> None:
    """Fit the weights to these rows and print them: ridge logistic regression by Newton's method."""
    values = np.stack([rows[name].astype(float) for name in WEIGHTS], axis=1)
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-6
    scaled = np.column_stack([(values - mean) / spread, np.ones(len(values))])
    small = np.append(np.full(len(WEIGHTS), RIDGE), 1e-6)
    weights = np.zeros(len(small))
    for _ in range(50):
        chance = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (chance - rows["y"]) + small * weights
        weights -= np.linalg.solve((scaled.T * (chance * (1 - chance))) @ scaled + np.diag(small), slope)
    fitted = weights[:-1] / spread
    rounded = {name: round(float(weight), 2) for name, weight in zip(WEIGHTS, fitted, strict=True)}
    print("fitted to the development half:", rounded)
    print("constant:", round(float(weights[-1] - fitted @ mean), 2))
    print("mean rarity:", round(float(rows["rarity"].astype(float).mean()), 3))


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog="example: python benchmarks/bench_centrality.py --fit"
    )
    parser.add_argument("--lake", default="build/bench/centrality-lake", help="lake of the demo's articles")
    parser.add_argument("--fit", action="store_true", help="fit the weights again and print them")
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(main())
