"""Native code for the modules that do the work of every article and caption: the same Python, by mypyc.

What is compiled lies beside its source and is imported in its place; without it everything works as well, but
slower. A zip for `--py-files` has the Python alone.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from medconcept.provision.errors import ProvisionError

PACKAGES = ("jats",)
_BUILD = """
import sys
from setuptools import Distribution
from mypyc.build import mypycify
target, *modules = sys.argv[1:]
extensions = mypycify(
    ["--ignore-missing-imports", "--follow-imports=silent", *modules],
    opt_level="3", debug_level="0", group_name="medconcept", target_dir=target,
)
command = Distribution({"name": "compiled", "ext_modules": extensions}).get_command_obj("build_ext")
command.build_lib = command.build_temp = target
command.ensure_finalized()
command.run()
"""


def ensure_compiled() -> list[Path]:
    """Compile the modules of PACKAGES where that is possible and they are not compiled as they stand now.

    Gives the files made. Where mypyc or a C compiler is missing it says so in one line and makes none. Raises
    ProvisionError where a compiler fails, or the folder of the package cannot be written.
    """
    modules = compiled_modules()
    if not stale(modules):
        return []
    missing = _missing()
    if missing:
        _say(f"{missing} is not there, so the parser stays interpreted: right, but slower")
        return []
    _say(f"compiling {len(modules)} modules with mypyc")
    root = _package().parent
    with tempfile.TemporaryDirectory() as scratch:
        relative = [str(module.relative_to(root)) for module in modules]
        done = subprocess.run(
            [sys.executable, "-c", _BUILD, scratch, *relative],
            cwd=root, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
            raise ProvisionError(f"compiled: mypyc failed: {lines[-1][:300]}")
        made = sorted(Path(scratch).rglob(f"*{_suffix()}"))
        return [_put(path, root / path.relative_to(scratch)) for path in made]


def compiled_modules() -> list[Path]:
    """The modules that are compiled: all that hold code, since of records other code reads the types."""
    found = (path for name in PACKAGES for path in (_package() / name).glob("*.py"))
    return sorted(path for path in found if not path.name.endswith(("__init__.py", "records.py")))


def stale(modules: list[Path]) -> list[Path]:
    """Those of the modules whose compiled part is missing or older than they are."""
    return [module for module in modules if not _is_new(module.with_name(module.stem + _suffix()), module)]


def remove_compiled() -> None:
    """Take away what was compiled."""
    for module in compiled_modules():
        module.with_name(module.stem + _suffix()).unlink(missing_ok=True)


def _is_new(compiled: Path, module: Path) -> bool:
    return compiled.is_file() and compiled.stat().st_mtime_ns >= module.stat().st_mtime_ns


def _put(made: Path, target: Path) -> Path:
    """Move a file to its place in one step: another process may import it meanwhile."""
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copyfile(made, beside)
        os.replace(beside, target)
    except OSError as error:
        raise ProvisionError(f"compiled: {target.parent} cannot be written: {error.strerror}") from error
    return target


def _missing() -> str | None:
    if importlib.util.find_spec("mypyc") is None or importlib.util.find_spec("setuptools") is None:
        return "mypyc"
    return None if any(shutil.which(name) for name in ("cc", "gcc", "clang")) else "a C compiler"


def _package() -> Path:
    return Path(__file__).resolve().parents[1]


def _suffix() -> str:
    return str(sysconfig.get_config_var("EXT_SUFFIX"))


def _say(line: str) -> None:
    print(f"compiled: {line}", file=sys.stderr)
