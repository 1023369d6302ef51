"""Folders that appear whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def building(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside `target` that takes its place when the block ends without an error.

    After an error the half-built folder is gone and `target` is as it was.

    >>> with tempfile.TemporaryDirectory() as home:
    ...     with building(Path(home) / "jars") as folder:
    ...         _ = (folder / "a.jar").write_text("a")
    ...     sorted(path.name for path in Path(home).rglob("*"))
    ['a.jar', 'jars']
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, because a rename is atomic only within one file system.
    scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    fresh = scratch / "fresh"
    fresh.mkdir()
    try:
        yield fresh
        if target.exists():
            target.rename(scratch / "stale")
        fresh.rename(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
