"""A C compiler, and a folder for what it makes."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
from pathlib import Path

from medconcept.errors import MedconceptError


class CompilerMissing(MedconceptError):
    """Native code is not there for this machine, and cannot be compiled here."""


def compiler() -> list[str]:
    """The command of a C compiler. Raises CompilerMissing with one line where there is none."""
    found = next((c for c in (os.environ.get("CC"), "cc", "gcc", "clang") if c and shutil.which(c)), None)
    if found:
        return [found]
    if importlib.util.find_spec("ziglang"):  # a C compiler from PyPI, for machines without one
        return [sys.executable, "-m", "ziglang", "cc"]
    raise CompilerMissing(
        "the matcher has no compiled part for this machine and no C compiler is there (cc, or ziglang)"
    )


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
    raise CompilerMissing("there is no folder to keep the compiled matcher in; set XDG_CACHE_HOME")
