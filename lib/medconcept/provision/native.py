"""Native code of the parser: the same Python, translated to C by mypyc, a fifth faster."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from importlib import resources
from pathlib import Path

from medconcept.provision.errors import ProvisionError
from medconcept.runtime import native_modules
from medconcept.runtime.c_compiler import CompilerMissing, compiler

PACKAGES = ("medconcept.jats",)
_TO_C = """
import sys
from mypyc.build import mypycify
target, group, *modules = sys.argv[1:]
options = ["--config-file=", "--ignore-missing-imports", "--follow-imports=silent"]
mypycify([*options, *modules], group_name=group, target_dir=target)
"""
_FLAGS = ("-O3", "-fvisibility=hidden", "-g0", "-w", "-shared", "-fPIC")


def ensure_native(folder: Path | None = None) -> list[Path]:
    """Compile each of PACKAGES into the folder, by default site-packages, unless it exists there.

    Returns the new files. Without mypyc, a C compiler or Python's headers it prints one line and compiles
    nothing: the package then runs interpreted, slower. Raises ProvisionError if a compiler fails or the
    folder cannot be written.
    """
    folder = folder or Path(sysconfig.get_path("platlib"))
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    built: list[Path] = []
    for package in PACKAGES:
        target = folder / f"{native_modules.library_name(package)}{suffix}"
        if target.is_file():
            continue
        if missing := _missing():
            _log(f"{missing} is missing, so {package} runs interpreted: correct, but slower")
            continue
        _log(f"compiling {package} with mypyc")
        with tempfile.TemporaryDirectory() as scratch:
            built.append(_put(_compiled(package, Path(scratch)), target))
        for other in folder.glob(target.name.replace(native_modules.checksum(package), "*")):
            if other != target:  # of an earlier source
                other.unlink(missing_ok=True)
    return built


def _compiled(package: str, scratch: Path) -> Path:
    """Compile the extension module of a package in an empty folder."""
    group = native_modules.library_name(package).removesuffix("__mypyc")
    folder, names = resources.files(package), native_modules.modules(package)
    paths = [str(folder.joinpath(*name.split("."))) + ".py" for name in names]
    _run("mypyc", [sys.executable, "-c", _TO_C, str(scratch), group, *paths])
    code = [scratch / f"__native_{group}.c"]
    for name in names:
        entry = scratch.joinpath(*package.split("."), *name.split(".")).with_suffix(".c")
        # All in one library: each module has an entry point of its own name and one that is named alike.
        entry.write_text(entry.read_text().replace("PyInit___init__", f"PyInit___init___{entry.stem}"))
        code.append(entry)
    runtime = Path(str(resources.files("mypyc"))) / "lib-rt"
    headers = [f"-I{where}" for where in (sysconfig.get_path("include"), runtime, scratch)]
    built = scratch / "native_modules.so"
    _run("the C compiler", [*compiler(), *_FLAGS, *headers, "-o", str(built), *map(str, code)])
    return built


def _run(what: str, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise ProvisionError(f"native: {what} failed: {lines[-1][:300]}")


def _put(built: Path, target: Path) -> Path:
    """Move a file into place atomically: another process may import it meanwhile."""
    scratch_file = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copyfile(built, scratch_file)
        os.replace(scratch_file, target)
    except OSError as error:
        raise ProvisionError(f"native: {target.parent} cannot be written: {error.strerror}") from error
    return target


def _missing() -> str | None:
    if any(importlib.util.find_spec(name) is None for name in ("mypyc", "setuptools")):
        return "mypyc"
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        return "Python.h"
    try:
        compiler()
    except CompilerMissing:
        return "a C compiler"
    return None


def _log(line: str) -> None:
    print(f"native: {line}", file=sys.stderr)
