"""Names to the arrays of a compiled dictionary; the same names give the same bytes."""

from __future__ import annotations

import ctypes
import struct
from array import array
from collections.abc import Iterable
from itertools import groupby

import numpy as np

from medconcept.dictionary import kernel
from medconcept.dictionary.characters import character_tables
from medconcept.dictionary.layout import Array, pack
from medconcept.dictionary.names import EXACT, FOLDED

SPARE = 1.6  # slots for each entry of a table: more is faster and larger
_HEAD = struct.Struct("<IHH")  # `record` of kernel.c
LAST_BIT = np.uint64(63)


def compile_keys(keys: Iterable[str]) -> bytes:
    """Compile match keys that stand for nothing but themselves; the same set of keys gives the same bytes.

    >>> compile_keys(["\\x01b", "\\x01a"]) == compile_keys(["\\x01a", "\\x01b", "\\x01a"])
    True
    """
    return compile_names((key, "", 0) for key in keys)


def compile_names(names: Iterable[tuple[str, str, int]]) -> bytes:
    """Compile (match key, target, rank): what the name stands for, 0 the best rank.

    Of equal key and target the best rank counts. Order does not matter.
    """
    rows = sorted(set(names))
    begins = [n for n, row in enumerate(rows) if not n or rows[n - 1][0] != row[0]]
    keys = [rows[n][0] for n in begins]
    folded = [key[1:].casefold() if key[0] == EXACT else key[1:] for key in keys]
    order = _order(folded, keys)
    senses = _senses(rows, [*begins, len(rows)], order)
    del rows, begins
    groups = [folded[n] for m, n in enumerate(order) if not m or folded[order[m - 1]] != folded[n]]
    records, group_at, key_at = _records(keys, folded, order)
    tables = _tables(groups, group_at)
    del keys, folded, groups, order
    return pack({**tables, "records": records, "key_records": key_at, **senses})


def _order(folded: list[str], keys: list[str]) -> list[int]:
    return sorted(range(len(keys)), key=lambda n: (folded[n], keys[n]))


def read_key(records: Array, at: int, number: int) -> str:
    """The match key of that number, whose record begins at byte `at`."""
    first, length, kinds = _HEAD.unpack_from(records[at : at + _HEAD.size].tobytes())
    at, any_case = at + _HEAD.size, kinds & 1
    if any_case and number == first:
        return FOLDED + records[at : at + length].tobytes().decode()
    at += length
    for _ in range(number - first - any_case):
        at += 2 + int(records[at]) + 256 * int(records[at + 1])
    size = int(records[at]) + 256 * int(records[at + 1])
    return EXACT + records[at + 2 : at + 2 + size].tobytes().decode()


def _records(keys: list[str], folded: list[str], order: list[int]) -> tuple[Array, Array, Array]:
    """`records` of kernel.c, and where, in units of 4 bytes, those of each group and each key begin."""
    out = bytearray(4)  # no record begins at 0: an empty slot is 0
    group_at: list[int] = []
    key_at = np.empty(len(keys), np.uint32)
    for _, numbered in groupby(enumerate(order), key=lambda pair: folded[pair[1]]):
        members = list(numbered)
        first, plain = members[0][0], folded[members[0][1]].encode()
        exact = [keys[n][1:].encode() for _, n in members if keys[n][0] == EXACT]
        group_at.append(len(out) // 4)
        key_at[first : first + len(members)] = len(out) // 4
        out += _HEAD.pack(first, len(plain), len(exact) << 1 | (len(members) > len(exact))) + plain
        for own in exact:
            out += len(own).to_bytes(2, "little") + own
        out += bytes(-len(out) % 4)
    return np.frombuffer(bytes(out), np.uint8), np.array(group_at, np.uint32), key_at


def _senses(rows: list[tuple[str, str, int]], begins: list[int], order: list[int]) -> dict[str, Array]:
    """For each key, in the order of `order`, the targets it stands for, best rank first."""
    targets = sorted({target for _, target, _ in rows})
    number = {target: n for n, target in enumerate(targets)}
    sizes = np.zeros(len(order), np.int64)
    sense_target, sense_rank = array("I"), array("B")
    for place, n in enumerate(order):
        best: dict[str, int] = {}
        for _, target, rank in rows[begins[n] : begins[n + 1]]:
            best.setdefault(target, rank)  # sorted: the best rank of a target comes first
        for target in sorted(best, key=lambda target: (best[target], target)) if len(best) > 1 else best:
            sense_target.append(number[target])
            sense_rank.append(best[target])
        sizes[place] = len(best)
    pool, target_bytes = _pool(targets)
    return {
        "key_senses": _offsets(sizes).astype(np.uint32),
        "sense_target": np.array(sense_target, np.uint32),
        "sense_rank": np.array(sense_rank, np.uint8),
        "targets": pool,
        "target_bytes": target_bytes,
    }


def _tables(groups: list[str], group_at: Array) -> dict[str, Array]:
    """The character tables and the three hash tables over the groups, which lie at `group_at`."""
    arrays = character_tables()
    head = kernel.Dictionary()
    for name in ("blocks", "chars", "several"):
        setattr(head, name, arrays[name].ctypes.data)
    data, offsets = _pool(groups)
    count = len(groups)
    first, pair, whole = (np.zeros(count, np.uint64) for _ in range(3))
    atoms = np.zeros(count, np.uint32)
    longest = int(np.diff(offsets).max(initial=0))
    kernel.library().mc_hash(
        ctypes.byref(head), data.ctypes.data, offsets.ctypes.data, count, longest,
        first.ctypes.data, pair.ctypes.data, whole.ctypes.data, atoms.ctypes.data,
    )  # fmt: skip
    bits = np.uint64(1) << np.minimum(atoms.astype(np.uint64) - np.uint64(1), LAST_BIT)
    several = atoms > 1
    first_hashes, first_masks = _masks(first, bits)
    pair_hashes, pair_masks = _masks(pair[several], bits[several])
    masks, inverse = np.unique(np.concatenate([first_masks, pair_masks]), return_inverse=True)
    split = len(first_hashes)
    numbers = inverse.astype(np.uint32) + np.uint32(1)  # 0 is an empty slot
    return {
        **arrays,
        "slots": _table(whole, group_at),
        "firsts": _table(first_hashes, numbers[:split]),
        "pairs": _table(pair_hashes, numbers[split:]),
        "masks": masks,
    }


def _masks(hashes: Array, bits: Array) -> tuple[Array, Array]:
    """Distinct hashes and, for each, the bits of all its entries together."""
    order = np.argsort(hashes, kind="stable")
    hashes, starts = np.unique(hashes[order], return_index=True)
    masks = np.bitwise_or.reduceat(bits[order], starts) if len(starts) else bits[:0]
    return hashes, masks


def _table(hashes: Array, values: Array) -> Array:
    table = np.zeros(int(len(hashes) * SPARE) + 2, np.uint64)
    kernel.library().mc_fill(
        table.ctypes.data, table.size, hashes.ctypes.data, values.ctypes.data, len(hashes)
    )
    return table


def _pool(strings: list[str]) -> tuple[Array, Array]:
    parts = [string.encode() for string in strings]
    offsets = _offsets(np.array([len(part) for part in parts], np.int64))
    return np.frombuffer(b"".join(parts), np.uint8), offsets


def _offsets(sizes: Array) -> Array:
    out = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=out[1:])
    return out
