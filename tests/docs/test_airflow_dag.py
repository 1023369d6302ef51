"""docs/airflow_dag.py with a stand-in for Airflow: the jobs in order, and which failures are tried again."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from medconcept import errors
from medconcept.cli.parser import build_parser
from medconcept.cli.signals import EXIT_CODES
from medconcept.pipeline.registry import IN_ORDER

ROOT = Path(__file__).resolve().parents[2]


class AirflowException(Exception):
    """As Airflow's: the attempt failed."""


class AirflowFailException(AirflowException):
    """As Airflow's: the task failed for good."""


class Dag:
    """Records how it was made."""

    def __init__(self, **settings: Any) -> None:
        self.settings = settings

    def __enter__(self) -> Dag:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to end."""


class SparkSubmitOperator:
    """Records how it was made and what follows it; `execute` fails as the provider's does."""

    made: list[SparkSubmitOperator]
    message = ""

    def __init__(
        self, *, task_id: str, application: str, application_args: list[str], **settings: Any
    ) -> None:
        self.task_id, self.application, self.application_args = task_id, application, application_args
        self.settings = settings
        self.after: list[str] = []
        self.made.append(self)

    def __rshift__(self, other: SparkSubmitOperator) -> None:
        other.after.append(self.task_id)

    def execute(self, context: object) -> None:
        if self.message:
            raise AirflowException(self.message)


@pytest.fixture
def dag(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The settings of the DAG and its operators."""
    operator = type("Operator", (SparkSubmitOperator,), {"made": []})
    contents: dict[str, dict[str, object]] = {
        "airflow": {"DAG": Dag},
        "airflow.exceptions": {
            "AirflowException": AirflowException, "AirflowFailException": AirflowFailException,
        },
        "airflow.providers": {},
        "airflow.providers.apache": {},
        "airflow.providers.apache.spark": {},
        "airflow.providers.apache.spark.operators": {},
        "airflow.providers.apache.spark.operators.spark_submit": {"SparkSubmitOperator": operator},
    }  # fmt: skip
    for name, content in contents.items():
        module = ModuleType(name)
        module.__dict__.update(content)
        monkeypatch.setitem(sys.modules, name, module)
    names = runpy.run_path(str(ROOT / "docs/airflow_dag.py"))
    return names["dag"].settings, operator.made, names


def test_the_tasks_are_the_jobs_one_after_the_other(dag: Any) -> None:
    settings, tasks, _ = dag
    assert tuple(task.task_id for task in tasks) == IN_ORDER
    assert [task.after for task in tasks] == [[], *([name] for name in IN_ORDER[:-1])]
    assert settings["max_active_runs"] == 1 and not settings["catchup"]
    assert settings["default_args"]["retries"] > 0


def test_a_task_submits_what_is_there(dag: Any) -> None:
    _, tasks, names = dag
    for task in tasks:
        job = Path(task.application).relative_to(names["HOME"])
        assert job == Path("jobs") / f"{task.task_id}.py" and (ROOT / job).is_file()
        given = build_parser().parse_args([task.task_id, *task.application_args])
        for path in (task.settings["properties_file"], given.config):
            assert (ROOT / Path(path).relative_to(names["HOME"])).is_file()
        log = task.settings["conf"]["spark.driver.extraJavaOptions"].split("=")[1]
        assert (ROOT / Path(log).relative_to(names["HOME"])).is_file()


@pytest.mark.parametrize("cluster", ["", "Kubernetes spark "])
def test_only_failures_that_may_pass_are_tried_again(dag: Any, cluster: str) -> None:
    _, (task, *_), names = dag
    kinds = (errors.MedconceptError, errors.InputError, errors.LeaseHeld)
    again = {kind.exit_code for kind in kinds} | set(EXIT_CODES.values())
    acted_on = (
        errors.ConfigError,
        errors.LakeError,
        errors.GateFailed,
        errors.SuiteBroken,
        errors.LakeDamaged,
    )
    assert names["NOT_TO_RETRY"] == {kind.exit_code for kind in acted_on}
    for code in (*again, *names["NOT_TO_RETRY"]):
        said = f"Cannot execute: spark-submit. Error code is: {0 if cluster else code}."
        type(task).message = f"{said} {cluster}exit code is: {code}" if cluster else said
        with pytest.raises(AirflowException) as failed:
            task.execute({})
        assert (failed.type is AirflowFailException) == (code not in again)
    type(task).message = ""
    task.execute({})
