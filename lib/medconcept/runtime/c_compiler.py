"""A C compiler, and a cache folder for its output."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
from pathlib import Path

from medconcept.errors import MedconceptError


class CompilerMissing(MedconceptError):
    """There is no native code for this machine, and it cannot be compiled here."""


def compiler() -> list[str]:
    """The command of a C compiler. Raises CompilerMissing if there is none."""
    command = next((c for c in (os.environ.get("CC"), "cc", "gcc", "clang") if c and shutil.which(c)), None)
    if command:
        return [command]
    if importlib.util.find_spec("ziglang"):  # a C compiler from PyPI, for machines without one
        return [sys.executable, "-m", "ziglang", "cc"]
    raise CompilerMissing(
        "the C kernel is not compiled for this machine, and there is no C compiler (cc, or ziglang)"
    )


def cache_folder() -> Path:
    """A folder that only this user can write, since code is loaded from it."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    for folder in (Path(home) / "medconcept", Path(tempfile.gettempdir()) / f"medconcept-{os.getuid()}"):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            continue
        status = folder.stat()
        if status.st_uid == os.getuid() and not status.st_mode & 0o022 and os.access(folder, os.W_OK):
            return folder
    raise CompilerMissing("no folder can be written to cache the compiled kernel; set XDG_CACHE_HOME")
