"""Names to the arrays of exact matching; the same names give the same bytes.

Column by column over Arrow and numpy: ten million names as Python objects would fill a worker several times.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from medconcept.dictionary import kernel
from medconcept.dictionary.arrow_strings import buffers
from medconcept.dictionary.characters import character_tables
from medconcept.dictionary.file_layout import Array, pack
from medconcept.dictionary.hash_order import order_of
from medconcept.dictionary.name_rules import EXACT

SPARE = 2.0  # slots for each entry of a table: more is faster and larger
MASK_SPARE = 2.4
BLOCK = 16  # of kernel.h
OWN_CASE = 0x80  # of `ranks`
WORST = 0x7F
BEGINNINGS = (1, 2, 3, 16)  # atoms; the last is LONG of kernel.h
EXACT_HASHES = np.dtype([("whole", "<u8"), ("begins", "<u4", len(BEGINNINGS)), ("atoms", "u1")])


def compile_keys(keys: Iterable[str]) -> bytes:
    """Compile match keys for exact matching alone; the same set of keys gives the same bytes.

    >>> compile_keys(["\\x01b", "\\x01a"]) == compile_keys(["\\x01a", "\\x01b", "\\x01a"])
    True
    """
    return compile_names((key, 0) for key in keys)


def compile_names(names: Iterable[tuple[str, int]]) -> bytes:
    """Compile (match key, rank): 0 the best rank, 127 the last. Names are numbered by text, then rank."""
    rows = sorted({(key[1:], rank | OWN_CASE * (key[0] == EXACT)) for key, rank in names})
    texts = pa.array([text for text, _ in rows], pa.large_string())
    ranks = np.array([rank for _, rank in rows], np.uint8)
    tables = character_tables()
    hashed = hash_names(texts, kernel.head_of(tables))
    return pack({**tables, **exact_arrays(texts, np.arange(len(rows)), ranks, hashed)})


def hash_names(texts: pa.Array, head: kernel.Dictionary) -> Any:
    """What the tables are made of, EXACT_HASHES for each name; `head` has the character tables."""
    data, offsets = buffers(texts)
    count, longest = len(offsets) - 1, int(np.diff(offsets).max(initial=0))
    whole, begins = np.zeros(count, np.uint64), np.zeros((count, len(BEGINNINGS)), np.uint32)
    atoms = np.zeros(count, np.uint8)
    kernel.library().mc_hash_names(
        ctypes.byref(head), data.ctypes.data, offsets.ctypes.data, count, longest,
        whole.ctypes.data, begins.ctypes.data, atoms.ctypes.data,
    )  # fmt: skip
    out = np.empty(count, EXACT_HASHES)
    out["whole"], out["begins"], out["atoms"] = whole, begins, atoms
    return out


def exact_arrays(texts: pa.Array, order: Any, ranks: Any, hashed: Any) -> dict[str, Array]:
    """The arrays of exact matching. `order` sorts the texts; `ranks` and `hashed` are in that order.

    Equal texts come by rising rank: the first of them, of either case rule, stands for all.
    """
    data, offsets = buffers(texts)
    count = len(order)
    sizes = np.diff(offsets)
    out = np.empty(int(sizes[order].sum()) + 4 * count, np.uint8)
    blocks, same = np.zeros(-(-count // BLOCK), np.uint32), np.zeros(count, np.uint8)
    order = np.ascontiguousarray(order, np.int64)
    used = kernel.library().mc_front(
        data.ctypes.data, offsets.ctypes.data, order.ctypes.data, count,
        out.ctypes.data, blocks.ctypes.data, same.ctypes.data,
    )  # fmt: skip
    if used >= 1 << 32:
        raise ValueError(f"{used} bytes of names are more than a dictionary holds")
    rule = ranks & OWN_CASE
    same[1:] &= rule[1:] == rule[:-1]
    chosen = np.flatnonzero(same == 0)
    hashes = hashed["whole"][chosen]
    by_hash = order_of(hashes)
    have = [np.flatnonzero(hashed["atoms"] >= depth) for depth in BEGINNINGS]
    begins = [hashed["begins"][of, place] for place, of in enumerate(have)]
    atoms = [hashed["atoms"][of] for of in have]
    return {
        "texts": out[:used].copy(),
        "text_blocks": blocks,
        "ranks": ranks,
        **_names_table(hashes[by_hash], chosen[by_hash]),
        "firsts": mask_table(begins[0], atoms[0], 1),
        "beginnings": mask_table(np.concatenate(begins[1:]), np.concatenate(atoms[1:]), 1),
    }


def _names_table(hashes: Array, numbers: Array) -> dict[str, Array]:
    size = int(len(hashes) * SPARE) + 2
    tags, slots = np.zeros(size, np.uint8), np.zeros(size, np.uint32)
    hashes, numbers = np.ascontiguousarray(hashes), np.ascontiguousarray(numbers, np.uint32)
    kernel.library().mc_fill_names(
        tags.ctypes.data, slots.ctypes.data, size, hashes.ctypes.data, numbers.ctypes.data, len(hashes)
    )
    return {"tags": tags, "slots": slots}


def mask_table(hashes: Any, sizes: Any, at_least: int) -> Array:
    """Which lengths may begin with a hash (its upper 32 bits): an open-addressing table of kernel.h."""
    hashes, sizes = np.ascontiguousarray(hashes, np.uint32), np.ascontiguousarray(sizes, np.uint8)
    size = 2 * len(hashes) + 2
    used = 0
    for _ in range(2):  # the first time to count
        table = np.zeros(size, np.uint32)
        used = kernel.library().mc_join_masks(
            table.ctypes.data, size, hashes.ctypes.data, sizes.ctypes.data, len(hashes), at_least
        )
        size = int(used * MASK_SPARE) + 2
    return table
