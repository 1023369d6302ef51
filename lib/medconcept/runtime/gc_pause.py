"""Python's garbage collector of cycles, paused where many objects are created and none is in a cycle."""

from __future__ import annotations

import gc


class PausedGC:
    """Pause the collection of cycles within a block; Python would start it after each few hundred objects.

    A class, since leaving a generator creates objects, which may start a collection.

    >>> with PausedGC():
    ...     gc.isenabled()
    False
    """

    def __enter__(self) -> None:
        """Pause collection."""
        self._was_on = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        """Resume it, if it was enabled before."""
        if self._was_on:
            gc.enable()
