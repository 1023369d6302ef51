"""What pairs for retrieval are compared by: keys of captions, and looks of images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.accumulators import Accumulator

from medconcept.images.near_to import near_to
from medconcept.images.perceptual_hash import as_words
from medconcept.triplets.caption_key import caption_key

CAPTION_KEYS = "triplet_key string, caption_key string"
_CAPTION_KEYS = pa.schema([("triplet_key", pa.string()), ("caption_key", pa.string())])
NEAR = "_sha256 string, near_other boolean, near_earlier boolean"
_NEAR = pa.schema([("_sha256", pa.string()), ("near_other", pa.bool_()), ("near_earlier", pa.bool_())])
_HASHED = pa.schema([("sha256", pa.string()), ("phash", pa.string()), ("place", pa.string())])
_ROWS = 100_000


def caption_keys(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows of triplet_key and caption to rows of CAPTION_KEYS, in their order."""
    for batch in batches:
        captions = batch.column("caption").to_pylist()
        keys = [None if caption is None else caption_key(caption) for caption in captions]
        yield pa.RecordBatch.from_arrays(
            [batch.column("triplet_key"), pa.array(keys, pa.string())], schema=_CAPTION_KEYS
        )


def near_images(
    batches: Iterable[pa.RecordBatch], *, distance: int, counter: Accumulator[dict[str, int]]
) -> Iterator[pa.RecordBatch]:
    """All images at once, run by one task: rows of sha256, phash and place to rows of NEAR.

    `place` orders the images of pairs, and is null for images of other splits; a row of NEAR comes for each
    of the former. `counter` counts `pairs_left_out`.
    """
    files = pa.Table.from_batches(list(batches), _HASHED)
    is_asked = pc.is_valid(files["place"])
    asked = files.filter(is_asked).sort_by("place")
    hashes = _words(files.filter(pc.invert(is_asked)))
    near = near_to(_words(asked), hashes, distance)
    counter.add({"pairs_left_out": near.pairs_left_out})
    table = pa.table([asked["sha256"], pa.array(near.other), pa.array(near.earlier)], schema=_NEAR)
    yield from table.to_batches(max_chunksize=_ROWS)


def _words(files: pa.Table) -> np.ndarray:
    return as_words([bytes.fromhex(text) for text in files["phash"].to_pylist()])
