"""The README's commands for a cluster, on one whose workers' Python has no packages."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
ARCHIVE = "--archives dist/environment.tar.gz#environment"
WORKERS_PYTHON = "PYSPARK_PYTHON=./environment/bin/python"
SECONDS = 900

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (ROOT / "dist/environment.tar.gz").is_file(), reason="make dist has not been run"),
]


def commands(folder: Path, job: str = "run", options: str = "", **instead: str) -> str:
    """What README.md says after `make …`, with articles, settings and lake in a folder; other changes."""
    section = README[README.index("\n## On a cluster\n") :]
    made, lines = re.search(r"^```\n(make [^\n]+)\n(.*?)^```", section, re.MULTILINE | re.DOTALL).groups()
    assert made == "make dist demo-data cluster-up"
    for stated, here in {
        "--config conf/local.yaml": f"--config {folder}/conf.yaml",
        "--input build/demo/articles": f"--input {folder}/in",
        "--lake build/cluster-lake": f"--lake {folder}/cluster-lake {options}",
        "jobs/run.py": f"jobs/{job}.py",
        **instead,
    }.items():
        assert stated in lines, stated
        lines = lines.replace(stated, here)
    return lines


def start(lines: str, folder: Path) -> subprocess.Popen[str]:
    """Run commands in the checkout, in a new terminal."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "GX_ANALYTICS_ENABLED": "false"}
    return subprocess.Popen(
        ["bash", "-c", lines],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def outcome(lines: str, folder: Path) -> tuple[int, str]:
    """Exit code and standard output of commands; Spark passes a driver's standard error on to it."""
    started = start(lines, folder)
    output, _ = started.communicate(timeout=SECONDS)
    return started.returncode, output


@pytest.fixture(scope="module")
def master(tmp_path_factory) -> Iterator[str]:
    """A cluster as `make cluster-up` starts it, where python3 has nothing but the standard library."""
    from medconcept.provision.cluster import cluster_down, cluster_up

    bare = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    target = tmp_path_factory.mktemp("cluster")
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("PATH", f"{bare}/bin:{os.environ['PATH']}")
        environ.delenv("PYTHONPATH", raising=False)
        url = cluster_up(target)
    assert url in README
    yield url
    cluster_down(target)


@pytest.mark.usefixtures("master")
def test_workers_without_the_environment_are_named_before_data_is_read(tmp_path: Path) -> None:
    (tmp_path / "conf.yaml").write_text("dictionary: {sources: []}\n")
    lines = commands(tmp_path, **{ARCHIVE: "", WORKERS_PYTHON: "PYSPARK_PYTHON=python3"})
    code, output = outcome(lines, tmp_path)
    assert code == 2, output
    assert re.fullmatch(r"medconcept: .* lacks lxml, .*pyarrow.* \(on \S+\): .*--archives .*\n", output), (
        output
    )
    assert not (tmp_path / "cluster-lake").exists()


# Every job as a `spark-submit` of its own takes most of a minute each; the jobs differ in their name alone.
@pytest.mark.usefixtures("master")
@pytest.mark.parametrize("in_one", [True, pytest.param(False, marks=pytest.mark.long)])
def test_the_commands_of_the_readme_make_the_tables_of_a_local_run(
    spark, tmp_path: Path, *, in_one: bool
) -> None:
    """With the shipped recogniser: what the driver loads of it, the cluster's workers must get."""
    import yaml
    from articles import TERMS, config, jats, run, write

    from medconcept.config import SHIPPED_RECOGNISER
    from medconcept.lake.lake import Lake
    from medconcept.pipeline.registry import IN_ORDER
    from medconcept.stages.publish_release import content_digest

    write(
        tmp_path / "in",
        a_xml=jats("1", "A heart attack. \U0001d6fc Heart is here.", None),
        b_xml=jats("2", "ALL of the heart", "myocardial infarction"),
        # An acronym that nothing explains has its sentence read, and no name covers the drug.
        c_xml=jats("3", "\U0001d6fc. Patients with AMI were given metformin. Heart.", "No gout here."),
        d_xml=jats("4", "Treatment of heart attack: results.", "The course of type 2 diabetes in mice."),
        bad_xml="this is not XML",
    )
    settings = config(tmp_path, recogniser=(SHIPPED_RECOGNISER,))
    (tmp_path / "terms.tsv").write_text(f"{TERMS}T:1\tAMI\tdisease\tC0027051\n")
    (tmp_path / "conf.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(asdict(settings)))))
    if in_one:
        code, output = outcome(commands(tmp_path, "annotate_captions"), tmp_path)
        assert code == 4 and "parse_articles has not made its tables" in output.splitlines()[-1], output
        _kill_after("sync_articles: done", commands(tmp_path), tmp_path)
    for names in [IN_ORDER] if in_one else [(name,) for name in IN_ORDER]:
        code, output = outcome(commands(tmp_path, "run" if in_one else names[0], "--json"), tmp_path)
        assert code == 0, output
        assert [report["job"] for report in json.loads(output)] == list(names)

    local, _ = run(spark, replace(settings, lake=str(tmp_path / "local-lake")))
    there = Lake(spark, str(tmp_path / "cluster-lake"))
    for table in ("raw_articles", "articles", "figures", "concepts", "concept_names", "mentions", "triplets"):
        ours, theirs = content_digest(local.read(table)), content_digest(there.read(table))
        assert ours == theirs and ours[0] > 0, table
    assert there.read("mentions").where("method = 'recognised'").count() >= 1


def _kill_after(line: str, lines: str, folder: Path) -> None:
    """Run commands and kill all their processes when a line appears."""
    started = start(lines, folder)
    assert any(line in printed for printed in started.stdout), started.stderr.read()
    os.killpg(started.pid, signal.SIGKILL)
    started.communicate(timeout=SECONDS)
