"""Damage one file of a small lake, then read and run it: is it read right, mended, or refused by name?

    python benchmarks/bench_mutated_lakes.py --count 500

Each mutant is a copy of a lake of 5 tiny articles, in one of these states: nothing to do, one job to do, a
commit begun, a batch staged, a batch held by its gate. One file is deleted, emptied, cut, or has a byte or
some bytes changed, by a fixed seed. Every second copy has lost Hadoop's checksum files, as a lake on an
object store has none. Then `tables`, all rows of the table concerned, `status` and the jobs are asked, in one
warm session, and each answer is compared with that of the lake before the damage.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from results import show, write
from small_lake import SmallLake, build, content, session, whole_rows

KINDS = ("deleted", "emptied", "cut", "byte", "bytes")
# From the best to the worst; a mutant counts as the worst of its answers.
OUTCOMES = ("right", "mended", "refused", "refused without a name", "defect", "wrong")


class Killed(BaseException):
    """Raised where a run is to be killed."""


@contextmanager
def replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Replace an attribute for the length of a block."""
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def with_leftovers(spark: Any, small: SmallLake, folder: Path) -> dict[str, tuple[Path, tuple[str, ...]]]:
    """The states by name: a lake, and the jobs that are run on it; of left-overs new lakes are made."""
    from medconcept.lake import transaction
    from medconcept.lake.lake import Lake
    from medconcept.lake.lease import LEASE
    from medconcept.pipeline.registry import stage
    from medconcept.pipeline.runner import run_stage

    states = {"nothing to do": (small.final, small.stages)}
    for number, name in enumerate(small.stages):
        if number not in (0, len(small.stages) - 1):
            states[f"{name} to do"] = (small.state(number), (name,))

    def die(*_: Any) -> None:
        raise Killed

    for state, step in {"a batch staged": "begin", "a commit begun": "name_commit"}.items():
        lake, job = folder / state.replace(" ", "_"), "annotate_captions"
        if not lake.exists():
            shutil.copytree(small.state(small.stages.index(job)), lake)
            with replaced(transaction, step, die), suppress(Killed):
                run_stage(stage(job), Lake(spark, str(lake)), small.settings(lake), lambda line: None)
            left = {"run_id": "killed", "token": "t", "beat": 1, "place": "elsewhere", "pid": 1, "born": "1"}
            (lake / LEASE).write_text(json.dumps(left))
            shutil.copytree(next((lake / "_staging").iterdir()), lake / "_rejected/held")
        states[state] = (lake, (job,))
    return states


def damage(path: Path, kind: str, chance: random.Random) -> None:
    """Damage a file."""
    data = bytearray(path.read_bytes())
    if kind == "deleted":
        path.unlink()
        return
    if kind == "emptied":
        data.clear()
    elif kind == "cut":
        del data[chance.randrange(len(data)) :]
    else:
        first = chance.randrange(len(data))
        for position in range(first, min(len(data), first + (1 if kind == "byte" else 40))):
            data[position] ^= chance.randrange(1, 256)
    path.write_bytes(bytes(data))


def group_of(name: str) -> str:
    """The kind of a file of a lake, by its path."""
    top, *rest = name.split("/")
    what = "its log" if "_delta_log" in rest else "data"
    is_checksum = rest and rest[-1].startswith(".") and rest[-1].endswith(".crc")
    where = (
        top if top.startswith("_") else "ledgers" if top in ("commits", "runs", "quarantine") else "tables"
    )
    return f"{where}, {'checksums' if is_checksum else what}" if not top.startswith("_") else where


class Mutants:
    """Makes mutants and asks them."""

    def __init__(self, spark: Any, small: SmallLake, work: Path) -> None:
        """With the states and, as they are asked for, the answers of undamaged lakes."""
        self.spark, self.small, self.work = spark, small, work
        self.states = with_leftovers(spark, small, small.folder)
        self._answers: dict[tuple[str, str, str], Any] = {}
        self._after: dict[tuple[str, tuple[str, ...]], Any] = {}
        self._finals: dict[str, Any] = {}

    def questions(self, table: str) -> dict[str, Callable[[Any, Any], Any]]:
        """What is asked of a lake before its jobs are run, by name."""
        from medconcept.lake.queries import list_tables
        from medconcept.pipeline.status import status
        from medconcept.tables import TABLES

        tables = ["commits", "releases", "triplets"] if table in ("commits", "_medconcept") else [table]
        tables = [name for name in tables if name in TABLES]
        return {
            "sql": lambda lake, config: {name: whole_rows(lake, name) for name in tables},
            "status": status,
            "tables": lambda lake, config: list_tables(lake),
        }

    def run(self, lake: Any, config: Any, names: tuple[str, ...]) -> tuple[list[str], Any]:
        """Run jobs; returns what they say and the content of the tables that got a new version."""
        from medconcept.errors import LakeError
        from medconcept.pipeline.registry import stage
        from medconcept.tables import DATA_TABLES

        runner: Any = import_module("medconcept.pipeline.runner")
        before: dict[str, int] | None = None
        with suppress(LakeError):
            before = lake.head().versions
        with replaced(runner, "lease", partial(runner.lease, ttl=1)):
            said = [runner.run_stage(stage(n), lake, config, lambda line: None).status for n in names]
        after = lake.head().versions
        before = after if before is None else before
        tables = [name for name in DATA_TABLES if name != "releases"]
        return said, content(lake, [name for name in tables if after.get(name) != before.get(name)])

    def ask(self, state: str, number: int, kind: str, chance: random.Random) -> dict[str, Any]:
        """One mutant: what was damaged, what each question gave, and the outcome."""
        source, names = self.states[state]
        folder = Path(tempfile.mkdtemp(prefix=f"m{number}-", dir=self.work))
        try:
            lake = folder / "lake"
            shutil.copytree(source, lake)
            files = sorted(str(p.relative_to(lake)) for p in lake.rglob("*") if p.is_file())
            if number % 2:
                for name in files:
                    if Path(name).name.startswith(".") and name.endswith(".crc"):
                        (lake / name).unlink()
                files = [name for name in files if (lake / name).exists()]
            files = [name for name in files if (lake / name).stat().st_size and not name.startswith("_docs")]
            groups: dict[str, list[str]] = {}
            for name in files:
                groups.setdefault(group_of(name), []).append(name)
            name = chance.choice(groups[chance.choice(sorted(groups))])
            damage(lake / name, kind, chance)
            if state == "nothing to do":
                names = (chance.choice(names),)
            # What costs most is asked of every fourth mutant.
            asked = {"sql"} | ({"status"} if number % 4 == 0 else {"tables"} if number % 4 == 2 else set())
            answers = self._answers_of(state, lake, name, names, asked)
            worst = max((answer[0] for answer in answers.values()), key=OUTCOMES.index)
            bare = bool(number % 2)
            return {"state": state, "file": name, "kind": kind, "bare": bare, "outcome": worst, **answers}
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _answers_of(
        self, state: str, folder: Path, name: str, names: tuple[str, ...], asked: set[str]
    ) -> dict[str, tuple[str, str]]:
        from medconcept.lake.lake import Lake

        table, config = name.split("/")[0], self.small.settings(folder)
        out: dict[str, tuple[str, str]] = {}
        for question, answer in self.questions(table).items():
            if question not in asked:
                continue
            right = self._right(state, table, question)
            got = self._judged(partial(self._asked, answer, folder, config), name)
            if isinstance(got, tuple) and got and got[0] in OUTCOMES:
                out[question] = got
            else:
                same = _text(got, folder) == right
                out[question] = ("right", "") if same else ("wrong", _text(got, folder)[:600])
        right = self._right_after(state, names)
        got = self._judged(lambda: self.run(Lake(self.spark, str(folder)), config, names), name)
        if got[0] in OUTCOMES:
            out["run"] = got
        elif got[0] == right[0] and got[1] != right[1]:
            out["run"] = ("wrong", f"{got[0]}: {got[1]}, not {right[1]}")
        elif got[0] != right[0] and any(self._final(t) != rows for t, rows in got[1].items()):
            out["run"] = ("wrong", f"{got[0]}, not {right[0]}: {got[1]}")
        else:
            out["run"] = ("right" if got[0] == right[0] else "mended", "")
        return out

    def _asked(self, answer: Callable[[Any, Any], Any], folder: Path, config: Any) -> Any:
        from medconcept.lake.lake import Lake

        return answer(Lake(self.spark, str(folder)), config)

    def _right(self, state: str, table: str, question: str) -> str:
        from medconcept.lake.lake import Lake

        key = (state, table, question)
        if key not in self._answers:
            folder = self.work / "undamaged" / state.replace(" ", "_") / "lake"
            if not folder.exists():
                shutil.copytree(self.states[state][0], folder)
            answer = self.questions(table)[question]
            got = answer(Lake(self.spark, str(folder)), self.small.settings(folder))
            self._answers[key] = _text(got, folder)
        return str(self._answers[key])

    def _right_after(self, state: str, names: tuple[str, ...]) -> Any:
        from medconcept.lake.lake import Lake

        if (key := (state, names)) not in self._after:
            source, _ = self.states[state]
            folder = Path(tempfile.mkdtemp(prefix="run", dir=self.work)) / "lake"
            shutil.copytree(source, folder)
            self._after[key] = self.run(Lake(self.spark, str(folder)), self.small.settings(folder), names)
        return self._after[key]

    def _final(self, table: str) -> Any:
        """The content of a table after all jobs, to which a job that mends something must come, too."""
        from medconcept.lake.lake import Lake

        if table not in self._finals:
            self._finals.update(content(Lake(self.spark, str(self.small.final)), [table]))
        return self._finals[table]

    @staticmethod
    def _judged(action: Callable[[], Any], name: str) -> Any:
        """The answer; for an error the outcome and its line."""
        from medconcept.errors import MedconceptError, as_medconcept_error

        try:
            return action()
        except Exception as error:
            problem = as_medconcept_error(error, "bench")
            line = str(problem)
            if type(problem) is MedconceptError or "\n" in line:
                return "defect", f"{type(error).__name__}: {line}"
            file = Path(name).name
            is_named = name.split("/")[0] in line or file.lstrip(".").removesuffix(".crc") in line
            return ("refused" if is_named else "refused without a name"), f"{problem.exit_code}: {line}"


def _text(answer: Any, folder: Path) -> str:
    return json.dumps(answer, sort_keys=True, default=str).replace(str(folder), "")


def measure(
    spark: Any, small: SmallLake, count: int, seed: int, log: Path, seconds: float = 1e9
) -> list[dict[str, Any]]:
    """Ask this many mutants, or as many as fit into the time; each is a line of `log`."""
    with tempfile.TemporaryDirectory(prefix="mutants") as work, log.open("a") as lines:
        mutants = Mutants(spark, small, Path(work))
        chance, done, begun = random.Random(seed), [], time.monotonic()
        for number in range(count):
            state = chance.choice(sorted(mutants.states))
            own = random.Random(chance.random())
            done.append(mutants.ask(state, number, KINDS[number % len(KINDS)], own))
            lines.write(json.dumps(done[-1]) + "\n")
            lines.flush()
            if number % 50 == 49:  # Delta keeps the logs that it has read
                spark._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()
            if time.monotonic() - begun > seconds:
                break
    return done


def main() -> None:
    """Build the lake, make the mutants, print the outcomes; exits with 1 if one is wrong or a defect."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, default=Path("build/bench/small_lake"))
    arguments = parser.parse_args()
    spark = session()
    small = build(spark, arguments.work.absolute())
    log = arguments.work / f"mutants-{arguments.seed}.jsonl"
    done = measure(spark, small, arguments.count, arguments.seed, log)
    outcomes = Counter(mutant["outcome"] for mutant in done)
    figures = {name: outcomes[name] for name in OUTCOMES}
    show({"mutants": len(done)}, figures)
    for mutant in done:
        if mutant["outcome"] in ("wrong", "defect", "refused without a name"):
            print(json.dumps(mutant))
    write("mutated_lakes", {"mutants": len(done), **figures}, {}, ("pyspark", "delta-spark"))
    raise SystemExit(bool(outcomes["wrong"] + outcomes["defect"]))


if __name__ == "__main__":
    main()
