"""Damaged articles: each results in an article or a reason, in bounded time and memory.

    python benchmarks/bench_jats_fuzz.py build/demo/articles --count 20000

Mutants are derived from real articles by seed, so each can be reproduced (`--first N --count 1`). A child
process with limited address space parses them. If it dies, the mutant counts as a crash; if it reports
nothing for --seconds, as a hang; either loses only that mutant. Memory is the child's peak after the first
tenth of its mutants and at its end. Writes build/bench/jats_fuzz.json; exits with 1 if any mutant crashed,
hung or ended without a reason.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import sys
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

from medconcept.jats import PARSER_VERSION, ArticleRejected, parse_article

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "jats"))
from jats_mutants import mutant
from results import write

ADDRESS_SPACE = 4 * 1024**3


def work(paths: list[Path], first: int, last: int, results: Connection) -> None:
    """Parse mutants `first` to `last`; sends the number, outcome, seconds and peak memory of each."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    sources = [path.read_bytes() for path in paths]
    for number in range(first, last):
        rng = random.Random(number)
        data = mutant(rng.choice(sources), sources, rng)
        start = time.perf_counter()
        try:
            parse_article(data)
            ending = "article"
        except ArticleRejected as refusal:
            ending = str(refusal.reason) if refusal.detail else f"{refusal.reason} without detail"
        except BaseException as error:  # any exception is an outcome to count
            ending = f"raised {type(error).__name__}"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        results.send((number, ending, time.perf_counter() - start, peak))
    results.close()


def main() -> None:
    """Run all mutants, print their outcomes, write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", type=Path, default=[Path("build/demo/articles")])
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=10.0, help="the bound for one mutant")
    parser.add_argument("--output", type=Path, default=Path("build/bench/jats_fuzz.json"))
    options = parser.parse_args()
    paths = sorted(p for f in options.folders for p in f.rglob("*") if p.suffix in (".xml", ".nxml"))
    if not paths:
        parser.error(f"no articles in {', '.join(map(str, options.folders))}")
    endings: Counter[str] = Counter()
    bad: list[tuple[int, str]] = []
    slowest, early, peak = 0.0, 0.0, 0.0
    number, last = options.first, options.first + options.count
    fork = multiprocessing.get_context("fork")
    while number < last:
        receiver, sender = fork.Pipe(duplex=False)
        child = fork.Process(target=work, args=(paths, number, last, sender))
        child.start()
        sender.close()
        while number < last:
            try:
                if not receiver.poll(options.seconds):
                    ending = "hung"
                    break
                number, ending, seconds, memory = receiver.recv()
            except EOFError:
                ending = "crashed"
                break
            endings[ending] += 1
            if ending.startswith("raised") or ending in ("parser_error",) or ending.endswith("detail"):
                bad.append((number, ending))
            slowest, peak = max(slowest, seconds), max(peak, memory)
            if number < options.first + options.count // 10:
                early = peak
            number += 1
        if number < last:
            endings[ending] += 1
            bad.append((number, ending))
            number += 1
        child.kill()
        child.join()
    for ending, count in endings.most_common():
        print(f"{ending:24} {count:7}")
    print(f"slowest {slowest:.2f} s; peak memory {early:.0f} MB after a tenth, {peak:.0f} MB at the end")
    for seed, ending in bad[:20]:
        print(f"mutant {seed}: {ending}")
    figures = {
        "mutants": options.count,
        "failures": len(bad),
        "slowest seconds": round(slowest, 3),
        "peak MB after a tenth": round(early),
        "peak MB": round(peak),
        **{f"ended {ending}": count for ending, count in sorted(endings.items())},
    }
    ratios = {"peak MB at the end/after a tenth": round(peak / early, 3) if early else 0.0}
    write("jats_fuzz", figures, ratios, ["lxml"], options.output, jats_parser=PARSER_VERSION)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
