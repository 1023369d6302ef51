"""The hash tables by which the linker finds forms of names, built when a dictionary is compiled.

A sense is the run of `senses` that one form points to: an entry for each name that has the form, with the
variant by which the form was made from the name, and a mark on the last entry.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from medconcept.dictionary import kernel
from medconcept.dictionary.file_layout import Array
from medconcept.dictionary.hash_order import order_of

# A form of a name: its hash, the upper halves of the hashes of its first word and first two, and the
# number of its words.
FORM = np.dtype([("hash", "<u8"), ("first", "<u4"), ("pair", "<u4"), ("size", "u1"), ("variant", "u1")])
# An entry of `senses`: 28 bits of the name's number, 3 of the variant, and the mark of the last one.
NAME_MASK, VARIANT_SHIFT, VARIANT_MASK, LAST = (
    np.uint32((1 << 28) - 1), np.uint32(28), np.uint32(7), np.uint32(1 << 31),
)  # fmt: skip
_FORM_SPARE, _MASK_SPARE = 1.4, 2.4  # slots for each entry of a table: more are faster and larger


def form_arrays(forms: Any, numbers: Any) -> dict[str, Array]:
    """The arrays `form_slots`, `senses`, `form_firsts` and `form_pairs`.

    `forms` are rows of FORM; `numbers` has the number of the name of each. The names of a form are ordered by
    variant, the nearest first, then by number. Raises ValueError for 2**28 forms or more.
    """
    if len(numbers) >= int(NAME_MASK):
        raise ValueError(f"{len(numbers)} forms are more than a dictionary holds")
    senses = forms["variant"].astype(np.uint32) << VARIANT_SHIFT | numbers
    order = order_of(forms["hash"], senses)
    hashed, senses = forms["hash"][order], senses[order]
    last = np.ones(len(order), bool)
    last[:-1] = hashed[1:] != hashed[:-1]
    begins = np.flatnonzero(np.concatenate([[True], last[:-1]])) if len(order) else np.empty(0, np.int64)
    senses[last] |= LAST
    keys = hashed[begins]
    table = np.zeros(int(len(keys) * _FORM_SPARE) + 2, np.uint64)
    begins = begins.astype(np.uint32)
    kernel.library().mc_fill_forms(
        table.ctypes.data, table.size, keys.ctypes.data, begins.ctypes.data, len(keys)
    )
    return {
        "form_slots": table, "senses": senses,
        "form_firsts": _mask_table(forms["first"][order], forms["size"][order], 1),
        "form_pairs": _mask_table(forms["pair"][order], forms["size"][order], 2),
    }  # fmt: skip


def _mask_table(hashes: Any, sizes: Any, at_least: int) -> Array:
    """The lengths, `at_least` or more, of forms by the upper half of a hash of their first words.

    See `lengths` of kernel.h.
    """
    hashes, sizes = np.ascontiguousarray(hashes, np.uint32), np.ascontiguousarray(sizes, np.uint8)
    slots, used = 2 * len(hashes) + 2, 0
    for _ in range(2):  # the first time only to count
        table = np.zeros(slots, np.uint32)
        used = kernel.library().mc_join_masks(
            table.ctypes.data, slots, hashes.ctypes.data, sizes.ctypes.data, len(hashes), at_least
        )
        slots = int(used * _MASK_SPARE) + 2
    return table
