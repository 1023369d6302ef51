"""One writer a lake: a lease file with its owner's token, which a heartbeat renews.

Clocks of hosts are not compared: who finds the lease of a process that it cannot see watches whether it is
renewed. Each renewal and each step of a commit compare the token, so a writer that was paused for so long
that another one took the lake stops before it writes.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from medconcept.errors import LakeError, LeaseHeld
from medconcept.spark.hadoop_files import HadoopFiles

LEASE = "_medconcept/lease.json"
TTL_SECONDS = 90
BEAT_SECONDS = 15
LOOK_SECONDS = 1
UNREADABLE: dict[str, object] = {"run_id": "whose lease cannot be read"}


class Lease:
    """The lease that a run has taken."""

    def __init__(self, files: HadoopFiles, run_id: str) -> None:
        """For a lease that is taken under this object's token."""
        self._files, self._run_id = files, run_id
        self.token = uuid.uuid4().hex
        self._beats = 0
        self._failed: LakeError | None = None
        self._lock = threading.RLock()  # a file that is just being written reads as damaged

    def require(self) -> None:
        """Return if this run still has the lease.

        Raises LeaseHeld if it has lost it, LakeError if its last renewal failed and left the file cut.
        """
        with self._lock:
            if not self._is_whole():
                raise LakeError(
                    f"{self._files.root}: run {self._run_id} cannot renew its lease ({self._failed}); "
                    "it stops here, run the job again"
                )

    def write(self, *, overwrite: bool) -> None:
        """Write the lease file, each time with another content. Raises LakeError where it cannot."""
        with self._lock:
            try:
                self._files.write(LEASE, self._body(), overwrite=overwrite)
            except LakeError as error:
                self._failed = error
                raise
            self._failed = None

    def renew(self) -> None:
        """Write the lease file again, after a failure too. Raises as `write`, LeaseHeld if it is lost."""
        with self._lock:
            self._is_whole()
            self.write(overwrite=True)

    def release(self) -> None:
        """Remove the lease file. Raises LeaseHeld if the lease is lost."""
        with self._lock:
            self._is_whole()
            self._files.delete(LEASE)

    def _is_whole(self) -> bool:
        """True for this run's file, False if a failed renewal cut it; raises LeaseHeld for another one."""
        holder = _parsed(_content(self._files))
        if holder.get("token") == self.token:
            return True
        if holder != UNREADABLE:
            other = f"run {holder['run_id']} has it now" if "run_id" in holder else "its file is gone"
        elif self._failed is not None:
            return False
        else:
            other = "its file cannot be read"
        raise LeaseHeld(
            f"{self._files.root}: run {self._run_id} has lost the lease ({other}), as one does that is "
            "paused for long; it stops here, run the job again"
        )

    def _body(self) -> bytes:
        self._beats += 1
        content = {
            "run_id": self._run_id,
            "token": self.token,
            "beat": self._beats,
            "place": _place(),
            "pid": os.getpid(),
            "born": _born(os.getpid()),
        }
        return json.dumps(content).encode()


@contextmanager
def lease(files: HadoopFiles, run_id: str, ttl: float = TTL_SECONDS) -> Iterator[Lease]:
    """Hold the lake's lease for the length of the block. Raises LeaseHeld where another run has it.

    A lease is void if its process is gone and belonged to this process's own system and namespace, or if it
    is seen not to be renewed for `ttl` seconds.
    """
    own = Lease(files, run_id)
    _take(files, own, ttl)
    stop = threading.Event()
    beat = threading.Thread(target=_keep, args=(own, stop), daemon=True)
    beat.start()
    try:
        yield own
    finally:
        stop.set()
        beat.join(timeout=30)


def _take(files: HadoopFiles, own: Lease, ttl: float) -> None:
    found = _content(files)
    if found is not None:
        if not _is_void(files, found, ttl):
            other = _parsed(found).get("run_id")
            raise LeaseHeld(f"{files.root}: run {other} is writing to this lake; try again when it has ended")
        if files.exists(LEASE):  # else it was released meanwhile
            _set_aside(files, found, own.token)
    try:
        own.write(overwrite=False)
    except LakeError as error:
        if files.exists(LEASE):
            raise LeaseHeld(f"{files.root}: another run took the lake at the same moment") from error
        raise LakeError(f"{files.root}: the lake cannot be written ({error})") from error
    # Not every file system creates files atomically: the run named in the file has the lease.
    own.require()


def _set_aside(files: HadoopFiles, void: bytes, token: str) -> None:
    """Remove a void lease; raises LeaseHeld if what was removed is another run's new one."""
    aside = f"{LEASE}.{token}"
    try:
        files.rename(LEASE, aside)
        same = _content(files, aside) == void
        if not same:
            files.rename(aside, LEASE)
    except LakeError:
        same = False  # moved away by another run at the same moment
    files.delete(aside)
    if not same:
        raise LeaseHeld(f"{files.root}: another run took the lake at the same moment")


def _content(files: HadoopFiles, name: str = LEASE) -> bytes | None:
    """The bytes of a lease file; none of one that cannot be read, None where there is no such file."""
    try:
        return files.read(name) if files.exists(name) else None
    except LakeError:  # its writer was killed, or is at it
        return b"" if files.exists(name) else None


def _parsed(content: bytes | None) -> dict[str, object]:
    if content is None:
        return {}
    try:
        holder = json.loads(content)
    except ValueError:
        holder = None
    return holder if isinstance(holder, dict) else UNREADABLE


def _keep(own: Lease, stop: threading.Event) -> None:
    """Renew the lease until the run ends, then release it; end at once if another run has it.

    In one thread of its own: a signal may have ended the run's thread in the middle of a call to Java, whose
    connection then still holds the answer to that call.
    """
    with suppress(Exception):  # the session is shutting down; the lease is seen not to be renewed
        while not stop.wait(BEAT_SECONDS):
            with suppress(LakeError):  # the disk is full, say: tried again, and told by the next `require`
                own.renew()
        own.release()


def _is_void(files: HadoopFiles, found: bytes, ttl: float) -> bool:
    holder = _parsed(found)
    pid = holder.get("pid")
    if holder.get("place") == _place() and isinstance(pid, int):
        return _born(pid) != holder.get("born")
    begun = time.monotonic()
    while time.monotonic() - begun < ttl:
        time.sleep(min(LOOK_SECONDS, ttl))
        now = _content(files)
        if now is None:  # released
            return True
        if now != found:
            return False
    return True


def _place() -> str:
    """A digest of where process ids mean this host's processes: its boot and its namespace of ids.

    Containers have host names in common, and no machine's name enters the lake.
    """
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text())
        parts.append(os.readlink("/proc/self/ns/pid"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _born(pid: int) -> str | None:
    """Return when a process of this host started, in clock ticks; None if it has ended or is not visible."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return None if state in "ZX" else fields[18]  # one that has ended waits as Z for its parent
    except (OSError, IndexError, ValueError):
        return None
