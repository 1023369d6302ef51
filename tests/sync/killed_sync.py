"""Sync from a bucket and be killed on the way: `python killed_sync.py MOMENT CONFIG`."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from medconcept.config import load_config
from medconcept.lake import transaction
from medconcept.lake.lake import Lake
from medconcept.pipeline.registry import stage
from medconcept.pipeline.runner import run_stage
from medconcept.spark.session import get_session

DRIVER = ("between download and commit", "in the second commit", "in the second download")
WORKER = "a worker dies in a batch"


def die(*_: Any) -> None:
    """As the kernel does it: no handler, no clean-up."""
    os.kill(os.getpid(), signal.SIGKILL)


def at_call(number: int, action: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, but for the call of that number, which is the end."""
    calls = 0

    def counted(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number:
            die()
        return action(*arguments, **named)

    return counted


def kill_a_worker() -> None:
    """Kill one of the Python processes that run Spark's tasks, as soon as there is one."""
    while True:
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if b"pyspark.daemon" not in (path / "cmdline").read_bytes():
                    continue
                parent = int((path / "stat").read_text().rsplit(")", 1)[1].split()[1])
                if b"pyspark.daemon" in Path(f"/proc/{parent}/cmdline").read_bytes() and is_mine(parent):
                    time.sleep(1.0)
                    os.kill(int(path.name), signal.SIGKILL)
                    print("killed a worker", flush=True)
                    return
            except OSError:
                continue
        time.sleep(0.05)


def is_mine(pid: int) -> bool:
    """True for a descendant of this process."""
    while pid > 1:
        if pid == os.getpid():
            return True
        pid = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    return False


if __name__ == "__main__":
    moment, settings = sys.argv[1], load_config(sys.argv[2])
    lake = Lake(get_session(settings.spark), settings.lake)
    if moment == DRIVER[0]:
        transaction.begin = die
    elif moment == DRIVER[1]:
        transaction.apply_batch = at_call(2, transaction.apply_batch)
    elif moment == DRIVER[2]:
        from medconcept.stages.sync import bucket_sync

        bucket_sync._work = at_call(2, bucket_sync._work)
    else:
        threading.Thread(target=kill_a_worker, daemon=True).start()
    report = run_stage(stage("sync_articles"), lake, settings, lambda line: None)
    print(report.status, report.counts.get("events.new"))
    os._exit(0)
