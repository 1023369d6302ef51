"""Progress of a download: articles, bytes, rate, errors by reason, time left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pyspark.accumulators import Accumulator
from pyspark.sql import SparkSession

from medconcept.spark.tally import Tally

EVERY_SECONDS = 5.0


@dataclass
class Progress:
    """The totals fetched so far, over all batches of a run."""

    total: int
    say: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    done: dict[str, int] = field(default_factory=dict)
    begun: float | None = None

    def line(self, now: dict[str, int]) -> str:
        """One line.

        >>> progress = Progress(100, print, clock=lambda: 10.0, begun=0.0)
        >>> progress.line({"articles": 50, "bytes": 4_000_000, "not_found": 2})
        '50 of 100 articles, 4.0 MB, 5/s, not_found 2, about 0:00:10 left'
        """
        found = {name: self.done.get(name, 0) + now.get(name, 0) for name in {*self.done, *now}}
        articles = found.pop("articles", 0)
        megabytes = found.pop("bytes", 0) / 1e6
        seconds = max(1e-3, self.clock() - (self.begun or 0.0))
        rate = articles / seconds
        parts = [f"{articles:,} of {self.total:,} articles", f"{megabytes:,.1f} MB", f"{rate:,.0f}/s"]
        parts += [f"{reason} {count:,}" for reason, count in sorted(found.items())]
        if 0 < articles < self.total:
            left = int((self.total - articles) / rate)
            parts.append(f"about {left // 3600}:{left // 60 % 60:02}:{left % 60:02} left")
        return ", ".join(parts)

    def add(self, now: dict[str, int]) -> None:
        """Add the totals of a batch."""
        for name, count in now.items():
            self.done[name] = self.done.get(name, 0) + count


@contextmanager
def watched(spark: SparkSession, progress: Progress) -> Iterator[Accumulator[dict[str, int]]]:
    """An accumulator that tasks count into; a line is said every few seconds while the block runs."""
    counter: Accumulator[dict[str, int]] = spark.sparkContext.accumulator({}, Tally())
    progress.begun = progress.clock() if progress.begun is None else progress.begun
    stop = threading.Event()

    def watch() -> None:
        last = ""
        while not stop.wait(EVERY_SECONDS):
            line = progress.line(dict(counter.value))
            if line != last:
                progress.say(f"sync_articles: {line}")
            last = line

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield counter
    finally:
        stop.set()
        thread.join(timeout=5)
        now = dict(counter.value)
        if now:
            progress.say(f"sync_articles: {progress.line(now)}")
        progress.add(now)
