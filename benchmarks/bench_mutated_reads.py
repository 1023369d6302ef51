"""Damage one file of a small lake, then read it without Spark: is it right, refused, or left to Spark?

    python benchmarks/bench_mutated_reads.py --count 10000

Lake and damage are those of bench_mutated_lakes.py: one file is deleted, emptied, cut, or has a byte or some
bytes changed, by a fixed seed. Then the tables are listed and all rows of the table concerned are read by
`medconcept.reader`, and compared with those before the damage. What that reader cannot read, the commands
ask of Spark, which bench_mutated_lakes.py measures.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import random
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench_mutated_lakes import KINDS, damage, group_of
from results import show, write
from small_lake import build, session

OUTCOMES = ("right", "left to Spark", "refused", "defect", "wrong", "hangs")
SECONDS = 60  # in which an answer must come


def digest(rows: Any) -> str:
    """A digest over all values of a table, whatever the order of its rows."""
    texts = sorted(json.dumps(row, sort_keys=True, default=str) for row in rows.to_pylist())
    return f"{len(texts)} rows, {hashlib.sha256(chr(10).join(texts).encode()).hexdigest()[:16]}"


def answers(lake: Path, table: str) -> dict[str, str]:
    """What the reader says of a lake: its tables, and all rows of one; an error as its kind and line."""
    from medconcept.errors import MedconceptError
    from medconcept.reader.committed import CommittedLake
    from medconcept.reader.needs_spark import NeedsSpark
    from medconcept.reader.questions import list_tables
    from medconcept.reader.read_table import open_lake

    def all_tables(opened: CommittedLake) -> str:
        return json.dumps([{k: v for k, v in each.items() if k != "bytes"} for each in list_tables(opened)])

    def all_rows(opened: CommittedLake) -> str:
        return digest(opened.query(f"SELECT * FROM {table}", {table: opened.open(table, None)}))

    out = {}
    for name, question in {"tables": all_tables, "rows": all_rows}.items():
        try:
            out[name] = question(open_lake(lake))
        except NeedsSpark as why:
            out[name] = f"left to Spark: {why}"
        except MedconceptError as error:
            out[name] = f"refused: {error}"
        except BaseException as error:  # a panic of Rust's is none of Exception's
            out[name] = f"defect: {type(error).__name__}: {error}"
    return out


def serve(connection: Any) -> None:
    """Answer for lakes until there are no more, in a process that may hang or end."""
    while (task := connection.recv()) is not None:
        connection.send(answers(*task))


class Reader:
    """A process that reads lakes; another one is started where it hangs or ends."""

    def __init__(self) -> None:
        """Start it."""
        self.start()

    def start(self) -> None:
        """Start the process."""
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self.process = context.Process(target=serve, args=(other,), daemon=True)
        self.process.start()
        other.close()

    def ask(self, lake: Path, table: str) -> dict[str, str]:
        """The answers, or that there are none."""
        self.connection.send((lake, table))
        try:
            if self.connection.poll(SECONDS):
                answer: dict[str, str] = self.connection.recv()
                return answer
            problem = f"hangs: no answer in {SECONDS} s"
        except EOFError:
            problem = "defect: the process ended"
        self.process.kill()
        self.start()
        return {"rows": problem}


def outcome(answer: str, right: str) -> str:
    """The outcome of a question, by its answer and that of the undamaged lake."""
    if answer == right:
        return "right"
    kind = answer.partition(":")[0]
    return kind if kind in OUTCOMES else "wrong"


def measure(source: Path, count: int, seed: int, work: Path, log: Path) -> list[dict[str, Any]]:
    """Ask this many mutants; each is a line of `log`. The lake is damaged in place and put back."""
    lake = work / "lake"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(source, lake)
    files: dict[str, list[str]] = {}
    for path in sorted(lake.rglob("*")):
        if path.is_file() and path.stat().st_size and not path.name.startswith("."):
            name = str(path.relative_to(lake))
            files.setdefault(group_of(name), []).append(name)
    files = {group: names for group, names in files.items() if not group.startswith(("_docs", "_rejected"))}
    reader, right, done, chance = Reader(), {}, [], random.Random(seed)
    begun = time.monotonic()
    with log.open("w") as lines:
        for number in range(count):
            name = chance.choice(files[chance.choice(sorted(files))])
            table = "commits" if (top := name.split("/")[0]).startswith("_") else top
            if table not in right:
                right[table] = reader.ask(lake, table)
            kind, path = KINDS[number % len(KINDS)], lake / name
            bytes_before = path.read_bytes()
            damage(path, kind, chance)
            got = reader.ask(lake, table)
            path.write_bytes(bytes_before)
            each = {
                question: outcome(answer, right[table].get(question, "")) for question, answer in got.items()
            }
            worst = max(each.values(), key=OUTCOMES.index)
            done.append({"file": name, "kind": kind, "outcome": worst, **got})
            lines.write(json.dumps(done[-1]) + "\n")
            if number % 500 == 499:
                print(f"{number + 1:,} of {count:,} mutants, {time.monotonic() - begun:.0f} s", flush=True)
    reader.connection.send(None)
    return done


def main() -> None:
    """Make the mutants, print the outcomes; exits with 1 if one is wrong, a defect or hangs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, default=Path("build/bench/small_lake"))
    arguments = parser.parse_args()
    folder = arguments.work.absolute()
    if not (folder / "built").exists():
        build(session(), folder)
    states = sorted(folder.glob("state*"), key=lambda path: int(path.name.removeprefix("state")))
    log = folder / f"reads-{arguments.seed}.jsonl"
    done = measure(states[-1], arguments.count, arguments.seed, folder / "mutant", log)
    outcomes = Counter(mutant["outcome"] for mutant in done)
    figures = {name: outcomes[name] for name in OUTCOMES}
    show({"mutants": len(done)}, figures)
    bad = [mutant for mutant in done if mutant["outcome"] in ("wrong", "defect", "hangs")]
    for mutant in bad[:50]:
        print(json.dumps(mutant)[:1000])
    write("mutated_reads", {"mutants": len(done), **figures}, {}, ("deltalake", "pyarrow"))
    raise SystemExit(bool(bad))


if __name__ == "__main__":
    main()
