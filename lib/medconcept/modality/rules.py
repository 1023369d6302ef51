"""The word rules of `rules.yaml`, compiled once in each process."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the words of `pattern` without those of `unless` in one sentence speak for `modality`.

    `weight` is between 0 and 1; a `head` rule looks at the first sentence of a caption or panel alone. A rule
    that `yields` does not count in a part that shows a picture of a patient ("patient"), that or a drawing
    ("drawing"), or anything else at all ("any").
    """

    rule_id: str
    modality: str
    weight: float
    head: bool
    yields: Literal["patient", "drawing", "any"] | None
    meaning: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None


@cache
def word_rules() -> tuple[Rule, ...]:
    """The rules in the order of the file."""
    import yaml  # workers that parse or link import the names of modalities and have no need of this package

    text = (files("medconcept.modality") / "rules.yaml").read_text(encoding="utf-8")
    return tuple(
        Rule(
            entry["id"],
            entry["modality"],
            entry["weight"],
            entry.get("head", False),
            entry.get("yields"),
            entry["meaning"],
            _any(entry["any"]),
            _any(entry["unless"]) if "unless" in entry else None,
        )
        for entry in yaml.safe_load(text)
    )


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
