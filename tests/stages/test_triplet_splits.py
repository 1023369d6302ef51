"""Splits: groups stay whole, what is pinned never moves, no two splits share a caption, image or article."""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict

import pytest
from pyspark.sql import functions as F
from test_connected_groups import union_find

from medconcept.stages.triplets import splits
from medconcept.triplets.options import SplitConfig

EVEN = SplitConfig(validation=0.3, test=0.3)
PINS = "member_key string, split string"


def figures(spark, *rows: tuple[str, str | None]):
    """Figures as (article, caption key)."""
    each = [(f"{a}#{n}", a, c, None) for n, (a, c) in enumerate(rows)]
    return spark.createDataFrame(
        each, "figure_key string, article_key string, caption_key string, reason string"
    )


def articles(spark, **aliases: list[str]):
    return spark.createDataFrame(
        list(aliases.items()) or [("none", [])], "article_key string, aliases array<string>"
    )


def assigned(spark, rows, pinned=(), config=EVEN, aliases=None, images=None, duplicates=None):
    """The rows of `assign` by member, and the pins with them."""
    edges = splits.edges_of(figures(spark, *rows), articles(spark, **(aliases or {})), images, duplicates)
    pins = spark.createDataFrame(list(pinned), PINS)
    found = {row.member_key: row for row in splits.assign(edges, pins, config).collect()}
    assert not set(found) & {key for key, _ in pinned}
    return found, {**dict(pinned), **{key: row.split for key, row in found.items()}}


def judged(spark, rows, pins: dict[str, str]):
    """For each figure its split, or None if it is left out."""
    found = splits.with_splits(figures(spark, *rows), spark.createDataFrame(list(pins.items()), PINS))
    return [
        r.split if r.reason is None else None
        for r in found.orderBy(F.expr("int(split_part(figure_key, '#', 2))")).collect()
    ]


def expected_split(first: str, config: SplitConfig) -> str:
    """The split by hash, worked out in plain Python."""
    share = int(hashlib.sha256(f"{config.seed}\n{first}".encode()).hexdigest()[:13], 16) / 16**13
    return (
        "test"
        if share < config.test
        else "validation"
        if share < config.test + config.validation
        else "train"
    )


def test_groups_are_those_of_union_find_and_their_split_is_the_hash_of_the_first_article(spark) -> None:
    draw = random.Random(11)
    rows = [(f"PMC{draw.randrange(60)}", f"c{draw.randrange(90)}") for _ in range(110)]
    found, _ = assigned(spark, rows)
    names = sorted({f"article:{a}" for a, _ in rows} | {f"caption:{c}" for _, c in rows})
    number = {name: n for n, name in enumerate(names)}
    root = union_find([(number[f"article:{a}"], number[f"caption:{c}"]) for a, c in rows])
    members: dict[int, list[str]] = defaultdict(list)
    for name in names:
        members[root[number[name]]].append(name)
    for group in members.values():
        first = min(name for name in group if name.startswith("article:")).removeprefix("article:")
        for name in group:
            assert (found[name].group_key, found[name].split) == (first, expected_split(first, EVEN)), name
    assert len(found) == len(names)
    assert {row.split for row in found.values()} == {"train", "validation", "test"}


def test_shares_and_seed_decide_and_nothing_else_does(spark) -> None:
    rows = [(f"PMC{n}", f"c{n}") for n in range(3000)]
    config = SplitConfig(validation=0.1, test=0.05)
    found, _ = assigned(spark, rows, config=config)
    shares = {
        s: sum(r.split == s for r in found.values()) / len(found) for s in ("train", "validation", "test")
    }
    assert abs(shares["test"] - 0.05) < 0.015
    assert abs(shares["validation"] - 0.1) < 0.02
    other, _ = assigned(spark, list(reversed(rows)), config=config)
    assert {k: r.split for k, r in other.items()} == {k: r.split for k, r in found.items()}
    seeded, _ = assigned(spark, rows, config=SplitConfig(validation=0.1, test=0.05, seed=1))
    assert {k: r.split for k, r in seeded.items()} != {k: r.split for k, r in found.items()}


PINNED = [
    ("article:A", "train"), ("caption:a", "train"), ("article:T", "test"), ("caption:t", "test"),
    ("article:V", "validation"), ("caption:v", "validation"),
]  # fmt: skip


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_new_article_joins_the_split_of_its_group(spark, split: str) -> None:
    key = {"train": "a", "validation": "v", "test": "t"}[split]
    rows = [("N", key), ("N", "n"), ("M", "n")]
    found, pins = assigned(spark, rows, PINNED)
    assert {name: row.split for name, row in found.items()} == dict.fromkeys(
        ("article:N", "article:M", "caption:n"), split
    )
    assert judged(spark, rows, pins) == [split] * 3


def test_an_article_between_two_splits_joins_the_stricter_and_loses_what_is_in_the_other(spark) -> None:
    rows = [("N", "a"), ("N", "t"), ("N", "n"), ("A", "a"), ("T", "t")]
    found, pins = assigned(spark, rows, PINNED)
    assert (pins["article:N"], found["article:N"].touched) == ("test", 2)
    assert judged(spark, rows, pins) == [None, "test", "test", "train", "test"]
    counts = splits.split_counts(
        spark.createDataFrame(
            [(r.group_key, r.articles, r.touched) for r in found.values()],
            "group_key string, articles long, touched int",
        )
    )
    assert counts == {"splits.groups": 1, "splits.largest_group": 1, "splits.between_splits": 1}


def test_what_is_pinned_does_not_move_when_articles_change(spark) -> None:
    # A and T both change a caption to the same new one.
    rows = [("A", "same"), ("T", "same"), ("A", "a"), ("T", "t")]
    _, pins = assigned(spark, rows, PINNED)
    assert (pins["article:A"], pins["article:T"], pins["caption:same"]) == ("train", "test", "test")
    assert judged(spark, rows, pins) == [None, "test", "train", "test"]
    again, _ = assigned(spark, rows, list(pins.items()))
    assert again == {}


def test_the_chain_behind_a_pinned_member_ties_nothing_together(spark) -> None:
    # N and M share a pinned caption of train with each other; M alone is tied to test.
    rows = [("N", "a"), ("M", "a"), ("M", "t")]
    _, pins = assigned(spark, rows, PINNED)
    assert (pins["article:N"], pins["article:M"]) == ("train", "test")
    assert judged(spark, rows, pins) == ["train", None, "test"]


def test_a_group_that_is_too_large_is_train(spark) -> None:
    config = SplitConfig(validation=0.0, test=0.9999, largest=3)
    large = [(f"P{n}", "same") for n in range(4)]
    found, pins = assigned(spark, [*large, ("Q", "q"), ("P0", "t")], PINNED, config=config)
    assert {pins[f"article:P{n}"] for n in range(4)} == {"train"}
    assert pins["article:Q"] == "test"
    assert found["article:P1"].articles == 4
    assert judged(spark, [("P0", "t"), ("P0", "same")], pins) == [None, "train"]  # no leak to the pinned test


def test_an_article_under_a_new_key_keeps_its_split(spark) -> None:
    found, _ = assigned(
        spark, [("PMC9", "x")], [("article:doi:10.1/x", "test")], aliases={"PMC9": ["doi:10.1/x"]}
    )
    assert found["article:PMC9"].split == "test"


def test_images_and_their_duplicates_tie_articles(spark) -> None:
    images = spark.createDataFrame(
        [("A", "i1"), ("N", "i2"), ("M", "i3"), ("K", "i5"), ("S", "i6"), ("R", "i6")],
        "article_key string, image_sha256 string",
    )
    duplicates = spark.createDataFrame(
        [("i2", "g1"), ("t1", "g1"), ("i3", "g2"), ("t2", "g2"), ("a2", "g2"), ("i9", "g3")],
        "image_sha256 string, duplicate_group string",
    )
    pinned = [
        *PINNED,
        ("image:t1", "test"),
        ("image:t2", "test"),
        ("image:a2", "train"),
        ("image:i1", "train"),
    ]
    rows = [("N", "n"), ("M", "m"), ("K", "k"), ("S", "s"), ("R", "r")]
    found, pins = assigned(spark, rows, pinned, images=images, duplicates=duplicates)
    assert (pins["article:N"], pins["image:i2"]) == ("test", "test")  # a duplicate of a test image
    assert pins["article:S"] == pins["article:R"] == pins["image:i6"]
    assert not [name for name in found if name.startswith("group:") or name == "image:i9"]
    # i3 has duplicates in test and in train: it is in neither, and its graphic leaves.
    assert "image:i3" not in pins
    graphics = spark.createDataFrame(
        [("i3", "test"), ("i2", "test"), ("i1", "train"), ("i1", "test"), (None, "train")],
        "image_sha256 string, split string",
    )
    marked = splits.image_conflict(graphics, spark.createDataFrame(list(pins.items()), PINS))
    found_conflicts = {(r.image_sha256, r.split): r._image_conflict for r in marked.collect()}
    assert found_conflicts == {
        ("i3", "test"): True, ("i2", "test"): False, ("i1", "train"): False, ("i1", "test"): True,
        (None, "train"): False,
    }  # fmt: skip


def test_nothing_to_assign_is_nothing(spark) -> None:
    assert assigned(spark, []) == ({}, {})
    empty = spark.createDataFrame([], "group_key string, articles long, touched int")
    assert splits.split_counts(empty) == {
        "splits.groups": 0,
        "splits.largest_group": 0,
        "splits.between_splits": 0,
    }


@pytest.mark.parametrize("seed", range(3))
def test_no_two_splits_share_anything_however_articles_come_and_change(spark, seed: int) -> None:
    draw = random.Random(seed)
    config = SplitConfig(validation=0.25, test=0.25, largest=6)
    pins: dict[str, str] = {}
    here: dict[str, list[tuple[str, str]]] = {}
    for _ in range(4):  # four runs, each with new and changed articles
        changed = {f"P{draw.randrange(40)}" for _ in range(14)}
        for name in changed:
            here[name] = [(name, f"c{draw.randrange(60)}") for _ in range(draw.randrange(1, 4))]
        rows = [row for name in sorted(changed) for row in here[name]]
        before = dict(pins)
        _, pins = assigned(spark, rows, list(pins.items()), config=config)
        assert before.items() <= pins.items()
        every = [row for name in sorted(here) for row in here[name]]
        seen: dict[str, set[str]] = defaultdict(set)
        for (name, caption), split in zip(every, judged(spark, every, pins), strict=True):
            if split is not None:
                seen[f"article:{name}"].add(split)
                seen[f"caption:{caption}"].add(split)
        assert seen
        assert all(len(found) == 1 for found in seen.values()), (seed, seen)
