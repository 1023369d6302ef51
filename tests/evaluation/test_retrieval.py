"""Recall@K of retrieval: equal to a computation that orders all items, ties and copies as documented."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from medconcept.cli import main
from medconcept.errors import InputError
from medconcept.evaluation.retrieval import KS, MEASURES, difference, recalls, summary


def sorted_recalls(queries: np.ndarray, items: np.ndarray) -> list[list[float]]:
    """The independent computation: sort all items by cosine, and look for the own one at the top."""
    out = []
    others = items.astype(float)
    lengths = np.sqrt((others**2).sum(axis=1))
    for number, query in enumerate(queries.astype(float)):
        scores = (others * query).sum(axis=1) / lengths / np.sqrt((query**2).sum())
        order = np.argsort(-scores, kind="stable").tolist()
        out.append([float(number in order[:k]) for k in KS])
    return out


def test_equal_to_sorting_all_items() -> None:
    draw = np.random.default_rng(1)
    images = draw.normal(size=(700, 8)).astype(np.float32)  # more than one block of queries
    texts = (images + draw.normal(size=images.shape)).astype(np.float32)
    ours = recalls(images, texts)
    expected = np.hstack([sorted_recalls(images, texts), sorted_recalls(texts, images)])
    assert 0.01 < expected[:, 0].mean() < 0.99
    np.testing.assert_array_equal(ours, expected)


def test_ties_are_in_random_order() -> None:
    # The text of pair 0 scores as those of pairs 1 and 2; that of pair 3 is behind them.
    images = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 0, 0]])
    texts = np.array([[1.0, 1, 0], [1, -1, 0], [1, 0, 1], [0, 0.1, -1]])
    orders = list(permutations([0, 1, 2]))
    assert recalls(images, texts)[0, 0] == pytest.approx(sum(order[0] == 0 for order in orders) / len(orders))
    assert recalls(images, texts)[0, 1] == 1.0


def test_a_model_that_cannot_tell_items_apart_guesses() -> None:
    texts = np.random.default_rng(2).normal(size=(50, 4))
    images = np.ones((50, 4))
    hits = recalls(images + np.arange(50)[:, None], texts, captions=range(50))  # one direction, other lengths
    guessed = recalls(images @ np.zeros((4, 4)) + [1, 0, 0, 0], np.eye(4)[[1] * 50], captions=range(50))
    assert hits.shape == (50, len(MEASURES))
    assert guessed[:, :3].mean(axis=0) == pytest.approx([1, 1, 1])  # copies of one image: every text is right


def test_copies_are_right_answers() -> None:
    images, texts = np.eye(4), np.eye(4)[[1, 0, 2, 3]]  # the texts of pairs 0 and 1 are swapped
    assert recalls(images, texts)[:, 0].tolist() == [0, 0, 1, 1]
    assert recalls(images, texts, captions=["a", "a", "b", "c"])[:, 0].tolist() == [1, 1, 1, 1]
    assert recalls(images, texts, captions=["a", "a", "b", "c"])[:, 3].tolist() == [1, 1, 1, 1]
    # Images 0 and 1 are one: text 0 scores 0 with all four, of which these two are right.
    assert recalls(np.eye(4)[[0, 0, 2, 3]], texts)[:2, 3].tolist() == [0.5, 1]


def test_the_difference_of_two_models_is_paired() -> None:
    draw = np.random.default_rng(3)
    ours = (draw.random((400, 6)) < 0.6).astype(float)
    theirs = np.where(draw.random((400, 6)) < 0.1, 1 - ours, ours)
    figures = difference(ours, theirs, samples=2000, seed=5)
    assert figures == difference(ours, theirs, samples=2000, seed=5) != difference(ours, theirs, samples=2000)
    one = figures[MEASURES[0]]
    gap = ours[:, 0] - theirs[:, 0]
    assert one.value == pytest.approx(gap.mean())
    # Of many pairs the percentiles are those of the normal distribution.
    spread = 1.96 * gap.std() / np.sqrt(len(gap))
    assert (one.low, one.high) == pytest.approx((gap.mean() - spread, gap.mean() + spread), abs=0.006)
    # What both models share cancels out: alone, each varies more.
    alone = summary(ours, samples=2000, seed=5)[MEASURES[0]]
    assert one.high - one.low < alone.high - alone.low
    with pytest.raises(InputError, match="not scored on the same pairs: 400 and 399"):
        difference(ours, theirs[:-1])


@pytest.mark.parametrize(
    ("images", "texts", "expected"),
    [
        (np.ones((3, 2)), np.ones((2, 2)), "3 x 2, of texts 2 x 2"),
        (np.ones((3, 2)), np.ones((3, 4)), "3 x 2, of texts 3 x 4"),
        (np.ones(3), np.ones(3), "a matrix of numbers"),
        (np.ones((0, 2)), np.ones((0, 2)), "a matrix of numbers"),
        (np.array([["a"]]), np.ones((1, 1)), "a matrix of numbers"),
        (np.array([[1.0], [0.0]]), np.ones((2, 1)), "embeddings of images: row 1 is zero or not finite"),
        (np.ones((2, 1)), np.array([[np.nan], [1.0]]), "embeddings of texts: row 0 is zero or not finite"),
    ],
)
def test_bad_embeddings_are_one_line(images: np.ndarray, texts: np.ndarray, expected: str) -> None:
    with pytest.raises(InputError) as raised:
        recalls(images, texts)
    assert expected in str(raised.value) and "\n" not in str(raised.value)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {name: str(tmp_path / f"{name}.npy") for name in ("images", "texts", "swapped")}
    np.save(files["images"], np.eye(4, dtype=np.float32))
    np.save(files["texts"], np.eye(4, dtype=np.float16))
    np.save(files["swapped"], np.eye(4)[[1, 0, 2, 3]])
    (tmp_path / "captions").write_text('{"caption": "A  heart"}\na heart\nb\nc\n')
    command = ["score_retrieval", "--image-embeddings", files["images"], "--text-embeddings"]
    other = ["--other-image-embeddings", files["images"], "--other-text-embeddings", files["swapped"]]
    assert main([*command, files["texts"], *other, "--samples", "100", "--json"]) == 0
    out = json.loads(capsys.readouterr().out)
    assert (out["pairs"], out["bootstrap"]["samples"]) == (4, 100) and out["bootstrap"]["seed"] > 0
    values = [out[part]["image_to_text_recall@1"]["value"] for part in ("model", "other", "difference")]
    assert values == [1.0, 0.5, 0.5]
    assert main([*command, files["swapped"], "--captions", str(tmp_path / "captions"), "--seed", "7"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].split()[:2] == ["image_to_text_recall@1", "1.0000"] and lines[-1].endswith("seed 7")
    (tmp_path / "text.npy").write_text("no numbers")
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object))
    (tmp_path / "two").write_text("a\nb\n")
    for arguments, code, expected in (
        ([files["images"] + ".gone"], 3, "No such file"),
        ([str(tmp_path / "text.npy")], 3, "not a file of numpy"),
        ([str(tmp_path / "objects.npy")], 3, "not a file of numpy"),
        ([files["texts"], "--captions", str(tmp_path / "two")], 3, "there are 2 captions and 4 pairs"),
        ([files["texts"], *other[:2]], 2, "belong together"),
        ([files["texts"], "--samples", "0"], 2, "--samples 1 or more"),
    ):
        assert main([*command, *arguments]) == code
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("medconcept: ") and expected in line
