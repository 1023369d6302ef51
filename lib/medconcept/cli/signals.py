"""Ctrl-C and SIGTERM end a command with one line and the exit code of a shell: 130 and 143."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any

EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
STOP_SECONDS = 20.0


class Interrupted(BaseException):
    """The command was told to end; no handler of errors is to take it for one."""


class Signals:
    """While its block runs, SIGINT and SIGTERM stop Spark and raise Interrupted; a second one ends at once.

    `received` is the signal, None while there was none. Outside the main thread nothing is changed.
    """

    def __init__(self) -> None:
        self.received: signal.Signals | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Signals:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._handle) for number in EXIT_CODES}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Restore the handlers that were there."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.received is not None:
            os._exit(EXIT_CODES[self.received])
        self.received = signal.Signals(number)
        # In another thread: this one may be in the middle of a call to Java, whose answer is still to come.
        stopping = threading.Thread(target=_stop_spark, daemon=True)
        stopping.start()
        stopping.join(timeout=STOP_SECONDS)
        raise Interrupted


def _stop_spark() -> None:
    """Have all Spark jobs fail, so that no thread waits for one, and none begins."""
    pyspark = sys.modules.get("pyspark")
    context = getattr(getattr(pyspark, "SparkContext", None), "_active_spark_context", None)
    if context is None:
        return
    with suppress(Exception):
        context._jsc.sc().setLogLevel("OFF")  # the tasks that are ended are no news
        context._jsc.sc().stop()
