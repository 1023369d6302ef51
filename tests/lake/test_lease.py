"""One writer a lake: who may take a lease that is there already."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from medconcept.errors import LakeError, LeaseHeld
from medconcept.lake import lease as module
from medconcept.lake.lease import LEASE, lease
from medconcept.spark.hadoop_files import HadoopFiles


@pytest.fixture
def files(spark: Any, tmp_path: Path) -> HadoopFiles:
    return HadoopFiles(spark, str(tmp_path / "lake"))


def left(files: HadoopFiles, **fields: object) -> None:
    """Leave the lease of another run behind, of another host unless said."""
    holder = {"run_id": "other", "token": "t", "beat": 1, "place": "elsewhere", "pid": 1, "born": "1"}
    files.write(LEASE, json.dumps(holder | fields).encode())


def test_it_is_released_at_the_end(files: HadoopFiles) -> None:
    with lease(files, "mine") as own:
        own.require()
        assert json.loads(files.read(LEASE))["run_id"] == "mine"
    assert not files.exists(LEASE)


def test_a_live_process_of_this_host_keeps_it(files: HadoopFiles) -> None:
    with (
        lease(files, "first"),
        pytest.raises(LeaseHeld, match="run first is writing"),
        lease(files, "second"),
    ):
        pass


def test_that_of_a_dead_process_of_this_host_is_taken_at_once(files: HadoopFiles) -> None:
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    ended.wait()
    left(files, place=module._place(), pid=ended.pid, born="1")
    with lease(files, "mine", ttl=1000) as own:
        own.require()


def test_that_of_a_process_nobody_has_waited_for_is_taken_at_once(files: HadoopFiles) -> None:
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    born = module._born(ended.pid)
    while module._born(ended.pid) is not None:  # it has ended, and its parent has not asked how
        time.sleep(0.05)
    left(files, place=module._place(), pid=ended.pid, born=born)
    with lease(files, "mine", ttl=1000) as own:
        own.require()
    ended.wait()


def test_elsewhere_it_is_void_only_if_it_is_not_renewed(
    files: HadoopFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    # Whatever that host's clock says: no time of it is read.
    left(files, renewed=time.time() + 10**9)
    with lease(files, "mine", ttl=0.3) as own:
        own.require()
    left(files)
    beating = threading.Timer(0.3, left, args=(files,), kwargs={"beat": 2})
    beating.start()
    with pytest.raises(LeaseHeld, match="run other is writing"), lease(files, "mine", ttl=60):
        pass
    beating.join()
    assert json.loads(files.read(LEASE))["beat"] == 2


def test_one_that_is_released_meanwhile_is_free(files: HadoopFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    left(files)
    released = threading.Timer(0.2, files.delete, args=(LEASE,))
    released.start()
    with lease(files, "mine", ttl=60) as own:
        own.require()
    released.join()


@pytest.mark.parametrize("content", [b"", b'{"run_id": "x', b"[]"])
def test_one_that_was_cut_is_void_after_a_while(
    files: HadoopFiles, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    files.write(LEASE, content)
    with lease(files, "mine", ttl=0.2) as own:
        own.require()


def test_a_lost_lease_is_neither_renewed_nor_released(
    files: HadoopFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.05)
    with lease(files, "mine") as own:
        left(files)
        time.sleep(0.3)
        with pytest.raises(LeaseHeld, match="run mine has lost the lease"):
            own.require()
    assert json.loads(files.read(LEASE))["run_id"] == "other"


def test_one_that_could_not_be_renewed_says_why_and_is_renewed_later(
    files: HadoopFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.05)
    full = threading.Event()
    whole = files.write

    def write(name: str, data: bytes, *, overwrite: bool = True) -> None:
        whole(name, b"" if full.is_set() else data, overwrite=overwrite)
        if full.is_set():
            raise LakeError("no space left")

    monkeypatch.setattr(files, "write", write)
    with lease(files, "mine") as own:
        full.set()
        time.sleep(0.3)
        with pytest.raises(LakeError, match=r"run mine cannot renew its lease \(no space left\)"):
            own.require()
        full.clear()
        time.sleep(0.3)
        own.require()
    assert not files.exists(LEASE)


def test_a_cut_one_is_not_its_own_if_it_was_renewed(files: HadoopFiles) -> None:
    with lease(files, "mine") as own:
        files.write(LEASE, b"")
        with pytest.raises(LeaseHeld, match=r"run mine has lost the lease \(its file cannot be read\)"):
            own.require()


def test_a_full_disk_is_named(files: HadoopFiles, tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake/full").symlink_to("/dev/full")
    with pytest.raises(LakeError, match="No space left on device"):
        files.write("full", b"x")
