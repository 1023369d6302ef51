"""Modules of a package as native code, imported in place of their source.

mypyc compiles them (`medconcept.provision.native`) into one extension module for each package, with a
checksum of the sources in its name, on Python's module path. A changed source or another Python matches no
extension module and runs interpreted. MEDCONCEPT_NATIVE=0 selects the source.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
from collections.abc import Sequence
from importlib import resources
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # where it is from Python 3.11 on
    from importlib.resources.abc import Traversable


def modules(package: str) -> list[str]:
    """Names of the modules of a package that are compiled, relative to it, sub-packages included.

    All but each `__init__` and the records, whose types other code reads.

    >>> "panels.panel_labels" in modules("medconcept.jats"), "records.figure" in modules("medconcept.jats")
    (True, False)
    """
    return [name for name in _files(package) if not name.endswith("__init__") and "records." not in name]


def _files(package: str) -> dict[str, Traversable]:
    """Every module of a package and its sub-packages, by dotted name within it, sorted."""
    files: dict[str, Traversable] = {}
    folders: list[tuple[str, Traversable]] = [("", resources.files(package))]
    while folders:
        prefix, folder = folders.pop()
        for file in folder.iterdir():
            if file.name.endswith(".py"):
                files[f"{prefix}{file.name[:-3]}"] = file
            elif file.is_dir() and file.joinpath("__init__.py").is_file():
                folders.append((f"{prefix}{file.name}.", file))
    return dict(sorted(files.items()))


def library_name(package: str) -> str:
    """Name of the extension module for the current source of a package.

    >>> library_name("medconcept.jats")  # doctest: +ELLIPSIS
    'medconcept_jats_...__mypyc'
    """
    return f"{package.replace('.', '_')}_{checksum(package)}__mypyc"


def checksum(package: str) -> str:
    """Checksum of a package's source, records included, since compiled code relies on their types: 16 digits.

    >>> len(checksum("medconcept.jats"))
    16
    """
    read = {name: file.read_bytes() for name, file in _files(package).items()}
    return hashlib.sha256(repr(read).encode()).hexdigest()[:16]


def library(package: str) -> ModuleType | None:
    """The extension module of the package, or None if there is none that this machine can load."""
    if os.environ.get("MEDCONCEPT_NATIVE") == "0":
        return None
    try:
        return importlib.import_module(library_name(package))
    except ImportError:
        return None


def library_file(package: str) -> Path | None:
    """The file of the extension module, for a driver to send to workers; None if there is none."""
    module = library(package)
    return None if module is None or module.__file__ is None else Path(module.__file__).absolute()


def prefer_native(package: str) -> None:
    """Import the modules of the package from its extension module, if there is one.

    Called by the package itself, before it imports any of them.
    """
    if file := library_file(package):
        names = frozenset(f"{package}.{name}" for name in modules(package))
        sys.meta_path.insert(0, _Native(names, str(file)))


class _Native(MetaPathFinder):
    """Finds modules in one extension module, which has an entry point for each of them."""

    def __init__(self, names: frozenset[str], file: str) -> None:
        self._names = names
        self._file = file

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return spec_from_file_location(fullname, self._file) if fullname in self._names else None
