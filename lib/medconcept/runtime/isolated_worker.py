"""Work on items in a child process, so that an item that kills or hangs it costs only itself.

The child is forked from the worker: it knows all that the worker knows, so a cluster's workers need nothing
but this package. It lives as long as it is well, since a fork for each item would cost more than the work.
The kernel ends it when an item takes too long, so that a loop in C code ends too; an item that needs more
memory than there may be gets a MemoryError.
"""

from __future__ import annotations

import fcntl
import gc
import io
import mmap
import os
import resource
import signal
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from types import TracebackType
from typing import Literal, TypeAlias

Work = Callable[[Iterator[bytes]], bytes]
Item: TypeAlias = "bytes | memoryview | tuple[bytes | memoryview, ...]"  # a tuple: one item in parts
_NUMBER = struct.Struct("q")
_FRAME = struct.Struct("?q")  # before each item: True and its length; False after the last one
_PIPE = 1024 * 1024  # bytes that wait for the child while the worker fetches more
_SENT = 128 * 1024  # bytes sent at a time: to wake the child for each small item costs more than to wait
_PARTS = 256  # and parts; the system takes at most 1,024
_ENDS: set[Connection] = set()  # this process's ends of the pipes to all of its children
_ITEMS_OF_ONE_CHILD = 5000  # then a new one: what libxml2 remembers of names is never given back


@dataclass(frozen=True)
class Bounds:
    """How much one item may take.

    Seconds of processor time, so that a busy machine refuses no more than an idle one; seconds of the clock,
    for what waits instead of working; bytes beyond what the worker has at the start.
    """

    processor_seconds: float = 60.0
    seconds: float = 600.0
    memory: int = 3 * 1024**3


@dataclass(frozen=True)
class Death:
    """The child ended before it had worked through its items, at the one with this number."""

    item: int
    cause: Literal["crashed", "timeout"]
    detail: str


class IsolatedWorker:
    """Calls `work` with items in a child process: a context manager, and a function within it.

    `work` gets the items of one call as bytes, some at a time as they come, and gives bytes back. It is
    called again and again in one child; when that has died, the next call has a new one.

    >>> with IsolatedWorker(lambda items: b"+".join(items), Bounds()) as join:
    ...     join([b"a", b"b"]), join([])
    (b'a+b', b'')
    """

    def __init__(self, work: Work, bounds: Bounds) -> None:
        self._work = work
        self._bounds = bounds
        self._child = 0
        self._done = 0
        # Where the child is: shared with it, so that it can be read when the child is dead.
        self._place = mmap.mmap(-1, _NUMBER.size)

    def __enter__(self) -> IsolatedWorker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        self._place.close()

    def __call__(self, items: Iterable[Item]) -> bytes | Death:
        """What `work` makes of the items, or at which of them the child died; then not all may be taken.

        Raises RuntimeError where it died at none of them, or where `work` raised an exception.
        """
        if self._done >= _ITEMS_OF_ONE_CHILD:
            self._end()
        if not self._child:
            self._start()
        self._place[:] = _NUMBER.pack(-1)
        waiting: list[bytes | memoryview] = []
        size = 0
        for item in items:
            parts = item if isinstance(item, tuple) else (item,)
            length = sum(map(len, parts))
            waiting += (_FRAME.pack(True, length), *parts)
            size += length
            self._done += 1
            if size >= _SENT or len(waiting) >= _PARTS:
                if not self._send(waiting):
                    return self._death()
                waiting, size = [], 0
        if not self._send([*waiting, _FRAME.pack(False, 0)]):
            return self._death()
        try:
            ended_well, result = self._from.recv_bytes(), self._from.recv_bytes()
        except (EOFError, OSError):
            return self._death()
        if not ended_well:
            raise RuntimeError(result.decode("utf-8", "replace"))
        return result

    def _send(self, parts: list[bytes | memoryview]) -> bool:
        """Send what is waiting; False where nobody is there to take it."""
        pipe = self._to.fileno()
        try:
            sent = os.writev(pipe, parts)
            if sent < sum(map(len, parts)):
                rest = memoryview(b"".join(parts))[sent:]
                while rest:
                    rest = rest[os.write(pipe, rest) :]
        except OSError:
            return False
        return True

    def _start(self) -> None:
        items_in, self._to = Pipe(duplex=False)
        self._from, results_out = Pipe(duplex=False)
        with suppress(OSError, AttributeError):  # only Linux lets a pipe be made larger
            for end in (self._to, results_out):
                fcntl.fcntl(end.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)
        _ENDS.update((self._to, self._from))
        self._done = 0
        self._child = os.fork()
        if self._child == 0:
            try:
                # Those to other children too: a child ends when no process can send to it any more.
                for end in _ENDS:
                    end.close()
                _serve(self._work, self._bounds, self._place, items_in, results_out)
            finally:
                os._exit(0)  # what the worker would do at its end is the worker's to do
        items_in.close()
        results_out.close()

    def _end(self) -> int:
        """End the child, if there is one, and give its exit code: negative where a signal ended it."""
        if not self._child:
            return 0
        _ENDS.difference_update((self._to, self._from))
        self._to.close()  # for a child that is well: there is nothing more to do
        self._from.close()
        _, status = os.waitpid(self._child, 0)
        self._child = 0
        return os.waitstatus_to_exitcode(status)

    def _death(self) -> Death:
        code = self._end()
        (item,) = _NUMBER.unpack(self._place[:])
        if item < 0:
            raise RuntimeError(f"the child process of a worker ended for no item, with code {code}")
        if -code == signal.SIGPROF:
            return Death(item, "timeout", f"over {self._bounds.processor_seconds:g} s of processor time")
        if -code == signal.SIGALRM:
            return Death(item, "timeout", f"over {self._bounds.seconds:g} s")
        return Death(item, "crashed", f"ended by {_name(-code)}" if code < 0 else f"ended with code {code}")


def _serve(
    work: Work, bounds: Bounds, place: mmap.mmap, items_in: Connection, results_out: Connection
) -> None:
    """The child: take items and give results until there are no more."""
    _limit(bounds.memory)
    for number in (signal.SIGPROF, signal.SIGALRM, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)  # to be ended by the kernel, whatever runs
    gc.freeze()  # to look for garbage among the worker's objects would copy all of them
    gc.disable()

    # Reads what waits in the pipe at once, in place of four reads for each item.
    pipe = io.BufferedReader(io.FileIO(items_in.fileno(), closefd=False), _PIPE // 4)

    def items(frame: bytes) -> Iterator[bytes]:
        item = -1
        is_item, length = _FRAME.unpack(frame)
        while is_item:
            data = pipe.read(length)
            item += 1
            place[:] = _NUMBER.pack(item)
            signal.setitimer(signal.ITIMER_PROF, bounds.processor_seconds)
            signal.setitimer(signal.ITIMER_REAL, bounds.seconds)
            yield data
            _stop_clocks()  # to wait for the worker is not the item's fault
            is_item, length = _FRAME.unpack(pipe.read(_FRAME.size))

    while frame := pipe.read(_FRAME.size):
        waiting = items(frame)
        try:
            result = work(waiting)
            ended_well = b"yes"
        except Exception as error:
            result, ended_well = f"{type(error).__name__}: {error}".encode("utf-8", "replace"), b""
        for _ in waiting:  # what was sent must be taken, or the next call would get it
            pass
        results_out.send_bytes(ended_well)
        results_out.send_bytes(result)
        del result
        gc.collect()


def _stop_clocks() -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)


def _limit(memory: int) -> None:
    """No more memory than there is now and so many bytes; no core file of a crash."""
    # Some systems (macOS) know no limit of the address space: there the clock must do.
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with open("/proc/self/statm", encoding="ascii") as sizes:
            now = int(sizes.read().split()[0]) * mmap.PAGESIZE
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = now + memory if hard == resource.RLIM_INFINITY else min(now + memory, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
