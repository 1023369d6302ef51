"""SIGKILL at every moment that matters: started again, the content equals the undisturbed run's."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import yaml
from articles import config, jats, write
from killed_run import MOMENTS

from medconcept.config import Config, SparkConfig

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ("raw_articles", "articles", "figures", "mentions", "triplets")

pytestmark = pytest.mark.slow


def run_all(spark, settings: Config):
    from medconcept.lake.lake import Lake
    from medconcept.pipeline.registry import IN_ORDER, stage
    from medconcept.pipeline.runner import run_stage

    lake = Lake(spark, settings.lake)
    said: list[str] = []
    for name in IN_ORDER:
        run_stage(stage(name), lake, settings, said.append)
    return lake, said


def digests(lake) -> dict[str, tuple[int, str]]:
    from medconcept.stages.publish_release import content_digest

    return {table: content_digest(lake.read(table)) for table in CONTENT}


@pytest.fixture(scope="module")
def story(spark, tmp_path_factory):
    """A lake with a release, input that has changed since, and what an undisturbed run makes of it."""
    folder = tmp_path_factory.mktemp("story")
    settings = config(folder)
    write(folder / "in", a_xml=jats("1", "heart"), b_xml=jats("2", "a heart attack"), c_xml=jats("3", "ALL"))
    run_all(spark, settings)
    write(folder / "in", a_xml=jats("1", "heart attack", "heart"), d_xml=jats("4", "a heart"), e_xml="no XML")
    (folder / "in/c.xml").write_text(jats("3", None))
    shutil.copytree(folder / "lake", folder / "undisturbed")
    lake, _ = run_all(spark, replace(settings, lake=str(folder / "undisturbed")))
    return folder, settings, digests(lake)


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_and_started_again(spark, story, moment: str) -> None:
    folder, settings, expected = story
    place = folder / moment.replace(" ", "-")
    shutil.copytree(folder / "lake", place)
    session = SparkConfig(jars=str(ROOT / "build/jars"), shuffle_partitions=2, driver_memory="2g")
    settings = replace(settings, lake=str(place), spark=session)
    (folder / "conf.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(asdict(settings)))))
    killed = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("killed_run.py")), moment, str(folder / "conf.yaml")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]

    lake, said = run_all(spark, settings)
    assert digests(lake) == expected
    seqs = sorted(row.seq for row in lake.read("commits").collect())
    assert seqs == list(range(1, len(seqs) + 1))
    # Before the manifest the work is thrown away and done again; after it, it is carried through.
    recovered = [line for line in said if "carried through" in line or "discarded" in line]
    assert len(recovered) == 1
    assert ("carried through" in recovered[0]) == (
        moment in ("between two tables", "before the row in commits")
    )
    assert not lake.files.list("_staging")
