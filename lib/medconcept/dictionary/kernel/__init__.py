"""The C kernel of the dictionary: compiled once, kept in the user's cache, loaded through ctypes.

The library is looked for next to this module, in `lib` of the Python environment (a packed one brings it),
in the folders given to `add_folder`, and in the user's cache; if it is in none of them, it is compiled there.
The environment variable MEDCONCEPT_KERNEL names a library file to load instead, such as one compiled with
sanitizers (`make test-native`); what that file holds is not checked.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from medconcept.dictionary.kernel import layout
from medconcept.runtime.c_compiler import CompilerMissing, cache_folder, compiler

__all__ = ["CompilerMissing", "add_folder", "build", "library", "library_name", "library_path"]
SOURCES = ("kernel.h", "words.h", "words.c", "names.c", "overlaps.c", "build.c", "trigrams.c")
# No -march=native: a cache on a shared disk may serve machines of several kinds.
FLAGS = ("-O3", "-std=gnu11", "-shared", "-fPIC")
OVERRIDE = "MEDCONCEPT_KERNEL"


def sources() -> dict[str, bytes]:
    """The C files by name, wherever the package is installed (a zip too), and those that layout.py writes."""
    folder = resources.files("medconcept.dictionary.kernel")
    files = {name: folder.joinpath(name).read_bytes() for name in SOURCES}
    return files | {
        "constants.h": layout.constants_h().encode(),
        "layout_check.c": layout.layout_check_c().encode(),
    }


def library_name() -> str:
    """File name of the library for these sources and this kind of machine."""
    text = b"".join(sources().values()) + " ".join(FLAGS).encode()
    digest = hashlib.sha256(text).hexdigest()[:16]
    return f"kernel-{digest}-{platform.system().lower()}-{platform.machine().lower()}.so"


def build(folder: Path, name: str | None = None, flags: Sequence[str] = ()) -> Path:
    """Compile the library into a folder and return its path; safe if another process does the same meanwhile.

    `flags` are given to the compiler in addition to FLAGS; a library built with them needs its own `name`.
    Raises CompilerMissing with one line where there is no C compiler or it fails.
    """
    target = folder / (name or library_name())
    command = compiler()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        library_file = Path(scratch) / "kernel.so"
        files = sources()
        for file, content in files.items():
            (Path(scratch) / file).write_bytes(content)
        code = [str(Path(scratch) / file) for file in files if file.endswith(".c")]
        done = subprocess.run(
            [*command, *FLAGS, *flags, "-o", str(library_file), *code, "-lm"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            reason = " ".join(done.stderr.split())[:200]
            raise CompilerMissing(f"{command[0]} cannot compile the dictionary kernel: {reason}")
        library_file.replace(target)
    return target


@lru_cache(maxsize=1)
def library() -> ctypes.CDLL:
    """The library, loaded once a process. Raises CompilerMissing with one line."""
    loaded = ctypes.CDLL(str(library_path()))
    pointer, number = ctypes.c_void_p, ctypes.c_int64
    counting: dict[str, list[Any]] = {
        "mc_name": [pointer, number, pointer],
        "mc_new_words": [pointer] * 4 + [number] * 2 + [pointer, number, pointer],
        "mc_forms": [pointer] * 4 + [number] * 3 + [pointer, number] + [pointer] * 3,
        "mc_words": [pointer] * 3 + [number] + [pointer] * 2,
        "mc_hash_words": [pointer] * 4 + [number] * 2 + [pointer],
        "mc_front": [pointer] * 3 + [number] + [pointer] * 3,
        "mc_count_grams": [pointer, number] + [pointer] * 3 + [ctypes.c_uint64],
        "mc_fill_grams": [pointer] * 6,
        "mc_similar": [pointer] * 3 + [number, ctypes.c_double, number, pointer, pointer],
        "mc_join_masks": [pointer, ctypes.c_uint64, pointer, pointer, number, number],
        "mc_order": [pointer, pointer, number, pointer],
    }
    silent: dict[str, list[Any]] = {
        "mc_hash_forms": [pointer, pointer, number, pointer],
        "mc_hash_strings": [pointer, pointer, number, pointer],
        "mc_split_ids": [pointer, pointer, number] + [pointer] * 3,
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
    """The library file: the one that MEDCONCEPT_KERNEL names, else the first that exists, else compiled now.

    A driver sends it to its workers, since they may have no C compiler.
    """
    if override := os.environ.get(OVERRIDE):
        return Path(override)
    name = library_name()
    folders = (Path(__file__).parent, Path(sys.prefix) / "lib", *_ADDED_FOLDERS)
    present = [folder / name for folder in folders if (folder / name).is_file()]
    if present:
        return present[0]
    folder = cache_folder()
    return folder / name if (folder / name).is_file() else build(folder)


_ADDED_FOLDERS: list[Path] = []


def add_folder(folder: str) -> None:
    """Look for the library in this folder as well, such as the one that Spark copies its files to.

    A library loaded from there runs with this process's rights: name no folder that other users can write. A
    library for another kind of machine has another name and is ignored.
    """
    # A cluster's workers know the folder as ".", and the system does not open a file name without a folder.
    place = Path(folder).absolute()
    if place not in _ADDED_FOLDERS:
        _ADDED_FOLDERS.append(place)
