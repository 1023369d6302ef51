"""Connected components of edges against a plain union–find."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

from medconcept.workers.triplets.connected_groups import component_batches, components_of


def union_find(edges: list[tuple[int, int]]) -> dict[int, int]:
    """The smallest node of each node's component."""
    parent = {node: node for edge in edges for node in edge}

    def root(node: int) -> int:
        while parent[node] != node:
            node = parent[node]
        return node

    for one, other in edges:
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    return {node: root(node) for node in parent}


@pytest.mark.parametrize("seed", range(20))
def test_components_are_those_of_union_find(seed: int) -> None:
    draw = random.Random(seed)
    nodes = [draw.getrandbits(64) - 2**63 for _ in range(60)]
    edges = [(draw.choice(nodes), draw.choice(nodes)) for _ in range(draw.randrange(1, 90))]
    ones, others = (np.array(side, np.int64) for side in zip(*edges, strict=True))
    found, components = components_of(ones, others)
    assert dict(zip(found.tolist(), components.tolist(), strict=True)) == union_find(edges)


def test_batches_are_taken_together_and_none_is_none() -> None:
    names = ["one", "other"]
    batches = [
        pa.RecordBatch.from_pydict(dict(zip(names, pair, strict=True))) for pair in ([[1], [2]], [[3], [2]])
    ]
    (out,) = component_batches(batches)
    assert out.to_pydict() == {"node": [1, 2, 3], "component": [1, 1, 1]}
    assert list(component_batches([])) == []
