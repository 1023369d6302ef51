"""The texts of a dictionary's names: sorted and front-coded when compiled, read one by one."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import pyarrow as pa

from medconcept.dictionary import kernel
from medconcept.dictionary.arrow_strings import buffers
from medconcept.dictionary.file_layout import Array
from medconcept.dictionary.kernel.layout import NAME_BYTES, NAMES_PER_BLOCK, Dictionary

_SLACK = 4  # bytes that front coding may add to a name


def front_coded(texts: pa.Array, order: Any) -> tuple[dict[str, Array], Array]:
    """The arrays `texts` and `text_blocks` of names in an order; and for each name 1 if it equals the last.

    Raises ValueError for a name of more than NAME_BYTES, or more than 4 GB of names.
    """
    data, offsets = buffers(texts)
    sizes, count = np.diff(offsets), len(order)
    if (longest := int(sizes.max(initial=0))) > NAME_BYTES:
        raise ValueError(f"a name has {longest} bytes, more than the {NAME_BYTES} that a dictionary allows")
    out = np.empty(int(sizes[order].sum()) + _SLACK * count, np.uint8)
    blocks, repeats = np.zeros(-(-count // NAMES_PER_BLOCK), np.uint32), np.zeros(count, np.uint8)
    order = np.ascontiguousarray(order, np.int64)
    used = kernel.library().mc_front(
        data.ctypes.data, offsets.ctypes.data, order.ctypes.data, count,
        out.ctypes.data, blocks.ctypes.data, repeats.ctypes.data,
    )  # fmt: skip
    if used >= 1 << 32:
        raise ValueError(f"{used} bytes of names are more than a dictionary holds")
    return {"texts": out[:used].copy(), "text_blocks": blocks}, repeats


class NameTexts:
    """Reads front-coded names by number."""

    def __init__(self, head: Dictionary) -> None:
        """Take the kernel's view of the dictionary's arrays, which must outlive it."""
        self._head, self._library = head, kernel.library()
        self._buffer = ctypes.create_string_buffer(NAME_BYTES)

    def __getitem__(self, number: int) -> str:
        """The name of that number, as its source writes it."""
        size = self._library.mc_name(ctypes.byref(self._head), number, self._buffer)
        return self._buffer.raw[:size].decode("utf-8", "surrogatepass")
