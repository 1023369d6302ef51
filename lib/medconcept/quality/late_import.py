"""Great Expectations is imported late, since that takes seconds, and by one thread at a time.

Its modules import each other in circles: two threads that import different ones of them see halves.
"""

from __future__ import annotations

from importlib import import_module
from threading import Lock

_LOCK = Lock()


def import_great_expectations() -> None:
    """Import the package whole; returns when it is there, whichever thread imports it."""
    with _LOCK:
        import_module("great_expectations")
