"""Where this package is installed, and the folders that belong to the installation."""

from __future__ import annotations

from pathlib import Path

from medconcept.runtime.c_compiler import cache_folder


def checkout() -> Path | None:
    """Root of the source checkout that the package runs from; None for an installed wheel or a zip."""
    root = Path(__file__).resolve().parents[3]
    return root if (root / "pyproject.toml").is_file() and (root / "lib/medconcept").is_dir() else None


def build_folder() -> Path:
    """Folder for what provisioning fetches: `build` of the checkout, else the user's cache folder."""
    root = checkout()
    return cache_folder() if root is None else root / "build"
