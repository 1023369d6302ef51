"""Arrow strings as the kernel reads them: concatenated bytes, and the offset at which each string begins."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from medconcept.dictionary import kernel
from medconcept.dictionary.file_layout import Array


def buffers(texts: pa.Array | list[str]) -> tuple[Array, Array]:
    """UTF-8 bytes and int64 offsets of texts; the first offset may be above 0; a null is an empty string.

    >>> data, offsets = buffers(["é", "", "b"])
    >>> bytes(data[:3]).decode(), offsets.tolist()
    ('éb', [0, 2, 2, 3])
    """
    if isinstance(texts, list):
        parts = [text.encode("utf-8", "surrogatepass") for text in texts]
        offsets = np.zeros(len(parts) + 1, np.int64)
        np.cumsum([len(part) for part in parts], out=offsets[1:])
        return np.frombuffer(b"".join(parts) + b"\0", np.uint8), offsets
    if texts.null_count:
        texts = texts.fill_null("")
    wide = pa.types.is_large_string(texts.type) or pa.types.is_large_binary(texts.type)
    kind = np.dtype(np.int64 if wide else np.int32)
    if not len(texts):
        return np.zeros(1, np.uint8), np.zeros(1, np.int64)
    _, offset_buffer, value_buffer = texts.buffers()
    offsets = np.frombuffer(offset_buffer, kind, len(texts) + 1, texts.offset * kind.itemsize)
    data = np.frombuffer(value_buffer, np.uint8) if value_buffer else np.zeros(1, np.uint8)
    return data, offsets.astype(np.int64)


def hashes(texts: pa.Array | list[str]) -> NDArray[np.uint64]:
    """The kernel's 64-bit hash of each text."""
    data, offsets = buffers(texts)
    out = np.empty(len(offsets) - 1, np.uint64)
    kernel.library().mc_hash_strings(data.ctypes.data, offsets.ctypes.data, len(out), out.ctypes.data)
    return out


def pool(name: str, texts: list[str]) -> dict[str, Array]:
    """Two arrays of a file that hold strings: their bytes as `name`, and their offsets as `name`_bytes."""
    data, offsets = buffers(texts)
    return {name: data[: int(offsets[-1])], f"{name}_bytes": offsets}


def piece(data: Array, offsets: Array, number: int) -> str:
    """A string of such a pair of arrays, by number."""
    return data[int(offsets[number]) : int(offsets[number + 1])].tobytes().decode("utf-8", "surrogatepass")
