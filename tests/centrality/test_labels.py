"""The labels by hand are complete, and the measures of the benchmark are what their names say."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
from bench_centrality import average_precision, kappa, per_caption

ROOT = Path(__file__).resolve().parents[2]
LABELS = [json.loads(line) for line in (ROOT / "tests/centrality/labels.jsonl").read_text().splitlines()]


def test_every_caption_is_labelled_by_two_readers_and_belongs_to_the_half_of_its_article() -> None:
    header, *labels = LABELS
    assert len(labels) == header["captions"] == 170 == len({label["figure"] for label in labels})
    for label in labels:
        concepts = set(label["concepts"])
        assert len(concepts) == len(label["concepts"]) >= 3
        assert all(set(label[reading]) <= concepts for reading in ("first", "second", "other"))
        article = label["figure"].rsplit("#", 1)[0]
        first_half = int(hashlib.sha256(article.encode()).hexdigest()[0], 16) < 8
        assert label["part"] == ("development" if first_half else "held")


def test_the_labels_hold_ids_and_no_text() -> None:
    for label in LABELS[1:]:
        assert set(label) == {"figure", "part", "concepts", "first", "second", "other"}
        assert all(" " not in concept for concept in label["concepts"])


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3)), min_size=1, max_size=12))
def test_average_precision_is_the_mean_over_what_is_right(pairs) -> None:
    y, score = np.array([int(right) for right, _ in pairs]), np.array([float(s) for _, s in pairs])
    if not y.sum():
        return
    # The naive way: at each right one, how much is right among all that score as much or more.
    wanted = np.mean([y[score >= s].mean() for right, s in pairs if right])
    assert average_precision(y, score) == pytest.approx(wanted)


def test_captions_of_one_kind_alone_are_left_out_of_the_mean() -> None:
    rows = {"figure": np.array(["a", "a", "b", "c", "c"]), "y": np.array([1, 0, 1, 0, 1])}
    assert per_caption(rows, np.array([2.0, 1.0, 1.0, 2.0, 1.0])) == pytest.approx((1.0 + 0.5) / 2)


def test_kappa_is_one_for_the_same_and_none_for_chance() -> None:
    one = np.array([1, 0, 1, 0])
    assert kappa(one, one) == pytest.approx(1.0)
    assert kappa(np.array([1, 1, 0, 0]), one) == pytest.approx(0.0)
