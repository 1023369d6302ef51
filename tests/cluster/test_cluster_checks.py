"""What a session says of a cluster that cannot run the jobs, without a cluster."""

from __future__ import annotations

import sys

import pytest

LOST = "Job aborted due to stage failure: Task 1 in stage 0.0 failed 4 times, most recent failure: "
LOST += "Lost task 1.3 in stage 0.0 (TID 7) (10.0.0.7 executor 2): "


def test_workers_of_another_python_are_named_with_their_host() -> None:
    from medconcept.spark.cluster import failed_start

    line = failed_start(
        f"{LOST}org.apache.spark.api.python.PythonException: Traceback (most recent call last):\n"
        "pyspark.errors.exceptions.base.PySparkRuntimeError: [PYTHON_VERSION_MISMATCH] Python in worker has "
        "different version (3, 9) than that in driver 3.11, PySpark cannot run with different minor versions."
    )
    ours = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert line.startswith(
        f"the workers of this cluster run Python 3.9 (on 10.0.0.7), the driver {ours}; they must"
    )
    assert "\n" not in line and "--archives" in line


def test_an_error_that_names_no_host_is_one_line_as_well() -> None:
    from medconcept.spark.cluster import failed_start

    assert "\n" not in failed_start("java.io.IOException: no room\n\tat org.apache.spark.X\n")


@pytest.mark.parametrize("versions", [("4.0.1",), ("3.4.4", "2.12.17"), ("3.5.9", "2.13.8")])
def test_another_spark_or_scala_is_refused(versions: tuple[str, ...]) -> None:
    from medconcept.errors import ConfigError
    from medconcept.spark.cluster import require_version

    with pytest.raises(ConfigError, match=r"needs Spark 3\.5 with Scala 2\.12"):
        require_version(*versions)


def test_the_environment_is_packed_on_linux_from_installed_packages(monkeypatch, tmp_path, capsys) -> None:
    from medconcept.provision import ProvisionError, environment

    with pytest.raises(ProvisionError, match="no-such-package is not installed"):
        environment.required_distributions("no-such-package")
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    assert environment.main([str(tmp_path / "environment.tar.gz")]) == 1
    assert capsys.readouterr().err.startswith("environment: it is packed on Linux")
