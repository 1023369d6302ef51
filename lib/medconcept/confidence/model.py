"""The weights of the features: `model.json` of this package, made by `benchmarks/train_confidence.py`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from medconcept.confidence import context_features, entity_features, name_features
from medconcept.errors import InputError

FORMAT = "medconcept confidence 3"
FEATURES_VERSION = 3  # of the rules of features; a new version links all captions again


class ReadSentence(NamedTuple):
    """How log odds change in a sentence that the shipped recogniser read, before its entities are weighed."""

    intercept: float = 0.0
    slope: float = 1.0


@dataclass(frozen=True)
class ConfidenceModel:
    """A logistic regression: log odds are the intercept and the sum of weight times feature.

    `terms` are the log odds of terms that were read or that gold has, by their ids at their sources; `names`
    those of words that were read as a term, by `name_key`: "SEM" may be doubtful where "FE-SEM" is not.
    `sources` says what all was learned from. In a sentence that the shipped recogniser read, the log odds so
    far are multiplied by `read.slope`, and `read.intercept` and the weights of entity features are added.
    """

    intercept: float
    weights: Mapping[str, float]
    terms: Mapping[str, float] = field(default_factory=dict)
    names: Mapping[str, float] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    version: int = 1
    read: ReadSentence = field(default_factory=ReadSentence)


def name_key(source_id: str | None, text: str) -> str:
    """Words read as a term, in whatever case.

    >>> name_key("TECH:0101", "SEM")
    'TECH:0101|sem'
    """
    return f"{source_id}|{text.lower()}"


def read_model(data: str) -> ConfidenceModel:
    """Read what `as_json` wrote. Raises InputError with one line.

    >>> read_model(as_json(ConfidenceModel(1.5, {"method=exact": 0.25}))).weights
    {'method=exact': 0.25}
    """
    try:
        values: dict[str, Any] = json.loads(data)
        if values["format"] != FORMAT:
            raise ValueError(f"format {values['format']!r}")
        weights = {str(name): float(weight) for name, weight in values["weights"].items()}
        terms = {str(name): float(weight) for name, weight in values["terms"].items()}
        names = {str(name): float(weight) for name, weight in values["names"].items()}
        model = ConfidenceModel(
            float(values["intercept"]),
            weights,
            terms,
            names,
            tuple(map(str, values["sources"])),
            int(values["version"]),
            ReadSentence(*map(float, values["read"])),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"not a model of confidence: {type(error).__name__} {error}") from error
    every = (*name_features.FEATURES, *context_features.FEATURES, *entity_features.FEATURES)
    known = {feature.name for feature in every}
    if unknown := sorted(weights.keys() - known):
        raise InputError(f"not a model of confidence: there is no feature {unknown[0]!r}")
    return model


def as_json(model: ConfidenceModel) -> str:
    """The model as text: the same model gives the same bytes."""
    data = {
        "format": FORMAT, "version": model.version, "sources": list(model.sources),
        "intercept": model.intercept, "read": list(model.read),
        "weights": dict(sorted(model.weights.items())),
        "terms": dict(sorted(model.terms.items())), "names": dict(sorted(model.names.items())),
    }  # fmt: skip
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


@cache
def shipped_model() -> ConfidenceModel:
    """The model of this package."""
    return read_model(_shipped())


@cache
def checksum() -> str:
    """What tells the model of this package, and the rules of its features, from another one."""
    return f"{FEATURES_VERSION}:{hashlib.sha256(_shipped().encode()).hexdigest()}"


def _shipped() -> str:
    return files(__package__).joinpath("model.json").read_text(encoding="utf-8")
