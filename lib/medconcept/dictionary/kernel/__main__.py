"""Compile the kernel with more compiler flags: `python -m medconcept.dictionary.kernel FILE [FLAG …]`."""

from __future__ import annotations

import sys
from pathlib import Path

from medconcept.dictionary import kernel

if __name__ == "__main__":
    target = Path(sys.argv[1])
    print(kernel.build(target.parent, target.name, sys.argv[2:]))
