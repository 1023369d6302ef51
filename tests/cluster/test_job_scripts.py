"""Every job of the command line has a script for spark-submit, and each script is its job."""

from __future__ import annotations

import ast
from pathlib import Path

JOBS = Path(__file__).resolve().parents[2] / "jobs"


def test_each_script_is_the_job_of_its_name() -> None:
    from medconcept.cli.parser import EXPORTS
    from medconcept.cli.parser import JOBS as COMMANDS

    scripts = {path.stem: path.read_text() for path in JOBS.glob("*.py")}
    assert set(scripts) == {*COMMANDS, *EXPORTS, "run", "train_ner"}
    for name, text in scripts.items():
        calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
        names = [call.args[0] for call in calls if isinstance(call.func, ast.Name)]
        assert [ast.literal_eval(given) for given in names] == [name]
