"""One writer a lake: a lease file that a heartbeat keeps alive."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from medconcept.errors import LakeError, LeaseHeld
from medconcept.spark.hadoop_files import HadoopFiles

LEASE = "_medconcept/lease.json"
TTL_SECONDS = 90
BEAT_SECONDS = 15


@contextmanager
def lease(files: HadoopFiles, run_id: str, ttl: float = TTL_SECONDS) -> Iterator[None]:
    """Hold the lake's lease for the length of the block. Raises LeaseHeld where another run has it.

    A lease is void when its process is gone from this host, or when it was not renewed for `ttl` seconds.
    """
    _take(files, run_id, ttl)
    stop = threading.Event()
    beat = threading.Thread(target=_keep, args=(files, run_id, stop), daemon=True)
    beat.start()
    try:
        yield
    finally:
        stop.set()
        beat.join(timeout=30)


def _take(files: HadoopFiles, run_id: str, ttl: float) -> None:
    holder = _holder(files)
    if holder and not _is_void(holder, ttl):
        raise LeaseHeld(
            f"{files.root}: run {holder.get('run_id')} is writing to this lake; try again when it has ended"
        )
    if holder:
        files.delete(LEASE)
    try:
        files.write(LEASE, _body(run_id), overwrite=False)
    except LakeError as error:
        if files.exists(LEASE):
            raise LeaseHeld(f"{files.root}: another run took the lake at the same moment") from error
        raise LakeError(f"{files.root}: the lake cannot be written ({error})") from error
    # Not every file system creates files atomically: the run named in the file has the lease.
    if _holder(files).get("run_id") != run_id:
        raise LeaseHeld(f"{files.root}: another run took the lake at the same moment")


def _holder(files: HadoopFiles) -> dict[str, object]:
    try:
        holder = json.loads(files.read(LEASE)) if files.exists(LEASE) else {}
    except LakeError:
        return {}  # just removed; the create that follows decides
    except ValueError:
        return {"run_id": "unreadable"}  # its writer was killed while writing: void
    return holder if isinstance(holder, dict) else {}


def _body(run_id: str) -> bytes:
    # The host is hashed: no machine's name enters the lake.
    return json.dumps(
        {
            "run_id": run_id,
            "host": _host(),
            "pid": os.getpid(),
            "born": _born(os.getpid()),
            "renewed": time.time(),
        }
    ).encode()


def _keep(files: HadoopFiles, run_id: str, stop: threading.Event) -> None:
    """Renew the lease until the run ends, then release it.

    In one thread of its own: a signal may have ended the run's thread in the middle of a call to Java, whose
    connection then still holds the answer to that call.
    """
    with suppress(Exception):  # the session is shutting down; the lease expires
        while not stop.wait(BEAT_SECONDS):
            files.write(LEASE, _body(run_id))
        if _holder(files).get("run_id") == run_id:
            files.delete(LEASE)


def _is_void(holder: dict[str, object], ttl: float) -> bool:
    pid = holder.get("pid")
    if holder.get("host") == _host() and isinstance(pid, int) and _born(pid) != holder.get("born"):
        return True
    renewed = holder.get("renewed")
    return not isinstance(renewed, int | float) or time.time() - renewed > ttl


def _host() -> str:
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:16]


def _born(pid: int) -> str | None:
    """Return when a process of this host started, in clock ticks; None if it has ended or is not visible."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        return None
