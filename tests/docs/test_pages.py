"""The pages of docs/ name what is there: files, packages, the order of the layers."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
PATH = re.compile(r"`((?:lib|tests|benchmarks|notebooks|docs|conf|jobs|expectations)/[\w./*-]+)`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)")


def missing(page: Path) -> list[str]:
    """Paths and relative links of a page that lead nowhere."""
    text = page.read_text(encoding="utf-8")
    paths = [path for path in PATH.findall(text) if not list(ROOT.glob(path.rstrip("/")))]
    return paths + [link for link in LINK.findall(text) if not (page.parent / link).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_and_links_exist(page: Path) -> None:
    assert missing(page) == []


def test_a_path_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("`lib/medconcept/nowhere.py` and [a page](nowhere.md)")
    assert missing(page) == ["lib/medconcept/nowhere.py", "nowhere.md"]


def test_the_architecture_lists_every_package_in_the_order_of_the_layers() -> None:
    tomllib = pytest.importorskip("tomllib", reason="tomllib comes with Python 3.11")
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    layers = [name for layer in contract["layers"] for name in layer.split(" : ")]
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \|", page.split("## Layers")[1].split("## Promises")[0], re.MULTILINE)
    assert sorted(listed) == sorted(layers)
    siblings = {name for layer in contract["layers"] if " : " in layer for name in layer.split(" : ")}
    assert [n for n in listed if n not in siblings] == [n for n in layers if n not in siblings]
