"""Folders that are replaced atomically."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def building(target: Path) -> Iterator[Path]:
    """Yield an empty folder that replaces `target` when the block ends without an error.

    After an error the new folder is removed and `target` is unchanged.

    >>> with tempfile.TemporaryDirectory() as home:
    ...     with building(Path(home) / "jars") as folder:
    ...         _ = (folder / "a.jar").write_text("a")
    ...     sorted(path.name for path in Path(home).rglob("*"))
    ['a.jar', 'jars']
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    # Next to the target, because a rename is atomic only within one file system.
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
