"""Near-duplicate groups: comparing all pairs is the oracle."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from medconcept.images.duplicates import group_near_duplicates
from medconcept.images.hamming import BandPairs, bands, distances, distinct
from medconcept.images.perceptual_hash import as_words
from medconcept.images.settings import DISTANCE

Words = npt.NDArray[np.uint64]


def flipped(hashes: Words, counts: npt.NDArray[np.int64], rng: np.random.Generator) -> Words:
    """The hashes with so many different bits of each changed."""
    order = np.argsort(rng.random((len(hashes), 256)), axis=1)
    mask = np.zeros((len(hashes), 256), np.uint8)
    np.put_along_axis(mask, order, (np.arange(256) < counts[:, None]).astype(np.uint8), axis=1)
    return hashes ^ np.packbits(mask, axis=1).view(">u8").astype(np.uint64)


def corpus(size: int, seed: int) -> Words:
    """Random hashes, two fifths of them copies of others with up to 20 bits changed, some exact."""
    rng = np.random.default_rng(seed)
    fresh = rng.integers(0, 2**64, (size * 3 // 5, 4), dtype=np.uint64)
    copies = fresh[rng.integers(0, len(fresh) // 4, size - len(fresh))]
    hashes = np.concatenate([fresh, flipped(copies, rng.integers(0, 21, len(copies)), rng)])
    return hashes[rng.permutation(size)]


def all_links(hashes: Words, distance: int) -> set[tuple[int, int]]:
    links = set()
    for place in range(len(hashes) - 1):
        near = np.flatnonzero(distances(hashes[place], hashes[place + 1 :]) <= distance)
        links |= {(place, place + 1 + int(n)) for n in near}
    return links


def banded_links(hashes: Words, distance: int) -> set[tuple[int, int]]:
    pairs = BandPairs(hashes, distance, 10**6)
    return {
        (min(a, b), max(a, b))
        for keys in bands(hashes, distance + 1)
        for one, other in pairs.of_band(keys)
        for a, b in zip(one.tolist(), other.tolist(), strict=True)
    }


@pytest.mark.parametrize("distance", [7, 12, 15])
def test_no_pair_within_the_distance_is_missed(distance: int) -> None:
    hashes = corpus(6_000 if distance == 12 else 3_000, distance)
    links = all_links(hashes, distance)
    assert len(links) > 300
    assert banded_links(hashes, distance) == links


def test_groups_are_the_components_of_all_pairs_where_none_is_a_chain() -> None:
    rng = np.random.default_rng(3)
    centres = rng.integers(0, 2**64, (4_000, 4), dtype=np.uint64)
    copies = centres[rng.integers(0, 1_000, 3_000)]
    hashes = np.concatenate([centres, flipped(copies, rng.integers(0, 7, len(copies)), rng)])
    hashes = hashes[rng.permutation(len(hashes))]
    groups = group_near_duplicates(hashes)
    ends = np.array(sorted(all_links(hashes, DISTANCE))).T
    graph = coo_array((np.ones(ends.shape[1]), ends), shape=(len(hashes),) * 2)
    _, label = connected_components(graph, directed=False)
    alone = np.bincount(label)[label] == 1
    assert np.array_equal(groups.representative < 0, alone)
    members = np.flatnonzero(~alone)
    pairs = set(zip(label[members].tolist(), groups.representative[members].tolist(), strict=True))
    assert len(pairs) == len(set(label[members].tolist())) == len({r for _, r in pairs})
    assert (groups.chains_divided, groups.pairs_left_out) == (0, 0)
    assert groups.largest_group == np.bincount(label).max()


def test_every_member_lies_within_the_radius_of_its_representative() -> None:
    hashes = corpus(5_000, 1)
    groups = group_near_duplicates(hashes)
    inside = np.flatnonzero(groups.representative >= 0)
    apart = distances(hashes[inside], hashes[groups.representative[inside]])
    assert np.array_equal(apart, groups.distance[inside])
    assert apart.max() <= groups.radius == DISTANCE
    assert (groups.distance[groups.representative < 0] == -1).all()
    representatives = np.unique(groups.representative[inside])
    assert (groups.representative[representatives] == representatives).all()
    assert np.bincount(groups.representative[inside])[representatives].min() >= 2


def test_a_chain_is_divided() -> None:
    steps = np.arange(0, 101, 10)
    bits = (np.arange(256) < steps[:, None]).astype(
        np.uint8
    )  # each 10 bits from the next, 100 from end to end
    hashes = as_words([row.tobytes() for row in np.packbits(bits, axis=1)])
    groups = group_near_duplicates(hashes)
    ends = groups.representative[[0, -1]]
    assert ends[0] != ends[1]
    assert groups.chains_divided == 1
    assert groups.distance.max() <= DISTANCE
    whole = group_near_duplicates(hashes, radius=100)
    assert (len(np.unique(whole.representative)), whole.chains_divided) == (1, 0)


def test_low_information_images_take_no_part() -> None:
    hashes = np.zeros((4, 4), np.uint64)
    groups = group_near_duplicates(hashes, np.array([True, False, True, False]))
    assert groups.representative.tolist() == [0, -1, 0, -1]
    nobody = group_near_duplicates(hashes, np.zeros(4, bool))
    assert (nobody.representative.tolist(), nobody.largest_group) == ([-1] * 4, 0)
    assert len(group_near_duplicates(np.zeros((0, 4), np.uint64)).representative) == 0


def test_groups_do_not_depend_on_the_order() -> None:
    hashes = corpus(3_000, 5)
    order = np.random.default_rng(5).permutation(len(hashes))
    one, other = group_near_duplicates(hashes), group_near_duplicates(hashes[order])
    inside = np.flatnonzero(other.representative >= 0)
    assert len(inside) == (one.representative >= 0).sum()
    expected = hashes[one.representative[order[inside]]]
    assert np.array_equal(expected, hashes[order][other.representative[inside]])


def test_a_crowded_band_is_bounded_and_counted() -> None:
    rng = np.random.default_rng(2)
    hashes = rng.integers(0, 2**64, (400, 4), dtype=np.uint64)
    hashes[:, 0] = 7  # all agree in a quarter of their bits, though not in a whole band
    hashes[:, 1] = 7
    every = np.arange(256) % (DISTANCE + 1) == 0
    mask = np.packbits(every, bitorder="little").view("<u8").astype(np.uint64)
    hashes &= ~mask  # and now in one
    exact = group_near_duplicates(hashes)
    bounded = group_near_duplicates(hashes, largest_bucket=10)
    assert exact.pairs_left_out == 0 and bounded.pairs_left_out > 50_000
    assert bounded.pairs_compared + bounded.pairs_left_out == exact.pairs_compared


def test_distinct_hashes_are_those_of_unique() -> None:
    hashes = corpus(2_000, 9)
    firsts, number = distinct(hashes)
    assert len(firsts) == len(np.unique(hashes, axis=0))
    assert np.array_equal(hashes[firsts][number], hashes)
    assert all((hashes[:n] != hashes[n]).any(axis=1).all() for n in firsts.tolist())


def test_distances_are_counted_alike_without_numpy_2(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = corpus(100, 1), corpus(100, 2)
    expected = [
        bin(int.from_bytes((a ^ b).tobytes(), "little")).count("1") for a, b in zip(one, other, strict=True)
    ]
    assert distances(one, other).tolist() == expected
    monkeypatch.delattr(np, "bitwise_count", raising=False)
    assert distances(one, other).tolist() == expected


def test_bands_and_radius_are_checked() -> None:
    with pytest.raises(ValueError, match="at least 8"):
        group_near_duplicates(np.zeros((2, 4), np.uint64), distance=6)
    with pytest.raises(ValueError, match="a radius of 5"):
        group_near_duplicates(np.zeros((2, 4), np.uint64), radius=5)
