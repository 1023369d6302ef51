"""Names to the arrays of a compiled dictionary; the same names give the same bytes.

Column by column over Arrow and numpy: ten million names as Python objects would fill a worker several times.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from medconcept.dictionary import kernel
from medconcept.dictionary.characters import character_tables
from medconcept.dictionary.layout import Array, pack_parts
from medconcept.dictionary.names import EXACT, FOLDED

SPARE = 1.6  # slots for each entry of a table: more is faster and larger
_HEAD = struct.Struct("<IHH")  # `record` of kernel.c
LAST_BIT = np.uint64(63)
CHUNK = 1 << 18
_SCHEMA = pa.schema([("key", pa.large_string()), ("target", pa.large_string()), ("rank", pa.uint8())])


def compile_keys(keys: Iterable[str]) -> bytes:
    """Compile match keys that stand for nothing but themselves; the same set of keys gives the same bytes.

    >>> compile_keys(["\\x01b", "\\x01a"]) == compile_keys(["\\x01a", "\\x01b", "\\x01a"])
    True
    """
    return compile_names((key, "", 0) for key in keys)


def compile_names(names: Iterable[tuple[str, str, int]]) -> bytes:
    """Compile (match key, target, rank): what the name stands for, 0 the best rank, 255 the last.

    Of equal key and target the best rank counts. Order does not matter.
    """
    rows = iter(names)
    batches = []
    while chunk := list(islice(rows, CHUNK)):
        columns = zip(zip(*chunk, strict=True), _SCHEMA, strict=True)
        arrays = [pa.array(column, field.type) for column, field in columns]
        batches.append(pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA))
    return b"".join(compile_table(pa.Table.from_batches(batches, _SCHEMA)))


def compile_table(names: pa.Table) -> Iterator[bytes]:
    """The same of a table of key, target and rank, as the pieces of the file in order.

    Needs some 250 bytes a name at its peak, so ten million names take about 2.5 GB.
    """
    keys, targets = (_column(names, name) for name in ("key", "target"))
    ranks = names.column("rank").to_numpy().astype(np.uint64)
    del names
    folded, exact = _folded(keys)
    order = pc.array_sort_indices(folded)
    folded, keys, exact = folded.take(order), keys.take(order), exact[order.to_numpy()]
    changes = _changes(folded)
    group = np.cumsum(changes, dtype=np.int64) - 1
    groups = folded.filter(pa.array(changes))
    del folded
    numbers, own = _numbers(keys, exact, group)
    del keys
    key_group = _first_of(numbers, group)
    key_exact = _first_of(numbers, exact)
    senses = _senses(numbers, targets.take(order), ranks[order.to_numpy()])
    del numbers, order, targets, ranks, group, exact
    data, offsets = _buffers(groups)
    records, group_at = _records(data, offsets, key_group, key_exact, own)
    tables = _tables(data, offsets, group_at)
    return pack_parts(
        {**tables, "records": records, "key_records": group_at[key_group].astype(np.uint32), **senses}
    )


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


def _column(names: pa.Table, name: str) -> pa.Array:
    column = names.column(name).cast(pa.large_string()).combine_chunks()
    return pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) else column


def _folded(keys: pa.Array) -> tuple[pa.Array, Any]:
    """Each key case-folded without its first character, and whether it must stand in its own case."""
    exact = pc.starts_with(keys, EXACT)
    plain = pc.utf8_slice_codeunits(keys, 1)
    folds = pa.array([key.casefold() for key in plain.filter(exact).to_pylist()], pa.large_string())
    if len(folds):
        plain = pc.replace_with_mask(plain, exact, folds)
    return plain, exact.to_numpy(zero_copy_only=False)


def _changes(values: pa.Array) -> Any:
    """True where a sorted array's value is not the one before."""
    out = np.ones(len(values), bool)
    if len(values) > 1:
        out[1:] = pc.not_equal(values[1:], values[:-1]).to_numpy(zero_copy_only=False)
    return out


def _numbers(keys: pa.Array, exact: Any, group: Any) -> tuple[Any, pa.Array]:
    """The number of each row's key, and the names of their own case in the order of their numbers.

    Keys are numbered group by group, within one the folded name first, then the others sorted.
    """
    own = pc.utf8_slice_codeunits(keys.filter(pa.array(exact)), 1)
    table = pa.table({"group": pa.array(group[exact], pa.int64()), "own": own})
    order = pc.sort_indices(table, [("group", "ascending"), ("own", "ascending")])
    table = table.take(order).combine_chunks()
    sorted_own = _column(table, "own")
    changes = _changes(sorted_own) | _different(table.column("group").to_numpy())
    place = np.zeros(len(keys), np.int64)
    within = np.empty(len(own), np.int64)
    within[order.to_numpy()] = np.cumsum(changes)
    place[exact] = within
    # Places grow with the group, so a pair sorts as one number.
    codes = group * (int(changes.sum()) + 1) + place
    _, numbers = np.unique(codes, return_inverse=True)
    return numbers, sorted_own.filter(pa.array(changes))


def _different(values: Any) -> Any:
    out = np.ones(len(values), bool)
    out[1:] = values[1:] != values[:-1]
    return out


def _first_of(numbers: Any, values: Any) -> Any:
    """For each key number the value of one of its rows, which all have the same."""
    out = np.zeros(int(numbers.max(initial=-1)) + 1, values.dtype)
    out[numbers] = values
    return out


def _senses(numbers: Any, targets: pa.Array, ranks: Any) -> dict[str, Array]:
    """For each key, by number, the targets it stands for, best rank first."""
    encoded = targets.dictionary_encode()
    order = pc.array_sort_indices(encoded.dictionary)
    place = np.empty(len(order), np.uint64)
    place[order.to_numpy()] = np.arange(len(order), dtype=np.uint64)
    target = place[encoded.indices.to_numpy()] if len(targets) else np.empty(0, np.uint64)
    if len(order) >= 1 << 28 or len(numbers) >= 1 << 27:
        raise ValueError(f"{len(numbers)} names of {len(order)} targets are more than a dictionary holds")
    key = numbers.astype(np.uint64) << np.uint64(36)
    by_target = np.sort(key | target << np.uint64(8) | ranks)
    by_target = by_target[_different(by_target >> np.uint64(8))]
    low = np.uint64((1 << 28) - 1)
    by_rank = np.sort(
        by_target >> np.uint64(36) << np.uint64(36)
        | (by_target & np.uint64(255)) << np.uint64(28)
        | by_target >> np.uint64(8) & low
    )
    count = int(numbers.max(initial=-1)) + 1
    sizes = np.bincount((by_rank >> np.uint64(36)).astype(np.int64), minlength=count)
    pool, target_bytes = _buffers(encoded.dictionary.take(order))
    return {
        "key_senses": _offsets(sizes).astype(np.uint32),
        "sense_target": (by_rank & low).astype(np.uint32),
        "sense_rank": (by_rank >> np.uint64(28) & np.uint64(255)).astype(np.uint8),
        "targets": pool,
        "target_bytes": target_bytes,
    }


def _records(data: Any, offsets: Any, key_group: Any, key_exact: Any, own: pa.Array) -> tuple[Any, Any]:
    """`records` of kernel.c, and where, in units of 4 bytes, that of each group begins."""
    count, lengths = len(offsets) - 1, np.diff(offsets)
    own_data, own_offsets = _buffers(own)
    own_lengths = np.diff(own_offsets)
    own_group = key_group[key_exact]
    extra = np.bincount(own_group, weights=own_lengths + 2, minlength=count).astype(np.int64)
    sizes = (_HEAD.size + lengths + extra + 3) // 4 * 4
    begins = _offsets(sizes) + 4  # no record begins at 0: an empty slot is 0
    out = np.zeros(int(begins[-1]), np.uint8)
    at = begins[:-1]
    keys = np.bincount(key_group, minlength=count)
    exact = np.bincount(own_group, minlength=count)
    _write(out, at, _offsets(keys)[:-1], 4)
    _write(out, at + 4, lengths, 2)
    _write(out, at + 6, exact << 1 | (keys > exact), 2)
    _scatter(out, at + _HEAD.size, data, offsets)
    before = _offsets(own_lengths + 2)[:-1]
    first = _offsets(exact)[:-1][own_group]
    places = (at + _HEAD.size + lengths)[own_group] + before - (before[first] if len(own) else before)
    _write(out, places, own_lengths, 2)
    _scatter(out, places + 2, own_data, own_offsets)
    return out, (at // 4).astype(np.uint32)


def _write(out: Any, places: Any, values: Any, size: int) -> None:
    """Write little-endian numbers of `size` bytes."""
    for n in range(size):
        out[places + n] = values >> (8 * n) & 255


def _scatter(out: Any, places: Any, data: Any, offsets: Any) -> None:
    """Copy strings that lie behind each other to places of their own."""
    for start in range(0, len(places), CHUNK):
        edges = offsets[start : start + CHUNK + 1]
        shift = places[start : start + CHUNK] - edges[:-1]
        sources = np.arange(edges[0], edges[-1])
        out[sources + np.repeat(shift, np.diff(edges))] = data[edges[0] : edges[-1]]


def _tables(data: Array, offsets: Array, group_at: Array) -> dict[str, Array]:
    """The character tables and the three hash tables over the groups, which lie at `group_at`."""
    arrays = character_tables()
    head = kernel.Dictionary()
    for name in ("blocks", "chars", "several"):
        setattr(head, name, arrays[name].ctypes.data)
    count = len(group_at)
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


def _buffers(strings: pa.Array) -> tuple[Any, Any]:
    """The bytes of large strings behind each other, and where each begins, from 0."""
    _, offset_buffer, value_buffer = strings.buffers()
    offsets = np.frombuffer(offset_buffer, np.int64, len(strings) + 1, strings.offset * 8).copy()
    data = np.frombuffer(value_buffer, np.uint8) if value_buffer else np.empty(0, np.uint8)
    data = data[offsets[0] : offsets[-1]]
    return np.ascontiguousarray(data), offsets - offsets[0]


def _offsets(sizes: Array) -> Any:
    out = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=out[1:])
    return out
