"""What a person sees of a running stage: lines at intervals, none for short work, none after its end."""

from __future__ import annotations

import sys
import time
from types import SimpleNamespace

import pytest

from medconcept.spark.progress import Count, Progress

EVERY = 0.05


class FakeSpark:
    """A session with accumulators, and with a tracker of two running stages."""

    def __init__(self, *stages: tuple[int, int]) -> None:
        self.stages = [SimpleNamespace(numCompletedTasks=done, numTasks=of) for done, of in stages]
        self.sparkContext = self

    def accumulator(self, value: dict[str, int], param: object) -> SimpleNamespace:
        return SimpleNamespace(value=value)

    def statusTracker(self) -> SimpleNamespace:
        return SimpleNamespace(
            getActiveStageIds=lambda: range(len(self.stages)), getStageInfo=lambda n: self.stages[n]
        )


def wait_for(lines: list[str], number: int = 1) -> None:
    until = time.monotonic() + 5
    while len(lines) < number and time.monotonic() < until:
        time.sleep(0.01)


def test_items_counted_by_workers_of_a_known_total() -> None:
    lines: list[str] = []
    spark = FakeSpark((1, 4))
    with (
        Progress(spark, "parse_articles", lines.append, line_seconds=EVERY) as progress,
        progress.counting(spark, Count("files", 8, clock=lambda: 2.0, begun=0.0)) as counter,
    ):
        counter.value["files"] = 2
        wait_for(lines)
        counter.value["files"] = 8
    assert lines[0] == "parse_articles: 2 of 8 files, 1/s, about 0:00:06 left, 1 of 4 tasks"
    assert lines[-1] == "parse_articles: 8 of 8 files, 4/s"


def test_tasks_where_nothing_is_counted() -> None:
    lines: list[str] = []
    with Progress(FakeSpark((1, 4), (2, 2)), "count_concepts", lines.append, line_seconds=EVERY):
        wait_for(lines)
        time.sleep(3 * EVERY)
    assert lines == ["count_concepts: 3 of 6 tasks"]  # not said again while nothing has changed


def test_short_work_prints_nothing_and_computes_no_total() -> None:
    lines: list[str] = []
    spark = FakeSpark((1, 4))

    def total() -> int:
        pytest.fail("the total is a Spark job, which short work must not pay for")

    with (
        Progress(spark, "parse_articles", lines.append, line_seconds=60) as progress,
        progress.counting(spark, Count("files", total)) as counter,
    ):
        counter.value["files"] = 8
    assert lines == []


def test_nothing_is_printed_after_an_error() -> None:
    lines: list[str] = []
    spark = FakeSpark((1, 4))
    with (
        pytest.raises(ValueError, match="broken"),
        Progress(spark, "parse_articles", lines.append, line_seconds=EVERY) as progress,
        progress.counting(spark, Count("files", 8)),
    ):
        wait_for(lines)
        raise ValueError("broken")
    printed = len(lines)
    spark.stages[0].numCompletedTasks = 3
    time.sleep(3 * EVERY)
    assert printed >= 1
    assert len(lines) == printed


def test_a_total_that_cannot_be_computed_is_left_out() -> None:
    assert Count("files", lambda: 1 // 0, clock=lambda: 2.0, begun=0.0).line({"files": 4}) == "4 files, 2/s"


def test_counts_of_several_batches_are_added() -> None:
    spark, count = FakeSpark(), Count("articles", 10, clock=lambda: 1.0)
    progress = Progress(spark, "sync_articles", pytest.fail)
    for _ in range(2):
        with progress.counting(spark, count) as counter:
            counter.value["articles"] = 3
    assert count.done == {"articles": 6}


def test_on_a_terminal_one_line_is_updated_and_removed(monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("medconcept.spark.progress.BAR_SECONDS", EVERY)
    spark, lines = FakeSpark(), []
    with (
        Progress(spark, "parse_articles", lines.append) as progress,
        progress.counting(spark, Count("files", 8)) as counter,
    ):
        counter.value["files"] = 2
        time.sleep(10 * EVERY)
    out, err = capsys.readouterr()
    assert (out, lines) == ("", [])
    assert "2/8" in err and "\n" not in err.strip("\n")
