"""Image–text retrieval: Recall@K both ways, and the difference of two models by a paired bootstrap.

Row i of the images' embeddings and row i of the texts' are a pair; the score of an image and a text is the
cosine of their embeddings. A text is a right answer to an image, and the image to the text, if they are a
pair, if the text's caption is that of the pair, or if the image is that of the pair: a copy is as right as
the original. Among items with equal scores the order is taken to be random, so that a query counts with the
chance that a right answer is among the first K: a model that gives all items one score has the recall of
guessing.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medconcept.errors import InputError

Floats = NDArray[np.float64]
KS = (1, 5, 10)
MEASURES = tuple(f"{way}_recall@{k}" for way in ("image_to_text", "text_to_image") for k in KS)
SAMPLES, SEED = 10_000, 20261130
_BLOCK = 512  # queries scored at once: 10,000 items are 41 MB of scores
_EQUAL = 1e-12  # scores that differ by less are equal: what summing in another order changes
_DRAWS = 200  # bootstrap samples drawn at once


@dataclass(frozen=True)
class Interval:
    """A figure with the 2.5th and 97.5th percentile of its bootstrap samples."""

    value: float
    low: float
    high: float


def recalls(images: Any, texts: Any, captions: Sequence[Hashable] | None = None) -> Floats:
    """One row for each pair: the chance that a right answer is among the first K, in the order of MEASURES.

    Without `captions`, captions are the same where the texts' embeddings are. Raises InputError where the
    embeddings are not two matrices of one shape, or a row has no direction.

    >>> recalls([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.1], [0.1, 1.0]])[:, 0].tolist()
    [1.0, 1.0]
    >>> recalls([[1.0, 0.0]] * 4, [[1.0, 0.0]] * 4, captions="abcd")[:, 3].tolist()  # all images are one
    [1.0, 1.0, 1.0, 1.0]
    """
    a, b = _normalised(images, "image"), _normalised(texts, "text")
    if a.shape != b.shape:
        raise InputError(
            f"embeddings of images are {_shape(a)}, of texts {_shape(b)}: pairs have the same shape"
        )
    if captions is not None and len(captions) != len(a):
        raise InputError(f"there are {len(captions)} captions and {len(a)} pairs of embeddings")
    same = [_groups([row.tobytes() for row in a])]
    same.append(_groups([row.tobytes() for row in b] if captions is None else list(captions)))
    right = [sorted({*same[0][n], *same[1][n]}) for n in range(len(a))]
    return np.hstack([_chances(a, b, right), _chances(b, a, right)])


def summary(hits: Floats, *, samples: int = SAMPLES, seed: int = SEED) -> dict[str, Interval]:
    """The recall of each of MEASURES with its interval, by bootstrap over the pairs.

    >>> summary(np.ones((3, 6)))["image_to_text_recall@1"]
    Interval(value=1.0, low=1.0, high=1.0)
    """
    low, high = np.percentile(_sample_means(hits, samples, seed), [2.5, 97.5], axis=0)
    values = zip(MEASURES, hits.mean(axis=0), low, high, strict=True)
    return {name: Interval(*map(float, figures)) for name, *figures in values}


def difference(
    ours: Floats, theirs: Floats, *, samples: int = SAMPLES, seed: int = SEED
) -> dict[str, Interval]:
    """Our recall minus theirs, both over the same samples of pairs. Raises InputError if the pairs differ."""
    if ours.shape != theirs.shape:
        raise InputError(f"the two models were not scored on the same pairs: {len(ours)} and {len(theirs)}")
    return summary(ours - theirs, samples=samples, seed=seed)


def _normalised(embeddings: Any, what: str) -> Floats:
    rows = np.asarray(embeddings)
    if rows.ndim != 2 or not rows.size or rows.dtype.kind not in "fiu":
        raise InputError(f"embeddings of {what}s: a matrix of numbers is expected, a row for each {what}")
    rows = rows.astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        lengths = np.linalg.norm(rows, axis=1)
    if len(bad := np.flatnonzero(~np.isfinite(lengths) | (lengths == 0))):
        raise InputError(f"embeddings of {what}s: row {bad[0]} is zero or not finite")
    return np.asarray(rows / lengths[:, None] + 0.0)  # + 0.0: -0.0 and 0.0 are the same bytes


def _groups(keys: Sequence[Hashable]) -> list[list[int]]:
    """For each row the rows with the same key."""
    rows: dict[Hashable, list[int]] = {}
    for number, key in enumerate(keys):
        rows.setdefault(key, []).append(number)
    return [rows[key] for key in keys]


def _chances(queries: Floats, items: Floats, right: Sequence[Sequence[int]]) -> Floats:
    out = np.empty((len(queries), len(KS)))
    for at in range(0, len(queries), _BLOCK):
        scores = queries[at : at + _BLOCK] @ items.T
        own = right[at : at + _BLOCK]
        best = np.array([row[answers].max() for row, answers in zip(scores, own, strict=True)])[:, None]
        better, equal = (scores > best + _EQUAL).sum(axis=1), (np.abs(scores - best) <= _EQUAL).sum(axis=1)
        for n, answers in enumerate(own):
            rights = int((np.abs(scores[n, answers] - best[n]) <= _EQUAL).sum())
            out[at + n] = [_chance(k - int(better[n]), int(equal[n]) - rights, rights) for k in KS]
    return out


def _chance(places: int, wrong: int, right: int) -> float:
    """The chance that one of the right items is in the first places of a random order of all of them.

    >>> _chance(0, 3, 1), _chance(1, 3, 1), _chance(2, 1, 1), _chance(1, 1, 2)
    (0.0, 0.25, 1.0, 0.6666666666666667)
    """
    if places <= 0 or places > wrong:
        return float(places > 0)
    return 1 - comb(wrong, places) / comb(wrong + right, places)


def _sample_means(values: Floats, samples: int, seed: int) -> Floats:
    """The mean of the rows of each bootstrap sample."""
    draws, count = np.random.default_rng(seed), len(values)
    means = np.empty((samples, values.shape[1]))
    for at in range(0, samples, _DRAWS):
        size = min(_DRAWS, samples - at)
        drawn = draws.integers(0, count, (size, count)) + np.arange(size)[:, None] * count
        times = np.bincount(drawn.ravel(), minlength=size * count).reshape(size, count)
        means[at : at + size] = times @ values / count
    return means


def _shape(rows: Floats) -> str:
    return " x ".join(map(str, rows.shape))
