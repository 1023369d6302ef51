"""95% intervals of figures, by bootstrap over articles."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from medconcept.evaluation.score import Counts

SAMPLES, SEED = 1000, 20261124


def f1_interval(
    articles: Mapping[str, Counts], *, samples: int = SAMPLES, seed: int = SEED
) -> tuple[float, float]:
    """The 2.5th and 97.5th percentile of F1 over samples of articles; the same seed gives the same bounds.

    >>> f1_interval({"a": Counts(1, 0, 0), "b": Counts(2, 0, 0)})
    (1.0, 1.0)
    """
    return _bounds(_f1(_resampled(articles, list(articles), samples, seed)))


def recall_interval(
    articles: Mapping[str, Counts], *, samples: int = SAMPLES, seed: int = SEED
) -> tuple[float, float]:
    """The same for recall.

    >>> recall_interval({"a": Counts(1, 5, 0), "b": Counts(2, 0, 0)})
    (1.0, 1.0)
    """
    rows = _resampled(articles, list(articles), samples, seed)
    below = rows[:, 0] + rows[:, 2]
    return _bounds(np.divide(rows[:, 0], below, out=np.zeros(len(rows)), where=below > 0))


def difference_interval(
    ours: Mapping[str, Counts], theirs: Mapping[str, Counts], *, samples: int = SAMPLES, seed: int = SEED
) -> tuple[float, float]:
    """The interval of our F1 minus theirs on the same samples. Raises ValueError if the articles differ.

    >>> difference_interval({"a": Counts(1, 0, 0)}, {"a": Counts(0, 1, 1)})
    (1.0, 1.0)
    """
    if set(ours) != set(theirs):
        raise ValueError("the two were not measured on the same articles")
    order = list(ours)
    mine, other = _resampled(ours, order, samples, seed), _resampled(theirs, order, samples, seed)
    return _bounds(_f1(mine) - _f1(other))


def _resampled(
    articles: Mapping[str, Counts], order: list[str], samples: int, seed: int
) -> NDArray[np.float64]:
    """The sums (tp, fp, fn) of each sample."""
    rows = np.array([[c.tp, c.fp, c.fn] for c in (articles[a] for a in order)], np.float64).reshape(-1, 3)
    if not len(rows):
        return np.zeros((samples, 3))
    draws = np.random.default_rng(seed).integers(0, len(rows), (samples, len(rows)))
    summed: NDArray[np.float64] = rows[draws].sum(axis=1)
    return summed


def _f1(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    below = 2 * rows[:, 0] + rows[:, 1] + rows[:, 2]
    return np.divide(2 * rows[:, 0], below, out=np.zeros(len(rows)), where=below > 0)


def _bounds(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.percentile(values, [2.5, 97.5])
    return round(float(low), 4), round(float(high), 4)
