"""The servers of these tests: a real one where there is Go, and one of PyPI for the client's logic."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pmc_bucket import PmcBucket
from s3_server import Server, find_versitygw, serve
from sync_lakes import BUCKET


@pytest.fixture(scope="session")
def versitygw() -> str:
    """The server's program."""
    program = find_versitygw()
    if program is None:
        pytest.skip("needs Go to build versitygw, or versitygw on the path")
    return program


@pytest.fixture
def server(versitygw: str, tmp_path: Path) -> Iterator[Server]:
    """A real S3 server with an empty public bucket."""
    with serve(versitygw, tmp_path / "s3") as running:
        running.client().create_bucket(Bucket=BUCKET)
        running.open_to_all(BUCKET)
        yield running


@pytest.fixture
def bucket(server: Server) -> PmcBucket:
    """The bucket's content, to be changed by the test."""
    return PmcBucket(server.folder)


@pytest.fixture(scope="module")
def moto() -> Iterator[Server]:
    """An S3 server in this process."""
    from moto.server import ThreadedMotoServer

    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield Server(f"http://{host}:{port}", Path("/nowhere"))
    running.stop()
