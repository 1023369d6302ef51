"""Python's search for cycles of objects, put off where many are made and none is a cycle."""

from __future__ import annotations

import gc


class PausedGC:
    """Within its block no cycles are looked for; Python would do so whenever some hundred objects are new.

    A class, for a generator would make objects at its end: enough to have all that is new looked through.

    >>> with PausedGC():
    ...     gc.isenabled()
    False
    """

    def __enter__(self) -> None:
        """Stop looking."""
        self._was_on = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        """Look again, if Python did before."""
        if self._was_on:
            gc.enable()
