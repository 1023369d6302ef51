"""One Spark session per process for the tests that use it, and lakes built once for all of them."""

from __future__ import annotations

import fcntl
import importlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from corpus import Corpus
    from released import Released

# This process runs the parser's source, so that its doctests are read and its parts can be replaced. What it
# starts (Spark's workers, commands) runs native code as for users; test_jats_native compares the two.
with pytest.MonkeyPatch.context() as environment:
    environment.setenv("MEDCONCEPT_NATIVE", "0")
    importlib.import_module("medconcept.jats")

# Time is measured by benchmarks: on a busy machine one example may wait for seconds.
hypothesis.settings.register_profile("without deadline", deadline=None)
hypothesis.settings.load_profile("without deadline")

ROOT = Path(__file__).resolve().parents[1]
# Most of the time of a tiny run is the JVM's: loading and compiling code, collecting garbage.
JAVA_OPTIONS = (
    "-XX:+UseSerialGC",  # two JVMs on two cores: parallel collectors only wait for each other
    "-Xms2g -Xmn600m",  # the size that a run comes to, from the start: fewer collections
    "-XX:MetaspaceSize=256m",  # by default each growth of the metaspace is a full collection
    "-XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote",  # 30,000 classes from pinned JARs
)
SPARK_OPTIONS = {
    # Compiling a plan costs more than running it over five rows; clusters in the slow lane compile.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    # Plans over five rows need no second look, and nobody reads their descriptions or the history of jobs.
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.ui.explainMode": "simple",
    "spark.ui.retainedJobs": "10",
    "spark.ui.retainedStages": "10",
    "spark.ui.retainedTasks": "50",
    "spark.sql.ui.retainedExecutions": "1",
    # Without its native library Hadoop starts processes for what it asks of files: eight of readlink for each
    # file of Delta's log that is renamed, and for its checksum, and two of chmod for each file that is new.
    # Killed runs and the cluster (slow lane) have Delta's defaults.
    "spark.delta.logStore.file.impl": "io.delta.storage.LocalLogStore",
    "spark.databricks.delta.writeChecksumFile.enabled": "false",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need Spark, which the fast lane leaves out; give the slow lane more time.

    Modules that need Spark come first: short ones at the end keep both processes busy until then.
    """
    for item in items:
        if "spark" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.spark)
        # Whole pipelines and clusters take their time on a busy machine.
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(1500))
    with_spark = {item.path for item in items if item.get_closest_marker("spark")}
    items.sort(key=lambda item: item.path not in with_spark)


@pytest.fixture(scope="session")
def spark() -> Iterator[object]:
    """A local session as medconcept starts it (Delta, Spark NLP, UTC), with settings for quick tests."""
    from medconcept.config import SparkConfig
    from medconcept.spark.session import get_session

    settings = SparkConfig(
        jars=str(ROOT / "build/jars"),
        shuffle_partitions=2,  # a handful of rows; each partition is a task
        driver_memory="3g",
        java_options=" ".join(JAVA_OPTIONS),
        options=SPARK_OPTIONS,
    )
    session = get_session(settings)
    yield session
    session.stop()


@pytest.fixture(scope="session")
def once_for_all(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """A function that fills a named folder once a run, whichever process needs it first; the others wait.

    Tests read the folder or copy it, and never change it.
    """
    own = tmp_path_factory.getbasetemp()
    # Workers of pytest-xdist have a folder each in the folder of the run.
    shared = (own.parent if own.name.startswith("popen-") else own) / "once_for_all"
    shared.mkdir(exist_ok=True)

    def filled(name: str, fill: Callable[[Path], object]) -> Path:
        folder, done = shared / name, shared / f"{name}.done"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of a process that failed before its end
                folder.mkdir()
                fill(folder)
                done.touch()
        return folder

    return filled


@pytest.fixture(scope="session")
def released(spark: object, once_for_all: Callable[[str, Callable[[Path], object]], Path]) -> Released:
    """A lake with two releases, and a copy of it as it was at the first; to be copied, not changed."""
    from released import Released, build

    return Released(once_for_all("released", lambda folder: build(spark, folder)))


@pytest.fixture(scope="session")
def corpus(spark: object, once_for_all: Callable[[str, Callable[[Path], object]], Path]) -> Corpus:
    """A lake of one run over the articles of several modules; to be read or copied, not changed."""
    from corpus import Corpus, build

    return Corpus(once_for_all("corpus", lambda folder: build(spark, folder)))
