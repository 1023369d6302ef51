"""`databricks.yml` without a workspace: what it names exists, and the command line reads its parameters."""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from medconcept import __version__
from medconcept.cli import task_main
from medconcept.cli.parser import build_parser
from medconcept.config import load_config
from medconcept.pipeline.job_order import AFTER
from medconcept.pipeline.registry import IN_ORDER

ROOT = Path(__file__).resolve().parents[2]
BUNDLE = yaml.safe_load((ROOT / "databricks.yml").read_text())
JOB = BUNDLE["resources"]["jobs"]["medconcept"]
TASKS = {task["task_key"]: task for task in JOB["tasks"]}


def resolved(text: str) -> str:
    """A text with the defaults of the bundle's variables."""
    return re.sub(r"\$\{var\.(\w+)\}", lambda name: str(BUNDLE["variables"][name[1]]["default"]), text)


def pyproject() -> dict[str, Any]:
    tomllib = pytest.importorskip("tomllib", reason="tomllib comes with Python 3.11")
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_tasks_are_the_jobs_in_their_order_one_after_the_other() -> None:
    assert tuple(TASKS) == IN_ORDER
    before: list[str] = []
    for name, task in TASKS.items():
        assert [each["task_key"] for each in task.get("depends_on", [])] == before[-1:]
        assert AFTER.get(name) in (None, *before)
        before.append(name)
    assert JOB["max_concurrent_runs"] == 1


@pytest.mark.parametrize("name", TASKS)
def test_the_parameters_of_a_task_are_read_by_the_command_line(name: str) -> None:
    parameters = [resolved(text) for text in TASKS[name]["python_wheel_task"]["parameters"]]
    assert "${" not in " ".join(parameters)
    given = build_parser().parse_args(parameters)
    assert given.command == name
    assert given.config == "/Volumes/main/medconcept/medconcept/databricks.yaml"
    assert load_config(str(ROOT / "conf" / Path(given.config).name)).lake.endswith("/lake")
    assert (given.input is not None) == (name in ("sync_articles", "resolve_images"))


def test_packages_wheel_and_entry_point_are_those_of_the_project() -> None:
    project = pyproject()["project"]
    wheel = f"{project['name']}-{__version__}-py3-none-any.whl"
    assert project["version"] == __version__
    for task in TASKS.values():
        wheel_task, libraries = task["python_wheel_task"], task["libraries"]
        assert wheel_task["package_name"] == project["name"]
        assert project["entry-points"]["tasks"][wheel_task["entry_point"]] == "medconcept.cli:task_main"
        assert fnmatch.fnmatch(f"dist/{wheel}", libraries[0]["whl"])
        python, jar = libraries[1]["pypi"]["package"], libraries[2]["maven"]["coordinates"]
        assert jar.split(":")[-1] == python.split("==")[1]
        assert f"spark-nlp=={jar.split(':')[-1]}" in (ROOT / "requirements.lock").read_text()
        assert task["job_cluster_key"] == JOB["job_clusters"][0]["job_cluster_key"]
    assert "--wheel-dir dist" in BUNDLE["artifacts"]["medconcept"]["build"]


def test_the_cluster_is_one_that_the_program_runs_on() -> None:
    cluster = JOB["job_clusters"][0]["new_cluster"]
    assert cluster["spark_version"] == "16.4.x-scala2.12"
    assert cluster["data_security_mode"] == "SINGLE_USER"  # access mode Dedicated
    used = set(re.findall(r"\$\{var\.(\w+)\}", (ROOT / "databricks.yml").read_text()))
    assert used == set(BUNDLE["variables"])
    assert all((ROOT / path).exists() for path in BUNDLE["sync"]["paths"])


def test_a_job_that_failed_raises_in_a_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medconcept.cli.program.main", lambda: 5)
    with pytest.raises(SystemExit) as ended:
        task_main()
    assert ended.value.code == 5
    monkeypatch.setattr("medconcept.cli.program.main", lambda: 0)
    assert task_main() is None


def test_the_job_has_only_fields_that_databricks_knows() -> None:
    jobs = pytest.importorskip("databricks.bundles.jobs", reason="under a licence of its own: run if there")
    assert len(jobs.Job.from_dict(JOB).tasks) == len(IN_ORDER)
