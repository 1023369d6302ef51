"""All images at once to groups of duplicates: run by one task, since any two may look the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.accumulators import Accumulator

from medconcept.images.duplicates import METHOD, group_near_duplicates
from medconcept.images.perceptual_hash import as_words

GROUPED = (
    "sha256 string, exact_group string, near_group string, takes_part boolean, distance int, "
    "linked_within int, method string"
)
_HASHED = pa.schema(
    [
        ("sha256", pa.string()),
        ("pixel_sha256", pa.string()),
        ("phash", pa.string()),
        ("takes_part", pa.bool_()),
    ]
)
_ROWS = 100_000


def group_files(
    batches: Iterable[pa.RecordBatch], *, distance: int, counter: Accumulator[dict[str, int]] | None = None
) -> Iterator[pa.RecordBatch]:
    """Group rows of (sha256, pixel_sha256, phash, takes_part), one for each file: one row of GROUPED each.

    Of files with the same pixels the one with the smallest sha256 takes part in near grouping, for all of
    them. `distance` of GROUPED is that of the representative from which a group is formed. `counter` counts
    `images`, `pairs_left_out` and `chains_divided`.
    """
    files = pa.Table.from_batches(list(batches), _HASHED).sort_by("sha256").combine_chunks()
    if not len(files):
        return
    sha256, takes_part = files["sha256"], files["takes_part"].to_numpy()
    pixels = pc.coalesce(files["pixel_sha256"], sha256).combine_chunks()
    exact = _firsts(pixels.dictionary_encode().indices.to_numpy(zero_copy_only=False))
    ones, one_of = np.unique(exact, return_inverse=True)
    hashes = as_words([bytes.fromhex(text) for text in files["phash"].take(ones).to_pylist()])
    groups = group_near_duplicates(hashes, takes_part[ones], distance)
    alone = groups.representative < 0
    leader = np.where(alone, np.arange(len(ones)), groups.representative)
    near = _firsts(leader)
    if counter is not None:
        counts = {"pairs_left_out": groups.pairs_left_out, "chains_divided": groups.chains_divided}
        counter.add({"images": len(files), **counts})
    table = pa.table(
        {
            "sha256": sha256,
            "exact_group": sha256.take(exact),
            "near_group": sha256.take(ones[near][one_of]),
            "takes_part": takes_part[ones][one_of],
            "distance": pa.array(groups.distance[one_of].astype(np.int32), mask=alone[one_of]),
            "linked_within": np.full(len(files), distance, np.int32),
            "method": pa.array([METHOD]).take(np.zeros(len(files), np.int64)),
        }
    )
    yield from table.to_batches(max_chunksize=_ROWS)


def _firsts(labels: npt.NDArray[np.signedinteger]) -> npt.NDArray[np.int64]:
    """For each place the first place of the same label.

    >>> _firsts(np.array([7, 3, 7, 3, 5])).tolist()
    [0, 1, 0, 1, 4]
    """
    _, first, number = np.unique(labels, return_index=True, return_inverse=True)
    return np.asarray(first[number], np.int64)
