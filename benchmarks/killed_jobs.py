"""Runs jobs that are to be killed, in a Spark session of another process; bench_kills.py starts it.

Each line of standard input is a task in JSON: a lake, its configuration, jobs, and where the end comes. A
forked process runs it, so that nothing is imported twice; its exit status is printed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, cast

from medconcept.config import load_config
from medconcept.lake import lake, lease, transaction
from medconcept.pipeline import gate, runner
from medconcept.pipeline.registry import IN_ORDER, stage
from medconcept.spark.hadoop_files import HadoopFiles

# What a commit consists of, and every small file; each is a place to be killed at, before it or after it.
STEPS: dict[str, tuple[Any, str]] = {
    "stage a batch": (transaction, "stage"),
    "begin": (transaction, "begin"),
    "write a table": (transaction, "apply_batch"),
    "append to a ledger": (transaction, "append_row"),
    "note scopes": (transaction, "note_scopes"),
    "note the commit": (transaction, "note_commit"),
    "name the commit": (transaction, "name_commit"),
    "note the last commit": (lake.Lake, "note_last_commit"),
    "apply the manifest": (transaction, "apply_manifest"),
    "data docs": (gate, "write_docs"),
    "renew the lease": (lease.Lease, "write"),
    "write a small file": (HadoopFiles, "write"),
    "rename a file": (HadoopFiles, "rename"),
    "delete a file": (HadoopFiles, "delete"),
}
assert all(hasattr(owner, name) for owner, name in STEPS.values())


def die() -> None:
    """As the kernel does it: no handler, no clean-up."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(moment: dict[str, Any]) -> None:
    """Put the end where the task wants it: after some seconds, or at a call of a step."""
    if "seconds" in moment:
        end = threading.Timer(moment["seconds"], die)
        end.daemon = True
        end.start()
        return
    owner, name = STEPS[moment["step"]]
    action: Callable[..., Any] = getattr(owner, name)
    calls = [0]

    def counted(*arguments: Any, **named: Any) -> Any:
        calls[0] += 1
        if calls[0] == moment["call"] and not moment["after"]:
            die()
        result = action(*arguments, **named)
        if calls[0] == moment["call"]:
            die()
        return result

    setattr(owner, name, counted)


def attached() -> Any:
    """The session of the process whose port is in the environment."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    gateway: Any = cast(Any, launch_gateway)()
    jvm: Any = gateway.jvm
    running = jvm.org.apache.spark.SparkContext.getOrCreate()
    java = jvm.org.apache.spark.api.java.JavaSparkContext.fromSparkContext(running)
    conf = SparkConf(_jvm=jvm, _jconf=java.getConf())
    return SparkSession(SparkContext(jsc=java, gateway=gateway, conf=conf))


def run(task: dict[str, Any], spark: Any) -> None:
    """Run the jobs of a task; it is killed on the way, or ends."""
    settings = load_config(task["config"])
    opened = lake.Lake(spark, settings.lake)
    arm(task["moment"])
    for name in task["jobs"]:
        runner.run_stage(stage(name), opened, settings, lambda line: None)


def main() -> None:
    """Serve tasks until the input ends."""
    for name in IN_ORDER:
        stage(name)
    import great_expectations  # noqa: F401 — for the forked processes

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                run(json.loads(line), attached())
            except BaseException as error:
                print(type(error).__name__, error, file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
