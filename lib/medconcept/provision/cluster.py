"""A standalone Spark cluster here: a master and three workers of the installed pyspark, loopback only.

`python -m medconcept.provision.cluster up|down --target build/cluster`
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from medconcept.provision.errors import ProvisionError
from medconcept.provision.java import find_java

HOST, PORT, UI_PORT = "127.0.0.1", 7177, 8177
WORKERS = 3
START_SECONDS, STOP_SECONDS = 90, 20
_DEPLOY = "org.apache.spark.deploy"


def cluster_up(target: Path, log: Callable[[str], None] = print) -> str:
    """Start master and workers and return the master's URL once all workers have registered.

    Logs, process ids and work folders lie under `target`. Raises ProvisionError if a cluster already runs
    from there, a port is taken, or the workers do not register.
    """
    pids = target / "pids.json"
    if pids.exists():
        raise ProvisionError(f"cluster: {pids} exists already; stop that cluster with make cluster-down")
    for port in (PORT, UI_PORT):
        _require_free(port)
    target.mkdir(parents=True, exist_ok=True)
    url = f"spark://{HOST}:{PORT}"
    master = ["master.Master", "--host", HOST, "--port", str(PORT), "--webui-port", str(UI_PORT)]
    worker = ["worker.Worker", "--host", HOST, "--cores", "1", "--memory", "3g", "--webui-port", "0"]
    started = [_start(target, "master", master)]
    for n in range(WORKERS):
        work = target.resolve() / f"worker-{n}"
        work.mkdir(exist_ok=True)
        started.append(_start(target, f"worker-{n}", [*worker, "--work-dir", str(work), url]))
    pids.write_text(json.dumps([process.pid for process in started]))
    try:
        _wait(started, target)
    except ProvisionError:
        cluster_down(target, log=lambda line: None)
        raise
    log(f"cluster: {url} with {WORKERS} workers")
    return url


def cluster_down(target: Path, log: Callable[[str], None] = print) -> None:
    """Stop what `cluster_up` started and wait until it has ended; no error if none runs."""
    pids = target / "pids.json"
    if not pids.exists():
        log("cluster: none is running")
        return
    # Each was started as the head of a process group, which its executors belong to.
    groups = list(reversed(json.loads(pids.read_text())))
    for number in (signal.SIGTERM, signal.SIGKILL):
        for group in groups:
            with suppress(ProcessLookupError):
                os.killpg(group, number)
        until = time.monotonic() + STOP_SECONDS
        while any(map(_runs, groups)) and time.monotonic() < until:
            time.sleep(0.1)
    pids.unlink()
    log("cluster: stopped")


def _runs(group: int) -> bool:
    # A child of this process stays in its group until it is waited for; other processes wait for theirs.
    with suppress(ChildProcessError):
        os.waitpid(group, os.WNOHANG)
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _require_free(port: int) -> None:
    # Spark would take the next port without an error, and clients of this one would not reach it.
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ProvisionError(f"cluster: port {port} of {HOST} is taken: {error.strerror}") from error


def _start(target: Path, name: str, arguments: list[str]) -> subprocess.Popen[bytes]:
    spec = importlib.util.find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise ProvisionError("cluster: pyspark is not installed")
    home = Path(spec.origin).parent
    environ = {
        **os.environ,
        "SPARK_HOME": str(home),
        "JAVA_HOME": str(find_java()),
        "SPARK_LOCAL_IP": HOST,
    }
    command = [str(home / "bin" / "spark-class"), f"{_DEPLOY}.{arguments[0]}", *arguments[1:]]
    log = (target / f"{name}.log").open("wb")
    return subprocess.Popen(
        command, env=environ, cwd=target, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )


def _wait(started: list[subprocess.Popen[bytes]], target: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if any(process.poll() is not None for process in started):
            raise ProvisionError(f"cluster: a process ended as it started; see the logs in {target}")
        with suppress(OSError, ValueError):
            with urllib.request.urlopen(f"http://{HOST}:{UI_PORT}/json/", timeout=5) as answer:
                workers = json.load(answer).get("workers", [])
            if sum(worker.get("state") == "ALIVE" for worker in workers) >= WORKERS:
                return
        time.sleep(0.5)
    raise ProvisionError(
        f"cluster: the workers did not register in {START_SECONDS} s; see the logs in {target}"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Start or stop the cluster; returns 0, or 1 after one line on standard error."""
    parser = argparse.ArgumentParser(prog="python -m medconcept.provision.cluster", description=__doc__)
    parser.add_argument("action", choices=["up", "down"])
    parser.add_argument("--target", type=Path, default=Path("build/cluster"), help="folder for logs and work")
    arguments = parser.parse_args(argv)
    try:
        if arguments.action == "up":
            cluster_up(arguments.target)
        else:
            cluster_down(arguments.target)
    except ProvisionError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
