"""The batches that a gate refused are few, and say why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from medconcept.lake.held import KEPT, clear_held, hold
from medconcept.reader.held import Held, held_batches
from medconcept.reader.status_lines import status_lines
from medconcept.spark.hadoop_files import HadoopFiles


def test_the_newest_stay_until_they_are_cleared(spark: Any, tmp_path: Path) -> None:
    files = HadoopFiles(spark, str(tmp_path))
    for n in range(KEPT + 2):
        files.write(f"_staging/run-{n:02}/figures/part", b"rows")
        held = Held(f"run-{n:02}", "parse_articles", f"reason {n}")
        assert hold(files, f"_staging/run-{n:02}", held) == f"_rejected/run-{n:02}"
    batches = held_batches(files)
    assert [each.reason for each in batches] == [f"reason {n}" for n in range(2, KEPT + 2)]
    assert files.read("_rejected/run-11/figures/part") == b"rows" and not files.exists("_staging/run-11")
    files.write("_rejected/run-11/reason.json", b"{")
    assert held_batches(files)[-1] == Held("run-11", "", "", at="")
    assert len(clear_held(files)) == KEPT
    assert held_batches(files) == [] == clear_held(files)


def test_status_says_what_is_held_and_how_to_go_on() -> None:
    result = {"commit": 1, "sources": {}, "refused": {}, "last_sync": None}
    assert len(status_lines(result)) == 2
    batch = {"run_id": "r", "job": "parse_articles", "at": "2026-01-01T00:00:00Z", "reason": "figures: 1 row"}
    lines = status_lines({**result, "held": [batch]})
    assert "Held by its gate: a batch of parse_articles, run r, 2026-01-01T00:00:00Z: figures: 1 row" in lines
    assert "medconcept clear" in lines[-1]
