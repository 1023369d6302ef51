"""Groups of images that look the same, by their perceptual hashes.

Images within a distance of each other are linked, and linked images form components. A chain of links may
lead from one image to a quite different one, so each component is divided until every member lies within a
radius of its group's representative. Scaled and compressed copies are found; crops and rotations are not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from medconcept.images.hamming import BandPairs, Places, Words, bands, distances, distinct
from medconcept.images.settings import DISTANCE

METHOD = "phash256"


@dataclass(frozen=True)
class Groups:
    """Groups of near-duplicate images, and how they came about.

    `representative`: for each image, the place of the one that stands for its group, -1 if it is in no group.
    `distance`: differing bits between the two, -1 likewise. At most `radius`, so that two members of a group
    differ in at most twice that. `pairs_left_out` is 0 where the links are exactly those of comparing all
    pairs.
    """

    representative: Places
    distance: npt.NDArray[np.int16]
    method: str
    linked_within: int
    radius: int
    pairs_compared: int
    pairs_left_out: int
    chains_divided: int
    largest_group: int


def group_near_duplicates(
    hashes: Words,
    takes_part: npt.NDArray[np.bool_] | None = None,
    distance: int = DISTANCE,
    radius: int | None = None,
    largest_bucket: int = 5_000,
) -> Groups:
    """Group images by hashes (rows of four 64-bit numbers).

    `takes_part` is false for images whose hash means nothing (low-information ones). `radius` is `distance`
    by default. Memory is about ten times that of the hashes. Raises ValueError for a distance below 7, where
    wider bands would serve better, or a radius below the distance.
    """
    radius = distance if radius is None else radius
    if radius < distance:
        raise ValueError(f"a radius of {radius} divides images that are linked within {distance}")
    rows = np.arange(len(hashes)) if takes_part is None else np.flatnonzero(takes_part)
    firsts, number = distinct(hashes[rows])
    unique = np.ascontiguousarray(hashes[rows[firsts]])
    pairs = BandPairs(unique, distance, largest_bucket)
    component = _components(unique, pairs, distance)
    leader, divided = _divide(unique, component, radius)
    copies = np.bincount(number, minlength=len(unique))
    members = np.bincount(leader, weights=copies, minlength=len(unique)).astype(np.int64)
    grouped = members[leader][number] > 1

    representative = np.full(len(hashes), -1, np.int64)
    apart = np.full(len(hashes), -1, np.int16)
    inside = rows[grouped]
    own = number[grouped]
    representative[inside] = rows[firsts[leader[own]]]
    apart[inside] = distances(unique[own], unique[leader[own]])
    return Groups(
        representative,
        apart,
        METHOD,
        distance,
        radius,
        pairs.compared,
        pairs.left_out,
        divided,
        int(members.max(initial=0)) if grouped.any() else 0,
    )


def _components(unique: Words, pairs: BandPairs, distance: int) -> Places:
    """The number of each hash's connected component; links are merged chunk by chunk and not kept."""
    component = np.arange(len(unique), dtype=np.int64)
    for keys in bands(unique, distance + 1):
        ones, others = [], []
        waiting = 0
        for one, other in pairs.of_band(keys):
            new = component[one] != component[other]
            ones.append(component[one[new]])
            others.append(component[other[new]])
            waiting += int(new.sum())
            if waiting > len(unique):
                component = _merged(component, ones, others)
                ones, others, waiting = [], [], 0
        component = _merged(component, ones, others)
    return component


def _merged(component: Places, ones: list[Places], others: list[Places]) -> Places:
    one, other = (np.concatenate(part) if part else np.empty(0, np.int64) for part in (ones, others))
    if not len(one):
        return component
    size = len(component)
    graph = coo_array((np.ones(len(one), np.bool_), (one, other)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    # By its least member, so that the numbers stay below the number of hashes and mean the same in each
    # round.
    least = np.full(size, size, np.int64)
    np.minimum.at(least, label, np.arange(size))
    return np.asarray(least[label[component]])


def _divide(unique: Words, component: Places, radius: int) -> tuple[Places, int]:
    """The leader of each hash, at most `radius` away, and how many components had to be divided for it.

    A component led by its first hash is left whole where that is near enough to all. Of others, the hash
    nearest to the majority of their bits leads those within the radius, and so on with those that remain.
    """
    leader = component.copy()
    far = distances(unique, unique[leader]) > radius
    chains = np.unique(component[far])
    if not len(chains):
        return leader, 0
    members = np.flatnonzero(np.isin(component, chains))
    members = members[np.argsort(component[members], kind="stable")]
    starts = np.flatnonzero(np.diff(component[members], prepend=-1))
    divided = 0
    for rest in np.split(members, starts[1:]):
        parts = 0
        while len(rest):
            parts += 1
            middle = rest[np.argmin(distances(unique[rest], _majority(unique[rest])))]
            near = distances(unique[rest], unique[middle]) <= radius
            leader[rest[near]] = middle
            rest = rest[~near]
        divided += parts > 1
    return leader, divided


def _majority(hashes: Words) -> Words:
    """The hash whose every bit is that of most hashes; a tie is 0."""
    counts = np.zeros((hashes.shape[1], 64), np.int64)
    for bit in range(64):
        counts[:, bit] = ((hashes >> np.uint64(bit)) & np.uint64(1)).sum(axis=0)
    bits = (2 * counts > len(hashes)).astype(np.uint64)
    return np.asarray((bits << np.arange(64, dtype=np.uint64)).sum(axis=1, dtype=np.uint64))
