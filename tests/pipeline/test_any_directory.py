"""The command as a person runs it: in a process of its own, from a folder that has nothing to do with it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ARTICLE = """<article><front><article-meta><article-id pub-id-type="pmc">1</article-id>
<title-group><article-title>A</article-title></title-group></article-meta></front></article>"""
CONFIG = """
lake: ../elsewhere/lake
sync: {input: articles}
dictionary: {sources: [{name: T, format: tsv, path: t.tsv}]}
"""


def medconcept(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command in `folder`."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("SPARK_", "MEDCONCEPT_", "PYSPARK_"))}
    environ |= {"PYTHONPATH": str(ROOT / "lib"), **variables}
    return subprocess.run(
        [sys.executable, "-m", "medconcept", *arguments],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """An empty folder next to one with a configuration and what it names."""
    project = tmp_path / "project"
    (project / "articles").mkdir(parents=True)
    (project / "articles/a.xml").write_text(ARTICLE)
    (project / "t.tsv").write_text("concept_id\tname\nT:1\theart\n")
    (project / "conf.yaml").write_text(CONFIG)
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "elsewhere"


@pytest.mark.spark
@pytest.mark.timeout(600)
def test_only_its_own_lines_reach_the_terminal(elsewhere: Path) -> None:
    landed = medconcept(elsewhere, "sync_articles", "--config", "../project/conf.yaml", "--json")
    assert landed.returncode == 0, landed.stderr
    assert json.loads(landed.stdout)[0]["counts"]["files.landed"] == 1
    lines = landed.stderr.splitlines()
    # The stage begins and ends, and says what the folder holds; a slow machine shows its progress in between.
    own = re.compile(
        r"\d\d:\d\d:\d\d (\[1/1\] sync_articles.*|sync_articles: (the folder holds|\d+ of \d+) .*)"
    )
    assert [line for line in lines if not own.fullmatch(line)] == []
    assert sum("[1/1]" in line for line in lines) == 2
    tables = medconcept(elsewhere, "tables", "--lake", "lake", "--json", "--verbose", "--engine", "spark")
    assert tables.returncode == 0, tables.stderr
    assert "Setting default log level" in tables.stderr  # Spark's own
    assert {row["table"]: row["rows"] for row in json.loads(tables.stdout)}["raw_articles"] == 1


def test_jars_that_are_not_there_are_one_line(elsewhere: Path) -> None:
    done = medconcept(elsewhere, "tables", "--lake", "lake", "--engine", "spark", MEDCONCEPT_JARS="nowhere")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "medconcept: MEDCONCEPT_JARS: nowhere: no JARs in this folder; "
        "`python -m medconcept.provision jars` fetches them\n"
    )


def test_link_with_a_configuration_elsewhere(elsewhere: Path) -> None:
    done = medconcept(
        elsewhere, "link", "the heart", "--config", "../project/conf.yaml", "--json",
        XDG_CACHE_HOME=str(elsewhere / "cache"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [link["source_id"] for link in json.loads(done.stdout)["links"]] == ["T:1"]


@pytest.mark.skipif(not (ROOT / "build/demo/dictionary").is_dir(), reason="make demo-data has not been run")
def test_the_demo_names_files_that_are_there(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from medconcept.config import load_config

    monkeypatch.chdir(elsewhere)
    demo = load_config("demo")
    for path in (demo.sync.input, *(source.path for source in demo.dictionary.sources)):
        assert Path(str(path)).exists(), path


def test_no_command_prints_an_overview_as_git_does(elsewhere: Path) -> None:
    done = medconcept(elsewhere)
    assert (done.returncode, done.stderr) == (1, "")
    assert "medconcept run --config demo" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tabels"], "medconcept: no command 'tabels'; did you mean tables? (see `medconcept --help`)"),
        (
            ["run", "--limit", "x"],
            "medconcept run: argument --limit: invalid int value: 'x' (see `medconcept run --help`)",
        ),
        (
            ["diff", "r1"],
            "medconcept diff: the following arguments are required: NEW (see `medconcept diff --help`)",
        ),
    ],
)
def test_errors_of_the_command_line_are_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from medconcept.cli import main

    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"{message}\n"


def test_the_help_of_every_command_has_examples_that_parse() -> None:
    import shlex

    from medconcept.cli.parser import build_parser

    parser = build_parser()
    commands = next(action.choices for action in parser._actions if action.choices)
    for name, command in commands.items():
        examples = re.findall(r"^  medconcept (.+)$", command.format_help(), re.MULTILINE)
        assert examples, name
        for example in examples:
            assert parser.parse_args(shlex.split(example)).command == name
        (page,) = re.findall(r"^more: (.+)$", command.format_help(), re.MULTILINE)
        assert (ROOT / page).is_file(), page
