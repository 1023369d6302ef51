"""Pairs for retrieval: what they share with other splits is looked for by comparing all with all."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from itertools import groupby
from typing import Any

import numpy as np
import pytest

from medconcept.images.near_to import near_to
from medconcept.spark.tally import Tally
from medconcept.stages.exports.retrieval_pairs import drawn, pair_facts, unshared
from medconcept.tables import TABLES

DISTANCE = 12
KINDS = ("article_key", "doi", "image_sha256", "pixels", "caption", "duplicate_group", "phash")


def looks(rng: random.Random, count: int) -> list[int]:
    """Hashes of 256 bits: some far from all others, some within 12 bits of another or just outside."""
    hashes = [rng.getrandbits(256) for _ in range(count // 2)]
    for _ in range(count - len(hashes)):
        one = rng.choice(hashes)
        for bit in rng.sample(range(256), rng.choice((0, 3, 12, 13, 40))):
            one ^= 1 << bit
        hashes.append(one)
    return hashes


def far(one: int, other: int) -> bool:
    return bin(one ^ other).count("1") > DISTANCE


@pytest.mark.parametrize("seed", [1, 2])
def test_looks_are_those_of_comparing_all(seed: int) -> None:
    rng = random.Random(seed)
    hashes = looks(rng, 300)
    rng.shuffle(hashes)
    words = np.array([[h >> s & (2**64 - 1) for s in (192, 128, 64, 0)] for h in hashes], np.uint64)
    asked, others = hashes[:80], hashes[80:]
    near = near_to(words[:80], words[80:], DISTANCE)
    expected = [any(not far(one, other) for other in others) for one in asked]
    assert near.other.tolist() == expected and 5 < sum(expected) < 75
    free = [n for n in range(80) if not expected[n]]
    earlier = [any(m < n and not far(asked[n], asked[m]) for m in free) for n in range(80)]
    assert [near.earlier[n] for n in free] == [earlier[n] for n in free]
    assert near.pairs_left_out == 0
    none = near_to(words[:0], words, DISTANCE)
    assert len(none.other) == 0


def release(rng: random.Random, count: int) -> list[dict[str, Any]]:
    """Triplets that share articles, images, pixels, looks and captions within and between splits."""
    hashes = looks(rng, count)
    rows = []
    for n in range(count):
        file = rng.randrange(count * 3)
        rows.append(
            {
                "triplet_key": f"t{n:03}", "split": rng.choice(("train", "validation", "test", "test", None)),
                "article_key": f"a{rng.randrange(count * 4)}",
                "doi": rng.choice((None, None, None, f"10/{n}", f"10/{n // 3}")),
                "image_sha256": f"s{file}", "pixels": f"p{file % (count * 2)}",
                "caption": None if n % 29 == 0 else rng.choice((f"A heart, {n}", f"a heart {n // 2}")),
                "duplicate_group": rng.choice((None, None, None, f"g{rng.randrange(count)}")),
                "phash": hashes[file % count], "_left_out": "no_image" if n % 23 == 0 else None,
                "_order": f"{rng.getrandbits(64):016x}", "plain": file % 11 == 0,
            }
        )  # fmt: skip
    return rows


def naive_key(caption: str | None) -> str | None:
    return None if caption is None else "".join(c for c in caption.lower() if c.isalnum())


def shared(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    """What two rows have in common."""
    found = {kind for kind in KINDS[:-1] if kind != "caption" and one[kind] and one[kind] == other[kind]}
    if naive_key(one["caption"]) == naive_key(other["caption"]) is not None:
        found.add("caption")
    if not one["plain"] and not other["plain"] and not far(one["phash"], other["phash"]):
        found.add("phash")
    return found


def test_pairs_share_nothing_with_other_splits_nor_with_each_other(spark: Any) -> None:
    rng = random.Random(7)
    rows = release(rng, 260)
    columns = ("triplet_key", "caption", "article_key", "doi", "image_sha256", "duplicate_group", "split")
    named = [
        field for field in TABLES["triplets"].content
        if field.name in (*columns, "pmcid", "pmid", "year", "journal")
    ]  # fmt: skip
    schema = TABLES["triplets"].content.__class__(named)
    triplets = spark.createDataFrame([tuple(r.get(f.name) for f in named) for r in rows], schema)
    files = {
        row["image_sha256"]: (
            row["image_sha256"], row["pixels"], f"{row['phash']:064x}",
            ["blank"] if row["plain"] else [],
        )
        for row in rows
    }  # fmt: skip
    images = spark.createDataFrame(
        list(files.values()), "sha256 string, pixel_sha256 string, phash string, flags array<string>"
    )
    groups = spark.createDataFrame([], "sha256 string, exact_group string")
    for row in rows:
        held = row["split"] == "test"
        row["_left_out"] = row["_left_out"] if held else "split"
    chosen = spark.createDataFrame(
        [(r["triplet_key"], r["split"] or "train", r["_order"], r["_left_out"], r["image_sha256"])
         for r in rows],
        "triplet_key string, split string, _order string, _left_out string, _sha256 string",
    )  # fmt: skip
    facts = pair_facts(triplets, images, groups)
    counter = spark.sparkContext.accumulator({}, Tally())
    chosen, facts = chosen.localCheckpoint(), facts.localCheckpoint()
    left = unshared(
        chosen, facts, ("test",), distance=DISTANCE, counter=counter, keep=lambda part: part.localCheckpoint()
    )
    found = {row["triplet_key"]: row["_left_out"] for row in left.collect()}
    assert set(found) == {row["triplet_key"] for row in rows if row["split"] == "test"}
    others = [row for row in rows if row["split"] != "test"]
    pairs = sorted((row for row in rows if row["split"] == "test"), key=lambda row: row["_order"])
    kept = [row for row in pairs if found[row["triplet_key"]] is None]
    assert len(kept) > 10
    # The leakage that is left, counted by comparing all with all.
    assert sum(bool(shared(row, other)) for row in kept for other in others) == 0
    copies = [(a, b) for n, a in enumerate(kept) for b in kept[:n] if shared(a, b) - {"article_key", "doi"}]
    assert copies == []
    reasons = Counter(found[row["triplet_key"]] for row in pairs)
    kinds = {"no_image", "same_article", "same_image", "same_pixels", "same_caption", "similar_image", "copy"}
    assert kinds <= set(reasons) <= {*kinds, "no_caption", None}
    # And no more is left out than has a reason.
    meaning = {
        "same_article": {"article_key", "doi"}, "same_image": {"image_sha256"}, "same_pixels": {"pixels"},
        "same_caption": {"caption"}, "similar_image": {"duplicate_group", "phash"},
    }  # fmt: skip
    for row in pairs:
        reason = found[row["triplet_key"]]
        if reason in meaning:
            assert any(shared(row, other) & meaning[reason] for other in others), (row, reason)
        elif reason == "no_caption":
            assert row["caption"] is None
        elif reason == "copy":
            before = [other for other in pairs if other["_order"] < row["_order"]]
            assert any(shared(row, other) - {"article_key", "doi"} for other in before)
        else:
            assert reason == row["_left_out"]


def in_turn(rows: list[tuple[str, ...]], depth: int) -> list[tuple[str, ...]]:
    """Rows of (order, value, value, …): one of each value in turn, within it of each next value."""
    if depth > len(rows[0]) - 1:
        return sorted(rows)
    groups = [in_turn(list(own), depth + 1)
              for _, own in groupby(sorted(rows, key=lambda r: r[depth]), lambda r: r[depth])]  # fmt: skip
    out = []
    for turn in range(max(map(len, groups))):
        out += sorted(group[turn] for group in groups if len(group) > turn)
    return out


@pytest.mark.parametrize("balance", [("modality", "year", "journal"), ("journal",), ()])
def test_pairs_are_drawn_in_turn(spark: Any, balance: tuple[str, ...]) -> None:
    rng = random.Random(3)
    rows = [
        {
            "triplet_key": f"t{n}", "_order": f"{rng.getrandbits(64):016x}",
            "year": rng.choice((None, 2019, 2020)),
            "main_modality": rng.choice(("ct", "ct", "ct", "mri")), "journal": rng.choice("AAAABC"),
            "_left_out": "copy" if n % 10 == 0 else None,
        }
        for n in range(80)
    ]  # fmt: skip
    chosen = spark.createDataFrame(
        [(r["triplet_key"], r["_order"], r["main_modality"], r["_left_out"]) for r in rows],
        "triplet_key string, _order string, main_modality string, _left_out string",
    )
    facts = spark.createDataFrame(
        [(r["triplet_key"], r["year"], r["journal"]) for r in rows],
        "triplet_key string, year int, journal string",
    )
    found = {row["triplet_key"]: row for row in drawn(chosen, facts, balance, 30).collect()}
    name = {"modality": "main_modality"}
    free = [r for r in rows if r["_left_out"] is None]
    keyed = {(r["_order"], *(str(r[name.get(b, b)] or "none") for b in balance)): r for r in free}
    expected = [keyed[key]["triplet_key"] for key in in_turn(list(keyed), 1)[:30]]
    assert {key for key, row in found.items() if row["_left_out"] is None} == set(expected)
    strata = defaultdict(list)
    for key in sorted(keyed):
        strata["; ".join(f"{b}={v}" for b, v in zip(balance, key[1:], strict=True))].append(
            keyed[key]["triplet_key"]
        )
    for stratum, own in strata.items():
        taken = [key for key in own if key in expected]
        for rank, key in enumerate(own, 1):
            row = found[key]
            if key in taken:
                why = "only" if len(own) == 1 else "all" if len(taken) == len(own) else "drawn"
                assert tuple(row["selection"]) == (why, stratum, len(own), rank)
            else:
                assert row["_left_out"] == "not_drawn" and row["selection"] is None
    assert sum(row["_left_out"] == "copy" for row in found.values()) == 8
