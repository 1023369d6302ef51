"""Commands of the pages on a lake at build/lake, run as they stand and in order."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from documented import OWN, ROOT, Command, run_on

from medconcept.cli import main

pytestmark = pytest.mark.slow  # eight commands, some of them with the gate
# None of the lake's few figures is a CT scan of 2015 or later.
NOTHING_LEFT = ("export_dataset", "webdataset")


@pytest.fixture(scope="module")
def checkout(released: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like a checkout's, with a lake with the release r1."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "conf").symlink_to(ROOT / "conf")
    (folder / "build").mkdir()
    released.copy_of(released.settings, folder / "build")
    return folder


@pytest.mark.parametrize("command", run_on(OWN), ids=str)
def test_commands_run_as_they_stand(
    spark: Any, checkout: Path, command: Command, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(checkout)
    code = main(command.arguments)
    said = capsys.readouterr()
    expected = 9 if set(NOTHING_LEFT) <= set(command.arguments) else 0
    assert code == expected, said.err
    assert (said.out if code == 0 else said.err).strip()
    if "--out" in command.arguments and code == 0:
        assert os.listdir(command.arguments[command.arguments.index("--out") + 1])
