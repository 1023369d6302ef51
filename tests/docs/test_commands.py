"""What the pages say is what runs: every command in a fenced block is run by a test or by CI, or read as far
as it can be without what it needs.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from documented import DEMO, OWN, PAGES, ROOT, Command, blocks, commands, needs, reasons, run_on

from medconcept.cli.parser import build_parser
from medconcept.config import load_config

# Programs that are not this project's: what the command needs, so that no test runs it.
OTHERS = {
    "databricks": "a workspace, and its own command line",
    "export": "a shell",
    "optimum-cli": "a network, and gigabytes of packages",
    "pip": "a network, and gigabytes of packages",
    "printf": "the model of the command before it",
}
# Targets of make, and what runs them or their commands.
TARGETS = {
    "bench": "nothing: hours",
    "cluster-up": "tests/cluster/test_cluster.py",
    "demo": "tests/pipeline/test_demo.py",
    "demo-data": "Makefile",  # needed by test-slow
    "demo-pmc": "tests/sync/test_demo_pmc.py",
    "dist": "Makefile",  # needed by test-slow
    "lint": "nothing: before a commit",
    "setup": "Makefile",  # needed by test
    "test": ".ci/run",
    "test-fast": "Makefile",  # a part of test
}
# Options of spark-submit with a value.
SUBMIT = (
    "--master", "--deploy-mode", "--properties-file", "--jars", "--py-files", "--archives", "--files",
    "--conf", "--name", "--driver-memory", "--executor-memory", "--executor-cores", "--num-executors",
)  # fmt: skip
ALL = commands()
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def of(*programs: str) -> list[Command]:
    return [command for command in ALL if command.program in programs]


def read(name: str, arguments: list[str]) -> None:
    """Have the command line read the arguments of a command, and load its configuration."""
    words = [word for word in arguments if word != "…"]
    if "…" in arguments:  # the options that the page says elsewhere
        words += ["--release", "r1", "--out", "out"]
    given = build_parser().parse_args([name, *words] if name else words)
    if given.config is None:
        return
    # Of a configuration that travels with a job, the page names the file alone.
    files = [ROOT / given.config, ROOT / "conf" / given.config]
    load_config(next((str(file) for file in files if file.is_file()), given.config))


def test_every_command_is_of_a_known_program() -> None:
    known = {"make", "medconcept", "spark-submit", "python", *OTHERS}
    assert {str(command) for command in ALL if command.program not in known} == set()
    assert {command.program for command in ALL} >= {"make", "medconcept", "spark-submit"}


@pytest.mark.parametrize("command", of("medconcept"), ids=str)
def test_commands_are_read_with_their_configuration(command: Command) -> None:
    read("", command.arguments)


def test_commands_that_need_nothing_of_the_reader_are_run() -> None:
    """By tests/pipeline/test_demo.py."""
    run = {str(command) for lake in (DEMO, OWN) for command in run_on(lake)}
    rest = {str(command): reasons(command) for command in of("medconcept") if str(command) not in run}
    assert {text: why for text, why in rest.items() if not why} == {}
    assert len(run) >= 11


@pytest.mark.parametrize("command", of("make"), ids=str)
def test_targets_of_make_are_there_and_run_somewhere(command: Command) -> None:
    for target in command.arguments:
        assert re.search(rf"^{target}:.*##", MAKEFILE, re.MULTILINE), target
        where = TARGETS[target]
        assert where.startswith("nothing: ") or (ROOT / where).is_file()


@pytest.mark.parametrize("command", of("spark-submit"), ids=str)
def test_what_is_submitted_is_there(command: Command) -> None:
    """The README's line is run, too, by tests/cluster/test_cluster.py."""
    words, options = command.arguments, {}
    while words and words[0].startswith("--"):
        option, value, *words = words
        assert option in SUBMIT
        options[option] = value
    for option in ("--properties-file", "--files"):
        for path in filter(None, options.get(option, "").split(",")):
            assert (ROOT / path).is_file()
    for option in ("--py-files", "--archives"):
        for path in filter(None, options.get(option, "").split(",")):
            assert f"\n{path.partition('#')[0]}:" in MAKEFILE, path
    script = Path(words[0].removeprefix("local:///opt/medconcept/"))
    assert (ROOT / script).is_file() and script.parent == Path("jobs")
    read(script.stem, words[1:])


@pytest.mark.parametrize("command", of("python"), ids=str)
def test_scripts_have_the_options_that_a_page_gives_them(command: Command) -> None:
    script, *words = command.arguments
    text = (ROOT / script).read_text(encoding="utf-8")
    assert [word for word in words if word.startswith("--") and f'"{word}"' not in text] == []


def test_a_command_is_taken_out_of_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Say:\n```\nA=1 make demo \\\n  x  # why\n```\n```python\nmake()\n```\n")
    assert blocks(page, "") == ["A=1 make demo \\\n  x  # why\n"]
    command = Command("page.md", 'B=2 .venv/bin/medconcept sql "SELECT 1" --lake build/lake')
    assert (command.program, command.arguments[:2]) == ("medconcept", ["sql", "SELECT 1"])
    assert (needs(command), reasons(command)) == (OWN, [])
    assert reasons(Command("page.md", "medconcept run --input DIR")) == [
        "a place or options of the reader's own"
    ]
    assert PAGES[0].name == "README.md"
