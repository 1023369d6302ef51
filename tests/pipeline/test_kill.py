"""SIGKILL at every moment that matters: started again, the content equals the undisturbed run's."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import yaml
from killed_run import MOMENTS
from released import Released

from medconcept.config import Config, SparkConfig
from medconcept.lake.lake import Lake
from medconcept.pipeline.registry import IN_ORDER, stage
from medconcept.pipeline.runner import run_stage
from medconcept.stages.publish_release import content_digest

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ("raw_articles", "articles", "figures", "mentions", "triplets")

pytestmark = pytest.mark.slow


def run_all(spark, settings: Config):
    lake = Lake(spark, settings.lake)
    said: list[str] = []
    for name in IN_ORDER:
        run_stage(stage(name), lake, settings, said.append)
    return lake, said


def digests(lake: Lake) -> dict[str, tuple[int, str]]:
    return {table: content_digest(lake.read(table)) for table in CONTENT}


# The other moments are in the long lane, four minutes each.
IN_SLOW_LANE = ("between two tables",)


@pytest.mark.parametrize(
    "moment", [m if m in IN_SLOW_LANE else pytest.param(m, marks=pytest.mark.long) for m in MOMENTS]
)
def test_killed_and_started_again(spark, released: Released, tmp_path: Path, moment: str) -> None:
    undisturbed = Lake(spark, released.settings.lake)
    settings = released.copy_of(released.first, tmp_path)
    session = SparkConfig(jars=str(ROOT / "build/jars"), shuffle_partitions=2, driver_memory="2g")
    settings = replace(settings, spark=session)
    (tmp_path / "conf.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(asdict(settings)))))
    killed = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("killed_run.py")), moment, str(tmp_path / "conf.yaml")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]

    lake, said = run_all(spark, settings)
    assert digests(lake) == digests(undisturbed)
    seqs = sorted(row.seq for row in lake.read("commits").collect())
    assert seqs == list(range(1, len(seqs) + 1))
    # Before the manifest the work is thrown away and done again; after it, it is carried through.
    recovered = [line for line in said if "carried through" in line or "discarded" in line]
    assert len(recovered) == 1
    assert ("carried through" in recovered[0]) == (
        moment in ("between two tables", "before the row in commits")
    )
    assert not lake.files.list("_staging")
