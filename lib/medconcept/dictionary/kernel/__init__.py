"""The compiled half of the matcher: found beside this module, in the user's cache, or compiled once."""

from __future__ import annotations

import ctypes
import hashlib
import platform
import subprocess
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from medconcept.runtime.c_compiler import CompilerMissing, cache_folder, compiler

SOURCES = ("kernel.h", "words.h", "exact.c", "words.c", "places.c", "shapes.c", "build.c", "similar.c")
# No -march=native: a cache on a shared disk may serve machines of several kinds.
FLAGS = ("-O3", "-std=gnu11", "-shared", "-fPIC")
POINTERS = (
    "blocks", "chars", "several", "texts", "text_blocks", "ranks", "tags", "slots", "firsts", "beginnings",
    "form_slots", "form_firsts", "form_pairs", "senses",
)  # fmt: skip
COUNTED = ("ranks", "slots", "firsts", "beginnings", "form_slots", "form_firsts", "form_pairs")


class Dictionary(ctypes.Structure):
    """`dictionary` of kernel.h: addresses of the arrays of a dictionary file, and sizes of its tables."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in POINTERS),
        *((f"{name}_count", ctypes.c_uint64) for name in COUNTED),
    ]


class Words(ctypes.Structure):
    """`words` of words.c: the arrays of a table of words, its size, and the hashes of 1, 5 and 10."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("keys", "singular", "noun", "flags")),
        ("size", ctypes.c_uint64),
        ("used", ctypes.c_uint64),
        ("numbers", ctypes.c_uint64 * 4),
    ]


class Similar(ctypes.Structure):
    """`similar` of similar.c: the arrays of an index of trigrams, and their sizes."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("grams", "counts", "begins", "postings", "norms")),
        ("gram_count", ctypes.c_uint64),
        ("named", ctypes.c_uint64),
    ]


def head_of(arrays: Mapping[str, NDArray[Any]]) -> Dictionary:
    """What the kernel is told: where each array lies. The arrays must outlive it."""
    head = Dictionary()
    for name in POINTERS:
        setattr(head, name, arrays[name].ctypes.data if name in arrays else None)
    for name in COUNTED:
        setattr(head, f"{name}_count", arrays[name].size if name in arrays else 0)
    return head


def library_name() -> str:
    """File name of the library for this source and this kind of machine."""
    text = b"".join(source(name) for name in SOURCES) + " ".join(FLAGS).encode()
    digest = hashlib.sha256(text).hexdigest()[:16]
    return f"kernel-{digest}-{platform.system().lower()}-{platform.machine().lower()}.so"


def source(name: str) -> bytes:
    """A file of the C source, wherever the package is installed; a zip too."""
    return resources.files("medconcept.dictionary.kernel").joinpath(name).read_bytes()


def build(folder: Path) -> Path:
    """Compile the library into a folder and return its path; another process may do the same meanwhile.

    Raises CompilerMissing with one line where there is no C compiler or it fails.
    """
    target = folder / library_name()
    command = compiler()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        made = Path(scratch) / "kernel.so"
        for name in SOURCES:
            (Path(scratch) / name).write_bytes(source(name))
        code = [str(Path(scratch) / name) for name in SOURCES if name.endswith(".c")]
        done = subprocess.run(
            [*command, *FLAGS, "-o", str(made), *code, "-lm"], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise CompilerMissing(
                f"{command[0]} cannot compile the matcher: {' '.join(done.stderr.split())[:200]}"
            )
        made.replace(target)
    return target


@lru_cache(maxsize=1)
def library() -> ctypes.CDLL:
    """The library, loaded once a process. Raises CompilerMissing with one line."""
    loaded = ctypes.CDLL(str(library_path()))
    pointer, number = ctypes.c_void_p, ctypes.c_int64
    counting: dict[str, list[Any]] = {
        "mc_match": [pointer] * 6 + [number] * 3 + [ctypes.c_int, pointer, number, pointer],
        "mc_match_tokens": [pointer, pointer, number, pointer, pointer, number, pointer, number, pointer],
        "mc_hash_names": [pointer] * 3 + [number] * 2 + [pointer] * 3,
        "mc_name": [pointer, number, pointer],
        "mc_new_words": [pointer] * 4 + [number] * 2 + [pointer, number, pointer],
        "mc_forms": [pointer] * 4 + [number] * 3 + [pointer, number] + [pointer] * 3,
        "mc_words": [pointer] * 3 + [number] + [pointer] * 2,
        "mc_hash_words": [pointer] * 4 + [number] * 2 + [pointer],
        "mc_front": [pointer] * 3 + [number] + [pointer] * 3,
        "mc_count_grams": [pointer] * 4 + [ctypes.c_uint64],
        "mc_fill_grams": [pointer] * 6,
        "mc_similar": [pointer] * 3 + [number, ctypes.c_double, number, pointer, pointer],
        "mc_join_masks": [pointer, ctypes.c_uint64, pointer, pointer, number, number],
        "mc_order": [pointer, pointer, number, pointer],
    }
    silent: dict[str, list[Any]] = {
        "mc_fill_names": [pointer, pointer, ctypes.c_uint64, pointer, pointer, number],
        "mc_hash_forms": [pointer, pointer, number, pointer],
        "mc_hash_strings": [pointer, pointer, number, pointer],
        "mc_split_ids": [pointer, pointer, number] + [pointer] * 3,
        "mc_shapes": [pointer] * 2 + [number, pointer],
        "mc_apart": [pointer] * 2 + [number] + [pointer] * 2,
        "mc_fill_forms": [pointer, ctypes.c_uint64, pointer, pointer, number],
    }
    measuring: dict[str, list[Any]] = {"mc_compare_all": [pointer] * 3 + [number]}
    for names, result in ((counting, number), (silent, None), (measuring, ctypes.c_double)):
        for name, arguments in names.items():
            function = getattr(loaded, name)
            function.argtypes, function.restype = arguments, result
    return loaded


def library_path() -> Path:
    """The file of the library: beside this module, brought by `take`, in the cache, or compiled now.

    A driver sends it to its workers, since they may have no C compiler.
    """
    name = library_name()
    found = [folder / name for folder in (Path(__file__).parent, *_TAKEN) if (folder / name).is_file()]
    if found:
        return found[0]
    folder = cache_folder()
    return folder / name if (folder / name).is_file() else build(folder)


_TAKEN: list[Path] = []


def take(folder: str) -> None:
    """Look for the library in this folder as well: the one that Spark brings its files to.

    What is loaded from there runs; name no folder that anybody else can write. A library for another kind
    of machine has another name, and is left alone.
    """
    # A cluster's workers know the folder as ".", and a bare file name is none that the system would open.
    place = Path(folder).absolute()
    if place not in _TAKEN:
        _TAKEN.append(place)
