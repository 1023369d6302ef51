"""medconcept: image-text-concept data from the figures of PubMed Central articles.

>>> medconcept.tables("build/lake"), medconcept.read_table("build/lake", "triplets")  # doctest: +SKIP
>>> medconcept.load_linker("build/lake")("No evidence of hepatocellular carcinoma")  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
# The functions of the library, by the modules that hold them: imported when they are used, so that a command
# loads no more than it needs.
_FUNCTIONS = {
    "load_linker": "medconcept.library.linker",
    "read_table": "medconcept.reader.read_table",
    "tables": "medconcept.reader.read_table",
}


def __getattr__(name: str) -> Any:
    """A function of the library. The package medconcept.tables, once imported, takes calls of that name."""
    if name not in _FUNCTIONS:
        raise AttributeError(f"module 'medconcept' has no attribute {name!r}")
    return getattr(import_module(_FUNCTIONS[name]), name)
