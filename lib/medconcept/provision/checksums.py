"""Files that are the pinned ones, by their SHA-256."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from medconcept.provision.errors import ProvisionError


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hex. Raises OSError.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     _ = (Path(home) / "a").write_bytes(b"")
    ...     sha256_of(Path(home) / "a")[:16]
    'e3b0c44298fc1c14'
    """
    return hashlib.sha256(path.read_bytes()).hexdigest()


def require_pinned(path: Path, sha256: str, prefix: str = "") -> Path:
    """Return the path of a file with this SHA-256. Raises ProvisionError, its text after `prefix`, if not."""
    actual = sha256_of(path)
    if actual != sha256:
        raise ProvisionError(f"{prefix}{path.name} has sha256 {actual}, not the pinned {sha256}")
    return path


def are_unchanged(folder: Path, files: Mapping[str, str]) -> bool:
    """Whether each file, by its path within the folder, has its SHA-256. Raises OSError if one is missing."""
    return all(sha256_of(folder / name) == sha256 for name, sha256 in files.items())
