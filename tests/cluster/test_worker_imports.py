"""What workers import is what the README says their Python needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

IMPORT = """
import sys
for package in {absent}:
    sys.modules[package] = None  # as if it were not installed
import {module}
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


@pytest.mark.parametrize("module", NEEDED)
def test_a_worker_needs_what_its_job_uses_alone(module: str) -> None:
    code = IMPORT.format(absent=sorted(OTHERS - NEEDED[module]), module=module)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_package_that_is_missing_is_noticed() -> None:
    code = IMPORT.format(absent=["PIL"], module="medconcept.workers.images.examine_files")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "PIL" in done.stderr
