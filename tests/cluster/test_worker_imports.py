"""What workers import is what a session checks them for, and a job needs no more than it uses."""

from __future__ import annotations

import subprocess
import sys

import pytest

WITHOUT = """
import sys
for package in {absent}:
    sys.modules[package] = None  # as if it were not installed
"""
OTHERS = {"yaml", "scipy", "PIL", "simplejpeg", "obstore", "delta", "sparknlp", "great_expectations", "rich"}
NEEDED = {
    "medconcept.workers.parse.parse_files": set[str](),
    "medconcept.workers.annotate.link_captions": set[str](),
    "medconcept.workers.dictionary.read_terms": set[str](),
    "medconcept.workers.images.examine_files": {"PIL", "simplejpeg"},
    "medconcept.workers.exports.write_shards": set[str](),
    "medconcept.workers.triplets.figure_facts": {"yaml"},
    "medconcept.workers.triplets.connected_groups": {"scipy"},
}


def without(absent: list[str], code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a new Python that lacks packages."""
    whole = WITHOUT.format(absent=absent) + code
    return subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("module", NEEDED)
def test_a_worker_needs_what_its_job_uses_alone(module: str) -> None:
    done = without(sorted(OTHERS - NEEDED[module]), f"import {module}")
    assert done.returncode == 0, done.stderr


def test_a_package_that_is_missing_is_noticed() -> None:
    done = without(["PIL"], "import medconcept.workers.images.examine_files")
    assert "PIL" in done.stderr


def test_a_session_examines_workers_for_all_that_they_import() -> None:
    from medconcept.spark.cluster import PACKAGES

    code = (
        "import importlib, pkgutil, medconcept.workers as workers\n"
        "for module in pkgutil.walk_packages(workers.__path__, 'medconcept.workers.'):\n"
        "    importlib.import_module(module.name)\n"
    )
    driver = OTHERS | {"deltalake", "matplotlib", "sqlglot", "tqdm", "jinja2"}
    done = without(sorted(driver - set(PACKAGES.values())), code)
    assert done.returncode == 0, done.stderr
    assert set().union(*NEEDED.values()) <= set(PACKAGES.values())
