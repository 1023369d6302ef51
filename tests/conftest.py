"""One Spark session for all tests that ask for it; tests without it start no JVM."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever needs Spark is marked so that the fast lane can leave it out."""
    for item in items:
        if "spark" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.spark)


@pytest.fixture(scope="session")
def spark() -> Iterator[object]:
    """A local session as medconcept makes it: Delta, Spark NLP, UTC."""
    from medconcept.config import SparkConfig
    from medconcept.session import get_session

    # Few partitions: tests have a handful of rows, and each partition is a task.
    session = get_session(SparkConfig(jars=str(ROOT / "build/jars"), shuffle_partitions=2, driver_memory="3g"))
    yield session
    session.stop()
