"""Progress of a running stage: items done of all items, or Spark tasks if no items are counted.

A thread on the driver shows it: on a terminal as one line that is updated, elsewhere as plain lines at
intervals. Workers count into an accumulator, which Spark brings to the driver when a task ends.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from pyspark.accumulators import Accumulator
from pyspark.sql import SparkSession

from medconcept.spark.tally import Tally

Counter = Accumulator[dict[str, int]]
LINE_SECONDS = 15.0  # between two plain lines; a step that takes less prints none
BAR_SECONDS = 0.5  # between two updates on a terminal


@dataclass
class Count:
    """Items of one kind that workers count, by a `Tally` whose key is `unit`; over several accumulators.

    `total` is their number, None if unknown, or a function that returns it: called at the first display, so
    that short work does not pay for it. Other keys of the tally are shown too: `bytes`, and reasons by name.
    """

    unit: str
    total: int | Callable[[], int] | None = None
    clock: Callable[[], float] = time.monotonic
    done: dict[str, int] = field(default_factory=dict)
    begun: float | None = None

    def add(self, now: dict[str, int]) -> None:
        """Add the value of an accumulator that gets no more."""
        for name, count in now.items():
            self.done[name] = self.done.get(name, 0) + count

    def known_total(self) -> int | None:
        """The total, computed once; None if unknown or if computing it failed."""
        if callable(self.total):
            compute, self.total = self.total, None
            with suppress(Exception):
                self.total = compute()
        return self.total

    def with_counts(self, now: dict[str, int]) -> dict[str, int]:
        """All counts up to now."""
        return {name: self.done.get(name, 0) + now.get(name, 0) for name in {*self.done, *now}}

    def line(self, now: dict[str, int]) -> str:
        """One line.

        >>> count = Count("articles", 100, clock=lambda: 10.0, begun=0.0)
        >>> count.line({"articles": 50, "bytes": 4_000_000, "not_found": 2})
        '50 of 100 articles, 4.0 MB, 5/s, not_found 2, about 0:00:10 left'
        >>> Count("names", None, clock=lambda: 10.0, begun=0.0).line({"names": 50_000})
        '50,000 names, 5,000/s'
        """
        counts, total = self.with_counts(now), self.known_total()
        items = counts.pop(self.unit, 0)
        rate = items / max(1e-3, self.clock() - (self.begun or 0.0))
        parts = [f"{items:,} {self.unit}" if total is None else f"{items:,} of {total:,} {self.unit}"]
        if "bytes" in counts:
            parts.append(f"{counts.pop('bytes') / 1e6:,.1f} MB")
        parts.append(f"{rate:,.0f}/s")
        parts += [f"{reason} {count:,}" for reason, count in sorted(counts.items())]
        if total is not None and 0 < items < total:
            left = int((total - items) / rate)
            parts.append(f"about {left // 3600}:{left // 60 % 60:02}:{left % 60:02} left")
        return ", ".join(parts)


class Progress:
    """The display of one stage while its `with` block runs; without one it only hands out counters.

    `log` prints a plain line. A bar is drawn on standard error where that is a terminal.
    """

    def __init__(
        self,
        spark: SparkSession | None = None,
        stage: str = "",
        log: Callable[[str], None] = print,
        *,
        line_seconds: float = LINE_SECONDS,
    ) -> None:
        self._spark, self._stage, self._log = spark, stage, log
        self._bar = _Bar(stage) if sys.stderr.isatty() else None
        self._every = BAR_SECONDS if self._bar else line_seconds
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._current: tuple[Count, Counter] | None = None
        self._last = ""
        self._thread = threading.Thread(target=self._watch, name=f"progress of {stage}", daemon=True)

    def __enter__(self) -> Progress:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End the display: nothing is printed after it."""
        self._stop.set()
        with self._lock:
            if self._bar:
                self._bar.close()
        self._thread.join(timeout=1)

    @contextmanager
    def counting(self, spark: SparkSession, count: Count) -> Iterator[Counter]:
        """Yield an accumulator for workers to count into; it is displayed while the block runs.

        A step of which a line was printed ends with a line of its final counts.
        """
        counter: Counter = spark.sparkContext.accumulator({}, Tally())
        count.begun = count.clock() if count.begun is None else count.begun
        with self._lock:
            self._current, self._last = (count, counter), ""
        try:
            yield counter
        finally:
            now = dict(counter.value)
            with self._lock:
                self._current, shown = None, self._last
                if shown and not self._bar and (line := count.line(now)) != shown:
                    self._log(f"{self._stage}: {line}")
                self._last = ""
            count.add(now)

    def _watch(self) -> None:
        while not self._stop.wait(self._every):
            current = self._current
            if current is not None:
                current[0].known_total()  # may be a Spark job: outside the lock, which ends the display
            with suppress(Exception), self._lock:  # a stopped session must not end the work with an error
                if not self._stop.is_set():
                    self._show()

    def _show(self) -> None:
        tasks = self._tasks()
        if self._current is not None:
            count, counter = self._current
            now = dict(counter.value)
            if self._bar:
                self._bar.show(count.unit, count.with_counts(now).get(count.unit, 0), count.known_total())
                return
            line = count.line(now) + (f", {tasks[0]:,} of {tasks[1]:,} tasks" if tasks else "")
        elif not tasks:
            return
        elif self._bar:
            self._bar.show("tasks", *tasks)
            return
        else:
            line = f"{tasks[0]:,} of {tasks[1]:,} tasks"
        if line != self._last:
            self._log(f"{self._stage}: {line}")
            self._last = line

    def _tasks(self) -> tuple[int, int] | None:
        """Completed and all tasks of the Spark stages that are running; None where none is."""
        if self._spark is None:
            return None
        tracker = self._spark.sparkContext.statusTracker()
        infos = [tracker.getStageInfo(number) for number in tracker.getActiveStageIds()]
        stages = [info for info in infos if info is not None]
        if not stages:
            return None
        return sum(s.numCompletedTasks for s in stages), sum(s.numTasks for s in stages)


class _Bar:
    """One updated line on standard error, drawn by tqdm from the first `show` on."""

    def __init__(self, stage: str) -> None:
        self._stage, self._bar = stage, None

    def show(self, unit: str, done: int, total: int | None) -> None:
        bar: Any = self._bar
        if bar is None:
            from tqdm import tqdm

            bar = self._bar = tqdm(desc=self._stage, leave=False, file=sys.stderr, dynamic_ncols=True)
        if bar.unit != f" {unit}":
            bar.reset()
        bar.unit, bar.total, bar.n = f" {unit}", total, done
        bar.refresh()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def print_line(line: str) -> None:
    """Print a line on standard error, above a bar if one is drawn."""
    if "tqdm" in sys.modules and sys.stderr.isatty():
        sys.modules["tqdm"].tqdm.write(line, file=sys.stderr)
    else:
        print(line, file=sys.stderr, flush=True)
