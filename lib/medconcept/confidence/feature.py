"""What a feature is: a column of numbers, and the evidence that it is counted to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Feature(NamedTuple):
    """A column. The weights of all columns of one `evidence` are added to say what moved a confidence."""

    name: str
    evidence: str


def one_of(what: str, values: Sequence[str]) -> tuple[Feature, ...]:
    """The columns of a property with one of several values, each of which is evidence of its own.

    >>> one_of("kind", ["disease"])
    (Feature(name='kind=disease', evidence='kind disease'),)
    """
    return tuple(Feature(f"{what}={value}", f"{what} {value}") for value in values)


def places(features: Sequence[Feature]) -> dict[str, int]:
    """The number of each column by its name."""
    return {feature.name: number for number, feature in enumerate(features)}
