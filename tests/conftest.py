"""One Spark session for all tests that ask for it; tests without it start no JVM."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

# This process runs the source of the parser, whose doctests can be read and whose parts be replaced; what it
# starts (Spark's workers, commands) runs native code as everybody does; test_jats_native holds the two equal.
with pytest.MonkeyPatch.context() as environment:
    environment.setenv("MEDCONCEPT_NATIVE", "0")
    importlib.import_module("medconcept.jats")

ROOT = Path(__file__).resolve().parents[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs Spark, so that the fast lane can leave it out, and give the slow lane more time."""
    for item in items:
        if "spark" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.spark)
        # Whole pipelines and clusters: what must not hang may still take its time on a busy machine.
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(1500))


@pytest.fixture(scope="session")
def spark() -> Iterator[object]:
    """A local session as medconcept makes it: Delta, Spark NLP, UTC."""
    from medconcept.config import SparkConfig
    from medconcept.spark.session import get_session

    # Few partitions: tests have a handful of rows; each is a task. The JVM stops at its first
    # compiler (the second pays off after more work than tests have), which alone would get a small cache.
    settings = SparkConfig(
        jars=str(ROOT / "build/jars"),
        shuffle_partitions=2,
        driver_memory="3g",
        java_options="-XX:+UseParallelGC -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m",
        # Compiling a plan costs more than running it over five rows; the slow lane runs it compiled.
        options={"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"},
    )
    session = get_session(settings)
    yield session
    session.stop()
