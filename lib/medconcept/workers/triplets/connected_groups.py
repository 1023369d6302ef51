"""Edges between numbered nodes to connected components, on one worker: pairs of 64-bit numbers fit there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import LongType, StructType
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

EDGE = StructType().add("one", LongType()).add("other", LongType())
COMPONENT = StructType().add("node", LongType()).add("component", LongType())


def component_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows of EDGE to one row of COMPONENT for each node of them; all edges must come to one call."""
    parts = [np.stack([np.asarray(column) for column in batch.columns]) for batch in batches]
    if not parts:
        return
    nodes, components = components_of(*np.concatenate(parts, axis=1))
    yield pa.RecordBatch.from_arrays(
        [pa.array(nodes), pa.array(components)], schema=to_arrow_schema(COMPONENT)
    )


def components_of(
    ones: np.ndarray[tuple[int], np.dtype[np.int64]], others: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """The distinct nodes of some edges, sorted, and the component of each, named by its smallest node.

    >>> nodes, components = components_of(np.array([5, 9, 7]), np.array([2, 5, 8]))
    >>> nodes.tolist(), components.tolist()
    ([2, 5, 7, 8, 9], [2, 2, 7, 7, 2])
    """
    nodes, places = np.unique(np.concatenate([ones, others]), return_inverse=True)
    left, right = places[: len(ones)], places[len(ones) :]
    ties = coo_matrix((np.ones(len(ones), bool), (left, right)), shape=(len(nodes), len(nodes)))
    count, labels = connected_components(ties, directed=False)
    smallest = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(smallest, labels, nodes)
    return nodes, smallest[labels]
