"""The tables of docs/cluster.md: the jobs and what they wait for, and which exit codes are worth a retry."""

from __future__ import annotations

import re
from pathlib import Path

from medconcept import errors
from medconcept.cli.signals import EXIT_CODES
from medconcept.pipeline.job_order import AFTER
from medconcept.pipeline.registry import IN_ORDER

PAGE = (Path(__file__).resolve().parents[2] / "docs/cluster.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table whose first line begins so, without that line and the one below it."""
    table = PAGE[PAGE.index(f"| {heading}") :].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def test_the_jobs_are_those_of_a_run_in_their_order() -> None:
    jobs = {cells[0].strip("`"): re.findall(r"`(\w+)`", cells[-1]) for cells in rows("job |")}
    assert tuple(jobs) == IN_ORDER
    for name, before in AFTER.items():
        assert before in jobs[name]
    assert all(
        IN_ORDER.index(each) < IN_ORDER.index(name) for name, before in jobs.items() for each in before
    )


def test_every_exit_code_of_a_job_has_an_answer() -> None:
    told = {int(code): cells[1].split(":")[0] for cells in rows("exit code") for code in cells[0].split(",")}
    of_jobs = {kind.exit_code for kind in (errors.MedconceptError, *subclasses(errors.MedconceptError))}
    of_jobs -= {errors.ExportError.exit_code}
    assert set(told) == {0, *of_jobs, *EXIT_CODES.values()}
    assert {code for code, answer in told.items() if answer == "no"} == {2, 4, 5, 6, 8}


def subclasses(kind: type) -> set[type]:
    """All classes of medconcept.errors below a class."""
    below = {each for each in kind.__subclasses__() if each.__module__ == errors.__name__}
    return below.union(*(subclasses(each) for each in below))
