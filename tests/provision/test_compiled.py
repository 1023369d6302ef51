"""The compiled parser: made by mypyc, the same in what it tells, and never older than its source."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from medconcept.provision.compiled import compiled_modules, stale

ROOT = Path(__file__).resolve().parents[2]
TELL = """
import medconcept.jats.text as module
from medconcept.jats import parse_article
article = parse_article(
    b'<article><front><article-meta><article-id pub-id-type="pmc">7</article-id></article-meta></front>'
    b'<body><fig id="f"><caption><p>(A) H<sub>2</sub>O. (B) Ice.</p></caption></fig></body></article>'
)
print(module.__file__.endswith(".py"), repr(article))
"""


COMPILE = "from medconcept.provision.compiled import ensure_compiled\nprint(len(ensure_compiled()))"


def run(code: str, lib: Path) -> str:
    environ = {**os.environ, "PYTHONPATH": str(lib), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True, timeout=240
    )
    return done.stdout + done.stderr


@pytest.mark.skipif(not any(map(shutil.which, ("cc", "gcc", "clang"))), reason="no C compiler")
def test_the_compiled_parser_tells_what_the_source_tells(tmp_path: Path) -> None:
    lib = tmp_path / "lib"
    shutil.copytree(ROOT / "lib", lib, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    python, told = run(TELL, lib).split(" ", 1)
    said = run(
        "from medconcept.provision.compiled import ensure_compiled; print(len(ensure_compiled()))", lib
    )
    assert "compiled: compiling" in said
    assert (python, run(TELL, lib)) == ("True", f"False {told}")
    assert run(COMPILE, lib) == "0\n"


def test_what_was_compiled_before_a_change_is_stale(tmp_path: Path) -> None:
    module = tmp_path / "text.py"
    module.write_text("")
    assert stale([module]) == [module]
    assert all(path.suffix == ".py" and path.stem != "figure_records" for path in compiled_modules())


def test_without_a_compiler_it_says_so(tmp_path: Path) -> None:
    lib = tmp_path / "lib"
    shutil.copytree(ROOT / "lib", lib, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    code = f"import os; os.environ['PATH'] = ''\n{COMPILE}"
    assert (
        run(code, lib)
        == "0\ncompiled: a C compiler is not there, so the parser stays interpreted: right, but slower\n"
    )
