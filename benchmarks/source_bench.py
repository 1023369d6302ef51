"""What the benchmarks of syncing share: a bucket on a real S3 server, a delay before it, the result."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from results import show, write

ROOT = Path(__file__).resolve().parents[1]
# The bucket's layout is that of the tests: one generator, one truth.
sys.path[:0] = [str(ROOT / "tests/sync")]


def program() -> str:
    """versitygw. Ends the benchmark with 2 where there is none: `make bench` then passes it over."""
    from s3_server import find_versitygw

    found: str | None = find_versitygw()
    if found is None:
        print("needs Go to build versitygw, or versitygw on the path", file=sys.stderr)
        sys.exit(2)
    return found


@contextmanager
def bucket_server(folder: Path) -> Iterator[str]:
    """A server over a folder with the bucket, open to all; yields its address."""
    from s3_server import serve
    from sync_lakes import BUCKET

    with serve(program(), folder) as server:
        if not (folder / BUCKET).is_dir():
            server.client().create_bucket(Bucket=BUCKET)
        server.open_to_all(BUCKET)
        yield server.url


@contextmanager
def delayed(upstream: str, milliseconds: int) -> Iterator[str]:
    """A proxy that waits before each answer; yields its address."""
    built = ROOT / "build/bin/delay_proxy"
    built.parent.mkdir(parents=True, exist_ok=True)
    source = Path(__file__).with_name("delay_proxy.go")
    subprocess.run(["go", "build", "-o", str(built), str(source)], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    process = subprocess.Popen([str(built), address, upstream, str(milliseconds)])
    try:
        time.sleep(0.5)
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(timeout=10)


def session(memory: str = "4g") -> Any:
    """A local session on two cores."""
    from medconcept.config import SparkConfig
    from medconcept.spark.session import get_session

    jars = os.environ.get("MEDCONCEPT_JARS", str(ROOT / "build/jars"))
    return get_session(SparkConfig(jars=jars, driver_memory=memory, shuffle_partitions=4))


def report(name: str, figures: dict[str, float], ratios: dict[str, float]) -> None:
    """Print a table and write build/bench/<name>.json."""
    figures, ratios = ({k: round(v, 3) for k, v in told.items()} for told in (figures, ratios))
    show(figures, ratios)
    write(name, figures, ratios, ["obstore", "pyspark", "delta-spark", "pyarrow"])
