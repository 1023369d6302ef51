"""The JARs of Delta and Spark NLP: fetched with Maven where `mvn` is on the path, else with Spark's Ivy."""

import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from medconcept.provision.errors import ProvisionError
from medconcept.provision.folders import building
from medconcept.provision.ivy import run_ivy
from medconcept.runtime.c_compiler import cache_folder
from medconcept.runtime.installation import checkout

JAR_COORDINATES: tuple[str, ...] = (
    "io.delta:delta-spark_2.12:3.3.3",
    "com.johnsnowlabs.nlp:spark-nlp_2.12:5.5.3",
    # s3a://: in the version of the Hadoop that Spark 3.5 ships, on the parts of the AWS SDK that Spark NLP
    # depends on; hadoop-aws needs one more class, from the part for DynamoDB.
    "org.apache.hadoop:hadoop-aws:3.3.4",
    "com.amazonaws:aws-java-sdk-dynamodb:1.12.500",
)
"""Direct dependencies, as group:artefact:version."""

TENSORFLOW = "com.johnsnowlabs.nlp:tensorflow-cpu_2.12"
TENSORFLOW_CORE = "org.tensorflow:tensorflow-core-api:0.4.2"
_NATIVE = {"Linux": "linux-x86_64", "Darwin": "macosx-x86_64", "Windows": "windows-x86_64"}

# Spark NLP's own build of TensorFlow is not on every mirror either: with Maven, the release that it was
# made from comes in its place, for this platform only. Spark's resolver knows no classifiers and takes the
# former.
JAR_EXCLUDES: tuple[str, ...] = (
    # The whole AWS SDK, 280 MB; the parts needed are listed separately.
    "com.amazonaws:aws-java-sdk-bundle",
    # Native back ends that no stage uses: over 1 GB together, and missing from some Maven mirrors.
    "com.johnsnowlabs.nlp:jsl-llamacpp-cpu_2.12",
    "com.johnsnowlabs.nlp:jsl-openvino-cpu_2.12",
    # Spark brings its own Scala; a second one on the class path breaks serialisation between them.
    "org.scala-lang:scala-library",
)
"""Excluded dependencies, as group:artefact."""

FETCH = "`python -m medconcept.provision jars` fetches them"
STAMP = "jars.json"
MAVEN_SECONDS = 1800


def find_jars(folder: str | None = None, environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """The JARs to start a Spark session with, sorted.

    Of `folder` if stated, else of MEDCONCEPT_JARS if set, else of `build/jars` in the checkout, else of
    `jars` in the user's cache folder. Raises ProvisionError where there are none.
    """
    for stated, what in ((folder, "spark.jars"), (environ.get("MEDCONCEPT_JARS"), "MEDCONCEPT_JARS")):
        if stated:
            if jars := _jars_in(Path(stated)):
                return jars
            raise ProvisionError(f"{what}: {stated}: no JARs in this folder; {FETCH}")
    root = checkout()
    for place in ([] if root is None else [root / "build/jars"]) + [cache_folder() / "jars"]:
        if jars := _jars_in(place):
            return jars
    raise ProvisionError(
        f"the JARs of Delta and Spark NLP are not installed; {FETCH}, or set MEDCONCEPT_JARS to their folder"
    )


def _jars_in(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(path.resolve() for path in folder.glob("*.jar"))) if folder.is_dir() else ()


def ensure_jars(
    target: Path, environ: Mapping[str, str] = os.environ, log: Callable[[str], None] = print
) -> tuple[Path, ...]:
    """Fill `target` with the JARs that Spark lacks, unless it already holds exactly these; returns them.

    JARs that Spark itself ships, in whatever version, are left out: Spark loads its own first anyway.
    Raises ProvisionError with one line.
    """
    target = target.resolve()
    spark_jars = _spark_jar_folder(environ)
    shipped = sorted(path.name for path in spark_jars.glob("*.jar"))
    digest = _digest(shipped)
    present = _stamped_jars(target, digest)
    if present:
        log(f"jars: {len(present)} already there")
        return present
    maven = shutil.which("mvn", path=environ.get("PATH", ""))
    how = "Spark's resolver (no mvn on the path)" if maven is None else "Maven"
    log(f"jars: fetching {', '.join((*JAR_COORDINATES, *tensorflow()[:1]))} with {how}")
    with building(target) as folder:
        if maven is None:
            run_ivy(spark_jars.parent, folder, JAR_COORDINATES, JAR_EXCLUDES, environ)
        else:
            _run_maven(maven, folder, environ)
        in_spark = {artefact(name) for name in shipped}
        for path in sorted(folder.glob("*.jar")):
            if artefact(path.name) in in_spark:
                path.unlink()
        sizes = {path.name: path.stat().st_size for path in sorted(folder.glob("*.jar"))}
        if not sizes:
            raise ProvisionError("jars: the download ended well but left no JAR")
        (folder / STAMP).write_text(json.dumps({"digest": digest, "jars": sizes}, indent=1) + "\n")
    log(f"jars: {len(sizes)} JARs, {sum(sizes.values()) / 1e6:.0f} MB")
    return tuple(target / name for name in sizes)


def tensorflow(system: str | None = None, machine: str | None = None) -> tuple[str, ...]:
    """TensorFlow as Maven coordinates for a platform, by default this one; empty if it has no build.

    Without it Spark NLP trains and runs NerCrf, not NerDL.

    >>> tensorflow("Linux", "x86_64")[1]
    'org.tensorflow:tensorflow-core-api:0.4.2:linux-x86_64'
    >>> tensorflow("Linux", "aarch64")
    ()
    """
    native = _NATIVE.get(system or platform.system())
    if native is None or (machine or platform.machine()).lower() not in ("x86_64", "amd64"):
        return ()
    return TENSORFLOW_CORE, f"{TENSORFLOW_CORE}:{native}"


def artefact(jar_name: str) -> str:
    """The name of a JAR without its version.

    >>> artefact("delta-spark_2.12-3.3.3.jar"), artefact("proto-storage-v2-2.20.1-alpha.jar")
    ('delta-spark_2.12', 'proto-storage-v2')
    """
    return re.sub(r"-\d[^/]*$", "", jar_name.removesuffix(".jar"))


def pom() -> str:
    """A Maven project that depends on `JAR_COORDINATES` and TensorFlow without `JAR_EXCLUDES`.

    >>> "<artifactId>delta-spark_2.12</artifactId><version>3.3.3</version>" in pom()
    True
    """
    left_out = "".join(
        "<exclusion><groupId>{}</groupId><artifactId>{}</artifactId></exclusion>".format(*name.split(":"))
        for name in (*JAR_EXCLUDES, TENSORFLOW)
    )
    wanted = "".join(
        "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version>{}".format(
            *coordinate.split(":")[:3],
            "".join(f"<classifier>{native}</classifier>" for native in coordinate.split(":")[3:]),
        )
        + f"<exclusions>{left_out}</exclusions></dependency>\n"
        for coordinate in (*JAR_COORDINATES, *tensorflow())
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>\n'
        "<groupId>medconcept</groupId><artifactId>spark-jars</artifactId><version>1</version>"
        f"<packaging>pom</packaging>\n<dependencies>\n{wanted}</dependencies></project>\n"
    )


def _run_maven(maven: str, folder: Path, environ: Mapping[str, str]) -> None:
    project = folder.parent / "pom.xml"
    project.write_text(pom())
    command = [maven, "-q", "-B", "-f", str(project), "dependency:copy-dependencies"]
    command += ["-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, env=dict(environ), timeout=MAVEN_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProvisionError(f"jars: Maven did not finish: {type(error).__name__}") from error
    if done.returncode != 0:
        lines = (done.stdout + "\n" + done.stderr).splitlines()
        reason = next((line for line in lines if line.startswith("[ERROR]")), "no reason given")
        raise ProvisionError(f"jars: Maven failed: {reason.removeprefix('[ERROR]').strip()}")


def _spark_jar_folder(environ: Mapping[str, str]) -> Path:
    if environ.get("SPARK_HOME"):
        folder = Path(environ["SPARK_HOME"]) / "jars"
    else:
        # Looking a top-level package up does not import it.
        spec = importlib.util.find_spec("pyspark")
        if spec is None or spec.origin is None:
            raise ProvisionError("jars: no Spark: SPARK_HOME is not set and pyspark is not installed")
        folder = Path(spec.origin).parent / "jars"
    if not folder.is_dir():
        raise ProvisionError("jars: Spark's own jars folder is missing; install pyspark again")
    return folder


def _digest(shipped: list[str]) -> str:
    parts = [*JAR_COORDINATES, *tensorflow(), "without", *JAR_EXCLUDES, "beside", *shipped]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _stamped_jars(target: Path, digest: str) -> tuple[Path, ...]:
    """The JARs of `target`, or nothing where the stamp is missing, of other coordinates, or untrue."""
    try:
        stamp = json.loads((target / STAMP).read_text())
        sizes: dict[str, int] = stamp["jars"]
        if stamp["digest"] != digest or any((target / n).stat().st_size != size for n, size in sizes.items()):
            return ()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ()
    return tuple(target / name for name in sizes)
