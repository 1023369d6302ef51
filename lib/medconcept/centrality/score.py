"""The score, which needs no model: the logistic of a weighted sum of the evidence, between 0 and 1.

The weights are those of a logistic regression on the development half of tests/centrality/labels.jsonl,
rounded to one decimal; docs/centrality.md describes each, and benchmarks/bench_centrality.py measures and
fits them.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.centrality.evidence import evidence

METHOD = "score:1"  # increase with every change of weights or evidence: all captions are then scored again
WEIGHTS = {
    "early": 1.5,  # how near to the beginning of the caption it is named first
    "opening": 0.8,  # in its first sentence
    "share": 7.7,  # of the places of the caption where a concept is named
    "all_panels": 0.3,  # in what is said of all panels
    "panels": 0.2,  # share of the panels that name it
    "title": 0.7,  # the article's title names it
    "section": 0.6,  # a section's title does
    "abstract": 1.1,  # the article's abstract does
    "cited": 0.9,  # share of the paragraphs that cite the figure and name it
    "rarity": 3.7,  # how few captions name it
    "long_name": 2.3,  # how much the name says, by its letters
    "general": -1.8,  # it says too little wherever it stands
    "negated": -1.4,  # the caption denies it throughout
    "uncertain": -1.8,  # the caption doubts it
}
CONSTANT = -7.9


def scores(
    mentions: DataFrame, figures: DataFrame, articles: DataFrame, statistics: DataFrame | None
) -> DataFrame:
    """Score each figure and concept of the mentions: rows of figure_key, concept_id and CENTRALITY."""
    features = evidence(mentions, figures, articles, statistics)
    score = weighted_score(WEIGHTS, CONSTANT).alias("centrality")
    return features.select("figure_key", "concept_id", score, F.lit(METHOD).alias("centrality_method"))


def weighted_score(weights: dict[str, float], constant: float) -> Column:
    """Return the logistic of the weighted sum of columns, to four decimals, the same on every machine."""
    total = reduce(lambda sum_, item: sum_ + F.col(item[0]) * item[1], weights.items(), F.lit(constant))
    return F.round(1 / (1 + F.exp(-total)), 4)
