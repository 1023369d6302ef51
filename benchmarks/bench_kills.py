"""Kill jobs at random moments, run them again, and compare the lake with one that nobody disturbed.

    python benchmarks/bench_kills.py --count 200

Each experiment takes a small lake as it is before some job of a run, starts the jobs, and sends SIGKILL to
the Python process of the driver: after a random time, or before or after a random call within a commit (a
table, a ledger, a small file, the lease). In one of eight the JVM is killed with it, by time; else the JVM
serves all experiments, its jobs are cancelled and what it is still doing is waited for. In a quarter
`_staging` is emptied then, in a quarter the settings change. Then the jobs are run again, in a quarter and
with other settings all of them, else up to the one that was killed; where one refuses the lake and names
`medconcept restore`, that is done first.

What must hold: the content of all tables is that of an undisturbed lake of the last settings that the same
jobs have run on; commits are numbered from 1; a job that says "done" has a commit, and its counts are those
of the rows that have its run; one that says "nothing new" has none; and run once more, nothing is new.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from killed_jobs import STEPS
from results import show, write
from small_lake import ROOT, SmallLake, build, content, session

PER_JVM = 15
OUTCOMES = ("right", "stopped, restored, right", "not killed", "refused", "untrue", "wrong")


def other_settings(settings: Any) -> Any:
    """Settings that give other mentions and triplets."""
    annotate = replace(settings.annotate, nested=True, negation=False)
    return replace(settings, annotate=annotate, centrality=replace(settings.centrality, cut=0.6))


class Kills:
    """Makes experiments in a session whose JVM is shared with the processes that are killed."""

    def __init__(self, spark: Any, small: SmallLake, work: Path) -> None:
        """Start the process whose children are killed."""
        self.spark, self.small, self.work = spark, small, work
        gateway = spark.sparkContext._gateway
        environment = {
            **os.environ,
            "PYSPARK_GATEWAY_PORT": str(gateway.gateway_parameters.port),
            "PYSPARK_GATEWAY_SECRET": gateway.gateway_parameters.auth_token,
        }
        self.errors = (work / "killed_jobs.log").open("a")
        command = [sys.executable, str(Path(__file__).with_name("killed_jobs.py"))]
        self.server = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
            text=True,
        )  # fmt: skip
        self._java = next(pid for pid in map(int, _pids()) if _is_java_of(pid, os.getpid()))
        self._expected: dict[tuple[int, bool], Any] = {}

    def close(self) -> None:
        """End that process."""
        assert self.server.stdin is not None
        self.server.stdin.close()
        self.server.wait(60)

    def expected(self, done: int, *, other: bool) -> Any:
        """The content of an undisturbed lake after this many jobs, with the settings or the other ones."""
        if (done, other) not in self._expected:
            lake = self.small.state(done)
            if other:
                # The other settings are those of later jobs.
                first = self.small.stages.index("annotate_captions")
                lake = Path(shutil.copytree(self.small.state(first), self.work / "undisturbed"))
                self.run(lake, other_settings(self.small.settings(lake)), self.small.stages[first:])
            self._expected[done, other] = self.content_of(lake)
        return self._expected[done, other]

    def forget(self) -> None:
        """Free what killed jobs have left in the JVM, whose heap fills else: cached rows, logs of Delta."""
        self.spark.catalog.clearCache()
        for rdd in self.spark.sparkContext._jsc.getPersistentRDDs().values():
            rdd.unpersist()
        self.spark._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()
        self.spark._jvm.System.gc()

    def content_of(self, lake: Path) -> Any:
        """The content of a lake's tables."""
        from medconcept.lake.lake import Lake
        from medconcept.tables import DATA_TABLES

        opened = Lake(self.spark, str(lake))
        filled = [name for name in DATA_TABLES if name != "releases" and opened.head().versions.get(name)]
        return content(opened, filled)

    def run(self, lake: Path, settings: Any, names: Sequence[str] | None = None) -> list[Any]:
        """Run jobs as `medconcept run` does, by default all of them."""
        from medconcept.lake.lake import Lake
        from medconcept.pipeline.registry import stage
        from medconcept.pipeline.runner import run_stage

        opened = Lake(self.spark, str(lake))
        return [
            run_stage(stage(name), opened, settings, lambda line: None) for name in names or self.small.stages
        ]

    def experiment(self, number: int, chance: random.Random) -> dict[str, Any]:
        """One kill, and what came of it."""
        folder = Path(tempfile.mkdtemp(prefix=f"k{number}-", dir=self.work))
        try:
            first = chance.randrange(len(self.small.stages))
            cold = number % 8 == 7
            if cold or number % 2:
                moment: dict[str, Any] = {"seconds": round(chance.uniform(0.2, 30 if cold else 12), 2)}
            else:
                step = chance.choice(sorted(STEPS))
                moment = {"step": step, "call": chance.choice((1, 1, 2, 3)), "after": chance.random() < 0.5}
            wiped, other = chance.random() < 0.25, chance.random() < 0.25
            done = {
                "number": number, "before": self.small.stages[first], "jvm": cold, "moment": moment,
                "wiped": wiped, "other_settings": other,
            }  # fmt: skip
            lake = folder / "lake"
            shutil.copytree(self.small.state(first), lake)
            settings = self.small.settings(lake)
            status = (self.kill_with_jvm if cold else self.kill)(folder, settings, first, moment)
            if status != -signal.SIGKILL:
                return {**done, "outcome": "not killed" if status == 0 else "refused", "status": status}
            done["staged"] = sorted(p.name for p in (lake / "_staging").glob("*/*")) if wiped else None
            if wiped:
                shutil.rmtree(lake / "_staging", ignore_errors=True)
            whole = other or number % 4 == 0
            end = self.committed(lake, first) + 1
            if self.small.stages[end - 1 : end] == ("build_dictionary",):
                end += 1  # its sources are as they were: what was killed may be the next job
            names = self.small.stages if whole else self.small.stages[first:end]
            now = other_settings(settings) if other else settings
            if other and self.has_release(lake, settings.release.name):
                now = replace(now, release=replace(settings.release, name="other"))
            how = self.outcome(lake, now, first, names, other=other, again=number % 4 == 0)
            return {**done, "run_again": len(names), **how}
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def has_release(self, lake: Path, name: str) -> bool:
        """Whether a lake has a release, which no job changes: other settings need another name."""
        from medconcept.lake.lake import Lake

        return bool(Lake(self.spark, str(lake)).read("releases").where(f"name = '{name}'").count())

    def committed(self, lake: Path, first: int) -> int:
        """How many of the jobs have been done on a lake, by its commits."""
        from medconcept.lake.lake import Lake

        commits = [Lake(self.spark, str(path)).read("commits") for path in (lake, self.small.state(first))]
        new = {row["job"] for row in commits[0].join(commits[1], "seq", "left_anti").collect()}
        return max([first, *(n for n, name in enumerate(self.small.stages, 1) if name in new)])

    def kill(self, folder: Path, settings: Any, first: int, moment: dict[str, Any]) -> int:
        """Kill the Python process alone; returns when the JVM does nothing more for it."""
        task = {"config": _config(folder, settings), "jobs": self.small.stages[first:], "moment": moment}
        assert self.server.stdin is not None and self.server.stdout is not None
        self.server.stdin.write(json.dumps(task) + "\n")
        self.server.stdin.flush()
        status = int(self.server.stdout.readline())
        self.spark.sparkContext._jsc.sc().cancelAllJobs()
        while self._is_busy():
            time.sleep(0.2)
            self.spark.sparkContext._jsc.sc().cancelAllJobs()
        return status

    def _is_busy(self) -> bool:
        """Whether a thread of the JVM works on a call from Python; this process makes none meanwhile."""
        jcmd = Path(os.environ["JAVA_HOME"]) / "bin/jcmd"
        dump = subprocess.run(
            [jcmd, str(self._java), "Thread.print"], capture_output=True, text=True, check=True
        )
        return "py4j.commands.CallCommand.execute" in dump.stdout

    def kill_with_jvm(self, folder: Path, settings: Any, first: int, moment: dict[str, Any]) -> int:
        """Run the jobs as the command line does, in a JVM of their own, and kill both at the same moment."""
        command = [sys.executable, "-m", "medconcept", "run", "--config", _config(folder, settings)]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYSPARK_GATEWAY")}
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:
            if self.small.stages[first] in line:  # it has begun
                break
        try:
            return process.wait(moment["seconds"])
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return process.wait()
        finally:
            process.stderr.close()

    def outcome(
        self, lake: Path, settings: Any, first: int, names: Sequence[str], *, other: bool, again: bool
    ) -> dict[str, Any]:
        """Run jobs again to the end; says how that went and whether the lake is right."""
        from medconcept.errors import LakeDamaged, as_medconcept_error
        from medconcept.lake.lake import Lake
        from medconcept.lake.restore import restore

        how = "right"
        try:
            try:
                results = self.run(lake, settings, names)
            except LakeDamaged as error:
                if "medconcept restore" not in str(error):
                    raise
                how, line = "stopped, restored, right", str(error)
                restore(Lake(self.spark, str(lake)))
                results = self.run(lake, settings, names)
        except Exception as error:
            return {"outcome": "refused", "line": str(as_medconcept_error(error, "run"))}
        if untrue := self.untrue(lake, results):
            return {"outcome": "untrue", "line": untrue}
        # A commit that was begun is brought to its end by the next job, whichever that is.
        done = max(self.small.stages.index(names[-1]) + 1, self.committed(lake, first))
        got, right = self.content_of(lake), self.expected(done, other=other)
        if got != right:
            return {"outcome": "wrong", "line": f"{[t for t in right if got.get(t) != right[t]]}"}
        results = self.run(lake, settings) if again else []
        if any(result.status != "nothing new" for result in results):
            return {"outcome": "untrue", "line": f"not done: {[(r.stage, r.status) for r in results]}"}
        return {"outcome": how, **({"line": line} if how != "right" else {})}

    def untrue(self, lake: Path, results: list[Any]) -> str | None:
        """What is not so of that which the last run said; None if all of it is."""
        from pyspark.sql import functions as F

        from medconcept.lake.lake import Lake
        from medconcept.tables import DATA_TABLES

        opened = Lake(self.spark, str(lake))
        rows = {row["seq"]: row for row in opened.read("commits").collect()}
        if sorted(rows) != list(range(1, len(rows) + 1)):
            return f"commits are numbered {sorted(rows)}"
        if opened.files.list("_staging") or opened.files.exists("_medconcept/lease.json"):
            return "batches or the lease were left"
        for result in results:
            own = [row for row in rows.values() if row["run_id"] == result.run_id]
            if (result.status == "done") != bool(own):
                return f"{result.stage} says {result.status}, its commits are {own}"
            for table in DATA_TABLES if own else ():
                if table == "releases":
                    continue
                said = result.counts.get(f"{table}.written", 0)
                at = opened.commit(max(row["seq"] for row in own))
                if table not in {name for row in own for name in row["versions"]} and not said:
                    continue
                has = opened.read(table, at).where(F.col("run_id") == result.run_id).count() if said else 0
                if said != has:
                    return f"{result.stage} says that it wrote {said} rows of {table}, {has} are its own"
        return None


def _config(folder: Path, settings: Any) -> str:
    import yaml

    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(json.loads(json.dumps(asdict(settings)))))
    return str(path)


def _pids() -> list[str]:
    return [name for name in os.listdir("/proc") if name.isdigit()]


def _is_java_of(pid: int, parent: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return "(java)" in stat and int(stat.rsplit(")", 1)[1].split()[1]) == parent


def measure(
    spark: Any, small: SmallLake, count: int, seed: int, log: Path, seconds: float = 1e9
) -> list[dict[str, Any]]:
    """Make this many experiments, or as many as fit into the time; each is a line of `log`."""
    with tempfile.TemporaryDirectory(prefix="kills") as work, log.open("a") as lines:
        kills, done, begun = Kills(spark, small, Path(work)), [], time.monotonic()
        chance = random.Random(seed)
        try:
            for number in range(count):
                begun_at = time.monotonic()
                done.append(kills.experiment(number, random.Random(chance.random())))
                done[-1]["took"] = round(time.monotonic() - begun_at, 1)
                lines.write(json.dumps(done[-1]) + "\n")
                lines.flush()
                kills.forget()
                if time.monotonic() - begun > seconds:
                    break
        finally:
            kills.close()
    return done


def in_new_jvms(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Make the experiments PER_JVM at a time: the objects of a killed process stay in the JVM."""
    done = []
    for part, left in enumerate(range(arguments.count, 0, -PER_JVM)):
        seed = 1000 * arguments.seed + part
        command = [sys.executable, __file__, "--count", str(min(left, PER_JVM)), "--seed", str(seed)]
        subprocess.run([*command, "--work", str(arguments.work)], stdout=subprocess.DEVNULL, check=False)
        done += [json.loads(line) for line in _log(arguments.work, seed).read_text().splitlines()]
    return done


def _log(work: Path, seed: int) -> Path:
    return work / f"kills-{seed}.jsonl"


def main() -> None:
    """Build the lake, make the experiments, print the outcomes; exits with 1 if one is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, default=ROOT / "build/bench/small_lake")
    arguments = parser.parse_args()
    if arguments.count > PER_JVM:
        done = in_new_jvms(arguments)
    else:
        spark = session()
        small = build(spark, arguments.work.absolute())
        log = _log(arguments.work, arguments.seed)
        done = measure(spark, small, arguments.count, arguments.seed, log)
    outcomes = Counter(each["outcome"] for each in done)
    killed = [each for each in done if each["outcome"] != "not killed"]
    figures = {
        "killed": len(killed),
        "with the JVM": sum(each["jvm"] for each in killed),
        "within a commit": sum("step" in each["moment"] for each in killed),
        "_staging emptied": sum(each["wiped"] for each in killed),
        "other settings": sum(each["other_settings"] for each in killed),
        **{name: outcomes[name] for name in OUTCOMES},
    }
    show(figures)
    bad = [each for each in done if each["outcome"] in ("refused", "untrue", "wrong")]
    for each in bad:
        print(json.dumps(each))
    write("kills", figures, {}, ("pyspark", "delta-spark"))
    raise SystemExit(bool(bad))


if __name__ == "__main__":
    main()
