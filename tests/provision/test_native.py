"""Native code: made once for a source, found where Python finds modules, never run for another source."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from medconcept.provision import native as provision
from medconcept.provision.errors import ProvisionError

LIB = Path(__file__).resolve().parents[2] / "lib"
HAS_COMPILER = (
    any(map(shutil.which, ("cc", "gcc", "clang")))
    and Path(sysconfig.get_path("include"), "Python.h").is_file()
    and importlib.util.find_spec("mypyc") is not None
)
SCRIPT = (
    "from tiny import double, shared as s; print(double.twice(21), s.ONE, double.__file__.endswith('.py'))"
)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of two modules, the only one to compile, and where its native code goes."""
    package = tmp_path / "tiny"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from medconcept.runtime.native_modules import prefer_native\nprefer_native(__name__)\n"
    )
    (package / "double.py").write_text(
        "from tiny.shared import ONE\n\ndef twice(number: int) -> int:\n    return 2 * ONE * number\n"
    )
    (package / "shared.py").write_text("ONE = 1\n")
    monkeypatch.setattr(provision, "PACKAGES", ("tiny",))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("tiny", None)


def output(home: Path) -> str:
    code = f"import sys; sys.path[:0] = [{str(home)!r}, {str(LIB)!r}]; {SCRIPT}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


@pytest.mark.slow  # mypyc twice; the fast lane runs what `make setup` compiled (test_jats_native)
@pytest.mark.skipif(not HAS_COMPILER, reason="no C compiler, or no Python.h")
def test_it_is_made_once_and_run_only_for_its_own_source(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert output(tiny) == "42 1 True\n"
    (made,) = provision.ensure_native(tiny)
    assert output(tiny) == "42 1 False\n"
    assert provision.ensure_native(tiny) == []
    assert capsys.readouterr().err.splitlines() == ["native: compiling tiny with mypyc"]
    (tiny / "tiny/shared.py").write_text("ONE = 100\n")
    assert output(tiny) == "4200 100 True\n"
    (again,) = provision.ensure_native(tiny)
    assert output(tiny) == "4200 100 False\n"
    assert again != made and not made.exists(), "what is of no source any more stays behind"


@pytest.mark.slow  # mypyc twice
@pytest.mark.skipif(not HAS_COMPILER, reason="no C compiler, or no Python.h")
def test_what_cannot_be_compiled_is_reported_in_one_line(tiny: Path) -> None:
    (tiny / "tiny/double.py").write_text("def twice(number: int) -> int:\n    return 'two'\n")
    with pytest.raises(ProvisionError, match=r"^native: mypyc failed: .*Incompatible return value type"):
        provision.ensure_native(tiny)
    (tiny / "tiny/double.py").write_text("def twice(number: int) -> int:\n    return 2 * number\n")
    with pytest.raises(ProvisionError, match="cannot be written"):
        provision.ensure_native(tiny / "nowhere")


def test_without_a_compiler_it_says_so(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setitem(sys.modules, "ziglang", None)
    assert provision.ensure_native(tiny) == []
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("is missing, so tiny runs interpreted: correct, but slower")
    assert output(tiny) == "42 1 True\n"
