"""The lake of a few rows that the tests of the reader share; it is read, not changed."""

import pytest
from tiny_lake import TinyLake, build


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyLake:
    """A lake with two releases, and rows past its last commit."""
    return build(tmp_path_factory.mktemp("tiny") / "lake")
