"""The output of every benchmark: a table on the terminal, and a file that also has machine and versions."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path("build/bench")


def show(*tables: Mapping[str, float]) -> None:
    """Print names and numbers, one pair per line."""
    rows = [row for table in tables for row in table.items()]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:{width}} {value:>14,}")


def write(
    name: str,
    figures: Mapping[str, Any],
    ratios: Mapping[str, float],
    packages: Iterable[str],
    output: Path | None = None,
    **more: Any,
) -> None:
    """Write build/bench/<name>.json, or `output`; `packages` are those whose versions affect the figures."""
    result = {
        "name": name,
        "figures": dict(figures),
        "ratios": dict(ratios),
        "machine": {"cores": os.cpu_count(), "processor": platform.machine(), "system": platform.system()},
        "versions": {
            "python": platform.python_version(),
            **{package: importlib.metadata.version(package) for package in packages},
        },
        **more,
    }
    output = output or FOLDER / f"{name}.json"
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(result, indent=1) + "\n")
