"""Packages fetched by Spark's own resolver, Ivy, in a separate process whose output is not shown."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from medconcept.provision.errors import ProvisionError
from medconcept.provision.java import find_java

IVY_SECONDS = 1800
# The lines that give the reason: of the last, the text behind the exception's class.
_REASONS = (r":: (unresolved dependency: .+?)\s*$", r"^Exception in thread \S+ \S*?:? ?(.+)$", r"^(.+)$")


def run_ivy(
    spark_home: Path,
    folder: Path,
    packages: Sequence[str],
    excludes: Sequence[str],
    environ: Mapping[str, str] = os.environ,
) -> None:
    """Have spark-submit fetch packages, named as group:artefact:version, and leave their JARs in `folder`.

    Settings of Ivy are read from Spark's own spark-defaults.conf. Raises ProvisionError with one line.
    """
    scratch = folder.parent / "ivy"
    script = folder.parent / "nothing.py"
    script.write_text("")  # the packages are fetched before it runs
    command = [str(spark_home / "bin/spark-submit"), "--master", "local[1]"]
    command += ["--packages", ",".join(packages), "--exclude-packages", ",".join(excludes)]
    command += ["--conf", f"spark.jars.ivy={scratch}", str(script)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env={**environ, "JAVA_HOME": str(find_java(environ))},
            timeout=IVY_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProvisionError(f"jars: spark-submit did not finish: {type(error).__name__}") from error
    if done.returncode != 0:
        raise ProvisionError(
            f"jars: Spark could not fetch its packages ({ivy_reason(done.stderr + done.stdout)}); "
            "install Maven, or set spark.jars.ivySettings in spark-defaults.conf"
        )
    for path in sorted((scratch / "jars").glob("*.jar")):
        # Ivy puts the group before the artefact: org.example_name-1.0.jar
        path.rename(folder / path.name.partition("_")[2])


def ivy_reason(output: str) -> str:
    """The line of Ivy's output with the reason of its failure.

    >>> ivy_reason("noise\\n\\t\\t:: unresolved dependency: a#b;1: not found\\n\\tat org.Main")
    'unresolved dependency: a#b;1: not found'
    """
    for pattern in _REASONS:
        if match := re.search(pattern, output, re.MULTILINE):
            return match[1].strip()[:200]
    return "no reason given"
