"""Great Expectations takes seconds to import, and must not be imported by two threads at once."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
import medconcept.cli.lake_commands, medconcept.pipeline.runner, medconcept.pipeline.status
print([name for name in sys.modules if name.startswith("great_expectations")])
"""
THREADS = """
from threading import Thread
from medconcept.quality.gate import suite_text
from medconcept.quality.late_import import import_great_expectations
from medconcept.quality.own_suites import _require_known
ahead = Thread(target=import_great_expectations)
ahead.start()
_require_known([{"type": "expect_column_to_exist", "kwargs": {"column": "a"}}], "suite")
ahead.join()
print("ok", len(suite_text("figures")) > 0)
"""


def _run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_starting_a_command_imports_no_great_expectations() -> None:
    assert _run(CODE) == "[]"


def test_a_users_suite_is_read_while_another_thread_imports_it() -> None:
    assert _run(THREADS) == "ok True"
