"""The kernel's sort of hashes (hash_order.py) against numpy's, at the sizes of large dictionaries.

    python benchmarks/bench_kernel.py --hashes 5000000 20000000

Half of the hashes are drawn at random, half repeat one of these, as forms of names do. `order` is a stable
sort of the hashes alone, against `argsort`; `ties` sorts equal hashes by a 32-bit number, against `lexsort`.
The results are compared. Writes build/bench/kernel.json.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from results import show, write

from medconcept.dictionary.hash_order import order_of

SEED = 20_261


def main(argv: list[str] | None = None) -> int:
    """Measure, print a table, write the JSON; exit code 1 if an order differs from numpy's."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hashes", type=int, nargs="+", default=[5_000_000, 20_000_000])
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--output", type=Path, default=Path("build/bench/kernel.json"))
    options = parser.parse_args(argv)
    figures: dict[str, float] = {}
    ratios: dict[str, float] = {}
    differences = 0
    for count in options.hashes:
        keys, ties = draw(count)
        cases: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
            "order": (partial(order_of, keys), partial(np.argsort, keys, kind="stable")),
            "ties": (partial(order_of, keys, ties), partial(np.lexsort, (ties, keys))),
        }
        for name, (ours, numpy) in cases.items():
            mine, own = best(ours, options.repeat)
            theirs, other = best(numpy, options.repeat)
            differences += not np.array_equal(own, other)
            figures[f"{count}_{name}_kernel_s"], figures[f"{count}_{name}_numpy_s"] = (
                round(mine, 2),
                round(theirs, 2),
            )
            ratios[f"{count}_{name}_numpy/kernel"] = round(theirs / mine, 2)
    figures["differences"] = differences
    show(figures, ratios)
    write("kernel", figures, ratios, ["numpy"], options.output)
    return 1 if differences else 0


def draw(count: int) -> tuple[Any, Any]:
    """Return hashes, half of which repeat another, and tie-breaking numbers."""
    random = np.random.default_rng(SEED)
    keys = random.integers(0, np.iinfo(np.uint64).max, count, np.uint64)
    half = count // 2
    keys[half:] = keys[random.integers(0, half, count - half)]
    return keys, random.integers(0, 1 << 32, count, np.uint32)


def best(run: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """Seconds of the fastest of several runs, and the last result."""
    seconds = []
    result = None
    for _ in range(repeat):
        start = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


if __name__ == "__main__":
    raise SystemExit(main())
