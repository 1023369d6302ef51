"""Learning the weights from readings, and how well they hold; needs scikit-learn, of the extra `dev`."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from medconcept.confidence import context_features, entity_features, name_features
from medconcept.confidence.model import ConfidenceModel, ReadSentence, name_key
from medconcept.linking.caption_batch import Captions
from medconcept.linking.lookup import NameLookup
from medconcept.linking.mention_table import MentionColumns

Floats = NDArray[np.float64]
# Terms by their ids at their sources: mentions that annotators of gold agreed with, of those that were made.
GoldCounts = Mapping[str, tuple[int, int]]
FEATURES = (*name_features.FEATURES, *context_features.FEATURES)
_ONE_OF = ("method=", "kind=", "source=")  # of each, a mention has exactly one
STRENGTH = 0.1  # inverse of the penalty of squared weights
SLOPE_SCALE = 5.0  # the log odds so far are hardly penalised
# The penalty of a weight is smaller by the square of this, for terms, for words that were read as a term, and
# for method, kind and source.
TERM_SCALE, NAME_SCALE, ONE_OF_SCALE = 3.0, 5.0, 2.0
FOLDS = 10
WRONG, TRIVIAL = "w", "t"


class Reading(NamedTuple):
    """Two verdicts on a mention: c correct, a acceptable, t trivial, w wrong.

    `weight` is how many mentions of its stratum it stands for; `part` is train or test, by article.
    """

    article_key: str
    figure_key: str
    spans: str
    concept_id: str
    source_id: str
    part: str
    weight: float
    first: str
    second: str

    @property
    def key(self) -> tuple[str, str, str]:
        """The mention that was read."""
        return self.figure_key, self.spans, self.concept_id


def read_readings(path: Path) -> list[Reading]:
    """The readings of a file with a header line and tab-separated columns named as the fields."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows: Iterable[dict[str, Any]] = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Reading(**{**row, "weight": float(row["weight"])}) for row in rows]


def read_gold_counts(path: Path) -> dict[str, tuple[int, int]]:
    """The counts of a file with a header line: source_id, right, predicted."""
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:])
    return {term: (int(right), int(predicted)) for term, right, predicted in rows}


def written(spans: Sequence[tuple[int, int]]) -> str:
    """Spans as readings have them.

    >>> written([(3, 7), (9, 12)])
    '3-7+9-12'
    """
    return "+".join(f"{start}-{end}" for start, end in spans)


@dataclass
class FeatureCollector:
    """Takes the place of MentionConfidence in a linker, and keeps features and words of the last mentions."""

    values: Floats = field(default_factory=lambda: np.empty((0, len(FEATURES))))
    entities: Floats = field(default_factory=lambda: np.empty((0, len(entity_features.FEATURES))))
    texts: Sequence[str] = ()

    def __call__(
        self, captions: Captions, mentions: MentionColumns, lookup: NameLookup
    ) -> tuple[Floats, Sequence[None]]:
        """Compute the features; those of an entity without a concept mean nothing."""
        numbers, of_row = np.unique(mentions.interpretation, return_inverse=True)
        interpretations = [lookup[number] for number in numbers.tolist()]
        linked = [number for number, each in enumerate(interpretations) if each.candidates]
        of_linked = name_features.name_features([interpretations[number] for number in linked])
        of_names = name_features.NameFeatures(
            np.zeros((len(numbers), len(name_features.FEATURES))), *np.zeros((2, len(numbers)), np.int64)
        )
        for every, own in zip(of_names, of_linked, strict=True):
            every[linked] = own
        concepts = np.unique([each.concept_id or "" for each in interpretations], return_inverse=True)[1]
        contexts = context_features.context_features(
            captions, mentions, concepts[of_row], of_names.kinds[of_row], of_names.traits[of_row]
        )
        self.values = np.hstack([of_names.values[of_row], contexts])
        self.entities = np.zeros((len(of_row), len(entity_features.FEATURES)))
        rows, entities = entity_features.entity_features(
            captions, mentions, of_names.kinds[of_row], of_names.traits[of_row]
        )
        self.entities[rows] = entities
        self.texts = [interpretations[number].text for number in of_row.tolist()]
        return np.full(len(of_row), np.nan), [None] * len(of_row)


@dataclass(frozen=True)
class Examples:
    """Mentions that were read, a row each; `right` is the mean of both verdicts.

    `entities` are zeros for mentions that the recogniser has no type for, or whose sentence it has not read.
    """

    values: Floats
    entities: Floats
    terms: Sequence[str]
    texts: Sequence[str]
    articles: Sequence[str]
    right: Floats
    weight: Floats

    def take(self, rows: Any) -> Examples:
        """Some of them."""
        numbers = np.arange(len(self.right))[rows].tolist()
        return Examples(
            self.values[rows], self.entities[rows],
            [self.terms[n] for n in numbers], [self.texts[n] for n in numbers],
            [self.articles[n] for n in numbers], self.right[rows], self.weight[rows],
        )  # fmt: skip

    @property
    def recognised(self) -> NDArray[np.bool_]:
        """Those with features of entities."""
        return np.asarray(self.entities.any(axis=1))

    @property
    def names(self) -> list[str]:
        """The words and the term of each."""
        return [name_key(term, text) for term, text in zip(self.terms, self.texts, strict=True)]


def share(readings: Sequence[Reading], verdicts: str) -> Floats:
    """The share of both verdicts on each reading that is one of these."""
    return np.array([((r.first in verdicts) + (r.second in verdicts)) / 2 for r in readings])


def probabilities(model: ConfidenceModel, examples: Examples) -> Floats:
    """What a model gives."""
    weights = np.array([model.weights.get(feature.name, 0.0) for feature in FEATURES])
    terms = np.array([model.terms.get(term, 0.0) for term in examples.terms])
    names = np.array([model.names.get(name, 0.0) for name in examples.names])
    log_odds: Floats = model.intercept + examples.values @ weights + terms + names
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def read_probabilities(model: ConfidenceModel, examples: Examples, before: Floats) -> Floats:
    """What a model gives where it was `before` the recogniser had read the sentence of each."""
    weights = np.array([model.weights.get(feature.name, 0.0) for feature in entity_features.FEATURES])
    log_odds = model.read.intercept + model.read.slope * _log_odds(before) + examples.entities @ weights
    return np.where(examples.recognised, 1 / (1 + np.exp(-log_odds)), before)


def unseen_probabilities(
    examples: Examples, gold: GoldCounts, read: Examples | None = None
) -> tuple[Floats, Floats]:
    """The probability of each by a model learned from other articles.

    `read` are mentions in sentences that the recogniser has read: the second result is what the weights of
    its entities, learned from other articles, make of theirs.
    """
    from sklearn.model_selection import GroupKFold

    read = examples.take(slice(0)) if read is None else read
    out, before, after = np.zeros(len(examples.right)), *np.zeros((2, len(read.right)))
    of_read = np.array(read.articles, object)
    folds = []
    split = GroupKFold(FOLDS, shuffle=True, random_state=1).split(examples.values, groups=examples.articles)
    for known, other in split:
        model = fit(examples.take(known), gold)
        out[other] = probabilities(model, examples.take(other))
        folds.append(np.isin(of_read, list({examples.articles[n] for n in other.tolist()})))
        before[folds[-1]] = probabilities(model, read.take(folds[-1]))
    for other in folds:
        model = with_entities(ConfidenceModel(0.0, {}), read.take(~other), before[~other])
        after[other] = read_probabilities(model, read.take(other), before[other])
    return out, np.array([before, after])


def with_entities(model: ConfidenceModel, read: Examples, unseen: Floats) -> ConfidenceModel:
    """The model with weights of entity features; `unseen` are probabilities by models of other articles."""
    rows = read.recognised
    if not rows.any():
        return model
    columns = np.column_stack([SLOPE_SCALE * _log_odds(unseen[rows]), read.entities[rows]])
    weights, intercept = _solve(
        sparse.csr_matrix(columns), read.right[rows], np.sqrt(read.weight[rows]), STRENGTH
    )
    names = (feature.name for feature in entity_features.FEATURES)
    own = {name: round(weight, 4) for name, weight in zip(names, weights[1:].tolist(), strict=True)}
    after = ReadSentence(round(intercept, 4), round(SLOPE_SCALE * float(weights[0]), 4))
    return replace(model, weights={**model.weights, **own}, read=after)


def _log_odds(probability: Floats) -> Floats:
    return np.log(probability / (1 - probability))


def fit(examples: Examples, gold: GoldCounts) -> ConfidenceModel:
    """Learn a model: a logistic regression with a column for each term that was read, and for its words.

    Strata count by the square root of their weight, since a few of them would outweigh all others.
    """
    terms, of_terms = _columns(examples.terms, TERM_SCALE)
    names, of_names = _columns(examples.names, NAME_SCALE)
    scales = np.array([ONE_OF_SCALE if f.name.startswith(_ONE_OF) else 1.0 for f in FEATURES])
    dense = np.hstack([examples.values * scales, _of_gold(examples.terms, gold)])
    values = sparse.hstack([sparse.csr_matrix(dense), of_terms, of_names]).tocsr()
    weights, intercept = _solve(values, examples.right, np.sqrt(examples.weight), STRENGTH)
    of_features = (scales * weights[: len(FEATURES)]).tolist()
    own = dict(zip((feature.name for feature in FEATURES), of_features, strict=True))
    for prefix in _ONE_OF:  # around their mean, so that a frequent value is no evidence
        group = [name for name in own if name.startswith(prefix)]
        columns = [n for n, feature in enumerate(FEATURES) if feature.name in group]
        shares = np.average(examples.values[:, columns], axis=0, weights=examples.weight)
        mean = float(shares @ np.array([own[name] for name in group]))
        intercept += mean
        own.update((name, own[name] - mean) for name in group)
    _, of_gold, of_term, of_name = np.split(
        weights, [len(FEATURES), dense.shape[1], dense.shape[1] + len(terms)]
    )
    log_odds = dict(zip(gold, (_of_gold(list(gold), gold) @ of_gold).tolist(), strict=True))
    for term, weight in zip(terms, (TERM_SCALE * of_term).tolist(), strict=True):
        log_odds[term] = log_odds.get(term, 0.0) + weight
    return ConfidenceModel(
        round(intercept, 4),
        {name: round(weight, 4) for name, weight in own.items()},
        {term: round(weight, 3) for term, weight in log_odds.items()},
        {name: round(weight, 3) for name, weight in zip(names, (NAME_SCALE * of_name).tolist(), strict=True)},
    )


def _columns(keys: Sequence[str], scale: float) -> tuple[list[str], Any]:
    """The distinct keys, and a sparse matrix with a column for each."""
    names, columns = np.unique(np.array(keys, object), return_inverse=True)
    shape = (len(keys), len(names))
    return names.tolist(), sparse.csr_matrix(
        (np.full(len(keys), scale), (np.arange(len(keys)), columns)), shape
    )


def _of_gold(terms: Sequence[str], gold: GoldCounts) -> Floats:
    """Columns of what annotators said of a term: how often right and wrong, and both weighed."""
    counts = np.array([gold.get(term, (0, 0)) for term in terms], np.float64).reshape(-1, 2)
    right, wrong = counts[:, 0], counts[:, 1] - counts[:, 0]
    both = np.log((right + 0.5) / (wrong + 0.5))
    return np.stack([np.log1p(right), np.log1p(wrong), both], axis=1)


def _solve(values: Any, right: Floats, weight: Floats, strength: float) -> tuple[Floats, float]:
    """Weights and intercept; a label between 0 and 1 counts as that much of either."""
    from sklearn.linear_model import LogisticRegression

    weights = np.concatenate([weight * right, weight * (1 - right)])
    labels = np.repeat([1, 0], len(right))
    counted = weights > 0
    model = LogisticRegression(C=strength, tol=1e-5, max_iter=5000)
    model.fit(sparse.vstack([values, values]).tocsr()[counted], labels[counted], weights[counted])
    return model.coef_[0], float(model.intercept_[0])


def calibration(
    probability: Floats, right: Floats, weight: Floats, bins: int = 10
) -> list[tuple[float, ...]]:
    """Bins of equal weight by probability: mean probability, share that is right, and share of the weight.

    >>> one = np.ones(4)
    >>> calibration(np.array([0.1, 0.3, 0.9, 0.7]), np.array([0, 0, 1, 1.0]), one, bins=2)
    [(0.2, 0.0, 0.5), (0.8, 1.0, 0.5)]
    """
    order = np.argsort(probability, kind="stable")
    total = weight.sum()
    middle = (np.cumsum(weight[order]) - weight[order] / 2) / total
    own = np.minimum((middle * bins).astype(int), bins - 1)
    out: list[tuple[float, ...]] = []
    for number in range(bins):
        rows = order[own == number]
        if len(rows):
            mean, real = (
                float(np.average(each[rows], weights=weight[rows])) for each in (probability, right)
            )
            out.append((mean, real, float(weight[rows].sum() / total)))
    return out


def calibration_error(probability: Floats, right: Floats, weight: Floats, bins: int = 10) -> float:
    """The expected calibration error: the mean distance of probability and share right, over such bins."""
    return sum(part * abs(mean - real) for mean, real, part in calibration(probability, right, weight, bins))


def precision_by_coverage(
    probability: Floats, kinds: Mapping[str, Floats], weight: Floats, thresholds: Sequence[float]
) -> list[dict[str, float]]:
    """For each least probability, the share of mentions that have it, and of these the share of each kind."""
    out = []
    for least in thresholds:
        kept = probability >= least
        total = weight[kept].sum()
        row = {"min_confidence": least, "kept": float(total / weight.sum())}
        out.append(row | {name: float((weight * each)[kept].sum() / total) for name, each in kinds.items()})
    return out
