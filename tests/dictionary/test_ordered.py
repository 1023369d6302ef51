"""Hashes in order: numpy's own stable sort is the oracle."""

from __future__ import annotations

import numpy as np
import pytest

from medconcept.dictionary.hash_order import groups_of, order_of

RNG = np.random.default_rng(7)
ANY = np.iinfo(np.uint64).max
KEYS = {
    "none": np.empty(0, np.uint64),
    "one": np.array([5], np.uint64),
    "hashes": RNG.integers(0, ANY, 300_000, np.uint64),
    "repeated": RNG.choice(RNG.integers(0, ANY, 50, np.uint64), 20_000),
    "few bits": RNG.integers(0, 9, 5_000).astype(np.uint64),  # all in one part, by insertion and by bytes
    "ends": np.array([ANY, 0, ANY, 1, ANY - np.uint64(1), 0], np.uint64),
    "falling": np.arange(4_000, 0, -1).astype(np.uint64) << np.uint64(40),
    "alike": np.full(100, 3, np.uint64),
}


@pytest.mark.parametrize("name", KEYS)
def test_keys_come_in_the_order_of_a_stable_sort(name):
    keys = KEYS[name]
    assert np.array_equal(order_of(keys), np.argsort(keys, kind="stable"))


@pytest.mark.parametrize("name", KEYS)
def test_equal_keys_come_by_their_ties_and_equal_ties_by_place(name):
    keys = KEYS[name]
    ties = RNG.integers(0, 1 << 32, len(keys)).astype(np.uint32) >> np.uint32(29)
    assert np.array_equal(order_of(keys, ties), np.lexsort((ties, keys)))


@pytest.mark.parametrize("name", KEYS)
def test_groups_are_those_of_unique(name):
    _, first, group = np.unique(KEYS[name], return_index=True, return_inverse=True)
    found = groups_of(KEYS[name])
    assert np.array_equal(found[0], first)
    assert np.array_equal(found[1], group)


def test_a_field_of_records_is_taken_as_it_is():
    records = np.zeros(4, np.dtype([("hash", np.uint64), ("other", np.uint32)]))
    records["hash"] = [4, 1, 3, 1]
    assert order_of(records["hash"]).tolist() == [1, 3, 2, 0]


def test_ties_must_be_as_many_as_keys():
    with pytest.raises(ValueError, match="2 keys with 1 ties"):
        order_of(np.zeros(2, np.uint64), np.zeros(1, np.uint32))
