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
    "early": 1.5,  # how early in the caption it is named first
    "opening": 0.8,  # named in the first sentence
    "share": 7.7,  # its share of the caption's mentions
    "all_panels": 0.3,  # named in text about all panels
    "panels": 0.2,  # share of the panels whose text names it
    "title": 0.7,  # the article's title names it
    "section": 0.6,  # the title of a section around the figure names it
    "abstract": 1.1,  # the article's abstract names it
    "cited": 0.9,  # share of the citing paragraphs that name it
    "rarity": 3.7,  # how few captions name it
    "long_name": 2.3,  # letters of its longest mention
    "general": -1.8,  # all mentions are of a stop concept
    "negated": -1.4,  # all mentions are negated
    "uncertain": -1.8,  # a mention is uncertain
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
