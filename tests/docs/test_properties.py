"""conf/spark: the files for cluster managers have the same settings, each explained, and name what exists."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = {path.stem: path for path in sorted((ROOT / "conf/spark").glob("*.conf"))}
# What one manager alone has, and what travels with its jobs.
OWN = (
    "spark.cores.max", "spark.executor.instances", "spark.yarn.", "spark.kubernetes.",
    "spark.jars", "spark.submit.pyFiles", "spark.archives", "spark.files",
)  # fmt: skip


def settings(path: Path) -> dict[str, str]:
    """The settings of a properties file, as spark-submit reads them."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    pairs = (line.split(None, 1) for line in lines if line and line[0] != "#")
    return dict(pairs)


def test_only_values_differ() -> None:
    assert set(FILES) == {"standalone", "yarn", "kubernetes"}
    common = [{key for key in settings(path) if not key.startswith(OWN)} for path in FILES.values()]
    assert common[0] == common[1] == common[2]
    assert len(common[0]) >= 10


@pytest.mark.parametrize("name", FILES)
def test_every_setting_follows_a_comment_and_no_setting_comes_twice(name: str) -> None:
    lines = FILES[name].read_text(encoding="utf-8").splitlines()
    keys = [line.split()[0] for line in lines if line and line[0] != "#"]
    assert len(keys) == len(set(keys))
    for block in "\n".join(lines).split("\n\n"):
        assert block.startswith("#"), block


@pytest.mark.parametrize("name", ["standalone", "yarn"])
def test_what_travels_is_there_or_made(name: str) -> None:
    given = settings(FILES[name])
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for key in ("spark.submit.pyFiles", "spark.archives"):
        assert f"\n{given[key].partition('#')[0]}:" in makefile, key
    files = [path for path in given.get("spark.files", "").split(",") if path]
    log = given["spark.driver.extraJavaOptions"].partition("=")[2]
    assert all((ROOT / path).is_file() for path in (*files, *([] if files else [log])))
    assert not files or log in [Path(path).name for path in files]


def test_what_an_image_has_is_what_the_dockerfile_puts_there() -> None:
    given, image = settings(FILES["kubernetes"]), (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert f"PYSPARK_PYTHON={given['spark.pyspark.python']} " in image
    folder, _, log = given["spark.driver.extraJavaOptions"].partition("=")[2].partition("/medconcept/")
    assert f"--target {folder} " in image and (ROOT / "lib/medconcept" / log).is_file()


def test_python_on_the_workers_is_the_one_that_travels() -> None:
    for name in ("standalone", "yarn"):
        given = settings(FILES[name])
        folder = given["spark.archives"].partition("#")[2]
        assert given["spark.pyspark.python"] == f"./{folder}/bin/python"
