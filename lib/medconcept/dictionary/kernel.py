"""The compiled half of the matcher: found beside this module, in the user's cache, or compiled once."""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from functools import lru_cache
from importlib import resources
from pathlib import Path

from medconcept.errors import MedconceptError

SOURCE = "kernel.c"
# No -march=native: a cache on a shared disk may serve machines of several kinds.
FLAGS = ("-O3", "-std=gnu11", "-shared", "-fPIC")
POINTERS = ("blocks", "chars", "several", "slots", "firsts", "pairs", "masks", "records")
COUNTS = ("slot_count", "first_count", "pair_count")


class KernelMissing(MedconceptError):
    """The matcher's compiled part is neither there nor can be compiled here."""


class Dictionary(ctypes.Structure):
    """`dictionary` of kernel.c: addresses of the arrays of a dictionary file, and sizes of its tables."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in POINTERS),
        *((name, ctypes.c_uint64) for name in COUNTS),
    ]


def library_name() -> str:
    """File name of the library for this source and this kind of machine."""
    digest = hashlib.sha256(source() + " ".join(FLAGS).encode()).hexdigest()[:16]
    return f"kernel-{digest}-{platform.system().lower()}-{platform.machine().lower()}.so"


def source() -> bytes:
    """The C source, wherever the package is installed; a zip too."""
    return resources.files("medconcept.dictionary").joinpath(SOURCE).read_bytes()


def _compiler() -> list[str]:
    found = next((c for c in (os.environ.get("CC"), "cc", "gcc", "clang") if c and shutil.which(c)), None)
    if found:
        return [found]
    if importlib.util.find_spec("ziglang"):  # a C compiler from PyPI, for machines without one
        return [sys.executable, "-m", "ziglang", "cc"]
    raise KernelMissing(
        "the matcher has no compiled part for this machine and no C compiler is there (cc, or ziglang)"
    )


def build(folder: Path) -> Path:
    """Compile the library into a folder and return its path; another process may do the same meanwhile.

    Raises KernelMissing with one line where there is no C compiler or it fails.
    """
    target = folder / library_name()
    compiler = _compiler()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        made, code = Path(scratch) / "kernel.so", Path(scratch) / SOURCE
        code.write_bytes(source())
        done = subprocess.run(
            [*compiler, *FLAGS, "-o", str(made), str(code)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise KernelMissing(
                f"{compiler[0]} cannot compile the matcher: {' '.join(done.stderr.split())[:200]}"
            )
        made.replace(target)
    return target


@lru_cache(maxsize=1)
def library() -> ctypes.CDLL:
    """The library, loaded once a process. Raises KernelMissing with one line."""
    loaded = ctypes.CDLL(str(_find()))
    pointer, number = ctypes.c_void_p, ctypes.c_int64
    signatures = {
        "mc_match": [pointer] * 3 + [number] * 3 + [ctypes.c_int, pointer, number, pointer],
        "mc_match_tokens": [pointer, pointer, number, pointer, pointer, number, pointer, number, pointer],
        "mc_hash": [pointer] * 3 + [number] * 2 + [pointer] * 4,
    }
    for name, arguments in signatures.items():
        function = getattr(loaded, name)
        function.argtypes, function.restype = arguments, number
    loaded.mc_fill.argtypes = [pointer, ctypes.c_uint64, pointer, pointer, number]
    loaded.mc_fill.restype = None
    return loaded


def _find() -> Path:
    name = library_name()
    beside = Path(__file__).with_name(name)
    if beside.is_file():
        return beside
    folder = cache_folder()
    return folder / name if (folder / name).is_file() else build(folder)


def cache_folder() -> Path:
    """A folder that this user alone can write: what is loaded from it runs."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    for folder in (Path(home) / "medconcept", Path(tempfile.gettempdir()) / f"medconcept-{os.getuid()}"):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            continue
        found = folder.stat()
        if found.st_uid == os.getuid() and not found.st_mode & 0o022 and os.access(folder, os.W_OK):
            return folder
    raise KernelMissing("there is no folder to keep the compiled matcher in; set XDG_CACHE_HOME")
