"""The confidence of mentions: the probability that each is right, and what moved it most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medconcept.confidence import context_features, entity_features, name_features
from medconcept.confidence.feature import Feature
from medconcept.confidence.model import ConfidenceModel, name_key
from medconcept.linking.caption_batch import Captions, IntArray
from medconcept.linking.interpretation import Interpretation
from medconcept.linking.lookup import NameLookup
from medconcept.linking.mention_table import MentionColumns
from medconcept.linking.types import TUNED

Floats = NDArray[np.float64]
_START = 1 << 10
_TERM = "its term elsewhere"  # evidence: how often links to it are right in readings and gold
_DECIMALS = 4  # so that sums in another order give the same rows
_STEPS = 200  # tenths of log odds up to which a weight is written, in either direction


class Confidence(NamedTuple):
    """A row a mention; `probability` is NaN and `evidence` None for a mention without a concept."""

    probability: Floats
    evidence: Sequence[str | None]


class MentionConfidence:
    """Computes confidence for the mentions of one linker; caches what depends on interpretations alone."""

    def __init__(self, model: ConfidenceModel) -> None:
        """Take a model."""
        self._intercept = model.intercept
        self._labels, self._terms, self._texts = [_TERM], model.terms, model.names
        for feature in (*name_features.FEATURES, *context_features.FEATURES):
            if feature.evidence not in self._labels:
                self._labels.append(feature.evidence)
        self._labels.append(entity_features.EVIDENCE)
        self._of_names = self._weights(model, name_features.FEATURES)
        self._of_contexts = self._weights(model, context_features.FEATURES)
        self._of_entities = self._weights(model, entity_features.FEATURES)
        self._read = model.read
        steps = range(-_STEPS, _STEPS + 1)
        self._written = np.array(
            [[f"{label} {step / 10:+.1f}" for step in steps] for label in self._labels], object
        )
        self._generation = -1
        self._clear()

    def _weights(self, model: ConfidenceModel, features: Sequence[Feature]) -> Floats:
        """A row a feature, a column an evidence: the sums of a row's columns are the features' log odds."""
        out = np.zeros((len(features), len(self._labels)))
        for number, feature in enumerate(features):
            out[number, self._labels.index(feature.evidence)] = model.weights.get(feature.name, 0.0)
        return out

    def _clear(self) -> None:
        self._concepts: dict[str | None, int] = {}
        self._values = np.zeros((_START, len(self._labels)))
        self._kinds, self._traits, self._concept = (np.zeros(_START, np.int64) for _ in range(3))
        self._known, self._counted = np.zeros(_START, np.bool_), np.zeros(_START, np.bool_)

    def __call__(self, captions: Captions, mentions: MentionColumns, lookup: NameLookup) -> Confidence:
        """The confidence of mentions, which are in order of caption; spans are of the texts as given.

        A mention that tuning has linked has the share of the development gold that it was right in.
        """
        self._compute(mentions.interpretation, lookup)
        numbers = mentions.interpretation
        context = context_features.context_features(
            captions, mentions, self._concept[numbers], self._kinds[numbers], self._traits[numbers]
        )
        moved = self._values[numbers] + context @ self._of_contexts
        log_odds = self._intercept + moved.sum(axis=1)
        rows, entities = entity_features.entity_features(
            captions, mentions, self._kinds[numbers], self._traits[numbers]
        )
        intercept, slope = self._read
        moved[rows] = slope * moved[rows] + entities @ self._of_entities
        log_odds[rows] = intercept + slope * self._intercept + moved[rows].sum(axis=1)
        probability = 1 / (1 + np.exp(-log_odds))
        most = np.abs(moved).argmax(axis=1)
        rows = np.arange(len(moved))
        steps = np.clip(np.rint(10 * moved[rows, most]), -_STEPS, _STEPS).astype(np.int64) + _STEPS
        evidence: list[str | None] = self._written[most, steps].tolist()
        for row in np.flatnonzero(~self._counted[numbers]).tolist():
            similarity = lookup[int(numbers[row])].similarity  # of a tuned mention: how often it was right
            probability[row] = np.nan if similarity is None else similarity
            evidence[row] = None if similarity is None else "learned from gold"
        return Confidence(probability.round(_DECIMALS), evidence)

    def _compute(self, numbers: IntArray, lookup: NameLookup) -> None:
        """Compute what is not known yet of interpretations."""
        if lookup.cache.generation != self._generation:
            self._clear()
            self._generation = lookup.cache.generation
        if len(lookup.cache) > len(self._known):
            self._grow(2 * len(lookup.cache))
        new = np.unique(numbers[~self._known[numbers]])
        if not len(new):
            return
        interpretations = [lookup[number] for number in new.tolist()]
        linked = [n for n, each in enumerate(interpretations) if _is_counted(each)]
        features = name_features.name_features([interpretations[n] for n in linked])
        own = new[linked]
        self._known[new], self._counted[own] = True, True
        self._values[own] = features.values @ self._of_names
        self._values[own, 0] = [self._read_before(interpretations[n]) for n in linked]
        self._kinds[own], self._traits[own] = features.kinds, features.traits
        self._concept[new] = [self._number(each.concept_id) for each in interpretations]

    def _read_before(self, interpretation: Interpretation) -> float:
        """The log odds by readings and gold of the term, and of these words for it."""
        key = name_key(interpretation.source_id, interpretation.text)
        return self._terms.get(interpretation.source_id or "", 0.0) + self._texts.get(key, 0.0)

    def _number(self, concept_id: str | None) -> int:
        return self._concepts.setdefault(concept_id, len(self._concepts))

    def _grow(self, size: int) -> None:
        for name in ("_values", "_kinds", "_traits", "_concept", "_known", "_counted"):
            old = getattr(self, name)
            new = np.zeros((size, *old.shape[1:]), old.dtype)
            new[: len(old)] = old
            setattr(self, name, new)


def _is_counted(interpretation: Interpretation) -> bool:
    """False for what has no features: an entity without a concept, and what was learned from gold."""
    return bool(interpretation.candidates) and interpretation.method != TUNED
