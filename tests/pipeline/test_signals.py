"""Ctrl-C and SIGTERM: one line, the exit code of a shell, and a lake that the next run can take at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import yaml
from articles import config, jats, write

from medconcept.cli import main
from medconcept.config import SparkConfig

ROOT = Path(__file__).resolve().parents[2]
SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_ends_a_command_with_one_line(monkeypatch, capsys, number: int, code: int) -> None:
    def work(_: object) -> int:
        try:
            os.kill(os.getpid(), number)
            time.sleep(60)
        finally:
            raise ValueError("what else went wrong on the way out")

    before = signal.getsignal(number)
    monkeypatch.setattr("medconcept.cli.program._run", work)
    assert main(["tables"]) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(
        f"medconcept: tables was interrupted ({signal.Signals(number).name}); a lake keeps"
    )
    assert signal.getsignal(number) == before


def test_an_error_without_a_signal_is_no_interruption(monkeypatch, capsys) -> None:
    monkeypatch.setattr("medconcept.cli.program._run", lambda _: 1 / 0)
    assert main(["tables"]) == 1


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_run_that_is_interrupted_releases_the_lease(tmp_path: Path, number: int, code: int) -> None:
    write(tmp_path / "in", **{f"a{n}_xml": jats(str(n), "heart attack") for n in range(1, 200)})
    session = SparkConfig(jars=str(ROOT / "build/jars"), shuffle_partitions=2, driver_memory="2g")
    settings = replace(config(tmp_path), spark=session)
    (tmp_path / "conf.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(asdict(settings)))))
    command = [sys.executable, "-m", "medconcept", "run", "--config", str(tmp_path / "conf.yaml")]
    run = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    lease = tmp_path / "lake/_medconcept/lease.json"
    try:
        deadline = time.monotonic() + 120
        while not lease.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert lease.exists(), "the run never took the lease"
        time.sleep(3)  # into the work on Spark
        run.send_signal(number)
        _, err = run.communicate(timeout=90)
    finally:
        run.kill()
    assert run.returncode == code, err[-2000:]
    lines = [line for line in err.splitlines() if line.startswith("medconcept: ")]
    assert len(lines) == 1 and "run was interrupted" in lines[0], err[-2000:]
    assert "Traceback" not in err and "at org.apache" not in err
    assert not lease.exists()
