"""The parser's native code tells what its source tells, of articles, broken ones and refusals alike."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import random
import subprocess
import sys
from pathlib import Path

import pytest
from jats_mutants import mutant
from real_articles import FILES
from test_jats_mutants import LITERAL, SOURCES

from medconcept.jats import ArticleRejected, parse_articles
from medconcept.jats.panels import caption_panels
from medconcept.runtime.native_modules import library_name

SCRIPT = """
import json, pickle, sys
sys.path[:0] = sys.argv[2:]
from test_jats_native import parse_all
print(json.dumps(parse_all(pickle.load(open(sys.argv[1], "rb")))))
"""
HERE = Path(__file__).resolve().parent
LIB = HERE.parents[1] / "lib"


def parse_all(files: list[bytes]) -> tuple[bool, str]:
    """Whether this process runs native code, and a checksum of all that it makes of the files."""
    found = [
        str(article) if isinstance(article, ArticleRejected) else repr(article)
        for file in files
        for article in parse_articles(file)
    ]
    text = "\n".join(found).encode("utf-8", "backslashreplace")
    return not str(caption_panels.__file__).endswith(".py"), hashlib.sha256(text).hexdigest()


def test_native_code_returns_what_the_source_returns(tmp_path: Path) -> None:
    rng = random.Random(5)
    files = [path.read_bytes() for path in FILES[:40]]
    files += [mutant(rng.choice([LITERAL, *SOURCES]), SOURCES, rng) for _ in range(400)]
    (tmp_path / "files").write_bytes(pickle.dumps(files))
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "files"), str(HERE), str(LIB)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    is_native, as_compiled = json.loads(done.stdout)
    if not is_native:
        pytest.skip(f"no {library_name('medconcept.jats')} here: `make setup` makes it")
    assert parse_all(files) == (False, as_compiled)


def test_it_is_left_out_where_the_environment_says_so() -> None:
    code = "from medconcept.jats.text import element_text; print(element_text.__file__)"
    environ = {**os.environ, "MEDCONCEPT_NATIVE": "0", "PYTHONPATH": str(LIB)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()) == LIB / "medconcept/jats/text/element_text.py"
