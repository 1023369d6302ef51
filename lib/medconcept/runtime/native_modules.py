"""Modules of a package as native code, imported in place of the source that it was made of.

mypyc makes it (`medconcept.provision.native`): one extension module for all of a package, which bears a
checksum of the sources in its name and is looked for where Python looks for modules. So it is found in an
environment that was set up, and on a Spark worker that was brought it; a source that has changed since, or
another Python, finds none and is run as it stands. MEDCONCEPT_NATIVE=0 asks for the source.
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
    """The modules of a package that are compiled, by their names within it, sub-packages included.

    All but packages' own `__init__` and the records, whose types other code reads.

    >>> "panels.panel_labels" in modules("medconcept.jats"), "records.figure" in modules("medconcept.jats")
    (True, False)
    """
    return [name for name in _files(package) if not name.endswith("__init__") and "records." not in name]


def _files(package: str) -> dict[str, Traversable]:
    """Every module of a package and its sub-packages, by dotted name within it, sorted."""
    found: dict[str, Traversable] = {}
    folders: list[tuple[str, Traversable]] = [("", resources.files(package))]
    while folders:
        prefix, folder = folders.pop()
        for file in folder.iterdir():
            if file.name.endswith(".py"):
                found[f"{prefix}{file.name[:-3]}"] = file
            elif file.is_dir() and file.joinpath("__init__.py").is_file():
                folders.append((f"{prefix}{file.name}.", file))
    return dict(sorted(found.items()))


def library_name(package: str) -> str:
    """Name of the extension module for the package as its source is now.

    >>> library_name("medconcept.jats")  # doctest: +ELLIPSIS
    'medconcept_jats_...__mypyc'
    """
    return f"{package.replace('.', '_')}_{checksum(package)}__mypyc"


def checksum(package: str) -> str:
    """Of the package's source, records too, since what is compiled relies on their types: 16 digits.

    >>> len(checksum("medconcept.jats"))
    16
    """
    read = {name: file.read_bytes() for name, file in _files(package).items()}
    return hashlib.sha256(repr(read).encode()).hexdigest()[:16]


def library(package: str) -> ModuleType | None:
    """The extension module for the package, or None where there is none or this machine cannot load it."""
    if os.environ.get("MEDCONCEPT_NATIVE") == "0":
        return None
    try:
        return importlib.import_module(library_name(package))
    except ImportError:
        return None


def library_file(package: str) -> Path | None:
    """The file of the extension module, for a driver to send it to workers that may have none."""
    found = library(package)
    return None if found is None or found.__file__ is None else Path(found.__file__).absolute()


def prefer_native(package: str) -> None:
    """Have the modules of the package imported from its extension module, if there is one.

    To be called by the package itself, before it imports any of them.
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
