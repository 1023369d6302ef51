"""Shards follow from the order and sizes of rows: compared with sums in plain Python."""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from typing import Any

import pytest

from medconcept.stages.exports.plan import with_shards

LARGEST = 1000


def rows(count: int, most: int) -> list[tuple[str, str, str, int]]:
    rng = random.Random(count)
    return [
        (rng.choice("ab"), rng.choice(("train", "test")), hashlib.sha256(bytes([n % 256,
        n // 256])).hexdigest(),
         rng.randint(1, most))
        for n in range(count)
    ]  # fmt: skip


def naive(content: list[tuple[str, str, str, int]], largest: int) -> dict[str, int]:
    """The shard of each row, by sums over the rows of its group in order."""
    groups = defaultdict(list)
    for folder, split, order, size in content:
        groups[folder, split].append((order, size))
    numbers = {}
    for group in groups.values():
        total, most = sum(size for _, size in group), max(size for _, size in group)
        room = max(largest - most, largest // 2, 1)
        shards = -(-total // room)
        each, begin = -(-total // shards), 0
        for order, size in sorted(group):
            numbers[order] = begin // each
            begin += size
    return numbers


@pytest.mark.parametrize("most", [90, 900])
def test_shards_are_those_of_plain_sums(spark: Any, most: int) -> None:
    content = rows(700, most)
    frame = spark.createDataFrame(
        content, "_folder string, split string, _order string, _size long"
    ).repartition(5)
    found = {row["_order"]: row for row in with_shards(frame, LARGEST).collect()}
    assert {order: row["_number"] for order, row in found.items()} == naive(content, LARGEST)
    sizes: dict[tuple[str, str, int], int] = defaultdict(int)
    for row in found.values():
        sizes[row["_folder"], row["split"], row["_number"]] += row["_size"]
    assert max(sizes.values()) <= (LARGEST if most == 90 else LARGEST // 2 + most)
